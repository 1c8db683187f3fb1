"""The policy's escalation rules: considered after a clock warned or broke, and what came of it is written down."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from escalation import actions
from escalation.errors import HighestTier
from escalation.models import RuleRun
from sla.document.rules import BREACH, Effect, Rule
from sla.models import Priority
from tenants.errors import Refused
from tenants.text import say
from tickets import desk, events
from tickets.actions import change_priority
from tickets.models import Event, Ticket, Tier


def consider(event_id: UUID, now: datetime) -> None:
    """Alarm handler: run every rule of the ticket's policy for this clock's moment whose conditions are met."""
    event = Event.objects.select_related("ticket").get(pk=event_id)
    ticket = desk.lock(event.ticket)
    moment = BREACH if event.verb == "clock.breached" else event.data["percent"]
    for rule in ticket.policy.escalation.rules.values():
        if rule.when.clock == event.data["metric"] and rule.when.at == moment:
            _run(rule, ticket, event, now)


def _run(rule: Rule, ticket: Ticket, event: Event, now: datetime) -> None:
    if RuleRun.objects.filter(event=event, rule=rule.key).exists():
        return
    because = _unmet(rule, ticket)
    if not because:
        try:
            with transaction.atomic():
                _do(rule.key, rule.do, ticket, now)
        except Refused as refusal:
            because = {"refused": refusal.code}
    RuleRun.objects.create(ticket=ticket, event=event, rule=rule.key, ran=not because, because=because, at=now)


def _unmet(rule: Rule, ticket: Ticket) -> dict[str, object]:
    """The first condition that does not hold, and the value that it saw; empty when the rule is to run."""
    if not ticket.is_active:
        return {"condition": "active", "saw": ticket.status.key}
    policy = ticket.policy
    category = policy.categories.get(ticket.category.key)
    facts = {
        "contract": ticket.organization.contract if ticket.organization else None,
        "category": ticket.category.key,
        "type": category.type if category else None,
        "channel": ticket.channel.key,
        "priority": ticket.priority.key,
        "tier": ticket.tier.key,
    }
    if rule.when.only.match(**facts):
        return {}
    return {"condition": "only", "saw": facts}


def _do(key: str, effect: Effect, ticket: Ticket, now: datetime) -> None:
    """Everything that the rule says, in its order, in the transaction of the alarm."""
    if effect.raise_priority:
        above = Priority.objects.filter(is_active=True, rank__lt=ticket.priority.rank).order_by("-rank").first()
        if above is not None:
            ticket = change_priority(ticket, above, actor=None, at=now)
    escalated = False
    if effect.escalate:
        escalated = _escalate(key, effect, ticket, now)
    if effect.notify or (effect.tell_customer and not escalated):
        events.record(
            ticket,
            "rule.ran",
            actor=None,
            at=now,
            is_public=bool(effect.tell_customer and not escalated and not effect.escalate),
            rule=key,
            notify=list(effect.notify),
            sentence=dict(effect.tell_customer or {}) if not effect.escalate else {},
        )


def _escalate(key: str, effect: Effect, ticket: Ticket, now: datetime) -> bool:
    to = None if effect.escalate == "next" else Tier.objects.filter(key=effect.escalate).first()
    if to is not None and to.position <= ticket.tier.position:
        return False  # it got there by other means
    try:
        actions.escalate(
            ticket,
            actor=None,
            at=now,
            to=to,
            reason=say(effect.reason, ticket.policy.language),
            sentence=dict(effect.tell_customer or {}),
            rule=key,
        )
    except HighestTier:
        return False
    return True
