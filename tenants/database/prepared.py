"""Statements that Postgres plans once a connection: for the longest that takes it ten times as long as answering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import Connection

#: So many are kept on a connection; the one that was not asked for the longest gives way. Each takes up to a megabyte.
MOST = 32

#: By connection, whether each statement can still be asked for; the one that was asked for last comes last.
_NAMES: WeakKeyDictionary[Connection[Any], dict[str, bool]] = WeakKeyDictionary()


def prepare(connection: Connection[Any], name: str, write: Callable[[], str]) -> None:
    """Have a statement planned under its name, if it is not yet; `write` tells its SQL with the kinds of its values.

    As statements of SQL, since psycopg's own way would tell Postgres of each number how large it is: a new plan for
    each size. They last as long as the connection, whatever becomes of the transaction.
    """
    names = _NAMES.setdefault(connection, {})
    if names.get(name):
        names[name] = names.pop(name)
        return
    if name in names or len(names) >= MOST:
        leaves = name if name in names else next(iter(names))
        connection.execute(f"DEALLOCATE {leaves}")
        del names[leaves]
    connection.execute(f"PREPARE {name} {write()}")
    names[name] = True


def outdated(connection: Connection[Any], name: str) -> None:
    """Have it planned anew when it is asked for next: a migration changed what its columns are."""
    _NAMES.setdefault(connection, {})[name] = False
