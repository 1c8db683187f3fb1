"""Instants as Postgres writes them, read by Python's own parser: a page has hundreds of them."""

from datetime import UTC, datetime

from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader


class InstantLoader(TimestamptzLoader):
    """Reads a timestamptz of a connection whose time zone is UTC, as those of Django are."""

    #: By which Django knows that there is nothing to convert.
    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        """The instant in UTC; what is none of this calendar's years is refused as by psycopg."""
        try:
            return datetime.fromisoformat(bytes(data).decode())
        except ValueError:
            return super().load(data)
