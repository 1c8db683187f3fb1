"""The opening hours of a policy as its page shows them: the week, other days of a year, and the reader's own clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from sla import words
from sla.document import SupportPolicy
from sla.document.calendars import CalendarSpec
from tenants.text import say

A_YEAR = timedelta(days=366)


@dataclass(frozen=True)
class Holiday:
    """A date with hours other than its weekday's."""

    date: str
    name: str
    hours: str


@dataclass(frozen=True)
class Opening:
    """A calendar of the policy: its week, and the days of the year that differ."""

    key: str
    name: str
    place: str
    is_always_open: bool
    week: list[words.Day]
    elsewhere: str  # the reader's place, if its clock shows other hours
    closed: list[Holiday]
    moved: list[Holiday]
    now: words.OpenNow


def opening(policy: SupportPolicy, spec: CalendarSpec, *, since: date, at: datetime) -> Opening:
    """A calendar with the holidays and moved working days of a year from `since`, in the reader's language and zone."""
    calendar = policy.calendar(spec.key)
    opened, moved = spec.opened(), (spec.holidays.working_days if spec.holidays else None) or {}
    ahead = [day for day in sorted({*spec.closed(), *opened}) if since <= day < since + A_YEAR]
    # A holiday on a day that is closed anyway changes nothing for anybody.
    closed = [day for day in ahead if day not in opened and calendar.weekly[day.weekday()]]
    week = words.week(calendar, at=at)
    return Opening(
        key=spec.key,
        name=say(spec.name),
        place=words.place(calendar.timezone),
        is_always_open=words.is_always_open(calendar),
        week=week,
        elsewhere=words.place(timezone.get_current_timezone_name()) if any(day.elsewhere for day in week) else "",
        closed=[Holiday(words.full_date(day), say(spec.closed()[day]), "") for day in closed],
        moved=[
            Holiday(words.full_date(day), say(moved.get(day)), words.intervals(calendar.open[day.toordinal()]))
            for day in ahead
            if day in opened
        ],
        now=words.open_now(calendar, at),
    )
