"""What the clocks of a support policy run towards, made from its lengths, calendars, pauses and rules."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import timedelta
from typing import TYPE_CHECKING

from sla import clock
from sla.clock import Metric, Moment
from sla.document.durations import Duration, Offset
from sla.document.terms import DEFAULT_PAUSES, SlaPolicy

if TYPE_CHECKING:
    from sla.document.policy import SupportPolicy


def of_clocks(policy: SupportPolicy) -> dict[tuple[Hashable, Hashable, str], clock.Target]:
    """By SLA policy, priority and metric, where one is promised."""
    return {
        (sla.key, priority, metric): _target(policy, sla, priority, metric, length)
        for sla in policy.sla.values()
        for priority, metrics in sla.targets.items()
        for metric, length in metrics.items()
        if length
    }


def of_tiers(policy: SupportPolicy) -> dict[tuple[Hashable, Hashable, Hashable], clock.Target]:
    """By SLA policy, priority and tier; open-ended where the time of a tier is only measured."""
    return {
        (sla.key, priority, tier): _target(policy, sla, priority, "tier", sla.tiers.get(priority, {}).get(tier))
        for sla in policy.sla.values()
        for priority in policy.priorities
        for tier in policy.tiers
    }


def of_complaints(policy: SupportPolicy) -> clock.Target | None:
    """None without complaints."""
    if policy.complaints is None:
        return None
    length = policy.complaints.target
    return clock.Target(policy.calendar(policy.complaints.calendar), seconds=length.seconds, days=length.days)


def _target(policy: SupportPolicy, sla: SlaPolicy, priority: str, metric: str, length: Duration | None) -> clock.Target:
    return clock.Target(
        seconds=length.seconds if length else None,
        days=length.days if length else None,
        open_ended=length is None,
        calendar=policy.calendar(policy.calendar_key(sla.key, priority)),
        warn=_warnings(policy, sla, metric),
        warn_promise=_warnings(policy, sla, Metric.PROMISE),
        pause_on=frozenset(sla.pause_on.get(metric, DEFAULT_PAUSES[metric])),
        on_promise=clock.OnPromise(sla.on_promise),
    )


def _warnings(policy: SupportPolicy, sla: SlaPolicy, metric: str) -> tuple[Moment, ...]:
    """When a clock warns: a rule's moment is a warning of the clock, whether or not the SLA policy lists it."""
    moments = {rule.when.at for rule in policy.escalation.rules.values() if rule.when.clock == metric}
    shares = {*sla.warn, *(moment for moment in moments if isinstance(moment, int))}
    offsets = {moment.seconds for moment in moments if isinstance(moment, Offset)}
    return (*sorted(shares), *(timedelta(seconds=seconds) for seconds in sorted(offsets)))
