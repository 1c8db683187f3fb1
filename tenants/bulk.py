"""Reading and changing many rows in one statement, for a fraction of what a query set costs: plain tuples both ways."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.expressions import DatabaseDefault

from tenants.context import active_tenant_id, connection
from tenants.models import TenantModel

#: Values that Postgres is sent as they are.
_PLAIN = {type(None), bool, int, str, UUID, datetime}
#: A model, and the columns that its rows leave to the database.
_Shape = tuple[type[TenantModel], tuple[str, ...]]


def read_many(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement that names the tenant as its first `%s`; a list of keys is given as one value.

    In Postgres' binary form, which takes a third of the time that text does where a row is mostly ids and instants.
    """
    with connection.binary_cursor() as cursor:
        cursor.execute(sql, [active_tenant_id(), *values])
        return cursor.fetchall()


def update_many(rows: Sequence[TenantModel], fields: Sequence[str]) -> None:
    """Write these fields (of plain values and keys, no JSON) of rows of one model as the instances have them."""
    if rows:
        model = type(rows[0])
        names = [model._meta.get_field(name).attname for name in fields]  # type: ignore[union-attr]
        write_many(model, fields, [(row.pk, *(getattr(row, name) for name in names)) for row in rows])


def write_many(model: type[TenantModel], fields: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write these fields of rows given as (id, value of each field)."""
    if not rows:
        return
    columns = [as_array(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, tuple(fields)), [*columns, active_tenant_id()])


@lru_cache
def _statement(model: type[TenantModel], fields: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    columns: list[models.Field[Any, Any]] = [model._meta.get_field(name) for name in ("id", *fields)]  # type: ignore[misc]
    names = [quote(str(field.column)) for field in columns]
    lists = ", ".join(f"%s::{field.db_type(connection)}[]" for field in columns)
    values = ", ".join(f"{name} = new.{name}" for name in names[1:])
    table, new = quote(model._meta.db_table), f"unnest({lists}) AS new ({', '.join(names)})"
    return f"UPDATE {table} AS kept SET {values} FROM {new} WHERE kept.tenant_id = %s AND kept.id = new.id"  # noqa: S608


def insert(*rows: TenantModel) -> None:
    """Add new rows, of several models if need be, in one statement whose SQL is written once a process.

    They may point at each other: keys are checked at the end of the transaction. What the database fills in by itself
    is read when it is asked for.
    """
    written: dict[_Shape, list[dict[int, Any]]] = {}
    shapes: list[_Shape] = []
    for row in rows:
        left, values = [], {}
        for place, (field, is_plain) in enumerate(_columns(type(row))):
            value = row.__dict__[field.attname]
            if isinstance(value, DatabaseDefault):
                left.append(field.attname)
            elif not is_plain:
                values[place] = (
                    None if value is None else json.dumps(value, cls=cast("models.JSONField", field).encoder)
                )
            elif type(value) in _PLAIN:
                values[place] = value
            else:
                values[place] = field.get_db_prep_save(field.pre_save(row, add=True), connection)
        shapes.append((type(row), tuple(left)))
        written.setdefault(shapes[-1], []).append(values)
    if rows:
        # The rows of a table as one JSON: psycopg and Postgres would look at each of thousands of values.
        lists = [json.dumps(values, ensure_ascii=False, default=_as_text) for values in written.values()]
        with connection.cursor() as cursor:
            cursor.execute(_insertion(tuple(written)), lists)
    for row, (_, names) in zip(rows, shapes, strict=True):
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        for name in names:
            del row.__dict__[name]


def _as_text(value: Any) -> str:
    if isinstance(value, UUID | datetime):
        return str(value)
    raise TypeError(f"Rows with a {type(value).__name__} are not written together.")


def update(row: TenantModel, fields: Sequence[str]) -> None:
    """Write these fields of one row as the instance has them, in a statement whose SQL is written once a process."""
    columns = [row._meta.get_field(name) for name in fields]
    values = [field.get_db_prep_save(field.pre_save(row, add=False), connection) for field in columns]  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(_change(type(row), tuple(fields)), [*values, active_tenant_id(), row.pk])


@lru_cache
def _change(model: type[TenantModel], fields: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    columns = [str(model._meta.get_field(name).column) for name in fields]  # type: ignore[union-attr]
    values = ", ".join(f"{quote(column)} = %s" for column in columns)
    return f"UPDATE {quote(model._meta.db_table)} SET {values} WHERE tenant_id = %s AND id = %s"  # noqa: S608


@lru_cache
def _columns(model: type[TenantModel]) -> list[tuple[models.Field[Any, Any], bool]]:
    """The columns of a table, and whether plain values are written in them as they are: not in those of JSON."""
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    return [(field, not isinstance(field, models.JSONField)) for field in fields]


@lru_cache
def _insertion(shapes: tuple[_Shape, ...]) -> str:
    """SQL for rows of these models, of which each leaves some columns to the database; a list of each comes as JSON."""
    quote, written = connection.ops.quote_name, []
    for model, left in shapes:
        given = [
            (f'"{place}"', quote(str(field.column)), field.db_type(connection), is_plain)
            for place, (field, is_plain) in enumerate(_columns(model))
            if field.attname not in left
        ]
        columns = ", ".join(column for _, column, _, _ in given)
        kinds = ", ".join(f"{place} {kind if is_plain else 'text'}" for place, _, kind, is_plain in given)
        values = ", ".join(place if is_plain else f"{place}::{kind}" for place, _, kind, is_plain in given)
        rows = f"SELECT {values} FROM json_to_recordset(%s) AS new ({kinds})"  # noqa: S608
        written.append(f"INSERT INTO {quote(model._meta.db_table)} ({columns}) {rows}")
    *others, last = written
    named = [f"added_{place} AS ({each})" for place, each in enumerate(others)]
    return f"WITH {', '.join(named)} {last}" if named else last


@contextmanager
def uncollected() -> Iterator[None]:
    """Let Python not look for garbage in cycles meanwhile: with thousands of living rows that is a quarter of the time.

    What is made inside is freed as always when nothing names it any more.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def as_array(values: Iterable[Any]) -> str:
    """The values as Postgres writes an array: psycopg would look at each of them several times."""
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value) if isinstance(value, int) else f'"{value}"'
