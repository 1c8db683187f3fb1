"""The next ticket of the queue, and passing one by."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from sla.document import SupportPolicy
from tenants.context import active_tenant
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, events, staffing
from tickets.actions.assigning import give
from tickets.actions.checks import require, require_active
from tickets.errors import AtCapacity, NotYours, ReasonMissing
from tickets.models import Skip, Team, Ticket
from tickets.models.ticket import TicketQuerySet

#: How long a skipped ticket is not offered again to whoever skipped it.
SKIPPED_FOR = timedelta(hours=4)


def take_next(*, actor: User, at: datetime) -> Ticket | None:
    """Assign the most urgent ticket that nobody works on: by due time, then in order of arrival. None without one.

    Of what the person may take: tickets of their teams, if they are in any, that fit their skills and languages, and
    that they did not skip lately. A ticket that somebody else takes at this moment is passed by.
    Raises NotPermitted, AtCapacity.
    """
    require(actor, Permission.ASSIGN)
    # Two browsers of one person wait for each other, so that they don't take more than they should.
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=actor.pk)
    policy = desk.current_policy().policy
    (me,) = staffing.colleagues([actor], policy, at=at)
    waiting = _offered(me, policy, at)
    ticket = waiting.select_for_update(of=("self",), skip_locked=True).order_by("due_at", "number").first()
    if ticket is None:
        return None
    return give(desk.lock(ticket), actor, actor=actor, at=at, why={"mode": "next"})


def _offered(me: staffing.Colleague, policy: SupportPolicy, at: datetime) -> TicketQuerySet:
    """What somebody may be handed. Raises AtCapacity when they hold as many tickets as they should."""
    actor = me.person
    waiting = Ticket.objects.visible_to(actor).waiting()
    teams = list(Team.objects.filter(memberships__user=actor))
    room = [team for team in teams if not _is_full(me, policy, team)]
    if me.is_full or (teams and not room):
        raise AtCapacity(held=me.holds)
    if teams:
        waiting = waiting.filter(team__in=room)
    if me.categories:
        waiting = waiting.filter(category__key__in=me.categories)
    if me.languages:
        usual = Q(requester__language="") if active_tenant().language in me.languages else Q()
        waiting = waiting.filter(Q(requester__language__in=me.languages) | usual)
    return waiting.exclude(pk__in=Skip.objects.filter(user=actor, until__gt=at).values("ticket"))


def _is_full(me: staffing.Colleague, policy: SupportPolicy, team: Team) -> bool:
    terms = policy.teams.get(team.key)
    most = me.capacity or (terms.capacity if terms else None)
    return most is not None and me.holds >= most


def skip(ticket: Ticket, *, actor: User, reason: str, words: str = "", at: datetime) -> Ticket:
    """Put one's own ticket back into the queue and say why; it is not offered to this person again for a while.

    `reason` is one of Skip.Reason; another one than those needs words. Raises NotPermitted, TicketNotActive, NotYours,
    ReasonMissing.
    """
    require(actor, Permission.ASSIGN)
    ticket = desk.lock(ticket)
    require_active(ticket)
    if ticket.assignee_id != actor.pk:
        raise NotYours
    words = words.strip()
    if reason not in Skip.Reason or (reason == Skip.Reason.OTHER and not words):
        raise ReasonMissing
    Skip.objects.create(user=actor, ticket=ticket, reason=reason, words=words[:500], at=at, until=at + SKIPPED_FOR)
    ticket.assignee, ticket.updated_at = None, at
    ticket.save(update_fields=["assignee", "updated_at"])
    former = str(actor.pk)
    events.record(ticket, "ticket.skipped", actor=actor, at=at, former=former, reason=reason, words=words[:500])
    return ticket
