"""`/desk/live` and `/live` of the ASGI server: who asks is looked up first, the stream then holds no connection.

`?ticket=12` is that ticket's page, without it a list of the desk; `last` is the last position that the page heard, for
the first connection (later the browser says so itself). With `poll` the answer is JSON and ends at once.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from http.cookies import CookieError
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import parse_cookie
from django.http.request import split_domain_port
from redis.exceptions import RedisError

from helpdesk.live import readers
from helpdesk.live.hub import Hub
from helpdesk.live.readers import Reader, Refused
from helpdesk.live.stream import Send, Stream

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Where pages connect, and whether what they hear is for customers.
PATHS = {"/desk/live": False, "/live": True}
#: Open pages of one person in one process; more are refused, and look for news now and then.
MOST_OF_ONE = 30
_POSITION = re.compile(r"[0-9]{1,15}-[0-9]{1,10}")
_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-accel-buffering", b"no"),  # nginx would keep the lines to itself
]


class Live:
    """Answers what is live, and hands everything else to the pages."""

    def __init__(self, pages: Application) -> None:
        self.pages = pages
        self._hub: Hub | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self._end_streams_with_the_server()
        if scope["type"] != "http" or scope["path"] not in PATHS:
            await self.pages(scope, receive, send)
        elif scope["method"] != "GET":
            await _answer(send, 405)
        else:
            try:
                await self._listen(scope, receive, send)
            except Refused as refusal:
                await _answer(send, refusal.status)
            except DatabaseError:
                await _answer(send, 503)

    @property
    def hub(self) -> Hub:
        """Begins to listen with the first page."""
        if self._hub is None:
            self._hub = Hub()
        return self._hub

    async def _listen(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        asked = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
        ticket = _number(asked["ticket"]) if "ticket" in asked else None
        host = split_domain_port(headers.get("host", ""))[0]
        is_customer = PATHS[scope["path"]]
        reader = await self.hub.in_thread(readers.admit, host, _session(headers), ticket, is_customer)
        stream = Stream(reader, ticket)
        last = headers.get("last-event-id") or asked.get("last", "")
        if not _POSITION.fullmatch(last):
            last = ""
        if "poll" in asked:
            await self._poll(stream, last, send)
        elif self.hub.is_closing or self._has_too_many(reader):
            await _answer(send, 503)
        else:
            await self._stream(stream, last, receive, send)

    def _has_too_many(self, reader: Reader) -> bool:
        streams = self.hub.streams.get(reader.tenant_id, ())
        return sum(stream.reader.person == reader.person for stream in streams) >= MOST_OF_ONE

    async def _stream(self, stream: Stream, last: str, receive: Receive, send: Send) -> None:
        """Until the page goes away, or is sent away."""
        hub = self.hub
        await hub.open(stream, last)
        writing = asyncio.ensure_future(self._write(stream, send))
        leaving = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hub.close(stream)
            for task in (writing, leaving):
                task.cancel()
            await asyncio.gather(writing, leaving, return_exceptions=True)

    async def _write(self, stream: Stream, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8"), *_HEADERS]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await stream.run(send, self.hub.heard_until)

    async def _poll(self, stream: Stream, last: str, send: Send) -> None:
        """What the stream would have said, once. Without Redis: look at everything."""
        try:
            position = await self.hub.now()
            await self.hub.catch_up(stream, last)
            said = stream.pending()
        except (RedisError, OSError, TimeoutError):
            position, said = "", {"tickets": [], "reset": True}
        await _answer(send, 200, {**said, "last": position})

    def _end_streams_with_the_server(self) -> None:
        """The server waits for open answers before it stops, and these never end by themselves."""
        loop = asyncio.get_running_loop()

        def stop(former: Callable[..., Any], number: int, frame: Any) -> None:
            if self._hub is not None:
                loop.call_soon_threadsafe(self._hub.close_all)
            former(number, frame)

        for number in (signal.SIGTERM, signal.SIGINT):
            former = signal.getsignal(number)
            if callable(former):
                signal.signal(number, partial(stop, former))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Refused(404)
    return int(text)


def _session(headers: dict[str, str]) -> str | None:
    try:
        return parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None


async def _answer(send: Send, status: int, said: dict[str, Any] | None = None) -> None:
    headers = [(b"content-type", b"application/json"), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(said or {}).encode()})
