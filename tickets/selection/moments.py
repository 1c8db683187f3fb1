"""Instants that depend on when, and in which zone, somebody looks: kept in SQL that is used again, filled in later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from tenants.statements import Statement

Row = TypeVar("Row", bound=Model)

_START = datetime(2000, 1, 1, tzinfo=UTC)


class Sometime(datetime):
    """Stands for an instant at a fixed distance from `at`, or for a midnight of the reader's calendar."""

    of_day: date | None = None
    days_on: int | None = None

    @classmethod
    def looked_at(cls) -> Sometime:
        """Stands for `at` itself; adding to it stands for what lies so far from it."""
        return cls.fromtimestamp(_START.timestamp(), tz=UTC)

    def bind(self, at: datetime) -> datetime:
        """The instant for somebody who looks at this time, in the active zone."""
        if self.of_day is not None or self.days_on is not None:
            return midnight(at, day=self.of_day, days=self.days_on)
        return at + timedelta(seconds=self.timestamp() - _START.timestamp())


def midnight(at: datetime, *, day: date | None = None, days: int | None = None) -> datetime:
    """The beginning of a day of the reader's calendar, or of a day counted from the one of `at`."""
    if isinstance(at, Sometime):
        found = Sometime.looked_at()
        found.of_day, found.days_on = day, days
        return found
    day = day or timezone.localtime(at).date() + timedelta(days=days or 0)
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


class AtSomeTime(Statement[Row]):
    """A statement whose query set stands at `Sometime.looked_at()`."""

    def __init__(self, query_set: Callable[..., QuerySet[Row]], **kinds: type) -> None:
        super().__init__(query_set, **kinds)
        #: Instants of the query set by the names that they get.
        self._moments: dict[str, Sometime] = {}

    def rows_at(self, at: datetime, **values: Any) -> list[Row]:
        """The rows with these values in their places for somebody who looks at this time. One query."""
        form = self._of_one
        return list(self._read(form, {**values, **{name: each.bind(at) for name, each in list(self._moments.items())}}))

    def _name(self, value: Any, names: dict[Any, str]) -> str:
        if not isinstance(value, Sometime):
            return super()._name(value, names)
        # Named by what it is: threads that write the SQL at the same time agree on it.
        name = f"moment {value.timestamp()} {value.of_day} {value.days_on}"
        self._moments[name] = value
        return name
