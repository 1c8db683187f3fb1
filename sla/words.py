"""Opening hours, lengths of time and instants as people read them, in the language and zone that are active."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby

from babel import Locale
from babel.dates import format_date, format_datetime
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, ngettext, pgettext

from sla._wall import first_shown, instant
from sla.document.durations import Duration, Offset
from sla.document.rules import BREACH, At
from sla.hours import Calendar

MINUTE, HOUR = 60, 3600
_WHOLE_DAY = ((0, 24 * HOUR),)


@dataclass(frozen=True)
class Day:
    """A line of a week, or of the way to a deadline: which days, and what holds on them."""

    name: str
    hours: str
    is_open: bool
    date: date | None = None
    elsewhere: str = ""  # the same hours by the reader's clock, where that differs


def when(at: datetime) -> str:
    """An instant in the reader's zone, with its weekday: Monday 24 November, 10:20."""
    return _written(timezone.localtime(at).replace(tzinfo=None), get_language() or "en")


@lru_cache(maxsize=10_000)
def _written(local: datetime, language: str) -> str:
    """In the active language. Kept, since lists say the same deadlines on every page."""
    pattern = pgettext("date format (Unicode): an instant of a promise", "EEEE d MMMM, HH:mm")
    return format_datetime(local, pattern, locale=_locale_of(language.split("-")[0]))


#: The zone that is shown to those whose own is not known, while something is written that its page does not explain.
_TOLD: ContextVar[str] = ContextVar("zone_to_be_told", default="")


@contextmanager
def telling_whose_time(zone: str) -> Iterator[None]:
    """Within this, moment() says whose time it is: a mail is read anywhere, and by others too."""
    token = _TOLD.set(zone)
    try:
        yield
    finally:
        _TOLD.reset(token)


def moment(at: datetime) -> str:
    """An instant as when() says it, with whose time it is where the reader can't know."""
    return f"{when(at)} ({whose_time(_TOLD.get())})" if _TOLD.get() else when(at)


def day(value: date) -> str:
    """A date with its weekday, without the year."""
    return format_date(value, pgettext("date format (Unicode): a day", "EEEE d MMMM"), locale=_locale())


def full_date(value: date) -> str:
    """A date with its weekday and year."""
    pattern = pgettext("date format (Unicode): a date with its year", "EEEE d MMMM y")
    return format_date(value, pattern, locale=_locale())


def weekday(index: int) -> str:
    """The name of a day of the week, Monday is 0, as it stands inside a sentence."""
    return str(_locale().days["stand-alone"]["wide"][index])


def _locale() -> Locale:
    return _locale_of((get_language() or "en").split("-")[0])


@lru_cache(maxsize=64)
def _locale_of(language: str) -> Locale:
    return Locale(language)


def length(seconds: int) -> str:
    """A length of time, of two units at most: 2 h 10 min."""
    seconds = max(0, seconds)
    if 0 < seconds < MINUTE:
        return gettext("less than a minute")
    return _length(seconds // MINUTE, get_language())


@lru_cache(maxsize=10_000)
def _length(minutes: int, language: str | None) -> str:
    """In the active language. Kept, since a list says the length of each of its clocks twice."""
    hours, minutes = divmod(minutes, 60)
    if hours and minutes and hours < 100:
        return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if hours:
        return gettext("%(hours)s h") % {"hours": hours}
    return gettext("%(minutes)s min") % {"minutes": minutes}


def duration(value: Duration) -> str:
    """A target as it was promised, in full words: 4 hours, 3 working days."""
    if value.days is not None:
        return ngettext("%(count)s working day", "%(count)s working days", value.days) % {"count": value.days}
    seconds = value.seconds or 0
    if seconds and seconds % HOUR == 0:
        return hours_long(seconds // HOUR)
    if seconds and seconds % MINUTE == 0 and seconds < HOUR:
        return ngettext("%(count)s minute", "%(count)s minutes", seconds // MINUTE) % {"count": seconds // MINUTE}
    return length(seconds)


def trigger(clock: str, at: At) -> str:
    """What makes a rule look at a ticket: Resolution: 75% of the time used."""
    values: dict[str, object] = {"metric": clock, "percent": at}
    if at == BREACH:
        return gettext("%(metric)s: not in time") % values
    if not isinstance(at, Offset):
        return gettext("%(metric)s: %(percent)s%% of the time used") % values
    values["length"] = length(abs(at.seconds))
    if at.is_before:
        return gettext("%(metric)s: %(length)s before the time is up") % values
    return gettext("%(metric)s: %(length)s after the time was up") % values


def wall_length(seconds: int) -> str:
    """A length of wall time in full words, in days where it is whole days: 7 days, 24 hours."""
    days, rest = divmod(seconds, 24 * HOUR)
    if days > 1 and not rest:
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    return duration(Duration(seconds=seconds))


def hours_long(count: int) -> str:
    """A number of hours in full words."""
    return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}


def place(zone: str) -> str:
    """The city that a time zone is named after, in the reader's language."""
    return _city(zone, (get_language() or "en").split("-")[0])


@lru_cache(maxsize=1024)
def _city(zone: str, language: str) -> str:
    if zone in ("UTC", "Etc/UTC", "GMT"):
        return "UTC"
    return _locale_of(language).time_zones.get(zone, {}).get("city") or zone.rsplit("/", 1)[-1].replace("_", " ")


def whose_time(zone: str) -> str:
    """What stands behind an instant: the reader's own time, or the desk's when both are the same.

    `zone` is the one that is shown to those whose own is not known.
    """
    if timezone.get_current_timezone_name() == zone:
        return gettext("%(place)s time") % {"place": place(zone)}
    return gettext("your time")


def is_always_open(calendar: Calendar) -> bool:
    """Whether there is somebody at any hour of any day."""
    return not calendar.closed and not calendar.open and all(hours == _WHOLE_DAY for hours in calendar.weekly)


def week(calendar: Calendar, *, at: datetime) -> list[Day]:
    """The seven days with their hours, Monday first.

    Beside them the hours of the week of `at` by the reader's clock, unless that shows the same ones all week.
    """
    local = at.astimezone(calendar.zone)
    monday = local.toordinal() - local.weekday()
    spans = [
        [[instant(first_shown(calendar.zone, monday + index, edge)) for edge in interval] for interval in of]
        for index, of in enumerate(calendar.weekly)
    ]
    differs = not is_always_open(calendar) and any(
        timezone.localtime(edge).utcoffset() != edge.astimezone(calendar.zone).utcoffset()
        for of in spans
        for interval in of
        for edge in interval
    )
    return [
        Day(
            capfirst(weekday(index)),
            intervals(of),
            bool(of),
            elsewhere=", ".join(_abroad(date.fromordinal(monday + index), *each) for each in spans[index])
            if differs
            else "",
        )
        for index, of in enumerate(calendar.weekly)
    ]


def _abroad(name: date, begin: datetime, end: datetime) -> str:
    """Hours as the reader's clock shows them, with the day where it is not the one of the row."""
    begin, end = timezone.localtime(begin), timezone.localtime(end)
    first, last, shown = begin.date(), end.date(), f"{end.hour}:{end.minute:02d}"
    if shown == "0:00" and last > first:
        last, shown = last - timedelta(days=1), "24:00"
    said = f"{begin.hour}:{begin.minute:02d}"
    if first == last == name:
        return f"{said}–{shown}"
    if first == last:
        return f"{_short(first)} {said}–{shown}"
    return f"{_short(first)} {said}–{_short(last)} {shown}"


def _short(value: date) -> str:
    return str(_locale().days["stand-alone"]["abbreviated"][value.weekday()])


def hours(calendar: Calendar) -> str:
    """The hours of a calendar in one line: Monday to Friday 8:00–18:00, Madrid."""
    if is_always_open(calendar):
        return gettext("around the clock, every day")
    spans = [f"{_days(first, last)} {intervals(of)}" for first, last, of in _runs(calendar)]
    listed = ", ".join(spans) or gettext("by arrangement")
    return gettext("%(hours)s, %(place)s") % {"hours": listed, "place": place(calendar.timezone)}


def hours_here(calendar: Calendar, *, at: datetime) -> str:
    """The hours of the week of an instant by the reader's clock, in one line; empty where that shows the same ones."""
    days = week(calendar, at=at)
    if not any(each.elsewhere for each in days):
        return ""
    spans = []
    for of, run in groupby(enumerate(days), key=lambda item: item[1].elsewhere):
        listed = [index for index, _ in run]
        if of:
            spans.append(f"{_days(listed[0], listed[-1])} {of}")
    return ", ".join(spans)


def _runs(calendar: Calendar) -> Iterator[tuple[int, int, tuple[tuple[int, int], ...]]]:
    """Days in a row with the same hours: first, last, hours."""
    for of, days in groupby(enumerate(calendar.weekly), key=lambda item: item[1]):
        run = [index for index, _ in days]
        if of:
            yield run[0], run[-1], of


def _days(first: int, last: int) -> str:
    if first == last:
        return weekday(first)
    if (first, last) == (0, 6):
        return gettext("every day")
    return gettext("%(first)s to %(last)s") % {"first": weekday(first), "last": weekday(last)}


def intervals(of: tuple[tuple[int, int], ...]) -> str:
    """The hours of a day."""
    if not of:
        return gettext("closed")
    if of == _WHOLE_DAY:
        return gettext("all day")
    return ", ".join(map(_span, of))


def _span(interval: tuple[int, int]) -> str:
    return f"{clock(interval[0])}–{clock(interval[1])}"


def clock(seconds: int) -> str:
    """A wall time given in seconds since midnight."""
    if seconds == 24 * HOUR:
        return "24:00"
    return f"{seconds // HOUR % 24}:{seconds // MINUTE % 60:02d}"


@dataclass(frozen=True)
class OpenNow:
    """Whether somebody is there now, and until or from when."""

    is_open: bool
    text: str
    changes_at: datetime | None


def open_now(calendar: Calendar, at: datetime) -> OpenNow:
    """Whether a calendar is open at an instant, in words and in the reader's zone."""
    if calendar.is_open(at):
        closes = calendar.next_close(at)
        if closes is None or closes - at > timedelta(days=6):
            return OpenNow(True, gettext("Open now, around the clock"), None)
        return OpenNow(True, gettext("Open now, until %(time)s") % {"time": _near(closes, at, calendar)}, closes)
    opens = calendar.next_open(at)
    if opens is None:
        return OpenNow(False, gettext("Closed"), None)
    return OpenNow(False, gettext("Closed now, opens %(time)s") % {"time": _near(opens, at, calendar)}, opens)


def _near(instant: datetime, at: datetime, calendar: Calendar) -> str:
    """The time of day alone if that is enough, else with its day; and whose time it is, when it is not the desk's."""
    local = timezone.localtime(instant)
    said = date_format(local, "H:i") if local.date() == timezone.localtime(at).date() else when(instant)
    if timezone.get_current_timezone_name() == calendar.timezone:
        return said
    return f"{said} ({whose_time(calendar.timezone)})"
