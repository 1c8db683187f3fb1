"""The one place that tells Postgres which tenant a transaction works for."""

from django.db.backends.postgresql import base
from psycopg import sql

from tenants import context


class DatabaseWrapper(base.DatabaseWrapper):
    """Sends `SET LOCAL app.tenant_id` as the first statement of every transaction."""

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        tenant_id = context.active_tenant_id()
        if not autocommit and tenant_id is not None:
            self.set_tenant(tenant_id)

    def set_tenant(self, tenant_id: int | None) -> None:
        """Make the rest of this transaction see only that tenant's rows; nobody's for None.

        SET LOCAL as a statement, never set_config(): Citus does not pass the latter on to its shards, and a
        session-level setting would leak into the next transaction of a pooled connection.
        """
        value = "" if tenant_id is None else str(tenant_id)
        self.connection.execute(sql.SQL("SET LOCAL app.tenant_id = {}").format(sql.Literal(value)))
