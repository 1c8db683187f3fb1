"""Waiting for a server to say that a mail has come (IDLE, RFC 2177)."""

from __future__ import annotations

import time
from collections.abc import Callable

from inbox.imap.connection import Imap
from inbox.imap.troubles import Trouble

#: Servers may hang up on who is silent for 30 minutes; routers between forget sooner.
SECONDS_AN_IDLE = 9 * 60.0
#: How often the one who waits looks up.
SECONDS_A_SLICE = 1.0
_TAG = b"idle1"
_LONGEST_LINE = 10_000


def can_idle(imap: Imap) -> bool:
    """Whether the server tells news by itself."""
    return "IDLE" in imap.capabilities


def wait(imap: Imap, *, is_enough: Callable[[], bool], seconds: float = SECONDS_AN_IDLE) -> bool:
    """Wait until a mail comes, `seconds` are over, or it is enough. Returns whether something came. Raises Trouble.

    The socket is read past imaplib, which knows no command that answers before it ends.
    """
    lines = _Lines(imap)
    imap.sock.sendall(_TAG + b" IDLE\r\n")
    ends, has_begun, has_news = time.monotonic() + seconds, False, False
    while time.monotonic() < ends and not has_news and not is_enough():
        for line in lines.read(SECONDS_A_SLICE):
            if line.startswith(b"+"):
                has_begun = True
            elif line.startswith(_TAG):
                raise Trouble("server", line[len(_TAG) :].decode("utf-8", "replace").strip()[:300])
            # Any number of mails more; EXPUNGE and FETCH tell of what others do with those that are there.
            has_news = has_news or line.upper().endswith((b" EXISTS", b" RECENT"))
    if has_begun or has_news:
        imap.sock.sendall(b"DONE\r\n")
        _finish(lines)
    return has_news


def _finish(lines: _Lines) -> None:
    ends = time.monotonic() + 15
    while time.monotonic() < ends:
        if any(line.startswith(_TAG) for line in lines.read(SECONDS_A_SLICE)):
            return
    raise Trouble("silent")


class _Lines:
    """Lines of a socket as they come."""

    def __init__(self, imap: Imap) -> None:
        self.imap = imap
        self.rest = b""

    def read(self, seconds: float) -> list[bytes]:
        """The whole lines that came within `seconds`. Raises Trouble when the server has hung up."""
        self.imap.sock.settimeout(seconds)
        try:
            got = self.imap.sock.recv(8192)
        except TimeoutError:
            return []
        except OSError:
            raise Trouble("hung_up") from None
        if not got or len(self.rest) > _LONGEST_LINE:
            raise Trouble("hung_up")
        *lines, self.rest = (self.rest + got).split(b"\r\n")
        return lines
