"""Requests that come without the authorisation data which the policy asks for: they wait until it is there."""

from __future__ import annotations

from datetime import datetime

from tenants.models import User
from tickets import answers, desk
from tickets.actions.changing import apply_status
from tickets.models import Event, Status, Ticket

#: Why such a request waits, as its history says it.
BECAUSE = "identification"


def missing(ticket: Ticket) -> list[str]:
    """Keys of what a new request has to wait for. Asks the database nothing."""
    fields = answers.missing_to_identify(ticket, ticket.policy)
    return [] if ticket.requester.is_staff_member else [each.key for each in fields]


def hold(ticket: Ticket, missing: list[str], *, at: datetime) -> None:
    """Let a new request wait for its customer, who is told what is missing; the caller refreshes the clocks."""
    waits = desk.status_of(Status.Kind.PENDING)
    apply_status(ticket, waits, actor=None, at=at, because=BECAUSE, missing=missing)


def release(ticket: Ticket, *, actor: User, at: datetime) -> None:
    """Take a locked request up that waited for nothing else than what is there now; the caller refreshes the clocks."""
    if ticket.status.kind != Status.Kind.PENDING or answers.missing_to_identify(ticket, ticket.policy):
        return
    # Who is waited for since with a question of an agent's own is waited for still.
    last = Event.objects.filter(ticket=ticket, verb="status.changed").order_by("-at", "-id").first()
    if last is not None and last.data.get("because") == BECAUSE:
        apply_status(ticket, desk.status_of(Status.Kind.OPEN), actor=actor, at=at, because="identified")
