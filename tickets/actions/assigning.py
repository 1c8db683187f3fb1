"""Who works on a ticket."""

from __future__ import annotations

from datetime import datetime

from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, events
from tickets.actions.checks import require, require_active
from tickets.errors import WrongTeam, WrongTier
from tickets.models import Status, Team, TeamMembership, Ticket


def assign(ticket: Ticket, assignee: User | None, *, actor: User | None, at: datetime) -> Ticket:
    """Give a ticket to an agent, or to nobody. Raises NotPermitted, TicketNotActive, WrongTeam."""
    require(actor, Permission.ASSIGN)
    ticket = desk.lock(ticket)
    require_active(ticket)
    if assignee is not None and not (assignee.is_staff_member and assignee.is_active):
        raise WrongTeam(person=assignee)
    if (assignee.pk if assignee else None) == ticket.assignee_id:
        return ticket
    former, ticket.assignee, ticket.updated_at = ticket.assignee_id, assignee, at
    ticket.save(update_fields=["assignee", "updated_at"])
    events.record(
        ticket,
        "ticket.assigned",
        actor=actor,
        at=at,
        former=str(former) if former else None,
        to=str(assignee.pk) if assignee else None,
        name=str(assignee) if assignee else "",
    )
    return ticket


def take(ticket: Ticket, *, actor: User, at: datetime) -> Ticket:
    """Assign a ticket to oneself. Raises NotPermitted, TicketNotActive."""
    return assign(ticket, actor, actor=actor, at=at)


def take_next(*, actor: User, at: datetime) -> Ticket | None:
    """Assign the most urgent ticket that nobody works on: by due time, then in order of arrival. None without one.

    Members of teams get their teams' tickets. A ticket that somebody else takes at this moment is passed by.
    Raises NotPermitted.
    """
    require(actor, Permission.ASSIGN)
    waiting = Ticket.objects.visible_to(actor).filter(
        is_active=True, assignee=None, status__in=Status.objects.filter(kind__in=[Status.Kind.NEW, Status.Kind.OPEN])
    )
    teams = list(TeamMembership.objects.filter(user=actor).values_list("team", flat=True))
    if teams:
        waiting = waiting.filter(team__in=teams)
    ticket = waiting.select_for_update(of=("self",), skip_locked=True).order_by("due_at", "number").first()
    return take(ticket, actor=actor, at=at) if ticket else None


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
