"""From an event to rows of outgoing mail: who reads it, what each reads, and whether it may be sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.template.loader import render_to_string

from inbox.mail import headers, letters, readers
from inbox.mail.colours import colours_of
from inbox.mail.letters import Letter, Story
from inbox.models import OutgoingMail
from tenants.context import active_tenant
from tenants.models import User
from tickets.models import Event, Ticket

State = OutgoingMail.State
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Automatic mails to one address about one ticket: more than this is a loop or a flood, not news.
MOST_A_TICKET = [(HOUR, 12), (DAY, 40)]
#: Automatic mails to an address that nobody has proven to be the requester's, over all tickets.
MOST_TO_A_STRANGER = [(HOUR, 3), (DAY, 10)]

#: What mail programs know a signature by; its space at the end counts (RFC 3676).
SIGNATURE = "-- "

#: State changes of this kind come with something bigger that is told in the same instant.
_MINOR = {"status.changed", "priority.changed"}
_BIGGER = {"message.posted", "ticket.escalated", "rule.ran"}


def mails_about(event: Event, now: datetime) -> list[OutgoingMail]:
    """One unsaved mail for every reader of an event who has none yet."""
    told = set(OutgoingMail.objects.filter(event=event).values_list("address", flat=True))
    story = Story(event, now)
    mails = []
    for person, to_staff in _readers(event):
        if person.email in told:
            continue
        told.add(person.email)
        with readers.reading_as(person):
            letter = letters.for_staff(story, person) if to_staff else letters.for_customer(story, person)
            if letter is not None:
                mails.append(_mail(letter, story, person))
    return mails


def _readers(event: Event) -> Iterator[tuple[User, bool]]:
    """Who is told, and whether as staff; nobody is told of what they did themselves."""
    ticket, actor = event.ticket, event.actor
    if event.is_public and not _goes_without_saying(event):
        people = readers.customers(ticket, but=None if event.verb == "ticket.created" else actor)
        yield from ((person, False) for person in people)
    yield from ((person, True) for person in _staff(event, ticket, actor))


def _staff(event: Event, ticket: Ticket, actor: User | None) -> list[User]:
    if event.verb == "message.posted" and event.is_public and event.data.get("by") == "customer":
        return readers.in_charge(ticket, but=actor)
    if event.verb == "ticket.reopened" and actor is not None and not actor.is_staff_member:
        return readers.in_charge(ticket, but=actor)
    if event.verb == "ticket.assigned" and event.data.get("to"):
        return [
            person for person in readers.staff(ticket, ["assignee"], but=actor) if str(person.pk) == event.data["to"]
        ]
    if event.verb == "ticket.escalated" and actor is not None:
        return readers.staff(ticket, ["team"], but=actor)
    if event.verb == "rule.ran":
        return readers.staff(ticket, event.data.get("notify", []), but=None)
    return []


def _goes_without_saying(event: Event) -> bool:
    """Whether the customer hears of it by another mail of the same instant, or by what they wrote themselves."""
    if event.verb == "ticket.absorbed" or event.data.get("because") == "comment":
        return True
    if event.verb not in _MINOR:
        return False
    together = Event.objects.filter(ticket=event.ticket_id, at=event.at, actor=event.actor_id, is_public=True)
    return together.filter(verb__in=_BIGGER).exists()


def _mail(letter: Letter, story: Story, person: User) -> OutgoingMail:
    tenant, ticket, event = active_tenant(), story.ticket, story.event
    address = person.email
    before = list(
        OutgoingMail.objects.filter(ticket=ticket, address=address)
        .exclude(state=State.WITHHELD)
        .order_by("created_at", "id")
        .values_list("message_id", flat=True)
    )
    known = [headers.thread_id(tenant, ticket.pk), *before[:1], *before[-1:]]
    refused = _refusal(letter, ticket, person, story.now)
    return OutgoingMail(
        ticket=ticket,
        event=event,
        recipient=person,
        kind=letter.kind,
        state=State.WITHHELD if refused else State.WAITING,
        error=refused,
        address=address,
        language=readers.language(person),
        subject=headers.subject(ticket.number, letter.subject, is_answer=bool(before)),
        **rendered("letter", {"letter": letter}),
        message_id=headers.message_id(tenant, ticket.pk, event.pk, address),
        in_reply_to=before[-1] if before else "",
        references=" ".join(dict.fromkeys(known)),
        is_automatic=letter.is_automatic,
        created_at=story.now,
    )


def rendered(template: str, context: dict[str, Any]) -> dict[str, str]:
    """Text and HTML of a mail in the active language."""
    tenant = active_tenant()
    values = {**context, "tenant": tenant, "colours": colours_of(tenant)}
    text = render_to_string(f"inbox/mail/{template}.txt", values)
    return {"text": _tidy(text), "html": render_to_string(f"inbox/mail/{template}.html", values)}


def _tidy(text: str) -> str:
    """Without the empty lines that template tags leave behind."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip() if line != SIGNATURE else line)
    return "\n".join(lines) + "\n"


def _refusal(letter: Letter, ticket: Ticket, person: User, now: datetime) -> str:
    """Why this mail is not sent, or nothing."""
    if not headers.deliverable(person.email):
        return "BadAddress"
    if not letter.is_automatic:
        return ""
    limits = [(MOST_A_TICKET, {"ticket": ticket.pk})]
    if not readers.is_proven(person):
        limits.append((MOST_TO_A_STRANGER, {}))
    for most, which in limits:
        for period, number in most:
            if OutgoingMail.objects.automatic_since(person.email, now - period).filter(**which).count() >= number:
                return "TooManyMails"
    return ""
