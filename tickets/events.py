"""The history of tickets: the one place that writes it, and that tells open pages of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants import alarms
from tenants.bulk import insert
from tenants.models import User
from tickets import live
from tickets.models import Event, Ticket

#: Verbs that customers see in their timeline. A message's own visibility decides about message.posted.
PUBLIC = {
    "ticket.created",
    "ticket.escalated",
    "ticket.handed_back",
    "ticket.merged",
    "ticket.absorbed",
    "ticket.unmerged",
    "ticket.released",
    "ticket.split",
    "ticket.split_off",
    "ticket.not_covered",
    "ticket.refused",
    "ticket.reopened",
    "ticket.nudged",
    "report.false",
    "report.cleared",
    "status.changed",
    "priority.changed",
    "category.changed",
    "delay.announced",
    "participant.added",
    "participant.removed",
    "ticket.claimed",
    "ticket.followed_up",
    "ticket.follows_up",
    "checklist.ticked",
    "checklist.unticked",
    "checklist.finished",
    "checklist.withdrawn",
}


def record(
    ticket: Ticket, verb: str, *, actor: User | None, at: datetime, is_public: bool | None = None, **data: Any
) -> Event:
    """Write down what happened, and set the alarms of its reactions. `actor` is None for the helpdesk itself."""
    (event,) = write_down([told(ticket, verb, actor=actor, at=at, is_public=is_public, **data)])
    return event


def told(
    ticket: Ticket, verb: str, *, actor: User | None, at: datetime, is_public: bool | None = None, **data: Any
) -> Event:
    """As record(), for write_down() to record with others."""
    if ticket.clocks_at is not None:
        # Who waited for the lock while a breach was recorded comes after it: a promise is met or missed, never both.
        at = max(at, ticket.clocks_at)
    public = verb in PUBLIC if is_public is None else is_public
    return Event(ticket=ticket, verb=verb, actor=actor, at=at, is_public=public, data=data)


def write_down(happened: list[Event]) -> list[Event]:
    """Record events of told(), and set the alarms of their reactions: two statements, however many they are."""
    insert(*happened)
    return follow(happened)


def follow(recorded: list[Event]) -> list[Event]:
    """Set the alarms of the reactions to events that are recorded already. One statement."""
    alarms.set_many((kind, event.pk, event.at) for event in recorded for kind in alarms.after(event.verb, event))
    live.tell(recorded)
    return recorded


def record_crossings(crossings: Iterable[tuple[Ticket, str, datetime, dict[str, Any]]]) -> list[Event]:
    """Write down what happened by itself: (ticket, verb, at, data) each, at their own times, however late."""
    recorded = [
        Event(ticket=ticket, verb=verb, at=at, is_public=False, data=data) for ticket, verb, at, data in crossings
    ]
    insert(*recorded)
    live.tell(recorded)
    return recorded


def last_of(ticket: Ticket) -> UUID | None:
    """The newest event of a ticket, by its id; what somebody has seen is compared with it."""
    return Event.objects.filter(ticket=ticket).order_by("-id").values_list("pk", flat=True).first()
