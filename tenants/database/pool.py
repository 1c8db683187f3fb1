"""How a pool of connections gets well again after an outage of Postgres."""

from __future__ import annotations

from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool


def give_up_all_when_one_is_dead(pool: Any) -> None:
    """Let the pool throw all its idle connections away as soon as it meets a dead one.

    After a restart of Postgres all are dead. Left alone the pool tries one after the other and waits twice as long
    after each: with eight of them a request runs into its time limit, and so do the next ones.
    """

    def check(connection: Connection[Any]) -> None:
        try:
            ConnectionPool.check_connection(connection)
        except Exception:
            pool.drain()
            raise

    pool._check = check
