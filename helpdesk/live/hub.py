"""Hears what is published and hands it to the open pages of this process: two connections to Redis, however many pages.

The bell only says which tenant's stream to read, so what is read is in order and complete also after a pause.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import defaultdict
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import Error as DatabaseError
from redis import asyncio as redis
from redis.exceptions import RedisError

from helpdesk.live import readers
from helpdesk.live.readers import Reader
from helpdesk.live.stream import Stream
from helpdesk.live.viewers import Viewers
from tenants import live
from tickets.live import Change, changes

log = logging.getLogger(__name__)
Result = TypeVar("Result")

#: Seconds: between two looks at everybody's rights, between two heartbeats, before Redis is tried again.
RECHECK, BEAT, RETRY = 3, 5, 1
#: Connections that may be open to Redis at once, the one of the bell beside them.
CONNECTIONS = 2
#: What a page may have missed while it was made and while the clocks of two machines differ, in milliseconds.
MARGIN = 5_000


class Hub:
    """The one of a process. Lives in its event loop; only `readers` work in threads."""

    def __init__(self) -> None:
        pool = redis.BlockingConnectionPool.from_url(
            live.address(), max_connections=CONNECTIONS, timeout=5, socket_timeout=5, socket_connect_timeout=2
        )
        self.redis = redis.Redis(connection_pool=pool)
        self.streams: dict[int, set[Stream]] = defaultdict(set)
        self.positions: dict[int, str] = {}
        self.viewers = Viewers(self.redis)
        self.is_live = False
        self.is_closing = False
        self.heard_at = 0.0
        self._tried = asyncio.Event()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="live")
        self._rights = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        for work in (self._listen(), self._beat(), self._look_at_rights()):
            self._start(work)

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def in_thread(self, ask: Any, *arguments: object) -> Any:
        """What a function of `readers` returns; the event loop goes on meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, readers.asked, ask, *arguments)

    async def open(self, stream: Stream, last: str) -> None:
        """Let a page listen, from what it heard last: "" is from now on."""
        tenant_id = stream.reader.tenant_id
        await self._tried.wait()
        stream.is_live = self.is_live
        self.streams[tenant_id].add(stream)
        try:
            if tenant_id not in self.positions:
                self.positions[tenant_id] = await self._end_of(tenant_id)
            await self.catch_up(stream, last)
        except (RedisError, OSError, TimeoutError):
            stream.set_live(False)
        if stream.shows_presence:
            self._start(self.viewers.came(stream))

    def close(self, stream: Stream) -> None:
        """The page is gone."""
        tenant_id = stream.reader.tenant_id
        self.streams[tenant_id].discard(stream)
        if not self.streams[tenant_id]:
            del self.streams[tenant_id]
            self.positions.pop(tenant_id, None)
        if stream.shows_presence:
            self._start(self.viewers.left(stream))

    def close_all(self) -> None:
        """The server stops: pages connect to the next one, and hear there what came in between."""
        self.is_closing = True
        for stream in self._all():
            stream.close("restart")

    def _all(self) -> list[Stream]:
        return [stream for streams in self.streams.values() for stream in streams]

    def heard_until(self) -> str:
        """A position before which nothing is missing; not that of an entry, which would tell of others' tickets."""
        return f"{max(0, int(self.heard_at * 1000) - MARGIN)}-0" if self.heard_at else ""

    async def now(self) -> str:
        """The position of a page that has heard everything until now."""
        seconds, _ = await self.redis.time()
        return f"{max(0, seconds * 1000 - MARGIN)}-0"

    async def catch_up(self, stream: Stream, last: str) -> None:
        """Offer a page what it missed since a position, or let it look at everything when that is no longer known."""
        if not last:
            return
        key = live.stream_of(stream.reader.tenant_id)
        if await self._is_gap(key, last):
            stream.look_at_everything()
            return
        for position, told in await self._entries(key, last):
            stream.offer(position, told, is_past=True)

    async def _is_gap(self, key: str, last: str) -> bool:
        """Whether entries after this position may have been dropped. Streams of nobody's news expire."""
        if time.time() * 1000 - int(last.partition("-")[0]) > (live.KEPT_FOR - 60) * 1000:
            return True
        if not await self.redis.exists(key):
            return False
        about: Any = await self.redis.xinfo_stream(key)
        first = about["first-entry"]
        was_trimmed = about["entries-added"] > about["length"]
        return bool(was_trimmed and first and _order(first[0].decode()) > _order(last))

    async def _end_of(self, tenant_id: int) -> str:
        found: Any = await self.redis.xrevrange(live.stream_of(tenant_id), count=1)
        return found[0][0].decode() if found else "0-0"

    async def _entries(self, key: str, after: str) -> list[tuple[str, list[Change] | None]]:
        found: Any = await self.redis.xrange(key, min=f"({after}")
        return [(position.decode(), changes(json.loads(fields[b"entry"]))) for position, fields in found]

    async def _listen(self) -> None:
        """The bell. When Redis is away pages are told so, and when it is back they look at everything."""
        while True:
            try:
                async with redis.Redis.from_url(
                    live.address(), socket_connect_timeout=2, health_check_interval=BEAT
                ) as connected, connected.pubsub() as bell:  # fmt: skip
                    await bell.subscribe(live.CHANNEL)
                    await self._now_live()
                    while True:
                        heard = await bell.get_message(ignore_subscribe_messages=True, timeout=BEAT)
                        if heard is not None:
                            await self._heard(heard["data"].decode())
            except (RedisError, OSError, TimeoutError) as error:
                log.info("Open pages are not live: %s", type(error).__name__)
            except Exception:
                log.exception("What was heard was not understood")
            self.is_live = False
            self._tried.set()
            for stream in self._all():
                stream.set_live(False)
            await asyncio.sleep(RETRY)

    async def _now_live(self) -> None:
        """What was published while nobody listened may not even have been written."""
        await self.redis.ping()
        self.is_live, self.heard_at = True, time.time()
        self._tried.set()
        for tenant_id in list(self.streams):
            self.positions[tenant_id] = await self._end_of(tenant_id)
        for stream in self._all():
            if not stream.is_live:
                stream.set_live(True)
                stream.look_at_everything()

    async def _heard(self, message: str) -> None:
        number, what, *more = message.split()
        tenant_id = int(number)
        if tenant_id not in self.streams:
            return
        if what == live.NEWS:
            await self._read(tenant_id)
        elif what == live.RIGHTS:
            self._rights.set()
        elif what == live.HERE:
            self._presence_changed([(tenant_id, int(more[0]))])

    async def _read(self, tenant_id: int) -> None:
        """Hand out what is new at a tenant."""
        if (after := self.positions.get(tenant_id)) is None:
            return
        for position, told in await self._entries(live.stream_of(tenant_id), after):
            self.positions[tenant_id] = position
            for stream in self.streams.get(tenant_id, ()):
                stream.offer(position, told)

    async def _beat(self) -> None:
        """Keep viewers alive, notice those who expired, and read what a lost bell would have told."""
        while True:
            await asyncio.sleep(BEAT)
            try:
                self._presence_changed(await self.viewers.beat(self._all()))
                for tenant_id in list(self.positions):
                    await self._read(tenant_id)
                if self.is_live:
                    self.heard_at = time.time()
            except (RedisError, OSError, TimeoutError):
                continue  # the bell notices too, and tells the pages
            except Exception:
                log.exception("A heartbeat of open pages failed")

    def _presence_changed(self, where: Iterable[tuple[int, int]]) -> None:
        for tenant_id, number in where:
            for stream in self.streams.get(tenant_id, ()):
                if stream.shows_presence and stream.ticket == number:
                    stream.presence_changed()

    async def _look_at_rights(self) -> None:
        """End the pages of those whose rights are other than they were: at once when told, else every few seconds."""
        while True:
            try:
                async with asyncio.timeout(RECHECK):
                    await self._rights.wait()
            except TimeoutError:
                pass
            self._rights.clear()
            everybody: set[Reader] = {stream.reader for stream in self._all()}
            if not everybody:
                continue
            try:
                gone = await self.in_thread(readers.without_rights, everybody)
            except DatabaseError as error:
                log.info("Rights of open pages were not looked at: %s", type(error).__name__)
                continue  # pages get ids only: without Postgres there is nothing to read by them
            except Exception:
                log.exception("Rights of open pages were not looked at")
                continue
            for stream in self._all():
                if stream.reader in gone:
                    stream.close("rights")


def _order(position: str) -> tuple[int, int]:
    milliseconds, _, number = position.partition("-")
    return int(milliseconds), int(number or 0)
