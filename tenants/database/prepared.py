"""Statements that Postgres plans once a connection: for the longest that takes it ten times as long as answering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import Connection

#: So many are kept on a connection; the one that was prepared first gives way. Each takes Postgres up to a megabyte.
MOST = 32

_NAMES: WeakKeyDictionary[Connection[Any], dict[str, None]] = WeakKeyDictionary()


def prepare(connection: Connection[Any], name: str, write: Callable[[], str]) -> None:
    """Have a statement planned under its name, if it is not yet; `write` tells its SQL with the kinds of its values.

    As statements of SQL, since psycopg's own way would tell Postgres of each number how large it is: a new plan for
    each size. They last as long as the connection, whatever becomes of the transaction.
    """
    names = _NAMES.setdefault(connection, {})
    if name in names:
        return
    if len(names) >= MOST:
        first = next(iter(names))
        connection.execute(f"DEALLOCATE {first}")
        del names[first]
    connection.execute(f"PREPARE {name} {write()}")
    names[name] = None
