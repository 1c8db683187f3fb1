"""Who looks at a ticket right now, and who writes. Soft: kept in Redis with an expiry, never in Postgres.

The stream of an open page keeps its viewer alive (`helpdesk.live`), a small request every few seconds its writer.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID

from redis.exceptions import RedisError

from tenants import live
from tenants.context import active_tenant
from tenants.models import User

#: Seconds after which somebody is taken to be gone: a viewer whose server died, a writer who paused.
VIEWING, TYPING = 15, 8
REPLY, NOTE = "reply", "note"


@dataclass(frozen=True)
class Present:
    """A colleague on the same ticket; `writes` is empty, `reply` or `note`."""

    person: User
    writes: str = ""


def viewers_key(tenant_id: int, number: int) -> str:
    """A sorted set: "<person>/<page>" by the time it expires."""
    return f"viewing:{tenant_id}:{number}"


def writers_key(tenant_id: int, number: int) -> str:
    """A sorted set: "<person>/<reply or note>" by the time it expires."""
    return f"typing:{tenant_id}:{number}"


def writes(person: User, number: int, what: str) -> None:
    """Remember for some seconds that a person writes a reply or a note on a ticket; nothing is "no longer"."""
    tenant_id, now = active_tenant().pk, time.time()
    key = writers_key(tenant_id, number)
    try:
        pipe = live.client().pipeline(transaction=False)
        pipe.zrem(key, *(f"{person.pk}/{each}" for each in (REPLY, NOTE) if each != what))
        if what:
            pipe.zadd(key, {f"{person.pk}/{what}": now + TYPING})
            pipe.expire(key, TYPING)
        changed = pipe.execute()
    except (RedisError, OSError):
        return
    if any(changed[:2]):  # otherwise nobody sees anything new
        live.ring(tenant_id, live.HERE, number)


def others(person: User, number: int) -> list[Present]:
    """The colleagues of a person who have a ticket open, writers first, by name. Empty when Redis is away."""
    tenant_id, now = active_tenant().pk, time.time()
    try:
        pipe = live.client().pipeline(transaction=False)
        for key in (viewers_key(tenant_id, number), writers_key(tenant_id, number)):
            pipe.zrangebyscore(key, now, "+inf")
        viewing, typing = pipe.execute()
    except (RedisError, OSError):
        return []
    written = dict(_split(member) for member in typing)
    ids = {pk for pk, _ in map(_split, viewing)} - {person.pk}
    if not ids:
        return []
    people = User.objects.filter(pk__in=ids, is_active=True)
    here = [Present(each, written.get(each.pk, "")) for each in people]
    return sorted(here, key=lambda each: (not each.writes, str(each.person).casefold()))


def _split(member: bytes) -> tuple[UUID, str]:
    person, _, more = member.decode().partition("/")
    return UUID(person), more
