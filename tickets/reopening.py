"""Until when a reply opens a finished ticket again; what is written later is a ticket of its own, linked with it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sla import words
from sla.document.durations import Duration
from tickets import desk, endings
from tickets.models import Status, Ticket

#: Kinds of end that a customer's reply undoes; on what was refused it is an appeal.
KINDS = (Status.Kind.SOLVED, Status.Kind.CLOSED)


def until(ticket: Ticket) -> datetime | None:
    """When the time to reopen is over, by the policy in force; None where nothing is to be reopened. One query."""
    if ticket.status.kind not in KINDS or ticket.merged_into_id is not None:
        return None
    ended = endings.ended_at(ticket)
    if ended is None:
        return None
    policy = desk.current_policy().policy
    within = policy.self_service.reopen_within
    if within.days:
        return policy.calendar().add_days(ended, within.days)
    return ended + timedelta(seconds=within.seconds or 0)


def is_too_late(ticket: Ticket, *, at: datetime) -> bool:
    """Whether a reply on it becomes a ticket of its own."""
    ends = until(ticket)
    return ends is not None and at >= ends


def in_words() -> str:
    """How long the policy leaves, in the reader's language."""
    within: Duration = desk.current_policy().policy.self_service.reopen_within
    return words.duration(within) if within.days else words.wall_length(within.seconds or 0)
