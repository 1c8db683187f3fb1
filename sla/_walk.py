"""The way a deadline went: open stretches, skipped days and why, changes of the clock. Others put it into words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sla._wall import OutOfRange, first_shown, instant, offset_at, ordinal_at, stamp

if TYPE_CHECKING:
    from sla.hours import Calendar


LONGEST_WALK = 5000  # dates; more than thirteen years


class Reason(StrEnum):
    """Why nothing of a day counts."""

    WEEKEND = "weekend"
    CLOSED_WEEKDAY = "closed_weekday"
    HOLIDAY = "holiday"
    MOVED = "moved"  # a working day given away, by hours of its own that are empty
    AFTER_HOURS = "after_hours"  # it was over when the walk began
    CLOCK_CHANGE = "clock_change"  # the clock jumped over all of its hours


@dataclass(frozen=True, slots=True)
class Stretch:
    """Open time that counts. `to_closing`: it ends because the door closed. `moved`: the date has hours of its own."""

    date: date
    begins: datetime
    ends: datetime
    seconds: int
    to_closing: bool
    moved: bool
    name: object
    kind: str = "open"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A date of which nothing counts."""

    date: date
    reason: Reason
    name: object
    kind: str = "skipped"


@dataclass(frozen=True, slots=True)
class ClockChange:
    """The wall clock is moved on this date, forward if `seconds` is positive."""

    date: date
    at: datetime
    seconds: int
    kind: str = "clock_change"


@dataclass(frozen=True, slots=True)
class Walk:
    """All steps from `begins` to `ends`, in order, and the open seconds they add up to."""

    begins: datetime
    ends: datetime
    seconds: int
    steps: tuple[Stretch | Skipped | ClockChange, ...]

    def as_json(self) -> list[dict]:
        """The steps as plain values."""
        return [{key: _plain(value) for key, value in asdict(step).items() if value is not None} for step in self.steps]


def walk(calendar: Calendar, begin: int, end: int) -> Walk:
    """Retrace the calendar from one instant to a later one."""
    end = max(begin, end)
    first, last = ordinal_at(calendar.zone, begin), ordinal_at(calendar.zone, max(begin, end - 1))
    if last - first > LONGEST_WALK:
        raise OutOfRange("The way is too long to be told day by day.")
    steps: list[Stretch | Skipped | ClockChange] = []
    cursor = begin
    # The night before may reach into the first date.
    for ordinal in range(first - 1, last + 1):
        stretches = list(_stretches(calendar, ordinal, cursor, end))
        if stretches:
            cursor = max(cursor, *(closes for _, closes, _ in stretches))
        if ordinal >= first and (change := _clock_change(calendar, ordinal)) and begin <= change[0] < end:
            steps.append(ClockChange(date.fromordinal(ordinal), instant(change[0]), change[1]))
        reason = None if stretches or ordinal < first else _reason(calendar, ordinal, begin)
        if reason:
            steps.append(Skipped(date.fromordinal(ordinal), reason, calendar.names.get(ordinal)))
        steps += [_stretch(calendar, ordinal, *stretch) for stretch in stretches]
    seconds = sum(step.seconds for step in steps if isinstance(step, Stretch))
    return Walk(instant(begin), instant(end), seconds, tuple(steps))


def _stretches(calendar: Calendar, ordinal: int, cursor: int, end: int) -> Iterator[tuple[int, int, bool]]:
    for opens, closes in sorted(calendar.spans_of(ordinal)):
        opens, stops = max(opens, cursor), min(closes, end)
        if opens < stops:
            yield opens, stops, stops == closes
            cursor = stops


def _stretch(calendar: Calendar, ordinal: int, begin: int, end: int, to_closing: bool) -> Stretch:
    moved = ordinal in calendar.open
    name = calendar.names.get(ordinal) if moved else None
    return Stretch(date.fromordinal(ordinal), instant(begin), instant(end), end - begin, to_closing, moved, name)


def _reason(calendar: Calendar, ordinal: int, begin: int) -> Reason | None:
    """Why nothing of this date counts; None if it is merely still to come."""
    if calendar.hours_of(ordinal):
        spans = calendar.spans_of(ordinal)
        if not spans:
            return Reason.CLOCK_CHANGE
        return Reason.AFTER_HOURS if max(closes for _, closes in spans) <= begin else None
    if ordinal in calendar.open:
        return Reason.MOVED
    if calendar.weekly[(ordinal - 1) % 7]:
        return Reason.HOLIDAY
    return Reason.WEEKEND if (ordinal - 1) % 7 >= 5 else Reason.CLOSED_WEEKDAY


def _clock_change(calendar: Calendar, ordinal: int) -> tuple[int, int] | None:
    """The instant at which the clock is moved on this date, and by how many seconds."""
    zone = calendar.zone
    low, high = first_shown(zone, ordinal, 0) - 1, first_shown(zone, ordinal + 1, 0) - 1
    before, after = offset_at(zone, low), offset_at(zone, high)
    if before == after:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if offset_at(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high, after - before


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return stamp(value)
    return value.isoformat() if isinstance(value, date) else value
