"""Putting a ticket aside until a time, or until its customer writes. Its clocks run on."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from tenants import alarms
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, events
from tickets.actions.checks import require, require_active
from tickets.models import Ticket

#: Brings a ticket back; its subject is the ticket.
ALARM = "snooze"
LONGEST = timedelta(days=366)


class SnoozeTooEarly(Refused):
    """A ticket comes back later, not earlier."""

    sentence = _("This time has passed already. Choose a later one.")
    code = "snooze_too_early"


class SnoozeTooLong(Refused):
    """A year is long enough to forget it."""

    sentence = _("A ticket can be put aside for a year at most. Choose an earlier time.")
    code = "snooze_too_long"


def snooze(ticket: Ticket, *, actor: User, at: datetime, until: datetime | None = None) -> Ticket:
    """Take a ticket out of the lists of work until an instant, or without one until its customer writes.

    Raises NotPermitted, TicketNotActive, SnoozeTooEarly, SnoozeTooLong.
    """
    require(actor, Permission.CHANGE)
    ticket = desk.lock(ticket)
    require_active(ticket)
    if until is not None and until <= at:
        raise SnoozeTooEarly
    if until is not None and until > at + LONGEST:
        raise SnoozeTooLong
    ticket.snoozed_at, ticket.snoozed_until = at, until
    ticket.save(update_fields=["snoozed_at", "snoozed_until"])
    if until is not None:
        alarms.set(ALARM, ticket.pk, until)
    events.record(ticket, "ticket.snoozed", actor=actor, at=at, until=until.isoformat() if until else None)
    return ticket


def unsnooze(ticket: Ticket, *, actor: User, at: datetime) -> Ticket:
    """Bring a ticket back now. Raises NotPermitted."""
    require(actor, Permission.CHANGE)
    ticket = desk.lock(ticket)
    wake(ticket, actor=actor, at=at, because="person")
    return ticket


def wake(ticket: Ticket, *, actor: User | None, at: datetime, because: str) -> None:
    """Bring a locked ticket back into the lists of work, if it is out of them."""
    if ticket.snoozed_at is None:
        return
    ticket.snoozed_at = ticket.snoozed_until = None
    ticket.save(update_fields=["snoozed_at", "snoozed_until"])
    alarms.cancel(ALARM, ticket.pk)
    events.record(ticket, "ticket.woken", actor=actor, at=at, because=because)


def rang(ticket_id: UUID, now: datetime) -> None:
    """Alarm handler: the time is over."""
    found = Ticket.objects.filter(pk=ticket_id, snoozed_until__lte=now).first()
    if found is not None:
        ticket = desk.lock(found)
        if ticket.snoozed_until is not None and ticket.snoozed_until <= now:
            wake(ticket, actor=None, at=now, because="time")
