"""Keeps alive in Redis who looks at which ticket, as long as their pages are connected to this process."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

from redis import asyncio as redis
from redis.exceptions import RedisError

from helpdesk.live.stream import Stream
from tenants import live
from tickets import presence

#: A ticket of a tenant.
Place = tuple[int, int]


class Viewers:
    """The viewers of this process, and whom it last saw beside them."""

    def __init__(self, connection: redis.Redis) -> None:
        self.redis = connection
        self._seen: dict[Place, frozenset[bytes]] = {}

    async def came(self, stream: Stream) -> None:
        """Somebody opened a ticket."""
        tenant_id, number = _place(stream)
        key = presence.viewers_key(tenant_id, number)
        with suppress(RedisError, OSError, TimeoutError):
            pipe = self.redis.pipeline(transaction=False)
            pipe.zadd(key, {_member(stream): time.time() + presence.VIEWING})
            pipe.expire(key, presence.VIEWING)
            pipe.publish(live.CHANNEL, f"{tenant_id} {live.HERE} {number}")
            await pipe.execute()

    async def left(self, stream: Stream) -> None:
        """Somebody closed it."""
        tenant_id, number = _place(stream)
        with suppress(RedisError, OSError, TimeoutError):
            pipe = self.redis.pipeline(transaction=False)
            pipe.zrem(presence.viewers_key(tenant_id, number), _member(stream))
            pipe.publish(live.CHANNEL, f"{tenant_id} {live.HERE} {number}")
            await pipe.execute()

    async def beat(self, streams: Iterable[Stream]) -> list[Place]:
        """Keep these alive in one journey to Redis; returns the tickets at which others came, went or paused."""
        viewing = [stream for stream in streams if stream.shows_presence]
        places = list(Counter(map(_place, viewing)))
        self._seen = {place: self._seen[place] for place in places if place in self._seen}
        if not places:
            return []
        now = time.time()
        pipe = self.redis.pipeline(transaction=False)
        for stream in viewing:
            pipe.zadd(presence.viewers_key(*_place(stream)), {_member(stream): now + presence.VIEWING})
        for place in places:
            pipe.expire(presence.viewers_key(*place), presence.VIEWING)
        for place in places:
            pipe.zremrangebyscore(presence.viewers_key(*place), "-inf", now)
            pipe.zrange(presence.viewers_key(*place), 0, -1)
            pipe.zremrangebyscore(presence.writers_key(*place), "-inf", now)
            pipe.zrange(presence.writers_key(*place), 0, -1)
        answers = (await pipe.execute())[len(viewing) + len(places) :]
        changed = []
        for position, place in enumerate(places):
            _, here, _, writing = answers[4 * position : 4 * position + 4]
            seen = frozenset([*here, *writing])
            if self._seen.get(place, seen) != seen:
                changed.append(place)
            self._seen[place] = seen
        return changed


def _place(stream: Stream) -> Place:
    assert stream.ticket is not None
    return stream.reader.tenant_id, stream.ticket


def _member(stream: Stream) -> str:
    return f"{stream.reader.person}/{stream.id}"
