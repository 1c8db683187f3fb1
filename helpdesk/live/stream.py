"""One open page: what it has still to be told, never more than fits on a line, and who may write it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any
from uuid import uuid4

from helpdesk.live.readers import Reader
from tickets.live import Change

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: Tickets that a page can still have to hear of; with more it looks at everything anew.
MOST_PENDING = 100
#: Seconds: between signs of life, between two lines to a list, until a page that does not read is cut off.
PING, LIST_PAUSE, TOO_SLOW = 15, 1, 20
#: Seconds between two hints to a person of some teams that tickets of other teams have moved.
OTHERS_PAUSE = 10


class Stream:
    """A page that listens. Only the event loop touches it."""

    __slots__ = (
        "_tickets", "end", "has_presence", "has_reset", "id", "is_live", "others_at", "others_due", "position",
        "reader", "ticket", "told_live", "waiting",
    )  # fmt: skip

    def __init__(self, reader: Reader, ticket: int | None) -> None:
        self.id = uuid4().hex[:12]
        self.reader, self.ticket = reader, ticket
        self.waiting = asyncio.Event()
        self.position = ""
        self.end = ""
        self.is_live, self.told_live = True, True
        self.has_reset = self.has_presence = self.others_due = False
        self.others_at = 0.0
        self._tickets: set[int] = set()

    @property
    def shows_presence(self) -> bool:
        """Whether colleagues are told that this person looks at the ticket."""
        return self.ticket is not None and not self.reader.is_customer

    def offer(self, position: str, changes: Sequence[Change] | None, *, is_past: bool = False) -> None:
        """Keep what concerns this page. None is "more than can be named"; `is_past` came before it was let in."""
        if changes is None:
            self.look_at_everything()
            return
        for change in changes:
            if self.ticket is not None and change.number != self.ticket:
                continue
            if not self.reader.may_see(change):
                self._hidden(is_past=is_past)
            elif change.is_public or not self.reader.is_customer:
                self._tickets.add(change.number)
                self.position = position
                self.waiting.set()
        if len(self._tickets) > MOST_PENDING:
            self.look_at_everything()

    def _hidden(self, *, is_past: bool) -> None:
        """A ticket that this person may not see; perhaps one that they could see until now."""
        if self.ticket is not None and is_past:
            # Postgres has just said that they may see it now; sent away, the page would come back to this entry.
            self.look_at_everything()
        elif self.ticket is not None:
            self.close("rights")
        elif not self.others_due:
            self.others_due = True
            if time.monotonic() - self.others_at > OTHERS_PAUSE:
                self.waiting.set()

    def look_at_everything(self) -> None:
        """The page missed something that nobody can name."""
        self._tickets.clear()
        self.has_reset = True
        self.waiting.set()

    def presence_changed(self) -> None:
        """Others came, went, or began to write."""
        self.has_presence = True
        self.waiting.set()

    def set_live(self, is_live: bool) -> None:
        """Whether news reach this process at all."""
        self.is_live = is_live
        self.waiting.set()

    def close(self, why: str) -> None:
        """End it: `rights` have changed, or the server goes to `restart`. The page connects anew."""
        self.end = why
        self.waiting.set()

    async def run(self, send: Send, heard_until: Callable[[], str]) -> None:
        """Write until the page is gone or is sent away. Raises TimeoutError for a page that does not read."""
        await self._write(send, "retry: 2000\n" + _event("live" if self.is_live else "stale", {}))
        self.told_live = self.is_live
        while not self.end:
            try:
                async with asyncio.timeout(PING):
                    await self.waiting.wait()
            except TimeoutError:
                self.waiting.set()
                await self._write(send, _event("ping", {}, heard_until()))
            self.waiting.clear()
            if lines := self.taken():
                await self._write(send, lines)
                if self.ticket is None and not self.end:
                    await asyncio.sleep(LIST_PAUSE)
        async with asyncio.timeout(TOO_SLOW):
            await send({"type": "http.response.body", "body": _event("end", {"why": self.end}).encode()})

    def taken(self) -> str:
        """What is to be said now, which is then no longer pending."""
        lines = []
        if self.is_live != self.told_live:
            self.told_live = self.is_live
            lines.append(_event("live" if self.is_live else "stale", {}))
        if self.has_reset:
            self.has_reset = self.others_due = False
            lines.append(_event("reset", {}, self.position))
        if self._tickets or self.others_due:
            said: dict[str, Any] = {"tickets": sorted(self._tickets)}
            if self.others_due:
                said["others"], self.others_due, self.others_at = True, False, time.monotonic()
            self._tickets.clear()
            lines.append(_event("change", said, self.position))
        if self.has_presence:
            self.has_presence = False
            lines.append(_event("presence", {}))
        return "".join(lines)

    def pending(self) -> dict[str, Any]:
        """What is to be said now, for a page that asks once."""
        return {"tickets": sorted(self._tickets), "reset": self.has_reset, "others": self.others_due}

    async def _write(self, send: Send, text: str) -> None:
        async with asyncio.timeout(TOO_SLOW):
            await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


def _event(name: str, data: dict[str, Any], position: str = "") -> str:
    head = f"id: {position}\n" if position else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
