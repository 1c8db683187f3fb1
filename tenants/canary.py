"""A sign of life: beat asks each minute, a worker answers. Without it nobody would notice that all of them are deaf.

A worker that runs and hears nothing fails at nothing: what it should do only waits. The answer takes the way of all
work, from beat through Redis to a worker that reaches Postgres, so a fault anywhere on it is seen.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

#: Without a sign for so long something is wrong; one is due each minute.
SILENCE = timedelta(minutes=3)
_KEY = "site:canary"


class Hearing(StrEnum):
    """How it stands with the workers."""

    OK = "ok"
    SILENT = "silent"
    NEVER = "not heard from yet"
    UNKNOWN = "unknown"


def answer(at: datetime) -> None:
    """Say that a worker works. Raises RedisError."""
    _redis().set(_KEY, at.isoformat())


def hearing(now: datetime) -> tuple[Hearing, datetime | None]:
    """Whether workers work, and when one was last heard from; unknown while Redis does not answer."""
    try:
        said = _redis().get(_KEY)
    except (RedisError, OSError):
        return Hearing.UNKNOWN, None
    if said is None:
        return Hearing.NEVER, None
    last = datetime.fromisoformat(said.decode())
    return (Hearing.SILENT if now - last > SILENCE else Hearing.OK), last


def _redis() -> Any:
    return cast("RedisCache", caches["default"])._cache.get_client()
