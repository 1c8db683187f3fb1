"""Closed dates from an iCalendar file: every day of its all-day events, repeated ones written out for some years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from dateutil.rrule import rrulestr
from django.utils.translation import gettext_lazy as _
from icalendar import Calendar

from tenants.errors import Refused

LARGEST_FILE = 1024 * 1024
#: Of a file: as many events are read, and as many dates taken.
MOST_EVENTS, MOST_DATES = 2000, 500
#: How far repeated events are written out, around the day of the import.
BEFORE, AHEAD = timedelta(days=366), timedelta(days=5 * 366)
LONGEST_EVENT = 60
LONGEST_NAME = 200


class NoCalendarFile(Refused):
    """What was uploaded holds no events that can be read."""

    sentence = _("This is no calendar file (.ics) with all-day events. Export one from your calendar and try again.")
    code = "no_calendar_file"


@dataclass(frozen=True)
class Imported:
    """The dates of a file with their names, and how many of its events were passed over: they have hours."""

    dates: dict[date, str]
    passed_over: int


def closed_dates(raw: bytes, *, today: date) -> Imported:
    """The days of the all-day events, the first name of each. Raises NoCalendarFile."""
    if len(raw) > LARGEST_FILE or b"BEGIN:VCALENDAR" not in raw.upper():
        raise NoCalendarFile
    try:
        events = list(islice(Calendar.from_ical(raw).walk("VEVENT"), MOST_EVENTS))
    except (ValueError, IndexError, KeyError, TypeError, RecursionError):
        raise NoCalendarFile from None
    dates: dict[date, str] = {}
    passed_over = 0
    for event in events:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        found = list(_days_of(event, today))
        passed_over += not found
        for day in found:
            if 1970 <= day.year <= 2200 and len(dates) < MOST_DATES:
                dates.setdefault(day, " ".join(str(event.get("SUMMARY", "")).split())[:LONGEST_NAME])
    if not dates:
        raise NoCalendarFile
    return Imported(dict(sorted(dates.items())), passed_over)


def _days_of(event: Any, today: date) -> Iterator[date]:
    begin, end = (_date(event.get(name)) for name in ("DTSTART", "DTEND"))
    if begin is None:
        return
    length = (end - begin).days if end else 1
    duration = getattr(event.get("DURATION"), "dt", None)
    if end is None and isinstance(duration, timedelta):
        length = duration.days
    for first in _repeated(event, begin, today):
        for index in range(max(1, min(length, LONGEST_EVENT))):
            yield first + timedelta(days=index)


def _date(value: Any) -> date | None:
    """The date of an all-day event; None for one that has hours."""
    found = getattr(value, "dt", None)
    return found if isinstance(found, date) and not isinstance(found, datetime) else None


def _repeated(event: Any, begin: date, today: date) -> Iterator[date]:
    rule = event.get("RRULE")
    if rule is None or isinstance(rule, list):
        yield begin
        return
    frequency = str((rule.get("FREQ") or [""])[0]).upper()
    if frequency not in ("YEARLY", "MONTHLY", "WEEKLY") or begin.year < 1970:
        yield begin
        return
    until = rule.get("UNTIL") or []
    last = min([today + AHEAD, *(each.date() if isinstance(each, datetime) else each for each in until)])
    plain = {name: value for name, value in rule.items() if name != "UNTIL"}
    text = ";".join(f"{name}={','.join(map(str, value))}" for name, value in plain.items())
    left_out = {day for each in _listed(event.get("EXDATE")) for day in [_date(each)] if day}
    try:
        for each in islice(rrulestr(text, dtstart=datetime.combine(begin, time())), MOST_EVENTS):
            if each.date() > last:
                break
            if each.date() >= today - BEFORE and each.date() not in left_out:
                yield each.date()
    except (ValueError, KeyError, TypeError):
        yield begin


def _listed(value: Any) -> list[Any]:
    lists = value if isinstance(value, list) else [value] if value is not None else []
    return [each for one in lists for each in getattr(one, "dts", [])]
