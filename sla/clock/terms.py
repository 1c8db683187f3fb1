"""What is promised: the target of a metric under a policy and a priority."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from sla.hours import Calendar


class Metric(StrEnum):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    PERIODIC_UPDATE = "periodic_update"
    RESOLUTION = "resolution"
    PROMISE = "promise"  # what an agent said: an answer by a time
    TIER = "tier"  # how long one tier held the ticket


#: Those that a policy promises to customers, by priority.
METRICS = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.PERIODIC_UPDATE, Metric.RESOLUTION)
DEFAULT_PAUSES = {
    Metric.FIRST_RESPONSE: frozenset(),
    Metric.NEXT_RESPONSE: frozenset(),
    Metric.PERIODIC_UPDATE: frozenset({"pending"}),
    Metric.RESOLUTION: frozenset({"pending", "on_hold"}),
    Metric.PROMISE: frozenset(),
    Metric.TIER: frozenset({"pending", "on_hold"}),
}


#: When to warn: at a percentage of the target, or so much open time after the deadline, before it if negative.
Moment = int | timedelta


class OnPromise(StrEnum):
    """What an agent's promise does to the clock that it answers."""

    LEAVE = "leave"  # it runs on
    EXTEND = "extend"  # it is due at the promised time, if that is later


@dataclass(frozen=True, slots=True)
class Target:
    """So many open seconds, or business days, of a calendar; `open_ended` measures without any target.

    `warn` are the moments at which to warn; `pause_on` are the statuses that stop the clock, None for those that are
    usual for the metric, with APPROVAL among them if it stands still while somebody is asked to approve; `on_promise`
    says how an agent's promise bears on a reply that is owed, `warn_promise` when that promise warns, None for as here.
    """

    calendar: Calendar
    seconds: int | None = None
    days: int | None = None
    warn: tuple[Moment, ...] = ()
    pause_on: frozenset[str] | None = None
    on_promise: OnPromise = OnPromise.LEAVE
    open_ended: bool = False
    # Not a part of what this clock runs towards: when it changes, this clock goes on.
    warn_promise: tuple[Moment, ...] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if (self.seconds is not None) + (self.days is not None) + self.open_ended != 1:
            raise ValueError("A target is either so many seconds or so many business days.")
        if self.days is not None and self.days < 1:
            raise ValueError("A target in business days is 1 or more.")
        if self.seconds is not None and self.seconds < 0:
            raise ValueError("A target can't be negative.")
        if not all(0 < moment <= 100 for moment in self.warn if isinstance(moment, int)):
            raise ValueError("A warning comes at 1 to 100 percent of the target.")
        if not all(moment and not moment.microseconds for moment in self.warn if isinstance(moment, timedelta)):
            raise ValueError("A warning comes whole seconds before or after the deadline.")


class Terms(Protocol):
    """Anything that knows the target for (policy, priority, metric), None where nothing is promised, and of tiers."""

    def target(self, policy: Hashable, priority: Hashable, metric: Metric) -> Target | None:
        """The target, or None."""

    def tier(self, policy: Hashable, priority: Hashable, tier: Hashable) -> Target | None:
        """The target of a tier; an open-ended one if its time is only to be measured, None if not even that."""


@dataclass(frozen=True, slots=True)
class TargetTable:
    """Terms in mappings: (policy, priority, metric) -> Target, and (policy, priority, tier) -> Target.

    `measures` are the open-ended targets of the policies, by which the time of the other tiers is measured.
    """

    targets: Mapping[tuple[Hashable, Hashable, str], Target]
    tiers: Mapping[tuple[Hashable, Hashable, Hashable], Target] = field(default_factory=dict)
    measures: Mapping[Hashable, Target] = field(default_factory=dict)

    def target(self, policy: Hashable, priority: Hashable, metric: Metric) -> Target | None:
        """The target in the table, or None."""
        return self.targets.get((policy, priority, metric))

    def tier(self, policy: Hashable, priority: Hashable, tier: Hashable) -> Target | None:
        """The target in the table, or else the open-ended one of the policy."""
        return self.tiers.get((policy, priority, tier), self.measures.get(policy))
