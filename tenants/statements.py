"""Queries that every page asks in the same words: the ORM writes their SQL once a process, then only values change.

Writing it takes the ORM twice as long as sending it, answering it and reading the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from datetime import UTC, datetime
from functools import cached_property, partial
from itertools import count
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler
from psycopg.sql import Literal

from tenants.context import NOBODY, active_tenant_id, for_nobody

Row = TypeVar("Row", bound=Model)

#: Of the statements of this process; a name of each for Postgres.
_NUMBERS = count(1)

#: What Postgres calls these values.
_KINDS: dict[type, str] = {str: "text", int: "bigint", UUID: "uuid", datetime: "timestamptz"}
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
        return list(self._read(self._of_one, values))

    def each(self, many: Sequence[Mapping[str, Any]]) -> list[list[Row]]:
        """As rows() for each of these values. One query."""
        if not many:
            return []
        found: list[list[Row]] = [[] for _ in many]
        places: list[int] = []
        for row in self._read(self._of_many, {name: [of[name] for of in many] for name in self._stands_for}, places):
            found[places[-1] - 1].append(row)
        return found

    def first(self, **values: Any) -> Row | None:
        """The first of the rows; the query set itself asks for no more."""
        return next(iter(self.rows(**values)), None)

    def _read(self, form: Form, values: Mapping[str, Any], last: list[Any] | None = None) -> Iterator[Row]:
        """The rows of a form with these values; what stands in its last column is added to `last` as each is read."""
        connection = connections[DEFAULT_DB_ALIAS]  # of this thread
        asked = self._asked(form, {**values, "tenant": active_tenant_id()})
        once = copy(self._written[0])
        once.connection = connection
        once.as_sql = lambda *args, **kwargs: asked  # type: ignore[method-assign, assignment]
        if last is not None:
            once.results_iter = partial(_noting, once.results_iter, last)  # type: ignore[method-assign]
        query = SimpleNamespace(get_compiler=lambda using: once)
        rows = SimpleNamespace(
            model=once.query.model, db=DEFAULT_DB_ALIAS, query=query, _fields=None, _known_related_objects={}
        )
        return iter(ModelIterable(rows))  # type: ignore[arg-type]

    def _asked(self, form: Form, values: dict[str, Any]) -> tuple[str, list[Any]]:
        """SQL and parameters."""
        return form.in_full(values)

    @cached_property
    def _written(self) -> tuple[SQLCompiler, Form]:
        """What wrote the SQL and reads the rows, and what is asked with one value of each kind.

        Threads that come here at the same time write it each for themselves: a compiler is nobody else's at work.
        """
        with for_nobody():
            compiler = self._query_set(**self._stands_for).query.get_compiler(DEFAULT_DB_ALIAS)
            sql, parameters = compiler.as_sql()
        names = {value: name for name, value in {**self._stands_for, "tenant": NOBODY}.items()}
        places = ((self._name(value, names), value) for value in parameters)
        pieces = [""]
        for text in re.split("(%[%s])", sql):
            name, value = next(places) if text == "%s" else ("", None)
            if name:
                pieces += [name, ""]
            else:
                # What always stands in a place is written there.
                pieces[-1] += Literal(value).as_string().replace("%", "%%") if text == "%s" else text
        kinds = {name: _KINDS[type(value)] for name, value in self._stands_for.items()}
        return compiler, Form({"tenant": "bigint", **kinds}, pieces)

    @property
    def _of_one(self) -> Form:
        return self._written[1]

    def _name(self, value: Any, names: dict[Any, str]) -> str:
        """Of the value that stands in a place, empty for what always stands there."""
        return names.get(value, "") if isinstance(value, int | str | UUID | datetime) else ""

    @cached_property
    def _of_many(self) -> Form:
        """What is asked with as many values of each kind as one likes."""
        one = self._of_one
        kinds = {name: f"{kind}[]" for name, kind in one.kinds.items() if name != "tenant"}
        columns = ", ".join(f'"{name}"' for name in kinds)
        pieces = ["SELECT found.*, asked.place FROM unnest("]
        for name in kinds:
            pieces += [name, ", "]
        pieces[-1] = f") WITH ORDINALITY AS asked ({columns}, place) CROSS JOIN LATERAL ("
        for place, piece in enumerate(one.pieces):
            if place % 2 and piece == "tenant":
                pieces += [piece, ""]
            else:
                pieces[-1] += f'asked."{piece}"' if place % 2 else piece
        pieces[-1] += ") AS found"
        return Form({"tenant": "bigint", **kinds}, pieces)


class PreparedStatement(Statement[Row]):
    """One that Postgres plans once a connection: for long ones, whose planning takes it longer than answering them."""

    def _asked(self, form: Form, values: dict[str, Any]) -> tuple[str, list[Any]]:
        if not settings.DATABASE_PREPARES:
            return form.in_full(values)
        connections[DEFAULT_DB_ALIAS].prepare(form.name, form.to_prepare)  # type: ignore[attr-defined]
        return form.to_execute(values)

    def _read(self, form: Form, values: Mapping[str, Any], last: list[Any] | None = None) -> Iterator[Row]:
        try:
            yield from super()._read(form, values, last)
        except NotSupportedError:
            # A migration changed the kind of a column: this transaction is lost, the next one plans anew.
            connections[DEFAULT_DB_ALIAS].outdated(form.name)  # type: ignore[attr-defined]
            raise


class Form:
    """SQL in pieces, between which names of values stand; Postgres' kind of each value."""

    def __init__(self, kinds: dict[str, str], pieces: list[str]) -> None:
        self.name = f"statement_{next(_NUMBERS)}"
        self.kinds = kinds
        self.pieces = pieces
        self._execute = f"EXECUTE {self.name} ({', '.join(['%s'] * len(kinds))})"
        casts = [f"%s::{kinds.get(piece, 'timestamptz')}" if place % 2 else piece for place, piece in enumerate(pieces)]
        self._in_full = "".join(casts)

    def to_prepare(self) -> str:
        """Kinds and SQL, as PREPARE takes them."""
        numbers = {name: f"${number}" for number, name in enumerate(self.kinds, 1)}
        text = "".join(
            numbers[piece] if place % 2 else piece.replace("%%", "%") for place, piece in enumerate(self.pieces)
        )
        return f"({', '.join(self.kinds.values())}) AS {text}"

    def to_execute(self, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """SQL and parameters that ask for what was prepared."""
        return self._execute, [values[name] for name in self.kinds]

    def in_full(self, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """SQL and parameters that ask without preparing."""
        return self._in_full, [values[name] for name in self.pieces[1::2]]


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
