"""Which maintenance and which outages stop the clocks of which tickets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from sla import clock
from tenants.text import say
from tenants.written import written
from tickets.models import Event, ServiceWindow, Ticket
from tickets.versions import facts_of

#: When a ticket left a category, and its key.
Move = tuple[datetime, str]


def foretold(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Tickets that know whether any window may concern them: mostly there is none, and no query is spent on it."""
    return tickets.annotate(may_stop=written(Ticket, _may_stop))


def _may_stop(reader: UUID) -> Exists:
    return Exists(ServiceWindow.objects.stopping_since(OuterRef("created_at")))


def of(tickets: Collection[Ticket]) -> dict[UUID, list[clock.Window]]:
    """The windows that concern each ticket, by its id; two queries, or none for tickets known to have none.

    A third where a window names categories: what it stops it stops while the ticket is in one of them.
    """
    found: dict[UUID, list[clock.Window]] = {ticket.pk: [] for ticket in tickets}
    if not any(ticket.__dict__.get("may_stop", True) for ticket in tickets):
        return found
    since = min(ticket.created_at for ticket in tickets)
    windows = list(ServiceWindow.objects.stopping_since(since).prefetch_related("organizations"))
    moves = _moves(tickets) if any(window.categories for window in windows) else {}
    for window in windows:
        for ticket in tickets:
            if window.ends_at is not None and window.ends_at <= ticket.created_at:
                continue
            for category, begins, ends in _stays(ticket, moves.get(ticket.pk, ()) if window.categories else ()):
                if window.concerns(category, ticket.organization_id):
                    found[ticket.pk] += _as_the_clocks_see_it(window, ticket, begins, ends)
    return found


def _moves(tickets: Collection[Ticket]) -> dict[UUID, list[Move]]:
    """Changes of category, oldest first, by the ticket's id."""
    found: dict[UUID, list[Move]] = {}
    rows = Event.objects.filter(ticket__in=[ticket.pk for ticket in tickets], verb="category.changed")
    for ticket, at, data in rows.order_by("at", "id").values_list("ticket_id", "at", "data"):
        found.setdefault(ticket, []).append((at, data["former"]))
    return found


def _stays(ticket: Ticket, moves: Sequence[Move]) -> Iterator[tuple[str, datetime | None, datetime | None]]:
    """Each category that a ticket was in, since when and until when; None at the open ends."""
    since = None
    for at, former in moves:
        yield former, since, at
        since = at
    yield facts_of(ticket).category, since, None


def _as_the_clocks_see_it(
    window: ServiceWindow, ticket: Ticket, since: datetime | None, until: datetime | None
) -> Iterator[clock.Window]:
    """The part of a window that lies between two instants, if any does."""
    begins = max(window.begins_at, since) if since else window.begins_at
    ends = min((at for at in (window.ends_at, until) if at), default=None)
    if ends is not None and ends.replace(microsecond=0) <= begins.replace(microsecond=0):
        return
    yield clock.Window(
        begins=begins,
        ends=ends,
        metrics=frozenset(window.metrics),
        reason=say(window.title, ticket.policy.language),
        source=str(window.pk),
        known_at=window.known_at,
    )
