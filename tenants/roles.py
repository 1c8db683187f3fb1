"""The process refuses to start on a database role that row-level security does not bind."""

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

#: Every role that the login is or can become by SET ROLE or RESET ROLE, however it came to be a member.
_REACHABLE = """
    SELECT current_user, rolname, rolsuper, rolbypassrls,
           EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p'))
    FROM pg_roles
    WHERE (pg_has_role(current_user, oid, 'MEMBER') OR pg_has_role(session_user, oid, 'MEMBER'))
    ORDER BY rolname <> current_user, rolname
"""


def refuse_bypass() -> None:
    """Raise ImproperlyConfigured when the login is a superuser, may bypass row-level security, or owns tables.

    So it is refused when it may become a role that does.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REACHABLE)
        found = cursor.fetchall()
    if not connection.in_atomic_block:  # a test calls commands inside its transaction
        connection.close()
    for login, role, is_super, bypasses, owns in found:
        for wrong, why in [(is_super, "is a superuser"), (bypasses, "has BYPASSRLS"), (owns, "owns tables")]:
            if wrong:
                may = "" if role == login else f'may become "{role}", which '
                raise ImproperlyConfigured(
                    f'The database role "{login}" {may}{why}, so tenants would not be isolated from each other. '
                    "Set DATABASE_URL to the login of the unprivileged app role; see README, Production."
                )
