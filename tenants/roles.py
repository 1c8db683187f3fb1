"""The process refuses to start on a database role that row-level security does not bind."""

from django.core.exceptions import ImproperlyConfigured
from django.db import connection


def refuse_bypass() -> None:
    """Raise ImproperlyConfigured when the login is a superuser, may bypass row-level security, or owns tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT current_user, rolsuper, rolbypassrls,
                   EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p'))
            FROM pg_roles WHERE rolname = current_user
            """
        )
        name, is_super, bypasses, owns = cursor.fetchone()
    connection.close()
    for wrong, why in [
        (is_super, "is a superuser"),
        (bypasses, "has BYPASSRLS"),
        (owns, "owns tables"),
    ]:
        if wrong:
            raise ImproperlyConfigured(
                f'The database role "{name}" {why}, so tenants would not be isolated from each other. '
                "Set DATABASE_URL to the login of the unprivileged app role; see README, Production."
            )
