"""PURE: what was the matter with a service, day by day and in all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

#: States from the best to the worst.
ORDER = ("operational", "maintenance", "degraded", "partial", "major")
#: States in which a service counts as away. Announced work and slowness do not.
AWAY = frozenset({"partial", "major"})
DAYS = 90


@dataclass(frozen=True)
class Span:
    """A state from an instant until another; none while it lasts."""

    state: str
    begins: datetime
    ends: datetime | None = None


@dataclass(frozen=True)
class Day:
    """A day in the reader's zone: its worst state, empty where nothing is known, and for how long it was away."""

    date: date
    state: str
    seconds_away: int = 0


def worst(states: Iterable[str]) -> str:
    """The worst of these states."""
    return max(states, key=ORDER.index, default="operational")


def state_at(spans: Iterable[Span], at: datetime) -> str:
    """The worst state that holds at an instant."""
    return worst(span.state for span in spans if span.begins <= at and (span.ends is None or at < span.ends))


def days(spans: Sequence[Span], *, since: datetime, now: datetime, zone: tzinfo, number: int = DAYS) -> list[Day]:
    """The last days up to today, the oldest first; unknown before `since`."""
    today = now.astimezone(zone).date()
    edges = [datetime.combine(today - timedelta(days=back), time.min, zone) for back in range(number - 1, -2, -1)]
    found = []
    for begin, end in zip(edges, edges[1:], strict=False):
        if end <= since:
            found.append(Day(begin.date(), ""))
            continue
        inside = [cut for span in spans if (cut := _cut(span, max(begin, since), min(end, now))) is not None]
        found.append(Day(begin.date(), worst(span.state for span in inside), round(_away(inside))))
    return found


def share_up(spans: Sequence[Span], *, since: datetime, now: datetime, number: int = DAYS) -> float | None:
    """In how many percent of the last days the service was not away; None when it was not watched yet."""
    begin = max(since, now - timedelta(days=number))
    whole = (now - begin).total_seconds()
    if whole <= 0:
        return None
    inside = [cut for span in spans if (cut := _cut(span, begin, now)) is not None]
    return 100 * (1 - _away(inside) / whole)


def _cut(span: Span, begin: datetime, end: datetime) -> Span | None:
    """The part of a span between two instants, if any."""
    first, last = max(span.begins, begin), min(span.ends or end, end)
    return Span(span.state, first, last) if first < last else None


def _away(spans: Iterable[Span]) -> float:
    """Seconds in which any of the spans, which have ends, was away: what overlaps counts once."""
    total, reached = 0.0, None
    for span in sorted((each for each in spans if each.state in AWAY), key=lambda each: each.begins):
        assert span.ends is not None  # _cut gave it one
        first = span.begins if reached is None else max(span.begins, reached)
        if first < span.ends:
            total += (span.ends - first).total_seconds()
            reached = span.ends
    return total
