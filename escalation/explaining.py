"""Why rules of the policy ran on a ticket, why they did not, and what the others wait for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from escalation import errors
from escalation.models import RuleRun
from escalation.moments import moment_of
from sla import clock as engine
from sla import words
from sla.document import SupportPolicy
from sla.document.durations import Offset
from sla.document.rules import At, Effect, Rule
from tenants.errors import Refused
from tenants.text import say
from tickets import answers, clocks, conditions, promise
from tickets import errors as ticket_errors
from tickets.models import Ticket

WHOM = {
    "assignee": gettext_lazy("the assignee"),
    "team": gettext_lazy("the team"),
    "managers": gettext_lazy("the managers"),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A rule and what became of it on a ticket."""

    rule: str
    name: str
    moment: str  # what makes it look at the ticket
    does: str
    outcome: str  # ran, did_not_run, waits or rests
    because: str
    at: datetime | None = None  # when it was looked at
    next_at: datetime | None = None  # when it will be, if nothing happens
    would_run: bool | None = None  # as things stand; None where it is over
    checks: list[conditions.Check] = field(default_factory=list)


def told(ticket: Ticket, *, at: datetime, folded: Iterable[engine.Clock] | None = None) -> list[Told]:
    """Every rule of the ticket's policy, and every time that one was considered, in order of time.

    The ticket brings what it points at. `folded` are its clocks as of this instant, if they are at hand. One query, and
    two for the clocks.
    """
    policy = promise.policy_for(ticket)
    rules = policy.escalation.rules
    runs = list(RuleRun.objects.filter(ticket=ticket).select_related("event").order_by("at", "id"))
    past = [_past(run, rules.get(run.rule), policy) for run in runs]
    own = list(clocks.fold(ticket, at=at) if folded is None else folded)
    seen = {(run.rule, run.event.data.get("metric"), run.event.data.get("number")) for run in runs}
    coming = [_coming(rule, own, ticket, policy, seen) for rule in rules.values()]
    ahead = sorted((each for each in coming if each), key=lambda each: (each.next_at is None, each.next_at or at))
    return [*past, *ahead]


def _past(run: RuleRun, rule: Rule | None, policy: SupportPolicy) -> Told:
    """A time that a rule was considered."""
    checks: list[conditions.Check] = []
    if run.because.get("condition") == "only" and rule is not None:
        saw, given = run.because.get("saw") or {}, run.because.get("answers") or {}
        checks = conditions.checks_of_rule(rule.when.only, saw, given, policy)
    return Told(
        rule=run.rule,
        name=say(rule.name) if rule else run.rule,
        moment=_moment(str(run.event.data.get("metric", "")), moment_of(run.event)),
        does=_does(rule.do, policy) if rule else "",
        outcome="ran" if run.ran else "did_not_run",
        because=_("Its conditions were met.") if run.ran else _why_not(run.because, checks, policy),
        at=run.at,
        checks=checks,
    )


def _why_not(because: dict[str, Any], checks: list[conditions.Check], policy: SupportPolicy) -> str:
    if because.get("condition") == "active":
        status = policy.statuses.get(str(because.get("saw")))
        name = say(status.name) if status else str(because.get("saw"))
        return _("Rules act only on open tickets, and this one was “%(status)s” by then.") % {"status": name}
    if because.get("condition") == "catch_up":
        return _("A later moment of the same clock had come by then, and the policy has rules act only on the highest.")
    if code := because.get("refused"):
        return _("It could not do its work: %(reason)s") % {"reason": _refusal(str(code))}
    failed = [check.sentence for check in checks if not check.holds]
    if failed:
        return "; ".join(failed) + "."
    return _("A condition that the rule then had was not met.")


def _refusal(code: str) -> str:
    """The sentence of a refusal by its code, where it needs no values."""
    for module in (errors, ticket_errors):
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, Refused) and each.code == code:
                sentence = str(each.sentence)
                return code if "%(" in sentence else sentence
    return code


def _coming(
    rule: Rule, folded: list[engine.Clock], ticket: Ticket, policy: SupportPolicy, seen: set[tuple[Any, Any, Any]]
) -> Told | None:
    """What a rule waits for, or why it never comes; nothing where it was considered for the latest clock already."""
    own = [each for each in folded if each.metric == rule.when.clock]
    if rule.when.clock == engine.Metric.TIER:
        own = [each for each in own if each.tier == ticket.tier.key]
    latest = own[-1] if own else None
    next_at = _instant(rule, latest) if latest is not None and ticket.is_active else None
    if latest is not None and next_at is None and (rule.key, str(latest.metric), latest.number) in seen:
        return None
    only, facts = rule.when.only, conditions.facts_of(ticket, policy)
    checks = conditions.checks_of_rule(only, facts, answers.given(ticket, policy) if only.fields else {}, policy)
    would_run = ticket.is_active and all(check.holds for check in checks)
    because = _rests(rule, latest, ticket) if next_at is None else ""
    return Told(
        rule=rule.key,
        name=say(rule.name),
        moment=_moment(rule.when.clock, rule.when.at),
        does=_does(rule.do, policy),
        outcome="waits" if next_at else "rests",
        because=because or _would(next_at, checks, would_run=would_run),
        next_at=next_at,
        would_run=would_run if next_at else None,
        checks=checks,
    )


def _instant(rule: Rule, folded: engine.Clock) -> datetime | None:
    """When the clock will warn or break for this rule if nothing happens before."""
    at = rule.when.at
    if isinstance(at, Offset):
        planned = next((then for then, each in folded.warn_at if each == timedelta(seconds=at.seconds)), None)
        is_ahead = not at.is_before and not folded.breached_at and folded.state == engine.State.RUNNING
        return folded.instant_from_due(at.seconds) if is_ahead else planned
    if folded.state != engine.State.RUNNING:
        return None
    if rule.when.on_breach:
        return None if folded.breached_at else folded.due_at
    return next((then for then, percent in folded.warn_at if percent == at), None)


def _rests(rule: Rule, folded: engine.Clock | None, ticket: Ticket) -> str:
    """Why nothing makes the rule look at the ticket now."""
    metric = {"clock": promise.NAMES.get(rule.when.clock, rule.when.clock)}
    if not ticket.is_active:
        return _("The ticket is finished.")
    if folded is None or folded.state == engine.State.NOT_STARTED:
        return _("The clock “%(clock)s” has not started.") % metric
    if folded.state == engine.State.NO_TARGET:
        return _("Nothing is promised for “%(clock)s”, so this never comes.") % metric
    if folded.state == engine.State.PAUSED:
        return _("The clock “%(clock)s” stands still; the rule waits until it goes on.") % metric
    if folded.state == engine.State.FULFILLED:
        return _("“%(clock)s” was done before it came to this.") % metric
    if folded.state == engine.State.CANCELLED:
        return _("The clock “%(clock)s” was stopped for good.") % metric
    if folded.state == engine.State.UNSCHEDULABLE:
        return _("The opening hours end before this comes.")
    if rule.when.on_breach or folded.breached_at:
        return _("The time of “%(clock)s” had run out before; the rule is not considered for that any more.") % metric
    return _("“%(clock)s” is past this already; the rule is about to be considered.") % metric


def _would(next_at: datetime | None, checks: list[conditions.Check], *, would_run: bool) -> str:
    values = {"at": words.when(next_at) if next_at else "", "why": "; ".join(c.sentence for c in checks if not c.holds)}
    if would_run:
        return _("If nothing happens before, it runs %(at)s.") % values
    return _("It is looked at %(at)s, and would not run as things stand: %(why)s.") % values


def _moment(metric: str, at: At) -> str:
    return words.trigger(str(promise.NAMES.get(metric, metric)), at)


def _does(effect: Effect, policy: SupportPolicy) -> str:
    return "; ".join(_effects(effect, policy))


def _effects(effect: Effect, policy: SupportPolicy) -> Iterator[str]:
    if effect.raise_priority:
        yield _("raises the priority")
    if effect.escalate == "next":
        yield _("moves the ticket to the next tier")
    elif effect.escalate:
        tier = policy.tiers.get(effect.escalate)
        yield _("moves the ticket to %(tier)s") % {"tier": say(tier.name) if tier else effect.escalate}
    if effect.tell_customer:
        yield _("tells the customer")
    if effect.notify:
        yield _("notifies %(whom)s") % {"whom": ", ".join(str(WHOM[each]) for each in effect.notify)}
