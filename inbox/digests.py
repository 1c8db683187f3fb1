"""Digests: what staff did not want to be told of at once, in one mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox.actions import post
from inbox.mail import headers, preferences, readers, writing
from inbox.mail.letters import greeting
from inbox.mail.links import link
from inbox.mail.stories import NAMED, Story
from inbox.models import OutgoingMail
from tenants import alarms
from tenants.context import active_tenant
from tenants.fields import uuid7
from tenants.models import User
from tickets.models import Ticket

#: Sends somebody's digest; its subject is the person.
DIGEST = "mail.digest"
#: Told one by one in a digest; of more it says how many there are.
MOST_LINES = 100
#: Letters of what was said that are shown.
LONGEST_EXTRACT = 200

State = OutgoingMail.State


@dataclass
class Group:
    """A ticket and what happened on it."""

    title: str
    url: str
    lines: list[tuple[str, str]] = field(default_factory=list)


def plan(people: Iterable[User | None], now: datetime) -> None:
    """Have the digests of these people sent when they want them."""
    wanted = {person.pk: person for person in people if person is not None}
    alarms.set_many(
        (DIGEST, pk, preferences.next_digest(preferences.preference_of(person), after=now))
        for pk, person in wanted.items()
    )


def send(person_id: UUID, now: datetime) -> None:
    """Alarm handler: one mail about all that was collected for a person; later, while they are not at work."""
    person = User.objects.select_related("role").filter(pk=person_id).first()
    collected = OutgoingMail.objects.select_for_update(of=("self",)).filter(recipient=person_id)
    rows = list(
        collected.filter(state=State.COLLECTED, digest=None).select_related("event__actor__role").order_by("id")
    )
    if person is None or not rows:
        return
    if not person.is_active:
        _withhold(rows, "InactivePerson")
        return
    preference = preferences.preference_of(person)
    if preference.at_work_only:
        begins = preferences.at_work_from(person, at=now)
        if begins is None or begins > now:
            alarms.set(DIGEST, person.pk, begins or preferences.next_digest(preference, after=now))
            return
    seen = Ticket.objects.visible_to(person).filter(pk__in={row.ticket_id for row in rows})
    tickets = {ticket.pk: ticket for ticket in seen.select_related(*NAMED)}
    _withhold([row for row in rows if row.ticket_id not in tickets], "OutOfSight")
    if told := [row for row in rows if row.ticket_id in tickets]:
        with readers.reading_as(person):
            mail = _mail(person, told, tickets, now)
        post([mail], now)
        OutgoingMail.objects.filter(pk__in=[row.pk for row in told]).update(digest=mail)


def _withhold(rows: list[OutgoingMail], error: str) -> None:
    OutgoingMail.objects.filter(pk__in=[row.pk for row in rows]).update(state=State.WITHHELD, error=error)


def _mail(person: User, told: list[OutgoingMail], tickets: dict[UUID, Ticket], now: datetime) -> OutgoingMail:
    count = ngettext("%(count)s message", "%(count)s messages", len(told)) % {"count": len(told)}
    pk = uuid7()
    return OutgoingMail(
        id=pk,
        recipient=person,
        kind=OutgoingMail.Kind.DIGEST,
        address=person.email,
        language=readers.language(person),
        subject=_("What happened on tickets: %(count)s") % {"count": count},
        **writing.rendered("digest", _words(person, told, tickets, now)),
        message_id=f"<{pk}@{headers.host(active_tenant())}>",
        created_at=now,
    )


def _words(person: User, told: list[OutgoingMail], tickets: dict[UUID, Ticket], now: datetime) -> dict[str, object]:
    groups: dict[UUID, Group] = {}
    for row in told[:MOST_LINES]:
        event = row.event
        if event is None:
            continue  # only what tells of an event is collected
        event.ticket = ticket = tickets[event.ticket_id]
        letter = writing.letter_about(Story(event, now), person, to_staff=True)
        if letter is None:
            continue
        title = f"#{ticket.number} {headers.one_line(ticket.subject)}"
        group = groups.setdefault(ticket.pk, Group(title, link("desk:ticket", ticket.number)))
        group.lines.append((letter.lead, _extract(letter.quote or "\n".join(letter.paragraphs))))
    return {
        "greeting": greeting(person),
        "groups": list(groups.values()),
        "left": len(told) - MOST_LINES,
        "url": link("desk:my_notifications"),
    }


def _extract(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= LONGEST_EXTRACT else f"{said[:LONGEST_EXTRACT]}…"
