"""Whom we work for: one context manager opens the transaction and tells Postgres the tenant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from django.db import connection as any_connection
from django.db import transaction

if TYPE_CHECKING:
    from tenants.database.base import DatabaseWrapper
    from tenants.models import Tenant

connection = cast("DatabaseWrapper", any_connection)
_active: ContextVar[Tenant | None] = ContextVar("active_tenant", default=None)


class NoTenant(LookupError):
    """Nothing may be done for nobody: wrap the work in act_as(tenant)."""


@contextmanager
def act_as(tenant: Tenant) -> Iterator[Tenant]:
    """Open a transaction in which only the rows of this tenant exist.

    Nested in another transaction it opens a savepoint and gives the former tenant back afterwards.
    """
    former = _active.get()
    nested = connection.in_atomic_block
    token = _active.set(tenant)
    try:
        with transaction.atomic():
            if nested:
                connection.set_tenant(tenant.id)
            yield tenant
            if nested and not connection.needs_rollback:
                # A rollback to the savepoint restores the setting by itself; a release keeps it.
                connection.set_tenant(former.id if former else None)
    finally:
        _active.reset(token)


#: The id of no tenant: stands in SQL that is written before it is known for whom.
NOBODY = -(10**15)


@contextmanager
def for_nobody() -> Iterator[None]:
    """Let queries that are only written inside, and asked later, name NOBODY in place of a tenant."""
    token = _active.set(cast("Tenant", SimpleNamespace(id=NOBODY)))
    try:
        yield
    finally:
        _active.reset(token)


def active_tenant() -> Tenant:
    """The tenant that the running code works for. Raises NoTenant outside act_as()."""
    tenant = _active.get()
    if tenant is None:
        raise NoTenant("No tenant is active. Wrap the work in act_as(tenant).")
    return tenant


def active_tenant_id() -> int | None:
    """The id of the tenant that the running code works for, or None."""
    tenant = _active.get()
    return None if tenant is None else tenant.id
