"""A week as a picture: each day a line of 24 hours with its open stretches, for templates to draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sla.document.opening import DAYS, MINUTES_A_DAY, span


@dataclass(frozen=True)
class Bar:
    """A stretch of a day in minutes since midnight; one over midnight ends with the day's line."""

    x: int
    width: int
    goes_on: bool


@dataclass(frozen=True)
class Line:
    """A day of the week and its open stretches."""

    day: str
    bars: tuple[Bar, ...]


def bars(weekly: Mapping[str, Iterable[Iterable[str]]]) -> list[Line]:
    """The lines of the days that are given, in the order of the week."""
    return [Line(day, tuple(_bar(*each) for each in weekly[day])) for day in DAYS if day in weekly]


def _bar(start: str, end: str) -> Bar:
    first, last = span((start, end))
    return Bar(first, min(last, MINUTES_A_DAY) - first, last > MINUTES_A_DAY)
