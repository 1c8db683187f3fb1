"""Columns of sub-queries that the ORM writes once a process: that takes it longer than Postgres takes to answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.expressions import RawSQL

from tenants.context import active_tenant_id
from tenants.models import TenantModel

#: Stands where the reader's id comes, in the SQL that is kept.
_SOMEBODY = UUID(int=0)
Column = Callable[[UUID], Any]


def written(model: type[TenantModel], column: Column, reader: UUID = _SOMEBODY) -> RawSQL:
    """The expression `column(reader)`, to annotate rows of the model with, without having it written again.

    It may depend on the reader's id and on the active tenant, and on nothing else; OuterRef names columns of the model.
    """
    sql, values, output = _written(model, column, active_tenant_id())
    return RawSQL(sql, [reader if value == _SOMEBODY else value for value in values], output)  # noqa: S611 - ours


@lru_cache(maxsize=8192)
def _written(
    model: type[TenantModel], column: Column, tenant_id: int | None
) -> tuple[str, tuple[Any, ...], models.Field[Any, Any]]:
    """SQL, values and kind of a column; the SQL names the tenant, by `active_tenant_id()`."""
    query = model._default_manager.all().query
    query.get_initial_alias()
    expression = column(_SOMEBODY).resolve_expression(query)
    sql, values = query.get_compiler(DEFAULT_DB_ALIAS).compile(expression)
    return sql, tuple(values), expression.output_field
