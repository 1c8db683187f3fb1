"""Calendars of a policy document: weekly hours, closed and open dates, public holidays of a country."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import holidays as public_holidays

from sla.document.errors import did_you_mean
from sla.document.fields import INVALID, Day, Field, Integer, Line, Reader, Words, Zone, kind_of, read_date
from sla.document.reading import Entry, Node
from sla.document.records import MapOf, Mapped, RecordOf, join, part
from sla.document.text import Text, in_order

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Interval = tuple[str, str]
Hours = tuple[Interval, ...]

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
_MINUTES_A_DAY = 24 * 60


def minutes(time: str) -> int:
    """Minutes since midnight of `HH:MM`."""
    return int(time[:2]) * 60 + int(time[3:])


def span(interval: Interval) -> tuple[int, int]:
    """From and to in minutes of the date it begins on; beyond 24 h when it runs over midnight."""
    start, end = map(minutes, interval)
    return start, end if end > start else end + _MINUTES_A_DAY


class HoursOf(Field):
    """Opening hours of a date: `08:00-18:00`, a list of such, or [] for closed."""

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        items = node.value if node.is_list else [node]
        if len(items) == 2 and all(isinstance(item.value, str) and _TIME.fullmatch(item.value) for item in items):
            items = [node]
        intervals = [self._interval(item, path, reader) for item in items]
        if INVALID in intervals:
            return INVALID
        hours = tuple(sorted(intervals, key=span))
        for before, after in zip(hours, hours[1:], strict=False):
            if span(after)[0] < span(before)[1]:
                shown = f"{'-'.join(before)} and {'-'.join(after)}"
                return reader.refuse(
                    node, path, f"{shown} overlap. Write them so that one ends before the other begins."
                )
        return hours

    def _interval(self, node: Node, path: str, reader: Reader) -> Any:
        value = node.value
        if isinstance(value, str):
            times = [time.strip() for time in value.split("-")]
        elif node.is_list:
            times = [item.value if isinstance(item.value, str) else "?" for item in value]
        else:
            return reader.refuse(
                node, path, f'This is {kind_of(node)}. Write hours like "08:00-18:00", or [] for closed.'
            )
        if len(times) != 2 or not all(_TIME.fullmatch(time) for time in times) or times[0] == "24:00":
            shown = "-".join(times)[:40]
            return reader.refuse(
                node, path, f'"{shown}" are no opening hours. Write them like "08:00-18:00", up to 24:00.'
            )
        if times[0] == times[1]:
            hint = 'Write "00:00-24:00" for the whole day, or [] for closed.'
            return reader.refuse(node, path, f"The hours begin and end at {times[0]}. {hint}")
        return (times[0], times[1])

    def dump(self, value: Hours) -> list[list[str]]:
        return [list(interval) for interval in value]

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/hours"}


class Weekly(Field):
    """Opening hours by day of the week; `mon-fri` stands for five days."""

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if not node.is_mapping:
            return reader.refuse(
                node, path, f'This is {kind_of(node)}. Write days with hours, like mon-fri: "08:00-18:00".'
            )
        weekly: dict[str, Any] = {}
        for name, entry in node.value.items():
            hours = HoursOf().read(entry.node, join(path, name), reader)
            for day in self._days(name, entry, path, reader):
                if day in weekly:
                    reader.refuse(entry.key, join(path, name), f'The hours of "{day}" are given twice. Keep one.')
                    hours = INVALID
                weekly[day] = hours
        if any(hours is INVALID for hours in weekly.values()) or (node.value and not weekly):
            return INVALID
        return Mapped({day: weekly[day] for day in DAYS if day in weekly})

    def _days(self, name: str, entry: Entry, path: str, reader: Reader) -> tuple[str, ...]:
        first, _, last = name.partition("-")
        if first in DAYS and (last or first) in DAYS and DAYS.index(first) <= DAYS.index(last or first):
            return DAYS[DAYS.index(first) : DAYS.index(last or first) + 1]
        hint = did_you_mean(name, DAYS)
        reader.refuse(entry.key, join(path, name), f'"{name[:40]}" is no day or range like mon-fri: {hint}')
        return ()

    def dump(self, value: dict[str, Hours]) -> dict[str, Any]:
        return {day: HoursOf().dump(hours) for day, hours in value.items()}

    def schema(self) -> dict[str, Any]:
        days = "|".join(DAYS)
        return {
            "type": "object",
            "patternProperties": {f"^({days})(-({days}))?$": HoursOf().schema()},
            "additionalProperties": False,
        }


class ClosedDates(MapOf):
    """Dates that are closed: a list, or a mapping from date to the reason that people read."""

    def __init__(self) -> None:
        super().__init__(Day(), Words(longest=200), or_none=True)

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if not node.is_list:
            return super().read(node, path, reader)
        dates = [read_date(item, f"{path}[{index}]", reader) for index, item in enumerate(node.value, 1)]
        return INVALID if INVALID in dates else Mapped(dict.fromkeys(dates))

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [super().schema(), {"type": "array", "items": {"type": "string", "format": "date"}}]}


class Years(Field):
    """Years: a list, or a range such as `2024-2028`."""

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        value = node.value
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{4}", value, re.ASCII):
            first, last = int(value[:4]), int(value[5:])
            years = tuple(range(first, min(last, first + 100) + 1))
        else:
            items = value if node.is_list else [node]
            years = tuple(item.value for item in items if type(item.value) is int)
            if len(years) != len(items):
                years = ()
        if not years or len(years) > 30 or not all(1970 <= year <= 2200 for year in years):
            return reader.refuse(node, path, "Write years like 2024-2028, at most 30 of them, from 1970 to 2200.")
        return tuple(sorted(set(years)))

    def dump(self, value: tuple[int, ...]) -> list[int]:
        return list(value)

    def schema(self) -> dict[str, Any]:
        year = Integer(1970, 2200).schema()
        return {"anyOf": [{"type": "string", "pattern": r"^\d{4}-\d{4}$"}, {"type": "array", "items": year}, year]}


@dataclass(frozen=True, kw_only=True)
class Holidays:
    """Public holidays of a country. What they came to is kept, so that a stored policy never changes by itself."""

    country: str = part(Line("[A-Z]{2}", "Write the country's two letters, such as RU."), "Two letters, such as RU.")
    subdivision: str | None = part(
        Line("[A-Z0-9-]{1,6}", "Write its code, such as MD."), "A region's code.", default=None
    )
    years: tuple[int, ...] = part(Years(), "Which years to take the holidays of, such as 2024-2028.")
    moved_day_hours: Hours | None = part(
        HoursOf(),
        "Hours of a day off that was made a working day; those of the first open weekday if left out.",
        default=None,
    )
    dates: dict[date, Text] | None = part(
        MapOf(Day(), Words(longest=200)),
        "What the holidays came to, filled in when the policy is applied.",
        default=None,
    )
    working_days: dict[date, Text] | None = part(
        MapOf(Day(), Words(longest=200)), "Days off that were made working days, filled in the same way.", default=None
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with these fields together."""
        countries = public_holidays.list_supported_countries(include_aliases=False)
        if self.country not in countries:
            yield "country", f'The holidays of "{self.country}" are not known. Write its closed_dates out.'
        elif self.subdivision and self.subdivision not in countries[self.country]:
            hint = did_you_mean(self.subdivision, countries[self.country])
            yield "subdivision", f'{self.country} has no subdivision "{self.subdivision}": {hint}'


class HolidaysOf(RecordOf):
    """Holidays, looked up when they are read unless the document already says what they came to."""

    def __init__(self) -> None:
        super().__init__(Holidays)

    def build(self, values: dict[str, Any], node: Node, path: str, reader: Reader) -> Any:
        found = super().build(values, node, path, reader)
        if found is INVALID or found.dates is not None:
            return found
        return resolved(found, reader.language, reader.languages)


def resolved(wanted: Holidays, language: str, languages: tuple[str, ...]) -> Holidays:
    """The same, with the dates that the country's law and decrees give in those years."""
    names: dict[str, Any] = {}
    for each in languages:
        names[each] = _country(wanted, each)
    law = names[language]
    dates = {
        day: in_order({each: str(names[each].get(day) or law[day]) for each in languages}, language)
        for day in sorted(law)
        if day.year in wanted.years
    }
    moved = {day: _moved_day(languages, language) for day in sorted(law.weekend_workdays) if day.year in wanted.years}
    return dataclasses.replace(wanted, dates=Mapped(dates), working_days=Mapped(moved))


def _country(wanted: Holidays, language: str) -> Any:
    """The country's holidays with names in the nearest language that is known."""
    plain = public_holidays.country_holidays(wanted.country)
    supported = plain.supported_languages
    matches = (each for each in supported if each.split("_")[0] == language)
    chosen = next(matches, "en_US" if "en_US" in supported else plain.default_language)
    return public_holidays.country_holidays(
        wanted.country, subdiv=wanted.subdivision, years=list(wanted.years), language=chosen
    )


_MOVED_DAY = {"en": "Moved working day", "ru": "Перенесённый рабочий день", "es": "Día laborable trasladado"}


def _moved_day(languages: tuple[str, ...], language: str) -> Text:
    return in_order({each: _MOVED_DAY.get(each, _MOVED_DAY["en"]) for each in languages}, language)


@dataclass(frozen=True, kw_only=True)
class CalendarSpec:
    """When a calendar is open, in a time zone."""

    key: str = ""
    name: Text = part(Words(longest=200), "What people call these hours.")
    timezone: str | None = part(Zone(), "IANA time zone; the policy's if left out.", default=None)
    weekly: dict[str, Hours] = part(Weekly(), 'Hours by day: mon-fri: "08:00-18:00".', default_factory=Mapped)
    closed_dates: dict[date, Text | None] = part(
        ClosedDates(), "Dates that are closed, as a list or with the reason of each.", default_factory=Mapped
    )
    open_dates: dict[date, Hours] = part(
        MapOf(Day(), HoursOf()), "Dates with hours of their own; they win over everything else.", default_factory=Mapped
    )
    holidays: Holidays | None = part(HolidaysOf(), "Public holidays and moved working days of a country.", default=None)

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with these fields together."""
        if not any(self.weekly.values()) and not any(self.opened().values()):
            yield "", 'This calendar never opens. Give it hours, such as weekly: {mon-fri: "08:00-18:00"}.'
        yield from (("weekly", message) for message in self._overlaps())
        for day in self.open_dates:
            if day in self.closed_dates:
                yield "open_dates", f"{day} is in closed_dates too. Keep it in one of the two."

    def _overlaps(self) -> Iterator[str]:
        for index, day in enumerate(DAYS):
            following = DAYS[(index + 1) % 7]
            tail = max((span(interval)[1] for interval in self.weekly.get(day, ())), default=0) - _MINUTES_A_DAY
            head = min((span(interval)[0] for interval in self.weekly.get(following, ())), default=_MINUTES_A_DAY)
            if tail > head:
                yield f"The hours of {day} run over midnight into those of {following}. Let one end where the other begins."

    def opened(self) -> dict[date, Hours]:
        """Every date with hours of its own: moved working days, and those set by hand, which win."""
        moved = (self.holidays.working_days if self.holidays else None) or {}
        first_open = next((self.weekly[day] for day in DAYS if self.weekly.get(day)), ())
        hours = (self.holidays.moved_day_hours if self.holidays else None) or first_open
        return {day: hours for day in moved if day not in self.closed_dates} | self.open_dates

    def closed(self) -> dict[date, Text | None]:
        """Every date that is closed with its reason: public holidays, and those set by hand, which win."""
        return {**((self.holidays.dates if self.holidays else None) or {}), **self.closed_dates}

    def to_hours(self, timezone: str) -> dict[str, Any]:
        """The calendar as `sla.hours` reads it."""
        opened, moved = self.opened(), (self.holidays.working_days if self.holidays else None) or {}
        return {
            "timezone": self.timezone or timezone,
            "weekly": {day: HoursOf().dump(hours) for day, hours in self.weekly.items()},
            "closed_dates": {day.isoformat(): reason for day, reason in self.closed().items() if day not in opened},
            "open_dates": {
                day.isoformat(): {"hours": HoursOf().dump(hours), "name": moved.get(day)}
                for day, hours in opened.items()
            },
        }
