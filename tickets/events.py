"""The history of tickets: the one place that writes it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tenants import alarms
from tenants.models import User
from tickets.models import Event, Ticket

#: Verbs that customers see in their timeline. A message's own visibility decides about message.posted.
PUBLIC = {
    "ticket.created",
    "ticket.escalated",
    "ticket.handed_back",
    "ticket.merged",
    "ticket.absorbed",
    "ticket.not_covered",
    "ticket.refused",
    "ticket.reopened",
    "status.changed",
    "priority.changed",
    "category.changed",
    "delay.announced",
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
    recorded = Event.objects.bulk_create(happened)
    alarms.set_many((kind, event.pk, event.at) for event in recorded for kind in alarms.after(event.verb))
    return recorded


def record_crossings(crossings: Iterable[tuple[Ticket, str, datetime, dict[str, Any]]]) -> list[Event]:
    """Write down what happened by itself: (ticket, verb, at, data) each, at their own times, however late."""
    return Event.objects.bulk_create(
        Event(ticket=ticket, verb=verb, at=at, is_public=False, data=data) for ticket, verb, at, data in crossings
    )
