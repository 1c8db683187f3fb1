"""The servers that mail is handed to: the site's, or a tenant's own; and what this process knows of how they answer.

One tenant's slow server must not delay another's mail, so each server has a state of its own:

- one that does not answer is left alone for a minute by this process;
- one that answers slowly gets one mail at a time, and then rests for as long as it took: no process spends more than
  half of its time on it; all slow servers together are served by one worker, so that the others stay free;
- whatever a tenant's own server does, a mail is over after SECONDS_A_MAIL.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from smtplib import SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException

from anymail.exceptions import AnymailAPIError
from django.core.cache import cache
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection as database

from inbox.mail import providers
from inbox.mail.smtp import OwnServer
from inbox.models import Sender
from tenants import sealing
from tenants.context import active_tenant

#: While a server does not answer, the other mails of this process do not wait for it one after the other.
PAUSE_SECONDS = 60.0
#: What is called slow, and for how long all processes remember it.
SLOW_SECONDS, REMEMBERED_SECONDS = 3.0, 600


@dataclass
class _Known:
    """What this process knows of the servers, by key; instants of the monotonic clock."""

    away_until: dict[str, float] = field(default_factory=dict)
    resting_until: dict[str, float] = field(default_factory=dict)


_known = _Known()


def current() -> Sender | None:
    """How mail of the active tenant leaves; None when nothing was ever set."""
    return Sender.objects.first()


def key_of(sender: Sender | None) -> str:
    """What tells servers apart: the site's one is shared by all tenants that have none of their own."""
    return "site" if sender is None or sender.way == Sender.Way.SITE else f"tenant {active_tenant().pk}"


def is_away(sender: Sender | None) -> bool:
    """Whether the server did not answer a moment ago."""
    return time.monotonic() < _known.away_until.get(key_of(sender), 0.0)


def is_busy(sender: Sender | None) -> bool:
    """Whether a mail has to wait a few seconds, so that others get their turn.

    Otherwise the server, when it is a tenant's own, is this worker's until the end of the transaction.
    """
    key = key_of(sender)
    if key == "site":
        return False
    if time.monotonic() < _known.resting_until.get(key, 0.0):
        return True
    lanes = [f"mail {key}"]
    if cache.get("mail.slow"):
        lanes.append("mail of slow servers")
    return not all(_take(lane) for lane in lanes)


def forget() -> None:
    """Try every server again at once."""
    _known.away_until.clear()
    _known.resting_until.clear()


@contextmanager
def timed(sender: Sender | None) -> Iterator[None]:
    """Learn how the server answers what is done inside: OSError means that it does not."""
    key, began = key_of(sender), time.monotonic()
    try:
        yield
    except OSError as error:
        if not _is_answer(error):
            _known.away_until[key] = time.monotonic() + PAUSE_SECONDS
        raise
    else:
        _known.away_until.pop(key, None)
    finally:
        took = time.monotonic() - began
        if took > SLOW_SECONDS and key != "site":
            _known.resting_until[key] = time.monotonic() + took
            cache.set("mail.slow", True, REMEMBERED_SECONDS)


def connection(sender: Sender | None, *, envelope_id: str = "") -> BaseEmailBackend:
    """What hands mails over. Raises SealBroken."""
    if sender is None or sender.way == Sender.Way.SITE:
        return get_connection()
    secret = sealing.unseal(sender.secret)
    if sender.way == Sender.Way.PROVIDER:
        return providers.connection(sender.provider, secret)
    return OwnServer(sender, secret, envelope_id=envelope_id)


def _is_answer(error: OSError) -> bool:
    """Whether the server spoke, if only to refuse. Errors of SMTP, and of providers, are OSErrors all."""
    if isinstance(error, AnymailAPIError):
        return error.status_code is not None
    return isinstance(error, SMTPResponseException | SMTPRecipientsRefused | SMTPNotSupportedError)


def _take(lane: str) -> bool:
    """Whether nobody else has the lane; it is ours until the end of the transaction."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [lane])
        return bool(cursor.fetchone()[0])
