"""Lengths of time as people write them: `90m`, `1h30m`, `3 business days`; and `30m before` a deadline."""

import re
from dataclasses import dataclass

from sla.document.errors import worded

SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
LONGEST_SECONDS = 10 * 366 * 86_400
LONGEST_DAYS = 3_660
LONGEST_WRITTEN = 60

_BUSINESS_DAYS = re.compile(r"(\d{1,9})\s*business[ -]days?", re.ASCII)
_UNITS = {"d": "d|days?", "h": "h|hours?", "m": "m|min|minutes?", "s": "s|seconds?"}
_CLOCK_TIME = re.compile(
    "".join(rf"(?:(?P<{unit}>\d{{1,9}})\s*(?:{names}))?\s*" for unit, names in _UNITS.items()), re.ASCII
)


@dataclass(frozen=True, slots=True)
class Duration:
    """Either seconds of open time, or whole business days of a calendar."""

    seconds: int | None = None
    days: int | None = None

    def __str__(self) -> str:
        if self.days is not None:
            return f"{self.days} business day{'' if self.days == 1 else 's'}"
        rest, parts = self.seconds or 0, []
        for unit in ("h", "m", "s"):
            count, rest = divmod(rest, SECONDS[unit])
            if count:
                parts.append(f"{count}{unit}")
        return "".join(parts) or "0m"

    @property
    def minutes(self) -> float | None:
        return None if self.seconds is None else self.seconds / 60


@dataclass(frozen=True, slots=True)
class Offset:
    """So much open time after a deadline; before it if negative."""

    seconds: int

    @property
    def length(self) -> Duration:
        """How far from the deadline."""
        return Duration(seconds=abs(self.seconds))

    @property
    def is_before(self) -> bool:
        """Whether it lies before the deadline."""
        return self.seconds < 0

    def __str__(self) -> str:
        return f"{self.length} {'before' if self.is_before else 'after'}"


def parse(written: str, *, days_allowed: bool) -> Duration:
    """The duration that was written; ValueError says what to write instead.

    `days_allowed` tells whether `7 days` may mean 7 times 24 hours; in a target it would be ambiguous.
    """
    # A length before a pattern sees it: repeated white space would cost the matcher dearly.
    words = written.strip().lower() if len(written) <= LONGEST_WRITTEN else ""
    if match := _BUSINESS_DAYS.fullmatch(words):
        days = int(match[1])
        if not 1 <= days <= LONGEST_DAYS:
            raise ValueError(
                worded(
                    '"%(written)s" is out of range: write 1 to %(longest_days)s business days.',
                    written=written,
                    longest_days=LONGEST_DAYS,
                )
            )
        return Duration(days=days)
    match = _CLOCK_TIME.fullmatch(words)
    if not words or not match:
        raise ValueError(
            worded(
                '"%(written)s" is no length of time: write for example 90m, 4h, 1h30m or 3 business days.',
                written=written[:60],
            )
        )
    counts = {unit: int(count) for unit, count in match.groupdict().items() if count}
    if "d" in counts and not days_allowed:
        raise ValueError(
            worded(
                '"%(written)s" could mean two things: write %(hours)sh for hours of the calendar,'
                " or %(counts)s business days.",
                written=written,
                hours=counts["d"] * 24,
                counts=counts["d"],
            )
        )
    seconds = sum(SECONDS[unit] * count for unit, count in counts.items())
    if not 1 <= seconds <= LONGEST_SECONDS:
        raise ValueError(
            worded('"%(written)s" is out of range: write at least one second and at most ten years.', written=written)
        )
    return Duration(seconds=seconds)


def parse_offset(written: str) -> Offset:
    """The offset that was written, `30m before` or `2h after`; ValueError says what to write instead."""
    length, _, side = written[:LONGEST_WRITTEN].strip().lower().rpartition(" ")
    if side not in ("before", "after"):
        raise ValueError(
            worded('"%(written)s" is no moment: write for example 30m before, or 2h after.', written=written[:60])
        )
    seconds = parse(length, days_allowed=False).seconds
    if seconds is None:
        raise ValueError(
            worded('"%(written)s" counts in business days. Write hours, such as 8h before.', written=written)
        )
    return Offset(-seconds if side == "before" else seconds)
