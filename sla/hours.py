"""Opening hours: when are so many open seconds over, and how many lie between two instants?

Instants go in as aware datetimes and come out in UTC. Nothing here knows of tickets.
`python -m sla.hours < cases.jsonl` answers questions from a pipe; `sla/_hours_command.py` says how.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Self

from sla._openings import Openings
from sla._walk import Walk, walk
from sla._wall import (
    WEEKDAYS,
    CalendarError,
    CalendarInvalid,
    CalendarNeverOpens,
    Intervals,
    OutOfRange,
    epoch,
    instant,
    read_date,
    read_intervals,
    read_mapping,
    read_zone,
)

__all__ = ["Calendar", "CalendarError", "CalendarInvalid", "CalendarNeverOpens", "OutOfRange", "Walk"]

FIELDS = ("timezone", "weekly", "closed_dates", "open_dates")
LABELS = ("key", "name", "description")


class Calendar(Openings):
    """When somebody is there: weekly hours in a time zone, dates that are closed, and dates with hours of their own.

    `names` holds what the holidays and the dates with hours of their own are called, by ordinal.
    """

    __slots__ = ("timezone", "names", "_key", "_hash")

    def __init__(
        self,
        timezone: str,
        weekly: Mapping[str, Sequence],
        closed_dates: Iterable | Mapping = (),
        open_dates: Mapping | None = None,
    ):
        closed, closed_names = _read_closed(closed_dates)
        own, own_names = _read_open({} if open_dates is None else open_dates)
        super().__init__(read_zone(timezone), _read_weekly(weekly), frozenset(closed), own)
        self.timezone = timezone
        self.names = closed_names | own_names
        names = repr(sorted(self.names.items()))
        self._key = (timezone, self.weekly, tuple(sorted(closed)), tuple(sorted(own.items())), names)
        self._hash = hash(self._key)

    @classmethod
    def from_document(cls, document: Mapping) -> Self:
        """Read the JSON form.

        `closed_dates` is a list, or dates with their names; a date of `open_dates` has a list of intervals, or
        `{"hours": [...], "name": ...}`. A field that is null is as good as none.
        """
        for field in read_mapping(document, "calendar"):
            if field not in FIELDS + LABELS:
                raise CalendarInvalid(str(field), f"a calendar has no such field; its fields are {', '.join(FIELDS)}.")
        return cls(
            document.get("timezone", ""),
            *({} if document.get(field) is None else document[field] for field in FIELDS[1:]),
        )

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Calendar) and self._hash == other._hash and self._key == other._key)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"<Calendar {self.timezone}: {len(self.closed)} closed dates, {len(self.open)} with hours of their own>"

    def add(self, start: datetime, seconds: int) -> datetime:
        """The earliest instant at which that many open seconds have passed; for none, the first open instant."""
        return instant(self.add_epoch(epoch(start), seconds))

    def add_days(self, start: datetime, days: int) -> datetime:
        """The closing instant of the n-th working date after the start's date."""
        return instant(self.add_days_epoch(epoch(start), days))

    def between(self, a: datetime, b: datetime) -> int:
        """Open seconds in [a, b); none if b is not after a."""
        return self.between_epoch(epoch(a), epoch(b))

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there at this very instant."""
        return self.stretch_at(epoch(at)) is not None

    def next_open(self, at: datetime) -> datetime | None:
        """The first open instant that is not before `at`; None if it never opens again."""
        opens = self.next_open_epoch(epoch(at))
        return None if opens is None else instant(opens)

    def next_close(self, at: datetime) -> datetime | None:
        """The end of the stretch open at `at`, or else of the next one; None if there is none or it never ends."""
        closes = self.next_close_epoch(epoch(at))
        return None if closes is None else instant(closes)

    def explain(self, start: datetime, seconds: int) -> Walk:
        """The way to `add(start, seconds)`: the open stretches, and the days skipped with the reason."""
        begin = epoch(start)
        return walk(self, begin, self.add_epoch(begin, seconds))

    def explain_days(self, start: datetime, days: int) -> Walk:
        """The way to `add_days(start, days)`."""
        begin = epoch(start)
        return walk(self, begin, self.add_days_epoch(begin, days))

    def explain_between(self, a: datetime, b: datetime) -> Walk:
        """The open stretches and the skipped days in [a, b)."""
        return walk(self, epoch(a), epoch(b))

    def overlaps(self) -> list[tuple[str, Intervals]]:
        """Weekdays and dates whose hours overlap, each with the two intervals: to refuse when a calendar is saved."""
        hours = dict(zip(WEEKDAYS, self.weekly, strict=True))
        hours |= {date.fromordinal(day).isoformat(): own for day, own in sorted(self.open.items())}
        return [
            (name, (one, other))
            for name, intervals in hours.items()
            for one, other in zip(intervals, intervals[1:], strict=False)
            if other[0] < one[1]
        ]


def _read_weekly(weekly: Mapping) -> tuple[Intervals, ...]:
    for day in read_mapping(weekly, "weekly"):
        if day not in WEEKDAYS:
            raise CalendarInvalid(f"weekly.{day}", f"there is no such day; the days are {', '.join(WEEKDAYS)}.")
    return tuple(
        () if (hours := weekly.get(day)) is None else read_intervals(hours, f"weekly.{day}") for day in WEEKDAYS
    )


def _read_closed(dates: object) -> tuple[list[int], dict[int, object]]:
    if isinstance(dates, str) or not isinstance(dates, Iterable):
        raise CalendarInvalid("closed_dates", 'write a list such as ["2026-01-06"], or dates with their names.')
    names = dates.values() if isinstance(dates, Mapping) else ()
    closed = [read_date(day, "closed_dates") for day in dates]
    return closed, dict(zip(closed, names, strict=False))


def _read_open(dates: object) -> tuple[dict[int, Intervals], dict[int, object]]:
    own, names = {}, {}
    for day, hours in read_mapping(dates, "open_dates").items():
        ordinal, path = read_date(day, "open_dates"), f"open_dates.{day}"
        if isinstance(hours, Mapping):
            if unknown := hours.keys() - {"hours", "name"}:
                raise CalendarInvalid(
                    path, f"there is no such field as {min(map(str, unknown))}; the fields are hours and name."
                )
            names[ordinal] = hours.get("name")
            path, hours = f"{path}.hours", hours.get("hours")
        own[ordinal] = read_intervals(hours, path)
    return own, names


if __name__ == "__main__":
    from sla._hours_command import main

    raise SystemExit(main())
