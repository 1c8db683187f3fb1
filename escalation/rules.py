"""The policy's escalation rules: considered after a clock warned or broke, and what came of it is written down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from escalation import actions
from escalation.errors import HighestTier
from escalation.models import RuleRun
from sla.document.rules import BREACH, Rule
from sla.models import Priority
from tenants.errors import Refused
from tenants.text import say
from tickets import clocks, desk, events
from tickets.actions import change_priority
from tickets.models import Event, Ticket, Tier


def rang(ticket_id: UUID, now: datetime) -> None:
    """Alarm handler: a clock of this ticket warned or broke by now, unless something happened meanwhile."""
    ticket = desk.lock(Ticket(pk=ticket_id))
    consider(ticket, clocks.settle(ticket, at=now), now=now)


def crossed(ticket_id: UUID, now: datetime) -> None:
    """Alarm handler: clocks of this ticket had warned or broken when somebody acted on it."""
    ticket = desk.lock(Ticket(pk=ticket_id))
    consider(ticket, Event.objects.filter(ticket=ticket, verb__in=["clock.warned", "clock.breached"]), now=now)


def consider(ticket: Ticket, crossings: Iterable[Event], *, now: datetime) -> None:
    """Run every rule of the ticket's policy for these warnings and breaches, each rule once for each of them."""
    crossings = list(crossings)
    if not crossings:
        return
    done = set(RuleRun.objects.filter(ticket=ticket).values_list("event_id", "rule"))
    runs = []
    for event in crossings:
        for rule in ticket.policy.escalation.rules.values():
            if _is_for(rule, event) and (event.pk, rule.key) not in done:
                # The next rule sees what this one did.
                ticket, because = _run(rule, ticket, now)
                run = RuleRun(ticket=ticket, event=event, rule=rule.key, ran=not because, because=because, at=now)
                runs.append(run)
    RuleRun.objects.bulk_create(runs)


def _is_for(rule: Rule, event: Event) -> bool:
    moment = BREACH if event.verb == "clock.breached" else event.data["percent"]
    return rule.when.clock == event.data["metric"] and rule.when.at == moment


def _run(rule: Rule, ticket: Ticket, now: datetime) -> tuple[Ticket, dict[str, object]]:
    """Do what a rule says if its conditions are met: the ticket after it, and why it did not run if it didn't."""
    because = _unmet(rule, ticket)
    if because:
        return ticket, because
    try:
        with transaction.atomic():
            return _do(rule, ticket, now), {}
    except Refused as refusal:
        return ticket, {"refused": refusal.code}


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


def _do(rule: Rule, ticket: Ticket, now: datetime) -> Ticket:
    """Everything that the rule says, in its order, in the transaction of the alarm."""
    effect = rule.do
    if effect.raise_priority:
        above = Priority.objects.filter(is_active=True, rank__lt=ticket.priority.rank).order_by("-rank").first()
        if above is not None:
            ticket = change_priority(ticket, above, actor=None, at=now)
    if effect.escalate:
        ticket = _escalate(rule, ticket, now)
    # An escalation tells the customer itself.
    sentence = dict(effect.tell_customer or {}) if not effect.escalate else {}
    if effect.notify or sentence:
        events.record(
            ticket,
            "rule.ran",
            actor=None,
            at=now,
            is_public=bool(sentence),
            rule=rule.key,
            notify=list(effect.notify),
            sentence=sentence,
        )
    return ticket


def _escalate(rule: Rule, ticket: Ticket, now: datetime) -> Ticket:
    effect = rule.do
    to = None if effect.escalate == "next" else Tier.objects.get(key=effect.escalate)
    if to is not None and to.position <= ticket.tier.position:
        return ticket  # it got there by other means
    try:
        return actions.escalate(
            ticket,
            actor=None,
            at=now,
            to=to,
            reason=say(effect.reason, ticket.policy.language),
            sentence=dict(effect.tell_customer or {}),
            rule=rule.key,
        )
    except HighestTier:
        return ticket  # nobody is above; the staff is still told
