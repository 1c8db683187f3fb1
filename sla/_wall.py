"""The wall clock: reading dates and times of day, and the instant at which a clock on the wall first shows them."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND, NO_OFFSET = timedelta(seconds=1), timedelta()
EPOCH_ORDINAL = EPOCH.toordinal()
# Two days are left at either end, so that no zone's offset leads out of Python's calendar.
FIRST_ORDINAL, LAST_ORDINAL = date.min.toordinal() + 2, date.max.toordinal() - 2
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_QUOTE = 200
TIME_OF_DAY = re.compile(r"(\d\d?):([0-5]\d)(?::([0-5]\d))?")

# Seconds after the midnight that begins the date; an end beyond 86,400 is a time of the following date.
Interval = tuple[int, int]
Intervals = tuple[Interval, ...]


class CalendarError(ValueError):
    """What a calendar cannot do; `code` is for programs, the text for people."""

    code = "calendar_error"


class CalendarInvalid(CalendarError):
    """The description of a calendar can't be understood; `path` names the field."""

    code = "calendar_invalid"

    def __init__(self, path: str, message: str):
        super().__init__(f"{path}: {message}" if path else message)
        self.path, self.message = path, message


class CalendarNeverOpens(CalendarError):
    """The calendar has too few opening hours left for the time asked for."""

    code = "calendar_never_opens"


class OutOfRange(CalendarError):
    """The answer lies more than a thousand years away, or beyond the year 9999."""

    code = "out_of_range"


def epoch(at: datetime) -> int:
    """Whole seconds since 1970 in UTC; a fraction of a second is dropped."""
    try:
        return (at - EPOCH) // SECOND
    except TypeError:
        raise TypeError(f"{at!r} has no time zone. Pass an aware datetime.") from None


def instant(seconds: int) -> datetime:
    """The aware UTC datetime of whole seconds since 1970."""
    try:
        return EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        raise OutOfRange("The instant lies beyond the year 9999.") from None


def stamp(at: datetime) -> str:
    """The instant in UTC with Z, as the commands print it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def first_shown(zone: ZoneInfo, ordinal: int, seconds: int) -> int:
    """The first instant at which the wall clock shows this time of this date, or any later one."""
    wall = datetime.fromordinal(ordinal) + timedelta(seconds=seconds)
    before = wall.replace(tzinfo=zone).utcoffset() or NO_OFFSET
    after = wall.replace(tzinfo=zone, fold=1).utcoffset() or NO_OFFSET
    shown = (ordinal - EPOCH_ORDINAL) * DAY + seconds
    early, late = shown - int(after.total_seconds()), shown - int(before.total_seconds())
    if late <= early:
        return late  # an ordinary time, or the first of two
    # The clock jumps over this time: the answer is the jump itself, somewhere in (early, late].
    while late - early > 1:
        middle = (early + late) // 2
        if middle + offset_at(zone, middle) >= shown:
            late = middle
        else:
            early = middle
    return late


def offset_at(zone: ZoneInfo, seconds: int) -> int:
    """Seconds that the zone is ahead of UTC at an instant."""
    return int(((EPOCH + timedelta(seconds=seconds)).astimezone(zone).utcoffset() or NO_OFFSET).total_seconds())


def ordinal_at(zone: ZoneInfo, seconds: int) -> int:
    """The date that the zone's wall clock shows at an instant, as a proleptic ordinal."""
    ordinal = (seconds + offset_at(zone, seconds)) // DAY + EPOCH_ORDINAL if _within(seconds) else 0
    if not FIRST_ORDINAL <= ordinal <= LAST_ORDINAL:
        raise OutOfRange("The instant lies outside the years 1 to 9999.")
    return ordinal


def _within(seconds: int) -> bool:
    return FIRST_ORDINAL <= seconds // DAY + EPOCH_ORDINAL <= LAST_ORDINAL


def quoted(value: object) -> str:
    """What somebody wrote, to be named in an error, shortened if it is long."""
    text = repr(value)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."


def read_zone(name: object) -> ZoneInfo:
    """The IANA zone of that name."""
    if not isinstance(name, str) or not name:
        raise CalendarInvalid("timezone", "name an IANA time zone such as Europe/Madrid.")
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise CalendarInvalid(
            "timezone", f"there is no time zone {quoted(name)}; write it as in Europe/Madrid."
        ) from None


def read_date(value: object, path: str) -> int:
    """The ordinal of a date written YYYY-MM-DD."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.toordinal()
    try:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            raise ValueError
        return date.fromisoformat(value).toordinal()
    except ValueError:
        raise CalendarInvalid(path, f"{quoted(value)} is no date; write it as 2026-01-31.") from None


def read_intervals(value: object, path: str) -> Intervals:
    """Opening intervals of one date, sorted; an end at or before its beginning is on the next date."""
    if not isinstance(value, list | tuple):
        raise CalendarInvalid(path, 'write the hours as a list such as [["08:00", "18:00"]].')
    return tuple(sorted(_read_interval(pair, f"{path}[{index}]") for index, pair in enumerate(value)))


def _read_interval(pair: object, path: str) -> Interval:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise CalendarInvalid(path, 'write an interval as ["08:00", "18:00"].')
    opens, closes = (_read_time(text, path) for text in pair)
    if opens == DAY:
        raise CalendarInvalid(path, "24:00 is the end of a date; an interval can't begin there.")
    if opens == closes:
        raise CalendarInvalid(path, f"{pair[0]} to {pair[1]} is empty; for the whole date write 00:00 to 24:00.")
    return (opens, closes if closes > opens else closes + DAY)


def _read_time(text: object, path: str) -> int:
    match = TIME_OF_DAY.fullmatch(text) if isinstance(text, str) and text.isascii() else None
    seconds = (
        sum(int(part or 0) * unit for part, unit in zip(match.groups(), (3600, 60, 1), strict=True)) if match else -1
    )
    if not 0 <= seconds <= DAY:
        raise CalendarInvalid(path, f"{quoted(text)} is no time of day; write 00:00 to 24:00.")
    return seconds


def read_mapping(value: object, path: str) -> Mapping:
    """The value itself if it is a mapping."""
    if not isinstance(value, Mapping):
        raise CalendarInvalid(path, "this must be a mapping.")
    return value
