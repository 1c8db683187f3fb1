"""A second request about the same, or that only asks again: sought before it is filed, and after it came another way.

Clauses D6 and D10.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from tenants.models import User
from tickets import desk, events, likeness
from tickets.fairuse.pressing import presses
from tickets.models import Attachment, Event, Organization, Status, Ticket
from tickets.models.ticket import TicketQuerySet

#: How alike an open ticket has to be, from 0 to 1, before somebody is asked whether theirs is the same.
LEAST_ALIKE = 0.42
MOST_SHOWN = 3
#: While only a subject is typed: how long it has to be, and how alike.
SHORTEST, LEAST_BY_SUBJECT = 8, 0.32
#: A request of its own says more than so many words besides those of asking again.
MOST_OF_ITS_OWN = 3
_OWED = (Status.Kind.NEW, Status.Kind.OPEN)


def before_filing(
    person: User,
    *,
    subject: str,
    description: str,
    at: datetime,
    organization: Organization | None = None,
    least: float = LEAST_ALIKE,
) -> list[Ticket]:
    """Open tickets that the person may see and that may be about the same, the most alike first.

    One statement over a bounded number of rows; none where the policy wants none. Raises PolicyMissing.
    """
    if not subject.strip():
        return []
    found: list[Ticket] = []
    if desk.current_policy().policy.fair_use.duplicates != "off":
        company = organization or desk.organization_of(person)
        probe = Ticket(subject=subject, description=description, requester=person, organization=company, created_at=at)
        found = _alike(probe, Ticket.objects.visible_to(person), at=at, least=least)
    return found or asked_again(person, f"{subject}\n{description}", at=at)


def asked_again(person: User, text: str, *, at: datetime, but: Ticket | None = None) -> list[Ticket]:
    """A person's own open requests, where a text only asks how long it still takes and support owes the next word.

    None where the policy knows no nudges, which costs no query, and for a text that says what it is about. Raises
    PolicyMissing.
    """
    rule = desk.current_policy().policy.fair_use.nudges
    if rule is None or not presses(text, [], new_words=MOST_OF_ITS_OWN, are_numbers_new=False):
        return []
    own = Ticket.objects.filter(requester=person, merged_into=None, status__kind__in=_OWED).active()
    if but is not None:
        own = own.filter(number__lt=but.number)
    if rule.within is not None:
        own = own.filter(updated_at__gte=at - timedelta(seconds=rule.within.seconds or 0))
    return list(own.select_related("status").defer("answers").order_by("-number")[:MOST_SHOWN])


def while_typing(person: User, *, subject: str, at: datetime) -> list[Ticket]:
    """As before_filing(), by the subject alone. Raises PolicyMissing."""
    if len(subject.strip()) < SHORTEST:
        return []
    return before_filing(person, subject=subject, description="", at=at, least=LEAST_BY_SUBJECT)


def look(event_id: UUID, now: datetime) -> None:
    """Alarm handler: whether a ticket that its customer filed is about the same as one that they have open."""
    event = Event.objects.select_related("ticket").filter(pk=event_id).first()
    if event is None or event.ticket.merged_into_id is not None or not event.ticket.is_active:
        return
    ticket = event.ticket
    own = Ticket.objects.filter(requester=ticket.requester_id, number__lt=ticket.number)
    policy = desk.current_policy().policy.fair_use
    found = _alike(ticket, own, at=ticket.created_at) if policy.duplicates != "off" else []
    if not found:
        _look_for_nudge(ticket, now)
    else:
        likest = found[0]
        alike = round(100 * likest.likeness)  # type: ignore[attr-defined]
        events.record(ticket, "duplicate.suspected", actor=None, at=now, number=likest.number, percent=alike)


def _look_for_nudge(ticket: Ticket, now: datetime) -> None:
    """Tell agents that it only asks again. With several open requests nobody can know about which, so none is named."""
    if Attachment.objects.filter(message__ticket=ticket).exists():
        return
    text = f"{ticket.subject}\n{ticket.description}"
    owed = asked_again(ticket.requester, text, at=ticket.created_at, but=ticket)
    if len(owed) == 1:
        events.record(ticket, "duplicate.suspected", actor=None, at=now, number=owed[0].number, asks_again=True)


def concerns(event: Event) -> bool:
    """Whether `look` has anything to do after an event; asks only the policy, which the process keeps."""
    return (
        event.data.get("by") == "customer"
        and not event.data.get("unproven")
        and (event.ticket.policy.fair_use.duplicates != "off" or event.ticket.policy.fair_use.nudges is not None)
    )


def suspected(ticket: Ticket, person: User) -> Ticket | None:
    """The ticket that this one was last said to be about the same as, if the person sees it and both can be merged."""
    event = Event.objects.filter(ticket=ticket, verb="duplicate.suspected").order_by("-at", "-id").first()
    if event is None or ticket.merged_into_id is not None:
        return None
    return Ticket.objects.visible_to(person).filter(number=event.data["number"], merged_into=None).first()


def _alike(probe: Ticket, among: TicketQuerySet, *, at: datetime, least: float = LEAST_ALIKE) -> list[Ticket]:
    seen = among.active().filter(merged_into=None, pk__in=likeness.of_customer(probe))
    seen = seen.filter(created_at__gte=at - likeness.LATELY).select_related("status").defer("answers")
    return list(likeness.alike(probe, seen, least=least)[:MOST_SHOWN])
