"""Which maintenance and which outages stop the clocks of which tickets."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from sla import clock
from tenants.text import say
from tickets.models import ServiceWindow, Ticket
from tickets.versions import facts_of


def foretold(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Tickets that know whether any window may concern them: mostly there is none, and no query is spent on it."""
    return tickets.annotate(may_stop=Exists(ServiceWindow.objects.stopping_since(OuterRef("created_at"))))


def of(tickets: Collection[Ticket]) -> dict[UUID, list[clock.Window]]:
    """The windows that concern each ticket, by its id; two queries, or none for tickets known to have none."""
    found: dict[UUID, list[clock.Window]] = {ticket.pk: [] for ticket in tickets}
    if not any(ticket.__dict__.get("may_stop", True) for ticket in tickets):
        return found
    since = min(ticket.created_at for ticket in tickets)
    for window in ServiceWindow.objects.stopping_since(since).prefetch_related("organizations"):
        for ticket in tickets:
            is_over = window.ends_at is not None and window.ends_at <= ticket.created_at
            if not is_over and window.concerns(facts_of(ticket).category, ticket.organization_id):
                found[ticket.pk].append(_as_the_clocks_see_it(window, ticket))
    return found


def _as_the_clocks_see_it(window: ServiceWindow, ticket: Ticket) -> clock.Window:
    return clock.Window(
        begins=window.begins_at,
        ends=window.ends_at,
        metrics=frozenset(window.metrics),
        reason=say(window.title, ticket.policy.language),
        source=str(window.pk),
        known_at=window.known_at,
    )
