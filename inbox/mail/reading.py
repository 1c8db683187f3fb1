"""Reading mails in a process of their own, which a hostile one may end without taking anything else along."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

from inbox.mail.parsing import ParsedMail, child
from tenants.signing import masked

_ROOT = Path(__file__).resolve().parents[2]


class Unreadable(Exception):
    """The mail took more time or memory than a mail may, or ended the process that read it."""


class Reader:
    """A process that reads one mail after the other; started when it is needed, and again when it has died."""

    def __init__(self, *, seconds: float = child.SECONDS, memory: int = child.MEMORY) -> None:
        self._limits = [str(seconds), str(memory)]
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._owner = 0

    def read(self, raw: bytes) -> tuple[ParsedMail, str, str]:
        """The mail, what its writer wrote now, and what is quoted in it. Raises Unreadable."""
        with self._lock:
            process = self._running()
            try:
                assert process.stdin is not None and process.stdout is not None
                child.give(process.stdin, raw)
                process.stdin.flush()
                return child.unpacked(self._next(process), lambda: self._next(process))
            except (OSError, EOFError, ValueError):
                self.stop()
                raise Unreadable from None

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _next(self, process: subprocess.Popen[bytes]) -> bytes:
        assert process.stdout is not None
        piece = child.take(process.stdout)
        if piece is None:
            raise EOFError
        return piece

    def _running(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():
            self._process = None  # a worker was forked: its parent's reader is not its own
            self._owner = os.getpid()
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-m", "inbox.mail.parsing.child", *self._limits]
            self._process = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self._process


class Readers:
    """Readers of this process: as many at most as read at the same time, and no more than there are processors."""

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(os.cpu_count() or 1)
        self._idle: list[Reader] = []

    def read(self, raw: bytes) -> tuple[ParsedMail, str, str]:
        """As Reader.read(), by one that is free. Raises Unreadable."""
        with self._places:
            reader = self._idle.pop() if self._idle else Reader()
            try:
                return reader.read(raw)
            finally:
                self._idle.append(reader)

    def stop(self) -> None:
        """End those that are idle; the next mail starts another one."""
        while self._idle:
            self._idle.pop().stop()


_readers = Readers()
stop = _readers.stop


def read(raw: bytes) -> tuple[ParsedMail, str, str]:
    """As Reader.read(), by one of this process. Raises Unreadable.

    Answers quote our mails whole: the links by which their recipients could be acted for are cut out.
    """
    parsed, written, quoted = _readers.read(raw)
    bounce = replace(parsed.bounce, explanation=masked(parsed.bounce.explanation)) if parsed.bounce else None
    return replace(parsed, text=masked(parsed.text), bounce=bounce), masked(written), masked(quoted)
