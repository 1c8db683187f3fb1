"""When does something come round? Rules of RFC 5545 at a time of the wall clock, and what is done about closed days.

Dates are dateutil's; a time that the clock skips is the jump itself, of one that comes twice the first counts, as for
opening hours. Nothing here knows of Django or of tickets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from sla._wall import first_shown, instant, read_zone
from sla.hours import Calendar

UNITS = ("day", "week", "month", "year")
#: Which date of a month: one by its number, its last, its first or last working one, or the n-th of a weekday.
WHICH = ("day", "last_day", "first_working_day", "last_working_day", "weekday")
CLOSED = ("open", "skip", "previous", "next")
NTHS = (1, 2, 3, 4, -1)
MOST_EVERY = 366
MOST_COUNT = 1_000
#: How far ahead a date is looked for, and how far a closed one is moved.
HORIZON = timedelta(days=366 * 40)
FARTHEST_MOVE = 60
_FREQUENCIES = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
_UNITS = {frequency: unit for unit, frequency in _FREQUENCIES.items()}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MOST_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: A date is surely not moved from before this many days to after them.
_SAFE = timedelta(days=FARTHEST_MOVE + 40)


class RuleInvalid(ValueError):
    """A rule that can't be read; `field` names what is wrong with it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Every so many days, weeks, months or years, and on which of their days. Weekdays count from 0, Monday."""

    unit: str
    every: int = 1
    weekdays: tuple[int, ...] = ()
    which: str = ""
    day: int = 0
    nth: int = 0
    weekday: int = 0
    month: int = 0

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The rule of a document, with nothing that its unit does not use. Raises RuleInvalid."""
        given = dict(document)
        unit, every = given.get("unit"), _whole(given, "every", 1, MOST_EVERY, 1)
        if unit not in UNITS:
            raise RuleInvalid("unit")
        if unit == "day":
            return cls(unit=unit, every=every)
        if unit == "week":
            return cls(unit=unit, every=every, weekdays=_weekdays(given.get("weekdays")))
        which = given.get("which", "day")
        if which not in WHICH:
            raise RuleInvalid("which")
        month = _whole(given, "month", 1, 12) if unit == "year" else 0
        day = _whole(given, "day", 1, _MOST_DAYS[month - 1] if month else 31) if which == "day" else 0
        nth = _whole(given, "nth", -1, 5) if which == "weekday" else 0
        if which == "weekday" and nth not in NTHS:
            raise RuleInvalid("nth")
        weekday = _whole(given, "weekday", 0, 6) if which == "weekday" else 0
        return cls(unit=unit, every=every, which=which, day=day, nth=nth, weekday=weekday, month=month)

    @classmethod
    def from_rrule(cls, text: str) -> Self:
        """The rule that `rrule` wrote; a working day is the day that it is moved from. Raises RuleInvalid."""
        said = {name: value for name, _, value in (part.partition("=") for part in text.split(";"))}
        given: dict[str, Any] = {"unit": _UNITS.get(said.get("FREQ", "")), "every": _number(said.get("INTERVAL", "1"))}
        weekdays, day = said.get("BYDAY", ""), said.get("BYMONTHDAY", "")
        if given["unit"] == "week":
            given["weekdays"] = [_DAYS.index(each) for each in weekdays.split(",") if each in _DAYS]
        elif weekdays:
            if weekdays[-2:] not in _DAYS:
                raise RuleInvalid("weekday")
            given |= {"which": "weekday", "nth": _number(weekdays[:-2]), "weekday": _DAYS.index(weekdays[-2:])}
        elif day:
            given |= {"which": "last_day"} if day == "-1" else {"which": "day", "day": _number(day)}
        return cls.read(given | ({"month": _number(said["BYMONTH"])} if "BYMONTH" in said else {}))

    def to_document(self) -> dict[str, Any]:
        """What read() takes: only what says something."""
        kept = {name: value for name, value in asdict(self).items() if value or name == "weekday"}
        if self.which != "weekday":
            kept.pop("weekday")
        return {**kept, "weekdays": list(self.weekdays)} if self.weekdays else kept

    @property
    def is_of_working_days(self) -> bool:
        """Whether it asks for the first or last working day."""
        return self.which in ("first_working_day", "last_working_day")

    @property
    def moves(self) -> str:
        """Where a working day is sought from the first or the last day; empty for other rules."""
        return {"first_working_day": "next", "last_working_day": "previous"}.get(self.which, "")

    @property
    def rrule(self) -> str:
        """As RFC 5545 writes it. The first working day is the first day, moved off closed ones."""
        parts = [f"FREQ={_FREQUENCIES[self.unit]}", f"INTERVAL={self.every}"]
        if self.unit == "week":
            parts += ["WKST=MO", "BYDAY=" + ",".join(_DAYS[each] for each in self.weekdays)]
        if self.unit == "year":
            parts.append(f"BYMONTH={self.month}")
        if self.which == "weekday":
            parts.append(f"BYDAY={self.nth:+d}{_DAYS[self.weekday]}")
        elif self.which:
            day = {"last_day": -1, "last_working_day": -1, "first_working_day": 1}.get(self.which, self.day)
            parts.append(f"BYMONTHDAY={day}")
        return ";".join(parts)


@dataclass(frozen=True)
class Occurrence:
    """One time that something comes round: the rule's date, the day it is done on, and the instant."""

    on: date
    day: date
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """A rule at a time of day in a zone, within its bounds, with a calendar that says which days are closed.

    `count` dates in all are meant, those that are left out because they are closed too.
    """

    rule: Rule
    time: time
    timezone: str
    starts_on: date
    calendar: Calendar
    ends_on: date | None = None
    count: int | None = None
    closed: str = "open"
    _moves: dict[str, int] = field(default_factory=lambda: {"previous": -1, "next": 1}, init=False, repr=False)

    def after(self, since: datetime, *, beyond: date | None = None) -> Iterator[Occurrence]:
        """What comes round after an instant, for dates of the rule that lie beyond one; each day once.

        Ends with the bounds, or when nothing comes for forty years.
        """
        early, late = since.date() - _SAFE, max(since.date(), self.starts_on) + HORIZON
        counted, held = 0, None
        for on in self._dates():
            if on > late or (self.ends_on is not None and on > self.ends_on):
                break
            sure = self.starts_on + _SAFE < on < early
            day = on if sure else self._day(on)
            if (day or on) < self.starts_on:
                continue
            counted += 1
            if self.count is not None and counted > self.count:
                break
            if sure or day is None:
                continue
            if held is not None and day <= held.day:
                # Two dates on one day are one; it is called by the date that needed no moving.
                held = replace(held, on=on) if on == held.day else held
                continue
            if held is not None and held.at > since and (beyond is None or held.on > beyond):
                yield held
            held = Occurrence(on, day, self._at(day))
        if held is not None and held.at > since and (beyond is None or held.on > beyond):
            yield held

    def _dates(self) -> Iterator[date]:
        # From the beginning of the month, since a first working day may be later than the first day.
        first = self.starts_on.replace(day=1) if self.rule.is_of_working_days else self.starts_on
        for found in rrulestr(self.rule.rrule, dtstart=datetime.combine(first, time())):
            yield found.date()

    def _day(self, on: date) -> date | None:
        """The day on which it is done; None when it is left out."""
        working = self.rule.moves
        closed = working or self.closed
        if closed == "open" or self.is_working(on):
            return on
        step = self._moves.get(closed, 0)
        for distance in range(1, FARTHEST_MOVE + 1) if step else ():
            day = on + timedelta(days=step * distance)
            if working and day.month != on.month:
                return None
            if self.is_working(day):
                return day
        return None

    def is_working(self, day: date) -> bool:
        """Whether the calendar is open at any time of a date."""
        return bool(self.calendar.spans_of(day.toordinal()))

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its wall clock."""
        return read_zone(self.timezone)

    def _at(self, day: date) -> datetime:
        seconds = self.time.hour * 3600 + self.time.minute * 60 + self.time.second
        return instant(first_shown(self.zone, day.toordinal(), seconds)).astimezone(UTC)


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise RuleInvalid("rrule") from None


def _whole(given: Mapping[str, Any], name: str, least: int, most: int, default: int | None = None) -> int:
    value = given.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise RuleInvalid(name)
    return value


def _weekdays(given: object) -> tuple[int, ...]:
    if not isinstance(given, list | tuple) or not given:
        raise RuleInvalid("weekdays")
    if any(not isinstance(each, int) or isinstance(each, bool) or not 0 <= each <= 6 for each in given):
        raise RuleInvalid("weekdays")
    return tuple(sorted(set(given)))
