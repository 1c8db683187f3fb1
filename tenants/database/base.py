"""The one place that tells Postgres which tenant a transaction works for."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor
from psycopg.adapt import AdaptersMap
from psycopg.pq import Format

from tenants import context
from tenants.database import prepared
from tenants.database.instants import InstantLoader
from tenants.database.pool import give_up_all_when_one_is_dead


class DatabaseWrapper(base.DatabaseWrapper):
    """Sends `SET LOCAL app.tenant_id` as the first statement of every transaction."""

    @property
    def pool(self) -> Any:
        """Django's pool, None when the settings ask for none."""
        pool = super().pool
        if pool is not None:
            give_up_all_when_one_is_dead(pool)
        return pool

    def get_connection_params(self) -> dict[str, Any]:
        """Django's, with a faster reader of instants."""
        parameters = super().get_connection_params()
        return {**parameters, "context": _with_quick_instants(parameters["context"])}

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        tenant_id = context.active_tenant_id()
        if not autocommit and tenant_id is not None:
            self.set_tenant(tenant_id)

    def binary_cursor(self) -> CursorWrapper:
        """A cursor that is sent rows as Postgres keeps them, not as text; instants come in UTC."""
        self.ensure_connection()
        cursor = Cursor(self.connection)
        cursor.format = Format.BINARY
        return self._prepare_cursor(cursor)  # type: ignore[attr-defined]

    def prepare(self, name: str, write: Callable[[], str]) -> None:
        """Have Postgres plan a statement on this connection, to be asked for by EXECUTE and its name."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            prepared.prepare(self.connection, name, write)

    def outdated(self, name: str) -> None:
        """Have a statement planned anew when it is asked for next."""
        if self.connection is not None:
            prepared.outdated(self.connection, name)

    def set_tenant(self, tenant_id: int | None) -> None:
        """Make the rest of this transaction see only that tenant's rows; nobody's for None.

        SET LOCAL as a statement, never set_config(): Citus does not pass the latter on to its shards, and a
        session-level setting would leak into the next transaction of a pooled connection.
        """
        # A number needs no quoting, which takes longer than the statement.
        value = "" if tenant_id is None else int(tenant_id)
        self.connection.execute(f"SET LOCAL app.tenant_id = '{value}'")


@lru_cache(maxsize=4)
def _with_quick_instants(usual: AdaptersMap) -> AdaptersMap:
    """Django's own, which it keeps as well; each connection makes a copy. Asked for by every request of a pool."""
    adapters = AdaptersMap(usual)
    adapters.register_loader("timestamptz", InstantLoader)
    return adapters
