"""Calendars of a policy document: weekly hours, closed and open dates, public holidays of a country."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sla.document.errors import worded
from sla.document.fields import INVALID, Reader, Words
from sla.document.holidays import Holidays, HolidaysOf
from sla.document.opening import DAYS, MINUTES_A_DAY, Hours, HoursOf, Weekly, span
from sla.document.reading import Node
from sla.document.records import MapOf, Mapped, part
from sla.document.text import Text
from sla.document.times import Day, Zone, read_date


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
            yield "", worded('This calendar never opens. Give it hours, such as weekly: {mon-fri: "08:00-18:00"}.')
        yield from (("weekly", message) for message in self._overlaps())
        for day in self.open_dates:
            if day in self.closed_dates:
                yield "open_dates", worded("%(day)s is in closed_dates too. Keep it in one of the two.", day=day)

    def _overlaps(self) -> Iterator[str]:
        for index, day in enumerate(DAYS):
            following = DAYS[(index + 1) % 7]
            tail = max((span(interval)[1] for interval in self.weekly.get(day, ())), default=0) - MINUTES_A_DAY
            head = min((span(interval)[0] for interval in self.weekly.get(following, ())), default=MINUTES_A_DAY)
            if tail > head:
                yield worded(
                    "The hours of %(day)s run over midnight into those of %(following)s. End them where those begin.",
                    day=day,
                    following=following,
                )

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
