"""Changing what a ticket is: status, priority, category."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sla.models import Priority
from tenants.models import User
from tenants.permissions import Permission
from tickets import clocks, desk, events
from tickets.actions.awaiting import end_pending, require_none_pending
from tickets.actions.checks import closed, require, require_active, require_filled
from tickets.actions.rating import plan_question
from tickets.errors import ReasonMissing
from tickets.models import Category, Event, Status, Ticket


def change_status(ticket: Ticket, status: Status, *, actor: User | None, at: datetime) -> Ticket:
    """Set a status. A closed ticket stays closed. Raises NotPermitted, TicketClosed, ApprovalPending, FieldsMissing."""
    require(actor, Permission.CHANGE)
    ticket = desk.lock(ticket)
    if ticket.merged_into_id is not None or (
        ticket.status.kind == Status.Kind.CLOSED and status.kind != Status.Kind.CLOSED
    ):
        raise closed(ticket, actor)
    if status.pk != ticket.status_id:
        if actor is not None:
            require_open_end(ticket, status)
        apply_status(ticket, status, actor=actor, at=at)
        clocks.refresh(ticket, at=at)
    return ticket


def change_priority(
    ticket: Ticket, priority: Priority, *, actor: User | None, at: datetime, reason: str = ""
) -> Ticket:
    """Correct the priority, with a reason that the customer reads when a person does it; the clocks follow.

    Raises NotPermitted, TicketNotActive, ReasonMissing.
    """
    require(actor, Permission.CHANGE)
    ticket = desk.lock(ticket)
    require_active(ticket)
    if actor is not None and not reason.strip():
        raise ReasonMissing
    if priority.pk == ticket.priority_id:
        return ticket
    former, ticket.priority, ticket.updated_at = ticket.priority, priority, at
    ticket.save(update_fields=["priority", "updated_at"])
    events.record(
        ticket, "priority.changed", actor=actor, at=at, former=former.key, to=priority.key, reason=reason.strip()
    )
    clocks.refresh(ticket, at=at)
    return ticket


def change_category(ticket: Ticket, category: Category, *, actor: User | None, at: datetime) -> Ticket:
    """Move a ticket to another category, and to the team that takes it on this tier. Raises NotPermitted."""
    require(actor, Permission.CHANGE)
    ticket = desk.lock(ticket)
    require_active(ticket)
    if category.pk == ticket.category_id:
        return ticket
    former, ticket.category, ticket.updated_at = ticket.category, category, at
    team = desk.team_on(ticket.policy, ticket.tier, category)
    if team != ticket.team:
        ticket.team, ticket.assignee = team, None
    ticket.save(update_fields=["category", "team", "assignee", "updated_at"])
    events.record(ticket, "category.changed", actor=actor, at=at, former=former.key, to=category.key)
    clocks.refresh(ticket, at=at)  # maintenance of the one may stop them, that of the other no more
    return ticket


def require_open_end(ticket: Ticket, status: Status) -> None:
    """Raise ApprovalPending or FieldsMissing where a person would solve or close a locked ticket too early.

    Customers may call their problem solved all the same, and what is refused or merged asks for nothing.
    """
    if ticket.is_active and status.kind in (Status.Kind.SOLVED, Status.Kind.CLOSED):
        require_none_pending(ticket)
        require_filled(ticket)


def apply_status(
    ticket: Ticket, status: Status, *, actor: User | None, at: datetime, verb: str = "status.changed", **data: Any
) -> Event:
    """Write a status on a locked ticket and record it; the caller refreshes the clocks.

    What a ticket that comes to its end waited for ends with it.
    """
    ends = ticket.is_active and status.kind not in Status.ACTIVE
    former, ticket.status, ticket.updated_at = ticket.status, status, at
    ticket.is_active = status.kind in Status.ACTIVE
    if not ticket.is_active:  # nothing comes back to work that is over
        ticket.snoozed_at = ticket.snoozed_until = None
    ticket.save(update_fields=["status", "is_active", "snoozed_at", "snoozed_until", "updated_at"])
    event = events.record(
        ticket,
        verb,
        actor=actor,
        at=at,
        former=former.key,
        to=status.key,
        former_kind=former.kind,
        kind=status.kind,
        **data,
    )
    if ends:
        end_pending(ticket, actor=actor, at=at, because="merged" if verb == "ticket.merged" else status.kind)
    plan_question(ticket, former_kind=former.kind, at=at)
    return event
