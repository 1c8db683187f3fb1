"""Telling a customer in time that an answer takes longer, why, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta

from sla import words
from sla.clock import State
from tenants.models import User
from tenants.permissions import Permission
from tickets import clocks, desk, events
from tickets.actions.checks import require, require_active
from tickets.actions.talking import touch
from tickets.errors import DelayNotLater, DelayTooLong, NothingOwed, ReasonMissing
from tickets.models import Clock, Event, Ticket

#: The clocks that a reply answers, and an earlier notice.
REPLIES = ("first_response", "next_response", "periodic_update", "promise")
LONGEST = timedelta(days=366)
_LIVE = (State.RUNNING, State.PAUSED, State.UNSCHEDULABLE)


def announce_delay(ticket: Ticket, *, until: datetime, reason: str, actor: User, at: datetime) -> Event:
    """Give the customer a new time for the reply that is owed, and the reason: a clock of its own watches it.

    What it does to the clock of that reply is the policy's choice (`on_promise`). Clause E10.
    Raises NotPermitted, TicketNotActive, ReasonMissing, NothingOwed, DelayNotLater, DelayTooLong.
    """
    require(actor, Permission.REPLY)
    ticket = desk.lock(ticket)
    require_active(ticket)
    if not reason.strip():
        raise ReasonMissing
    owed = list(Clock.objects.filter(ticket=ticket, metric__in=REPLIES, state__in=_LIVE))
    if not owed:
        raise NothingOwed
    before = max((clock.due_at for clock in owed if clock.due_at), default=at)
    if until <= max(before, at):
        raise DelayNotLater(due=words.when(max(before, at)))
    if until > at + LONGEST:
        raise DelayTooLong
    event = events.record(
        ticket,
        "delay.announced",
        actor=actor,
        at=at,
        until=until.isoformat(),
        reason=reason.strip(),
        former=before.isoformat(),
    )
    touch(ticket, at)
    clocks.refresh(ticket, at=at)
    return event
