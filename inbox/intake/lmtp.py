"""Mail servers hand mail over by LMTP (RFC 2033): one answer for each recipient, and only after the mail is kept.

250: taken. 451: it could not be kept now, keep it and come again. 550: nobody here has that address. 552: too large.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.utils import timezone

from inbox.intake import receiving
from inbox.intake.receiving import NoMailbox, TooLarge

TAKEN, AGAIN = "250 2.0.0 Taken", "451 4.3.0 It could not be kept now, try again"
NOBODY, LARGE = "550 5.1.1 No such mailbox here", "552 5.3.4 Larger than any mail that is taken"
#: Bytes of a line: mail is kept as it came, also where its lines are longer than the standard has them.
LONGEST_LINE = 1024 * 1024
#: Seconds that a mail server may say nothing; how long mails that are being taken are waited for at the end.
SILENCE, PATIENCE = 120.0, 30.0

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


class Handler:
    """What is done with addresses and mails: in threads, so many at once."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
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
        """Take the mail for each recipient in their order: an answer a line."""
        raw = envelope.original_content or b""
        # Together they may be one tenant's; a mail to two mailboxes is a mail in each.
        answers = [await self._in_a_thread(_take, raw, address) for address in envelope.rcpt_tos]
        return "\r\n".join(answers)

    async def _in_a_thread(self, act: Callable[..., str], *arguments: Any) -> str:
        self.running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, act, *arguments)
        finally:
            self.running -= 1


def _known(address: str) -> str:
    return _answered(lambda: receiving.route(b"", address))


def _take(raw: bytes, address: str) -> str:
    return _answered(lambda: receiving.receive(raw, to=address, at=timezone.now()))


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
    """Listen until SIGTERM or SIGINT; mails that are being taken then are taken and answered. Raises OSError."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    with ThreadPoolExecutor(at_once, thread_name_prefix="mail") as threads:
        handler = Handler(threads)
        server = await loop.create_server(lambda: _door(handler, loop), host, port)
        ready()
        await stop.wait()
        server.close()
        end = loop.time() + PATIENCE
        while handler.running and loop.time() < end:
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
