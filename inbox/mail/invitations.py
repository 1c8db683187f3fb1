"""What an invitation says (text/calendar, RFC 5545): what, when, where. Pure, and never raises."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from inbox.mail.parsing import File

#: Bytes of a calendar that is read, and events that are told of.
LARGEST = 200_000
MOST = 5


@dataclass(frozen=True, slots=True)
class Invitation:
    """One event. `begins` and `ends` are instants, or days where it takes whole days; the last day is the last one."""

    what: str
    where: str
    organizer: str
    begins: datetime | date | None
    ends: datetime | date | None
    is_cancelled: bool

    @property
    def is_days(self) -> bool:
        """Whether it takes whole days."""
        return self.begins is not None and not isinstance(self.begins, datetime)

    @property
    def is_floating(self) -> bool:
        """Whether it begins at this time wherever one is."""
        return isinstance(self.begins, datetime) and self.begins.tzinfo is None


def read(files: Iterable[File]) -> list[Invitation]:
    """The events of a mail's calendars, in their order."""
    found: list[Invitation] = []
    for file in files:
        if file.content_type in ("text/calendar", "application/ics") and len(file.content) <= LARGEST:
            found += [each for each in _events(file.content) if each not in found]
    return found[:MOST]


def _events(content: bytes) -> list[Invitation]:
    from icalendar import Calendar  # few mails need it

    try:
        calendar = Calendar.from_ical(content.decode("utf-8", "replace"))
        is_cancelled = str(calendar.get("METHOD", "")).upper() == "CANCEL"
        return [_event(each, is_cancelled=is_cancelled) for each in calendar.walk("VEVENT")[:MOST]]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, LookupError):
        return []


def _event(said: Any, *, is_cancelled: bool) -> Invitation:
    begins, ends = _instant(said.get("DTSTART")), _instant(said.get("DTEND"))
    duration = getattr(said.get("DURATION"), "dt", None)
    if ends is None and begins is not None and isinstance(duration, timedelta):
        ends = begins + duration
    if begins is not None and not isinstance(begins, datetime) and isinstance(ends, date):
        ends = max(begins, ends - timedelta(days=1))  # the end is the day after
    organizer = said.get("ORGANIZER")
    name = str(getattr(organizer, "params", {}).get("CN", "")) or str(organizer or "")
    return Invitation(
        what=_line(said.get("SUMMARY")),
        where=_line(said.get("LOCATION")),
        organizer=_line(name).removeprefix("mailto:").removeprefix("MAILTO:"),
        begins=begins,
        ends=ends,
        is_cancelled=is_cancelled or str(said.get("STATUS", "")).upper() == "CANCELLED",
    )


def _instant(said: Any) -> datetime | date | None:
    found = getattr(said, "dt", None)
    return found if isinstance(found, (datetime, date)) else None


def _line(said: Any) -> str:
    return " ".join(str(said or "").split())[:300]
