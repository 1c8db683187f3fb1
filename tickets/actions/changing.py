"""Changing what a ticket is: status, priority, category, tags."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sla.models import Priority
from tenants.models import User
from tenants.permissions import Permission
from tickets import clocks, desk, events
from tickets.actions.checks import require, require_active
from tickets.errors import ReasonMissing, TicketClosed
from tickets.models import Category, Event, Status, Tag, Ticket, TicketTag


def change_status(ticket: Ticket, status: Status, *, actor: User | None, at: datetime) -> Ticket:
    """Set a status. A closed ticket stays closed. Raises NotPermitted, TicketClosed."""
    require(actor, Permission.CHANGE)
    ticket = desk.lock(ticket)
    if ticket.merged_into_id is not None or (
        ticket.status.kind == Status.Kind.CLOSED and status.kind != Status.Kind.CLOSED
    ):
        raise TicketClosed(number=ticket.number)
    if status.pk != ticket.status_id:
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
    return ticket


def add_tag(ticket: Ticket, name: str, *, actor: User | None, at: datetime) -> Tag:
    """Put a tag on a ticket. Raises NotPermitted, ReasonMissing for an empty word."""
    require(actor, Permission.CHANGE)
    word = " ".join(name.split()).lower()[:50]
    if not word:
        raise ReasonMissing
    ticket = desk.lock(ticket)
    tag, _ = Tag.objects.get_or_create(name=word)
    _, added = TicketTag.objects.get_or_create(ticket=ticket, tag=tag)
    if added:
        events.record(ticket, "tag.added", actor=actor, at=at, tag=word)
    return tag


def remove_tag(ticket: Ticket, tag: Tag, *, actor: User | None, at: datetime) -> None:
    """Take a tag off a ticket. Raises NotPermitted."""
    require(actor, Permission.CHANGE)
    ticket = desk.lock(ticket)
    removed, _ = TicketTag.objects.filter(ticket=ticket, tag=tag).delete()
    if removed:
        events.record(ticket, "tag.removed", actor=actor, at=at, tag=tag.name)


def apply_status(
    ticket: Ticket, status: Status, *, actor: User | None, at: datetime, verb: str = "status.changed", **data: Any
) -> Event:
    """Write a status on a locked ticket and record it; the caller refreshes the clocks."""
    former, ticket.status, ticket.updated_at = ticket.status, status, at
    ticket.is_active = status.kind in Status.ACTIVE
    ticket.save(update_fields=["status", "is_active", "updated_at"])
    return events.record(
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
