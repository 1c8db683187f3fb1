"""Who works on a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, events
from tickets.actions.checks import require, require_active
from tickets.errors import WrongTeam, WrongTier
from tickets.models import Team, Ticket


def assign(ticket: Ticket, assignee: User | None, *, actor: User | None, at: datetime) -> Ticket:
    """Give a ticket to an agent, or to nobody. Raises NotPermitted, TicketNotActive, WrongTeam."""
    require(actor, Permission.ASSIGN)
    ticket = desk.lock(ticket)
    require_active(ticket)
    if assignee is not None and not (assignee.is_staff_member and assignee.is_active):
        raise WrongTeam(person=assignee)
    if (assignee.pk if assignee else None) == ticket.assignee_id:
        return ticket
    return give(ticket, assignee, actor=actor, at=at)


def give(
    ticket: Ticket, assignee: User | None, *, actor: User | None, at: datetime, why: Mapping[str, Any] | None = None
) -> Ticket:
    """assign() for a ticket that is locked already. `why` says how it was chosen; nothing when somebody chose."""
    former, ticket.assignee, ticket.updated_at = ticket.assignee_id, assignee, at
    ticket.save(update_fields=["assignee", "updated_at"])
    said: dict[str, Any] = {"why": dict(why)} if why else {}
    said |= {"former": str(former) if former else None, "to": str(assignee.pk) if assignee else None}
    events.record(ticket, "ticket.assigned", actor=actor, at=at, name=str(assignee) if assignee else "", **said)
    return ticket


def take(ticket: Ticket, *, actor: User, at: datetime) -> Ticket:
    """Assign a ticket to oneself. Raises NotPermitted, TicketNotActive."""
    return assign(ticket, actor, actor=actor, at=at)


def hand_over(ticket: Ticket, team: Team, *, actor: User | None, at: datetime, reason: str = "") -> Ticket:
    """Give a ticket to another team of the same tier; escalation moves between tiers.

    Raises NotPermitted, TicketNotActive, WrongTier.
    """
    require(actor, Permission.ASSIGN)
    ticket = desk.lock(ticket)
    require_active(ticket)
    if team.tier_id != ticket.tier_id:
        raise WrongTier(team=team)
    if team.pk == ticket.team_id:
        return ticket
    former, ticket.team, ticket.assignee, ticket.updated_at = ticket.team, team, None, at
    ticket.save(update_fields=["team", "assignee", "updated_at"])
    events.record(
        ticket,
        "ticket.handed_over",
        actor=actor,
        at=at,
        former=former.key if former else "",
        to=team.key,
        reason=reason.strip(),
    )
    return ticket
