"""Keys of tenant rows: ids made by the database, and foreign keys that cannot cross tenants."""

import os
import time
import uuid
from threading import Lock
from typing import Any, cast

from django.db import models
from django.db.models.lookups import Exact
from django.db.models.sql.where import WhereNode


def parse_id(text: str) -> uuid.UUID | None:
    """The id that an address or a form names; None for whatever else somebody may have written there."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


class UUIDv7(models.Func):
    """Postgres' uuidv7(): sortable by the time it was made. The first migration adds it below version 18."""

    function = "uuidv7"
    arity = 0

    def __init__(self, **extra: Any) -> None:
        super().__init__(output_field=models.UUIDField(), **extra)


class _Ticks:
    """The last instant that an id was made at, in 4096ths of a millisecond."""

    lock = Lock()
    last = 0


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562, 5.7): ids of one process sort strictly in the order in which they were made.

    The models use this and not the column's default, so that rows know their ids before they are inserted.
    """
    with _Ticks.lock:
        # Milliseconds and 12 bits of their fraction, as Postgres' own uuidv7() does it.
        ticks = time.time_ns() * 4096 // 1_000_000
        _Ticks.last = ticks = max(ticks, _Ticks.last + 1)
    random = int.from_bytes(os.urandom(8)) & (1 << 62) - 1
    return uuid.UUID(int=(ticks >> 12) << 80 | 7 << 76 | (ticks & 0xFFF) << 64 | 2 << 62 | random)


class TenantForeignKey(models.ForeignKey):
    """A key to another row of the same tenant.

    Postgres' foreign keys ignore row-level security, so Django's own constraint is left out and the migration
    operations IsolateTenant and SameTenant make `(tenant_id, x_id) -> (tenant_id, id)` instead.
    """

    def __init__(self, to: Any, on_delete: Any = models.CASCADE, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        # Django's index on the bare key would not start with the tenant; models name the indexes they need.
        kwargs.setdefault("db_index", False)
        super().__init__(to, on_delete, **kwargs)

    def get_extra_restriction(self, alias: str, related_alias: str) -> WhereNode:
        """Equate the tenants in every join, so that Postgres can use indexes that start with the tenant."""
        here = cast("models.Field", self.model._meta.get_field("tenant")).get_col(alias)
        there = cast("models.Field", self.remote_field.model._meta.get_field("tenant")).get_col(related_alias)
        return WhereNode([cast("Any", Exact(there, here))])
