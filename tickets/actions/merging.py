"""Joining duplicates: nothing is lost, and the customer is told."""

from __future__ import annotations

from datetime import datetime

from tenants.models import User
from tenants.permissions import Permission
from tickets import clocks, desk, events, search
from tickets.actions.changing import apply_status
from tickets.actions.checks import require
from tickets.errors import AlreadyMerged, CannotMergeItself, DifferentCustomers
from tickets.models import Message, Status, Ticket


def merge(duplicate: Ticket, *, into: Ticket, actor: User, at: datetime) -> Ticket:
    """Move a duplicate's messages to the ticket that stays, close it, and stop its clocks.

    Raises NotPermitted, CannotMergeItself, AlreadyMerged, DifferentCustomers.
    """
    require(actor, Permission.MERGE)
    if duplicate.pk == into.pk:
        raise CannotMergeItself
    # In order of id, so that two people who merge the same pair crosswise do not wait for each other.
    locked = {ticket.pk: ticket for ticket in map(desk.lock, sorted((duplicate, into), key=lambda t: t.pk))}
    duplicate, into = locked[duplicate.pk], locked[into.pk]
    for ticket in (duplicate, into):
        if ticket.merged_into_id is not None:
            raise AlreadyMerged(number=ticket.number)

    if not _same_customer(duplicate, into):
        raise DifferentCustomers

    moved = Message.objects.filter(ticket=duplicate).update(ticket=into, merged_from=duplicate)
    search.move(duplicate, into)
    duplicate.merged_into = into
    duplicate.save(update_fields=["merged_into"])
    apply_status(
        duplicate, desk.status_of(Status.Kind.CLOSED), actor=actor, at=at, verb="ticket.merged", into=into.number
    )
    clocks.refresh(duplicate, at=at)
    events.record(into, "ticket.absorbed", actor=actor, at=at, number=duplicate.number, messages=moved)
    into.updated_at = at
    into.save(update_fields=["updated_at"])
    return into


def _same_customer(one: Ticket, other: Ticket) -> bool:
    """Whether nobody would read a stranger's words: the requester is the same, or both are for one organisation."""
    if one.requester_id == other.requester_id:
        return True
    return one.organization_id is not None and one.organization_id == other.organization_id
