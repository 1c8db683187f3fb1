"""Ending a ticket other than by solving it, and taking it up again."""

from __future__ import annotations

from datetime import datetime

from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import clocks, desk, reopening
from tickets.actions.changing import apply_status
from tickets.actions.checks import closed, require, require_active
from tickets.errors import ExclusionLifted, NothingToReopen, ReopenTooLate
from tickets.models import Exclusion, LiftedExclusion, RefusalReason, Status, Ticket


def mark_not_covered(
    ticket: Ticket, exclusion: Exclusion, *, actor: User, at: datetime, explanation: str = ""
) -> Ticket:
    """Close a ticket because the policy excludes what it asks for; the customer is told which exclusion.

    Raises NotPermitted, TicketNotActive, ExclusionLifted.
    """
    require(actor, Permission.REFUSE)
    ticket = desk.lock(ticket)
    require_active(ticket)
    if is_lifted(ticket, exclusion):
        raise ExclusionLifted(organization=ticket.organization)
    ticket.exclusion = exclusion
    ticket.save(update_fields=["exclusion"])
    apply_status(
        ticket,
        desk.status_of(Status.Kind.REFUSED),
        actor=actor,
        at=at,
        verb="ticket.not_covered",
        exclusion=exclusion.key,
        explanation=explanation.strip(),
    )
    clocks.refresh(ticket, at=at)
    return ticket


def refuse(ticket: Ticket, reason: RefusalReason, *, actor: User, at: datetime, explanation: str = "") -> Ticket:
    """Refuse a request for a reason of the list; the customer is told. Raises NotPermitted, TicketNotActive."""
    require(actor, Permission.REFUSE)
    ticket = desk.lock(ticket)
    require_active(ticket)
    ticket.refusal_reason = reason
    ticket.save(update_fields=["refusal_reason"])
    apply_status(
        ticket,
        desk.status_of(Status.Kind.REFUSED),
        actor=actor,
        at=at,
        verb="ticket.refused",
        reason=reason.key,
        explanation=explanation.strip(),
    )
    clocks.refresh(ticket, at=at)
    return ticket


def solve_by_requester(ticket: Ticket, *, actor: User, at: datetime) -> Ticket:
    """The person who asked says that the problem is solved. Raises NotPermitted, TicketNotActive."""
    if ticket.requester_id != actor.pk:
        raise NotPermitted
    ticket = desk.lock(ticket)
    require_active(ticket)
    apply_status(ticket, desk.status_of(Status.Kind.SOLVED), actor=actor, at=at, because="requester")
    clocks.refresh(ticket, at=at)
    return ticket


def reopen(ticket: Ticket, *, actor: User, at: datetime, reason: str = "") -> Ticket:
    """Take a solved or refused ticket up again; customers also one that was closed, while the policy gives time for it.

    Raises NotPermitted, NothingToReopen, TicketClosed, ReopenTooLate.
    """
    if actor.is_staff_member:
        require(actor, Permission.CHANGE)
    elif not Ticket.objects.visible_to(actor).filter(pk=ticket.pk).exists():
        raise NotPermitted
    ticket = desk.lock(ticket)
    if ticket.is_active:
        raise NothingToReopen
    is_closed = ticket.status.kind == Status.Kind.CLOSED and actor.is_staff_member
    if is_closed or ticket.merged_into_id is not None:
        raise closed(ticket, actor)
    if not actor.is_staff_member and reopening.is_too_late(ticket, at=at):
        raise ReopenTooLate(window=reopening.in_words())
    if ticket.status.kind == Status.Kind.REFUSED and not actor.is_staff_member:
        raise NotPermitted
    ticket.exclusion = ticket.refusal_reason = None
    ticket.save(update_fields=["exclusion", "refusal_reason"])
    apply_status(
        ticket, desk.status_of(Status.Kind.OPEN), actor=actor, at=at, verb="ticket.reopened", reason=reason.strip()
    )
    clocks.refresh(ticket, at=at)
    return ticket


def is_lifted(ticket: Ticket, exclusion: Exclusion) -> bool:
    """Whether an exclusion does not hold for the ticket's organisation: by its contract, or by its own agreement."""
    organization = ticket.organization
    if organization is None:
        return False
    contract = ticket.policy.contract_of(organization.contract)
    if contract is not None and exclusion.key in contract.lifts:
        return True
    return LiftedExclusion.objects.filter(organization=organization, exclusion=exclusion).exists()
