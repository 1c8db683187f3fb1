"""When a ticket came to its end: from there on its links and the time to reopen it run out."""

from __future__ import annotations

from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from tickets.models import Event, Status, Ticket
from tickets.models.ticket import TicketQuerySet

#: What can end a ticket; each says from which kind of state to which.
VERBS = ("status.changed", "ticket.not_covered", "ticket.refused", "ticket.reopened", "ticket.merged")
_SOLVED = ("solved", "closed")


def ended_at(ticket: Ticket) -> datetime | None:
    """Since when a ticket is finished, None while it is not; to be closed after it was solved begins nothing anew.

    One query.
    """
    if ticket.is_active:
        return None
    turns = Event.objects.filter(ticket=ticket, verb__in=VERBS).order_by("-at", "-id")
    since = None
    for at, data in turns.values_list("at", "data"):
        if data.get("kind") in Status.ACTIVE:
            break
        since = at
    return since or ticket.updated_at


def solved_since(tickets: TicketQuerySet, since: datetime) -> TicketQuerySet:
    """Those that are solved, and came to that at this instant or later; what was done to them since is no end."""
    solved = tickets.filter(is_active=False, status__kind__in=_SOLVED, updated_at__gte=since)
    turns = Event.objects.filter(ticket=OuterRef("pk"), verb__in=VERBS).order_by()
    active = turns.filter(data__kind__in=Status.ACTIVE).order_by("-at", "-id")
    began = Coalesce(Subquery(active.values("at")[:1]), "created_at")
    done = turns.filter(data__kind__in=_SOLVED, at__gte=OuterRef("was_active_at")).order_by("at", "id")
    ended = Coalesce(Subquery(done.values("at")[:1]), "updated_at")
    return solved.alias(was_active_at=began).alias(solved_at=ended).filter(solved_at__gte=since)
