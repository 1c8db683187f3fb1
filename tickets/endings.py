"""When a ticket came to its end: from there on its links and the time to reopen it run out."""

from __future__ import annotations

from datetime import datetime

from tickets.models import Event, Status, Ticket

#: What can end a ticket; each says from which kind of state to which.
VERBS = ("status.changed", "ticket.not_covered", "ticket.refused", "ticket.reopened", "ticket.merged")


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
