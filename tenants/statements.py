"""Queries that every page asks in the same words: the ORM writes their SQL once a process, then only values change.

Writing it takes the ORM twice as long as sending it, answering it and reading the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler

from tenants.context import NOBODY, active_tenant_id, for_nobody

Row = TypeVar("Row", bound=Model)

#: What is written in a value's place: texts, numbers, ids and instants that nothing has.
_STANDS_FOR: dict[type, Callable[[int], Any]] = {
    str: lambda place: f"\N{REPLACEMENT CHARACTER}{place}",
    int: lambda place: NOBODY - 1 - place,
    UUID: lambda place: UUID(int=place + 1),
    datetime: lambda place: datetime.min.replace(microsecond=place, tzinfo=UTC),
}


class Statement(Generic[Row]):
    """A query set whose values come later: `Statement(lambda host: Tenant.objects.filter(host=host), host=str)`.

    Values are texts, numbers, ids and instants, as the column keeps them and no larger than it can. What the query set
    asks must depend on nothing else but the active tenant, which is named anew each time. Nothing is prefetched.
    """

    def __init__(self, query_set: Callable[..., QuerySet[Row]], **kinds: type) -> None:
        self._query_set = query_set
        self._stands_for = {name: _STANDS_FOR[kind](place) for place, (name, kind) in enumerate(kinds.items())}

    def rows(self, **values: Any) -> list[Row]:
        """The rows with these values in their places. One query."""
        compiler, sql, places = self._written
        values["tenant"] = active_tenant_id()
        bound = [values[name] if name else value for name, value in places]
        once = copy(compiler)
        once.connection = connections[DEFAULT_DB_ALIAS]  # of this thread
        once.as_sql = lambda *args, **kwargs: (sql, bound)  # type: ignore[method-assign, assignment]
        query = SimpleNamespace(get_compiler=lambda using: once)
        asked = SimpleNamespace(
            model=compiler.query.model, db=DEFAULT_DB_ALIAS, query=query, _fields=None, _known_related_objects={}
        )
        return list(ModelIterable(asked))  # type: ignore[arg-type]

    def first(self, **values: Any) -> Row | None:
        """The first of the rows; the query set itself asks for no more."""
        return next(iter(self.rows(**values)), None)

    @cached_property
    def _written(self) -> tuple[SQLCompiler, str, list[tuple[str, Any]]]:
        """What reads the rows, the SQL, and for each parameter the name of its value, or what always stands there."""
        with for_nobody():
            compiler = self._query_set(**self._stands_for).query.get_compiler(DEFAULT_DB_ALIAS)
            sql, parameters = compiler.as_sql()
        names = {value: name for name, value in {**self._stands_for, "tenant": NOBODY}.items()}
        return compiler, sql, [(_name(value, names), value) for value in parameters]


def _name(value: Any, names: dict[Any, str]) -> str:
    return names.get(value, "") if isinstance(value, int | str | UUID | datetime) else ""
