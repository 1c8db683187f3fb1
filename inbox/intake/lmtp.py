"""Mail servers hand mail over by LMTP (RFC 2033): one answer for each recipient, and only after the mail is kept.

What is made of it does not keep them waiting: a burst is kept as quickly as it comes, and taken many mails at once.
250: kept. 451: it could not be kept now, keep it and come again. 550: nobody here has that address. 552: too large.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.utils import timezone

from inbox.intake import receiving, routing, together
from inbox.intake.receiving import Outcome, TooLarge
from inbox.intake.routing import NoMailbox
from tenants.models import Tenant

TAKEN, AGAIN = "250 2.0.0 Taken", "451 4.3.0 It could not be kept now, try again"
NOBODY, LARGE = "550 5.1.1 No such mailbox here", "552 5.3.4 Larger than any mail that is taken"
#: Bytes of a line: mail is kept as it came, also where its lines are longer than the standard has them.
LONGEST_LINE = 1024 * 1024
#: Seconds that a mail server may say nothing; how long mails that are being taken are waited for at the end.
SILENCE, PATIENCE = 120.0, 30.0
#: A backlog is taken in goes, after each of which this many times as long is rested: pages need the database as well.
RESTS = 0.5
#: But no longer than so many seconds: the alarms of what waits are put off in time.
LONGEST_REST = 5.0

log = logging.getLogger(__name__)


class Door(LMTP):
    """One conversation. What is said of a mail as a whole is said once for each of its recipients."""

    line_length_limit = LONGEST_LINE

    async def push(self, status: Any) -> None:
        """Say something."""
        words = status if isinstance(status, str) else status.decode()
        recipients = self.envelope.rcpt_tos if self.envelope is not None else []
        if recipients and words.startswith(("552 Error", "500 Line")):
            words = "\r\n".join(LARGE for _ in recipients)
        await super().push(words)


class Taker:
    """Takes mails that are kept, in threads: a tenant's in the order in which they came, many together if many came.

    Used by the event loop alone. What it leaves when it ends is taken by the alarm that was set with each mail; until
    then these alarms are put off, so that workers do not take the same backlog beside it.
    """

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._waiting: dict[Tenant, deque[UUID]] = {}
        self._put_off_at: dict[Tenant, float] = {}
        self._resting: set[Tenant] = set()
        self.busy: set[Tenant] = set()
        self.is_ending = False

    def take(self, tenant: Tenant, mail: UUID) -> None:
        """Take this one, after those of its tenant that came before it."""
        self._waiting.setdefault(tenant, deque()).append(mail)
        self._go_on(tenant)

    def _go_on(self, tenant: Tenant) -> None:
        if self.is_ending or tenant in self.busy | self._resting or not self._waiting.get(tenant):
            return
        waiting = self._waiting.pop(tenant)
        some = [waiting.popleft() for _ in range(min(len(waiting), together.MOST))]
        if waiting:
            self._waiting[tenant] = waiting
        self.busy.add(tenant)
        loop = asyncio.get_running_loop()
        # The threads' queue holds one such work a tenant: none waits for all mails of another.
        work = loop.run_in_executor(self._threads, _take, tenant, some, self._to_put_off(tenant, loop.time()))
        work.add_done_callback(partial(self._done, tenant, loop.time()))

    def _to_put_off(self, tenant: Tenant, now: float) -> list[UUID]:
        """What still waits, once in a while."""
        if now < self._put_off_at.get(tenant, 0.0) + receiving.LEASE.total_seconds() / 2:
            return []
        self._put_off_at[tenant] = now
        return list(self._waiting.get(tenant, ()))

    def _done(self, tenant: Tenant, began: float, work: asyncio.Future[None]) -> None:
        self.busy.discard(tenant)
        if self._waiting.get(tenant):
            self._resting.add(tenant)
            loop = asyncio.get_running_loop()
            loop.call_later(min(RESTS * (loop.time() - began), LONGEST_REST), self._rested, tenant)
        else:
            self._waiting.pop(tenant, None)
            self._put_off_at.pop(tenant, None)

    def _rested(self, tenant: Tenant) -> None:
        self._resting.discard(tenant)
        self._go_on(tenant)


class Handler:
    """What is done with addresses and mails: in threads, so many at once."""

    def __init__(self, threads: ThreadPoolExecutor, taker: Taker) -> None:
        self._threads, self._taker = threads, taker
        self.running = 0

    async def handle_RCPT(
        self, server: Door, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Whether somebody here has this address."""
        answer = await self._in_a_thread(_known, address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Door, session: Session, envelope: Envelope) -> str:
        """Keep the mail for each recipient in their order: an answer a line."""
        raw = envelope.original_content or b""
        answers: list[str] = []
        kept: list[tuple[Tenant, UUID]] = []
        # Together they may be one tenant's; a mail to two mailboxes is a mail in each.
        for address in envelope.rcpt_tos:
            answers.append(await self._in_a_thread(_keep, raw, address, kept))
        for each in kept:
            self._taker.take(*each)
        return "\r\n".join(answers)

    async def _in_a_thread(self, act: Callable[..., str], *arguments: Any) -> str:
        self.running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, act, *arguments)
        finally:
            self.running -= 1


def _known(address: str) -> str:
    return _answered(lambda: routing.route(b"", address))


def _keep(raw: bytes, address: str, kept: list[tuple[Tenant, UUID]]) -> str:
    def act() -> None:
        tenant, mail, _ = receiving.accept(raw, to=address, at=timezone.now())
        if mail.outcome == Outcome.WAITING:
            kept.append((tenant, mail.pk))

    return _answered(act)


def _take(tenant: Tenant, mails: Sequence[UUID], others: Sequence[UUID]) -> None:
    close_old_connections()
    if others:
        try:
            receiving.put_off(tenant, others, timezone.now())
        except DatabaseError:
            log.exception("Alarms of mails that wait could not be put off; workers may take some of them.")
    try:
        together.take(tenant, mails, timezone.now())
    except Exception:
        log.exception("Mails that are kept could not be taken; their alarms take them.")


def _answered(act: Callable[[], object]) -> str:
    close_old_connections()
    try:
        act()
    except NoMailbox:
        return NOBODY
    except TooLarge:
        return LARGE
    except (DatabaseError, OSError):
        log.exception("A mail could not be kept; the mail server keeps it and comes again.")
        return AGAIN
    except Exception:
        # A fault of ours: the mail server keeps the mail, so that it is not lost.
        log.exception("A mail could not be taken; the mail server keeps it and comes again.")
        return AGAIN
    return TAKEN


async def serve(host: str, port: int, *, at_once: int, ready: Callable[[], None]) -> None:
    """Listen until SIGTERM or SIGINT; mails that are being kept or taken then are finished. Raises OSError.

    `at_once`: mails that are kept, and tenants whose mails are taken, at the same time.
    """
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    with ThreadPoolExecutor(at_once, "keep") as keeping, ThreadPoolExecutor(at_once, "take") as taking:
        taker = Taker(taking)
        handler = Handler(keeping, taker)
        server = await loop.create_server(lambda: _door(handler, loop), host, port)
        ready()
        await stop.wait()
        server.close()
        end = loop.time() + PATIENCE
        while handler.running and loop.time() < end:
            await asyncio.sleep(0.05)
        taker.is_ending = True
        while taker.busy and loop.time() < end:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)  # the last answers leave


def _door(handler: Handler, loop: asyncio.AbstractEventLoop) -> Door:
    return Door(
        handler,
        hostname="helpdesk",
        ident="Helpdesk",
        data_size_limit=receiving.LARGEST,
        enable_SMTPUTF8=True,
        decode_data=False,
        timeout=SILENCE,
        loop=loop,
    )
