"""Queries that every page asks in the same words: the ORM writes their SQL once a process, then only values change.

Writing it takes the ORM twice as long as sending it, answering it and reading the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from datetime import UTC, datetime
from functools import cached_property, partial
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler

from tenants.context import NOBODY, active_tenant_id, for_nobody

Row = TypeVar("Row", bound=Model)

#: What Postgres calls these values when many are given.
_ARRAYS: dict[type, str] = {str: "text", int: "bigint", UUID: "uuid", datetime: "timestamptz"}
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
        """The rows with these values in their places. One query, or none inside asked_together()."""
        at_hand = _at_hand.get()
        if at_hand and (known := at_hand.get((self, active_tenant_id(), *sorted(values.items())))) is not None:
            return list(known)
        _, sql, places = self._written
        values["tenant"] = active_tenant_id()
        return list(self._read(sql, [values[name] if name else value for name, value in places]))

    def each(self, many: Sequence[Mapping[str, Any]]) -> list[list[Row]]:
        """As rows() for each of these values. One query."""
        if not many:
            return []
        _, sql, places = self._written
        names = sorted(self._stands_for)
        columns = ", ".join(f'"{name}"' for name in names)
        lists = ", ".join(f"%s::{_ARRAYS[type(self._stands_for[name])]}[]" for name in names)
        pieces, bound = sql.split("%s"), []
        for place, (name, value) in enumerate(places):
            if name and name != "tenant":
                pieces[place] += f'asked."{name}"'
            else:
                pieces[place] += "%s"
                bound.append(active_tenant_id() if name else value)
        arrays = [[values[name] for values in many] for name in names]
        asked = f"unnest({lists}) WITH ORDINALITY AS asked ({columns}, place)"
        found: list[list[Row]] = [[] for _ in many]
        numbered = f"SELECT found.*, asked.place FROM {asked} CROSS JOIN LATERAL ({''.join(pieces)}) AS found"  # noqa: S608
        numbers: list[int] = []
        for row in self._read(numbered, [*arrays, *bound], numbers):
            found[numbers[-1] - 1].append(row)
        return found

    def _read(self, sql: str, bound: list[Any], last: list[Any] | None = None) -> Iterator[Row]:
        """The rows of this SQL; what stands in its last column is added to `last` as each is read."""
        compiler, _, _ = self._written
        once = copy(compiler)
        once.connection = connections[DEFAULT_DB_ALIAS]  # of this thread
        once.as_sql = lambda *args, **kwargs: (sql, bound)  # type: ignore[method-assign, assignment]
        if last is not None:
            once.results_iter = partial(_noting, once.results_iter, last)  # type: ignore[method-assign]
        query = SimpleNamespace(get_compiler=lambda using: once)
        asked = SimpleNamespace(
            model=compiler.query.model, db=DEFAULT_DB_ALIAS, query=query, _fields=None, _known_related_objects={}
        )
        return iter(ModelIterable(asked))  # type: ignore[arg-type]

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


#: What is asked of each of some statements, for asked_together().
Asked = Mapping[Statement[Any], Sequence[Mapping[str, Any]]]
#: What statements were asked inside asked_together(), and their rows.
_at_hand: ContextVar[dict[tuple[Any, ...], list[Any]]] = ContextVar("at_hand", default={})  # noqa: B039 - never changed


@contextmanager
def asked_together(*all_asked: Asked) -> Iterator[None]:
    """Ask each statement for all its values in one query; inside, its rows for these are at hand, as of the beginning.

    For work on many things that have nothing to do with each other, in one transaction.
    """
    at_hand = dict(_at_hand.get())
    for statement, many in (each for asked in all_asked for each in asked.items()):
        for values, rows in zip(many, statement.each(many), strict=True):
            at_hand[(statement, active_tenant_id(), *sorted(values.items()))] = rows
    token = _at_hand.set(at_hand)
    try:
        yield
    finally:
        _at_hand.reset(token)


def _noting(results_iter: Callable[..., Iterator[Any]], last: list[Any], results: Any) -> Iterator[Any]:
    for row in results_iter(results):
        last.append(row[-1])
        yield row


def _name(value: Any, names: dict[Any, str]) -> str:
    return names.get(value, "") if isinstance(value, int | str | UUID | datetime) else ""
