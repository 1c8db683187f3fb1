"""The roles and the database of one installation, made by a login that may make them.

Three logins with three jobs: the administrator (given, used here only), the owner (owns the tables, migrates) and the
app (what runs; owns nothing, cannot bypass row-level security). `python -m scripts.database` makes them and prints
the derived addresses.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets as random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import errors, sql

from scripts.processes import CannotStart
from scripts.secrets_file import Secrets

MAINTENANCE = ("postgres", "template1")
DEFAULT_NAME = "helpdesk"
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class Site:
    """One database with its roles, as the project's environment variables."""

    name: str
    app_role: str
    owner_role: str
    app_url: str
    owner_url: str

    @property
    def environment(self) -> dict[str, str]:
        """What the settings read."""
        return {"DATABASE_URL": self.app_url, "DATABASE_OWNER_URL": self.owner_url, "DATABASE_APP_ROLE": self.app_role}


class Administrator:
    """A login that may create roles and databases, on any server of PostgreSQL 15 to 18."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.parts = urlsplit(url)
        if self.parts.scheme not in ("postgres", "postgresql"):
            raise CannotStart(
                f"DATABASE_URL must look like postgres://login:password@host:5432/database, not {self.parts.scheme}://..."
            )
        name = unquote(self.parts.path.lstrip("/"))
        self.wished_name = name if name and name not in MAINTENANCE else DEFAULT_NAME

    @contextmanager
    def connect(self, database: str | None = None) -> Iterator[Connection]:
        """An autocommit connection to a database, or to whichever one is there for maintenance."""
        connection = self._open(database)
        try:
            yield connection
        finally:
            connection.close()

    def _open(self, database: str | None) -> Connection:
        problem: psycopg.Error | None = None
        for name in (database,) if database else (*MAINTENANCE, self.wished_name):
            try:
                return psycopg.connect(with_database(self.url, name), autocommit=True, connect_timeout=10)
            except psycopg.OperationalError as error:
                problem = problem or error
        where = f"{self.parts.hostname or 'localhost'}:{self.parts.port or 5432}"
        raise CannotStart(
            f"PostgreSQL at {where} cannot be used with the login in DATABASE_URL: {str(problem).strip()}"
        )

    def make_site(self, name: str, *, owner_password: str, app_password: str) -> Site:
        """Make or repair the roles and the database; a second call changes nothing but the passwords."""
        site = self._site(name, owner_password, app_password)
        with self.connect() as connection:
            _check_version(connection)
            try:
                self._make_roles(connection, site, owner_password, app_password)
                self._make_database(connection, site)
            except errors.InsufficientPrivilege as error:
                raise CannotStart(_explain_rights(self.parts.username or "", site, error)) from error
        with self.connect(name) as connection:
            _check_database(connection, site)
        for url, role in ((site.owner_url, site.owner_role), (site.app_url, site.app_role)):
            _check_login(url, role)
        return site

    def drop_site(self, site: Site) -> None:
        """Remove the database and both roles."""
        with self.connect() as connection:
            self.drop_database(connection, site.name)
            for role in (site.app_role, site.owner_role):
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))

    def drop_database(self, connection: Connection, name: str) -> None:
        """Remove a database, whoever is still connected."""
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def clone(self, connection: Connection, source: Site, name: str) -> Site:
        """A copy of a database under another name, for the same roles; an older copy is dropped."""
        self.drop_database(connection, name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy OWNER {}").format(
                sql.Identifier(name), sql.Identifier(source.name), sql.Identifier(source.owner_role)
            )
        )
        _close_to_strangers(connection, name, source.app_role)
        return Site(
            name,
            source.app_role,
            source.owner_role,
            with_database(source.app_url, name),
            with_database(source.owner_url, name),
        )

    def _site(self, name: str, owner_password: str, app_password: str) -> Site:
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,50}", name):
            raise CannotStart(
                f"The database name {name!r} in DATABASE_URL cannot be used: "
                "names here are small letters, digits and _, 51 at most, and begin with a letter."
            )
        # Roles belong to the whole cluster: named after the database, two installations never share one.
        owner, app = f"{name}_owner", f"{name}_app"
        return Site(name, app, owner, self._login(app, app_password, name), self._login(owner, owner_password, name))

    def _login(self, role: str, password: str, database: str) -> str:
        return with_database(with_user(self.parts, role, password), database)

    def _make_roles(self, connection: Connection, site: Site, owner_password: str, app_password: str) -> None:
        limits = sql.SQL("LOGIN NOCREATEDB NOCREATEROLE")
        for role, password in ((site.owner_role, owner_password), (site.app_role, app_password)):
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            verb = sql.SQL("ALTER ROLE {} {} PASSWORD {}" if known else "CREATE ROLE {} {} PASSWORD {}")
            connection.execute(verb.format(sql.Identifier(role), limits, sql.Literal(password)))
        # The owner may step over row-level security where the administrator may allow it; nothing depends on it.
        with suppress(errors.InsufficientPrivilege):
            connection.execute(sql.SQL("ALTER ROLE {} BYPASSRLS").format(sql.Identifier(site.owner_role)))
        if not _is_superuser(connection):
            # To hand over a database one must be able to act as its new owner; to end its sessions, as both.
            for role in (site.owner_role, site.app_role):
                connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))

    def _make_database(self, connection: Connection, site: Site) -> None:
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [site.name]
        ).fetchone()
        if owner is None:
            _create_database(connection, site)
        elif owner[0] != site.owner_role:
            self._take_over(connection, site)
        _close_to_strangers(connection, site.name, site.app_role)

    def _take_over(self, connection: Connection, site: Site) -> None:
        """Use a database that somebody made for us, if it is empty."""
        with self.connect(site.name) as inside:
            tables = inside.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            )
            if tables.fetchone() != (0,):
                raise CannotStart(
                    f"The database {site.name} holds tables that are not the helpdesk's, so it was left alone. "
                    "Name another database in DATABASE_URL; it is made if it does not exist."
                )
        connection.execute(
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(site.name), sql.Identifier(site.owner_role))
        )


def with_database(url: str, name: str) -> str:
    """The same login to another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(name, safe='')}"))


def with_user(parts: SplitResult, user: str, password: str) -> str:
    """The same server with another login."""
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{host}"))


def _create_database(connection: Connection, site: Site) -> None:
    """Make it with the same collation everywhere, whatever the cluster was made with."""
    # LC_CTYPE decides what a letter is: with C, trigram search sees no Cyrillic. Collation by bytes needs no library.
    variants = [
        "LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'",
        "LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'en_US.UTF-8'",
    ]
    if connection.info.server_version >= 180000:
        variants.insert(0, "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'PG_UNICODE_FAST' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")
    for variant in variants:
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' " + variant)
        try:
            connection.execute(statement.format(sql.Identifier(site.name), sql.Identifier(site.owner_role)))
        except (errors.WrongObjectType, errors.InvalidParameterValue):
            if variant is variants[-1]:
                raise
        else:
            return


def _close_to_strangers(connection: Connection, name: str, app_role: str) -> None:
    database = sql.Identifier(name)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(app_role)))


def _is_superuser(connection: Connection) -> bool:
    return connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (True,)


def _check_version(connection: Connection) -> None:
    major = connection.info.server_version // 10000
    if major < 15:
        raise CannotStart(f"The server is PostgreSQL {major}. Helpdesk needs PostgreSQL 15 or newer.")


def _check_database(connection: Connection, site: Site) -> None:
    """Refuse a database in which search and sorting of Cyrillic and Spanish would silently be wrong."""
    found = connection.execute(
        "SELECT pg_encoding_to_char(encoding), datctype FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    assert found is not None
    if found[0] != "UTF8" or str(found[1]) in ("C", "POSIX"):
        raise CannotStart(
            f"The database {site.name} has encoding {found[0]} and character type {found[1]}, with which searching "
            "Russian texts does not work. Drop it and let this command make it, or make it with "
            "ENCODING 'UTF8' LC_CTYPE 'C.UTF-8' TEMPLATE template0."
        )


def _check_login(url: str, role: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError as error:
        raise CannotStart(
            f"The role {role} was made, but the server refuses its login: {str(error).strip()}\n"
            "It logs in with a password from this machine; let pg_hba.conf allow that (scram-sha-256)."
        ) from error


def _explain_rights(login: str, site: Site, error: psycopg.Error) -> str:
    """What a database administrator has to run, ready to copy."""
    made = f"the roles {site.owner_role} and {site.app_role} and the database {site.name}"
    return (
        f"The login {login} may not do what is needed ({str(error).strip()}). Let an administrator run\n\n"
        f'    ALTER ROLE "{login}" CREATEROLE CREATEDB;\n\n'
        f"and start again; {made} are made then."
    )


def main() -> int:
    """Make roles and database with the login in DATABASE_ADMIN_URL and print the derived variables."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, help="folder that keeps the generated passwords")
    parser.add_argument("--migrate", action="store_true", help="migrate instead of printing passwords")
    arguments = parser.parse_args()
    url = os.environ.get("DATABASE_ADMIN_URL", "")
    if not url:
        print("Set DATABASE_ADMIN_URL to a login that may create roles and databases.", file=sys.stderr)
        return 2
    kept = Secrets(arguments.data) if arguments.data else None
    passwords = {
        job: os.environ.get(f"DATABASE_{job.upper()}_PASSWORD")
        or (kept[f"{job}_password"] if kept else random.token_hex(24))
        for job in ("owner", "app")
    }
    try:
        administrator = Administrator(url)
        site = administrator.make_site(
            administrator.wished_name, owner_password=passwords["owner"], app_password=passwords["app"]
        )
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    if arguments.migrate:
        environment = {**os.environ, **site.environment, "DATABASE_URL": site.owner_url}
        print(f"Bringing the database {site.name} up to date ...", flush=True)
        return subprocess.run([sys.executable, "manage.py", "migrate"], env=environment, check=False).returncode
    for name, value in site.environment.items():
        print(f"{name}={value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
