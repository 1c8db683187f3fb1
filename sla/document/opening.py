"""Opening hours of a date and of a week, as people write them."""

import re
from itertools import pairwise
from typing import Any

from sla.document.errors import did_you_mean, worded
from sla.document.fields import INVALID, Field, Reader, kind_of
from sla.document.reading import Entry, Node
from sla.document.records import Mapped, join

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Interval = tuple[str, str]
Hours = tuple[Interval, ...]

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
MINUTES_A_DAY = 24 * 60


def minutes(time: str) -> int:
    """Minutes since midnight of `HH:MM`."""
    return int(time[:2]) * 60 + int(time[3:])


def span(interval: Interval) -> tuple[int, int]:
    """From and to in minutes of the date it begins on; beyond 24 h when it runs over midnight."""
    start, end = map(minutes, interval)
    return start, end if end > start else end + MINUTES_A_DAY


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
        for before, after in pairwise(hours):
            if span(after)[0] < span(before)[1]:
                shown = worded("%(before)s and %(after)s", before="-".join(before), after="-".join(after))
                return reader.refuse(
                    node,
                    path,
                    worded("%(shown)s overlap. Write them so that one ends before the other begins.", shown=shown),
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
                node,
                path,
                worded('This is %(kind)s. Write hours like "08:00-18:00", or [] for closed.', kind=kind_of(node)),
            )
        if len(times) != 2 or not all(_TIME.fullmatch(time) for time in times) or times[0] == "24:00":
            shown = "-".join(times)[:40]
            return reader.refuse(
                node,
                path,
                worded('"%(shown)s" are no opening hours. Write them like "08:00-18:00", up to 24:00.', shown=shown),
            )
        if times[0] == times[1]:
            hint = worded('Write "00:00-24:00" for the whole day, or [] for closed.')
            return reader.refuse(
                node, path, worded("The hours begin and end at %(times)s. %(hint)s", times=times[0], hint=hint)
            )
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
                node,
                path,
                worded('This is %(kind)s. Write days with hours, like mon-fri: "08:00-18:00".', kind=kind_of(node)),
            )
        weekly: dict[str, Any] = {}
        for name, entry in node.value.items():
            hours = HoursOf().read(entry.node, join(path, name), reader)
            for day in self._days(name, entry, path, reader):
                if day in weekly:
                    reader.refuse(
                        entry.key,
                        join(path, name),
                        worded('The hours of "%(day)s" are given twice. Keep one.', day=day),
                    )
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
        reader.refuse(
            entry.key,
            join(path, name),
            worded('"%(name)s" is no day or range like mon-fri: %(hint)s', name=name[:40], hint=hint),
        )
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
