"""Changing many rows in one statement, for a fraction of what `bulk_update` costs: no expression is built for a row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

from tenants.context import active_tenant_id
from tenants.models import TenantModel


def update_many(rows: Sequence[TenantModel], fields: Sequence[str]) -> None:
    """Write these fields (of plain values and keys, no JSON) of rows of one model as the instances have them."""
    if not rows:
        return
    sql, names = _statement(type(rows[0]), tuple(fields))
    arrays = [[getattr(row, name) for row in rows] for name in names]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*arrays, active_tenant_id()])


@lru_cache
def _statement(model: type[TenantModel], fields: tuple[str, ...]) -> tuple[str, list[str]]:
    """The statement, and the attributes that it takes."""
    quote = connection.ops.quote_name
    columns: list[Any] = [model._meta.get_field(name) for name in ("id", *fields)]
    names = [quote(field.column) for field in columns]
    lists = ", ".join(f"%s::{field.db_type(connection)}[]" for field in columns)
    values = ", ".join(f"{name} = new.{name}" for name in names[1:])
    table, new = quote(model._meta.db_table), f"unnest({lists}) AS new ({', '.join(names)})"
    sql = f"UPDATE {table} AS kept SET {values} FROM {new} WHERE kept.tenant_id = %s AND kept.id = new.id"  # noqa: S608
    return sql, [field.attname for field in columns]
