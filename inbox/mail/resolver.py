"""Asking DNS: for the records that a tenant sets, and for what the domains of senders publish.

What was found is remembered in the process for as long as DNS says, within limits, and that nobody answered for a
minute. Where no server answers at all none is asked for half a minute, so that mails do not wait in vain one by one.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import dns.exception
import dns.resolver
from django.conf import settings

#: Seconds that an answer is kept at least and at most, and one that there is nothing, and that nobody answered.
SHORTEST, LONGEST, NOTHING, TROUBLE = 60.0, 3600.0, 300.0, 60.0
#: So many questions in a row that nobody answers, and none is asked for so many seconds.
MOST_SILENT, PAUSE = 5, 30.0
#: Names that one process remembers.
MOST_REMEMBERED = 20_000


class Unanswered(Exception):
    """DNS did not say, now."""


class NotKnown(Exception):
    """It has not been asked, or too long ago."""


@dataclass
class _Memory:
    """What this process has found: texts, or None where nobody answered, and until when that is good."""

    found: dict[str, tuple[float, tuple[str, ...] | None]] = field(default_factory=dict)
    silent: int = 0
    paused_until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, name: str, texts: tuple[str, ...] | None, seconds: float) -> None:
        """Remember an answer; the oldest half goes where there are too many."""
        with self.lock:
            if len(self.found) >= MOST_REMEMBERED:
                for each in list(self.found)[: MOST_REMEMBERED // 2]:
                    del self.found[each]
            self.found[name] = (time.monotonic() + seconds, texts)


_memory = _Memory()


def new(seconds: float) -> dns.resolver.Resolver:
    """Where this site asks, for so many seconds at most."""
    resolver = dns.resolver.Resolver(configure=not settings.DNS_SERVERS)
    resolver.lifetime = seconds
    if settings.DNS_SERVERS:
        pairs = [each.rpartition(":") if ":" in each else (each, "", "53") for each in settings.DNS_SERVERS]
        resolver.nameservers = [address for address, _, _ in pairs]
        resolver.nameserver_ports = {address: int(port) for address, _, port in pairs}
    return resolver


def remembered(name: str) -> tuple[str, ...]:
    """The texts (TXT) of a name, if they were asked for lately. Raises NotKnown, Unanswered."""
    until, texts = _memory.found.get(name, (0.0, None))
    if until < time.monotonic():
        raise NotKnown
    if texts is None:
        raise Unanswered
    return texts


def texts(name: str, *, seconds: float) -> tuple[str, ...]:
    """The texts of a name, none where it has none, within so many seconds. Raises Unanswered."""
    try:
        return remembered(name)
    except NotKnown:
        pass
    if seconds <= 0 or _memory.paused_until > time.monotonic():
        raise Unanswered
    found: tuple[str, ...] = ()
    try:
        answer = new(seconds).resolve(name, "TXT", search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        kept = NOTHING
    except (dns.exception.DNSException, OSError, ValueError) as error:
        _memory.keep(name, None, TROUBLE)
        if isinstance(error, dns.exception.Timeout | dns.resolver.NoResolverConfiguration | OSError):
            _silence()
        raise Unanswered from error
    else:
        # Joined without a space (RFC 6376, 3.6.2.2).
        found = tuple(b"".join(each.strings).decode("utf-8", "replace") for each in answer)
        kept = min(max(float(answer.rrset.ttl if answer.rrset else 0), SHORTEST), LONGEST)
    _memory.silent = 0
    _memory.keep(name, found, kept)
    return found


def forget() -> None:
    """Know nothing, as a new process."""
    _memory.__init__()  # type: ignore[misc]


def _silence() -> None:
    _memory.silent += 1
    if _memory.silent >= MOST_SILENT:
        _memory.silent, _memory.paused_until = 0, time.monotonic() + PAUSE
