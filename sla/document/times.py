"""Kinds of values that tell of time: days, lengths of time, time zones."""

import re
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from sla.document import durations
from sla.document.durations import Duration
from sla.document.errors import did_you_mean, worded
from sla.document.fields import Field, Reader, kind_of
from sla.document.reading import Node


class Day(Field):
    """A date."""

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        return read_date(node, path, reader)

    def dump(self, value: date) -> str:
        return value.isoformat()

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


def read_date(node: Node, path: str, reader: Reader) -> Any:
    """The date that a node holds, or INVALID."""
    try:
        if not isinstance(node.value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", node.value, re.ASCII):
            raise ValueError(worded("write year, month and day"))
        day = date.fromisoformat(node.value)
    except ValueError as error:
        shown = f'"{str(node.value)[:40]}"' if not isinstance(node.value, dict | list) else kind_of(node)
        return reader.refuse(
            node, path, worded("%(shown)s is no date (%(error)s). Write it like 2026-01-06.", shown=shown, error=error)
        )
    if not 1970 <= day.year <= 2200:
        return reader.refuse(
            node, path, worded("The year %(year)s is out of range. Write one from 1970 to 2200.", year=day.year)
        )
    return day


class Time(Field):
    """A length of time: `90m`, `4h`, `3 business days`."""

    def __init__(self, *, days_allowed: bool = True) -> None:
        self.days_allowed = days_allowed

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if isinstance(node.value, Duration):
            return node.value
        if not isinstance(node.value, str):
            hint = (
                worded("Write a unit, %(value)sm or %(value_2)sh.", value=node.value, value_2=node.value)
                if type(node.value) is int
                else worded("Write 90m or 4h.")
            )
            return reader.refuse(
                node, path, worded("This is %(kind)s, not a length of time. %(hint)s", kind=kind_of(node), hint=hint)
            )
        try:
            return durations.parse(node.value, days_allowed=self.days_allowed)
        except ValueError as error:
            return reader.refuse(node, path, error.args[0])

    def dump(self, value: Duration) -> str:
        return str(value)

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/duration"}


class Zone(Field):
    """An IANA time zone."""

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if isinstance(node.value, str) and node.value in _zones():
            return node.value
        shown = (
            f'"{node.value[:60]}"'
            if isinstance(node.value, str)
            else worded("This is %(kind)s, which", kind=kind_of(node))
        )
        near = did_you_mean(str(node.value), sorted(_zones())) if isinstance(node.value, str) else ""
        hint = near if near.startswith("did") else worded("write one like Europe/Madrid or UTC.")
        return reader.refuse(node, path, worded("%(shown)s is no time zone: %(hint)s", shown=shown, hint=hint))

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "description": "An IANA time zone, such as Europe/Moscow."}


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
