"""What is promised: the target of a metric under a policy and a priority."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sla.hours import Calendar


class Metric(StrEnum):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    PERIODIC_UPDATE = "periodic_update"
    RESOLUTION = "resolution"


METRICS = tuple(Metric)
DEFAULT_PAUSES = {
    Metric.FIRST_RESPONSE: frozenset(),
    Metric.NEXT_RESPONSE: frozenset(),
    Metric.PERIODIC_UPDATE: frozenset({"pending"}),
    Metric.RESOLUTION: frozenset({"pending", "on_hold"}),
}


@dataclass(frozen=True, slots=True)
class Target:
    """So many open seconds, or business days, of a calendar.

    `warn` are percentages of the target at which to warn; `pause_on` are the statuses that stop the clock, None for
    those that are usual for the metric.
    """

    calendar: Calendar
    seconds: int | None = None
    days: int | None = None
    warn: tuple[int, ...] = ()
    pause_on: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if (self.seconds is None) == (self.days is None):
            raise ValueError("A target is either so many seconds or so many business days.")
        if self.days is not None and self.days < 1:
            raise ValueError("A target in business days is 1 or more.")
        if self.seconds is not None and self.seconds < 0:
            raise ValueError("A target can't be negative.")
        if not all(0 < percent <= 100 for percent in self.warn):
            raise ValueError("A warning comes at 1 to 100 percent of the target.")


class Terms(Protocol):
    """Anything that knows the target for (policy, priority, metric); None where nothing is promised."""

    def target(self, policy: Hashable, priority: Hashable, metric: Metric) -> Target | None:
        """The target, or None."""


@dataclass(frozen=True, slots=True)
class TargetTable:
    """Terms in a mapping (policy, priority, metric) -> Target."""

    targets: Mapping[tuple[Hashable, Hashable, str], Target]

    def target(self, policy: Hashable, priority: Hashable, metric: Metric) -> Target | None:
        """The target in the table, or None."""
        return self.targets.get((policy, priority, metric))
