"""Moving tickets between tiers: up with a reason, in order, and back down. The customer is told in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, override

from escalation.errors import HighestTier, LowestTier, NoRightToAsk, NotAbove, TiersInOrder, TooEarlyToAsk
from escalation.ladder import Ladder
from sla.words import when
from tenants.context import active_tenant
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tenants.text import say
from tickets import clocks, desk, events, rights
from tickets.actions import conduct
from tickets.actions.checks import require, require_active
from tickets.errors import ReasonMissing
from tickets.models import Event, Ticket, Tier

#: What a move between tiers changes on a ticket.
MOVED = ["tier", "team", "assignee", "updated_at"]


def escalate(
    ticket: Ticket,
    *,
    actor: User | None,
    at: datetime,
    reason: str,
    to: Tier | None = None,
    sentence: str | Mapping[str, str] = "",
    rule: str = "",
) -> Ticket:
    """Move a ticket to the next tier, or to a higher one given, and to the team that takes it there.

    `reason` is for staff; `sentence` is what the customer reads, a plain one when empty. `rule` names the policy's
    rule when no person acts. Raises NotPermitted, TicketNotActive, ReasonMissing, HighestTier, NotAbove, TiersInOrder.
    """
    require(actor, Permission.ESCALATE)
    ticket = desk.lock(ticket)
    _write(ticket, climb(ticket, Ladder(), actor=actor, at=at, reason=reason, to=to, sentence=sentence, rule=rule))
    clocks.refresh(ticket, at=at)
    return ticket


def escalate_for_customer(ticket: Ticket, *, actor: User, at: datetime, reason: str, as_it_is: bool = False) -> Ticket:
    """Move a ticket to the next tier because its customer asks for it, once the policy's wait on this one has passed.

    `as_it_is`: they were warned of rude words and send them all the same.
    Raises NotPermitted, TicketNotActive, ReasonMissing, NoRightToAsk, TooEarlyToAsk, RudeWords, RudeWordsWarned.
    """
    if actor.is_staff_member and ticket.requester_id != actor.pk:
        raise NotPermitted
    if not Ticket.objects.visible_to(actor).filter(pk=ticket.pk).exists():
        raise NotPermitted
    ticket = desk.lock(ticket)
    require_active(ticket)
    opens = rights.climbs_at(ticket, ticket.clocks.all())
    if opens is None or rights.next_tier(ticket) is None:
        raise NoRightToAsk
    if opens > at:
        raise TooEarlyToAsk(opens=when(opens))
    conduct.keep_courteous(ticket, reason, person=actor, as_it_is=as_it_is, at=at)
    # No tier is named: it is always the next one.
    _write(ticket, climb(ticket, Ladder(), actor=actor, at=at, reason=reason))
    clocks.refresh(ticket, at=at)
    return ticket


def climb(
    ticket: Ticket,
    ladder: Ladder,
    *,
    actor: User | None,
    at: datetime,
    reason: str,
    to: Tier | None = None,
    sentence: str | Mapping[str, str] = "",
    rule: str = "",
) -> Event:
    """escalate() for a ticket that is locked already, by somebody who may, without writing anything.

    The caller writes MOVED of the ticket and the event that is returned, and brings the clocks in line.
    """
    require_active(ticket)
    if not reason.strip():
        raise ReasonMissing
    above = ladder.above(ticket.tier)
    if not above:
        raise HighestTier
    to = to or above[0]
    if to not in above:
        raise NotAbove(tier=to)
    skipped = above[: above.index(to)]
    if skipped and not _may_skip(ticket, skipped, actor):
        raise TiersInOrder(tier=above[0])
    described = _described(ticket, to, reason)
    _move(ticket, to, ladder, at=at)
    return events.told(
        ticket,
        "ticket.escalated",
        actor=actor,
        at=at,
        **described,
        skipped=[tier.key for tier in skipped],
        sentence=sentence or default_sentence(to),
        rule=rule,
    )


def hand_back(ticket: Ticket, *, actor: User | None, at: datetime, reason: str) -> Ticket:
    """Move a ticket down to the tier below. Raises NotPermitted, TicketNotActive, ReasonMissing, LowestTier."""
    require(actor, Permission.ESCALATE)
    ticket, ladder = desk.lock(ticket), Ladder()
    require_active(ticket)
    if not reason.strip():
        raise ReasonMissing
    below = ladder.below(ticket.tier)
    if not below:
        raise LowestTier
    described = _described(ticket, below[0], reason)
    _move(ticket, below[0], ladder, at=at)
    ticket.save(update_fields=MOVED)
    events.record(ticket, "ticket.handed_back", actor=actor, at=at, **described)
    clocks.refresh(ticket, at=at)
    return ticket


def default_sentence(tier: Tier) -> dict[str, str]:
    """What a customer reads about an escalation, in every language of the tenant."""
    sentences = {}
    for language in active_tenant().languages or [active_tenant().language]:
        with override(language):
            sentences[language] = gettext("We have passed your request on to %(tier)s, who will go on with it.") % {
                "tier": say(tier.name, language)
            }
    return sentences


def _may_skip(ticket: Ticket, skipped: list[Tier], actor: User | None) -> bool:
    """Whether the tiers may be passed by: the policy lets it for each, or the person's role does; rules never skip."""
    if actor is None:
        tiers = ticket.policy.tiers
        return all(tier.key in tiers and tiers[tier.key].may_skip for tier in skipped)
    return actor.may(Permission.SKIP_TIER)


def _described(ticket: Ticket, to: Tier, reason: str) -> dict[str, Any]:
    return {
        "former": ticket.tier.key,
        "former_name": ticket.tier.name,
        "to": to.key,
        "to_name": to.name,
        "reason": reason.strip(),
    }


def _move(ticket: Ticket, tier: Tier, ladder: Ladder, *, at: datetime) -> None:
    ticket.tier, ticket.assignee, ticket.updated_at = tier, None, at
    ticket.team = ladder.team_for(ticket, tier)


def _write(ticket: Ticket, happened: Event) -> None:
    ticket.save(update_fields=MOVED)
    events.write_down([happened])
