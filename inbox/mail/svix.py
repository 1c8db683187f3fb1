"""Signatures on what a provider tells, in the way of Svix and Standard Webhooks: HMAC-SHA256 over id, time and body.

    flaw = svix.flaw_of(body, headers, ["whsec_..."], now)      # nothing where it is signed with one of the secrets

A signature holds for five minutes around its time, so that who copies one on the way can't tell it again later.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

TOLERANCE = timedelta(minutes=5)
#: Signatures of one message that are looked at, and the shortest key that is taken, in bytes.
_MOST, _SHORTEST = 10, 16
_PREFIX = "whsec_"


class Flaw(TextChoices):
    """What is wrong with a signature."""

    MISSING = "missing", _("It was not signed.")
    WRONG = "wrong", _("It was signed with another secret, or changed on the way.")
    OLD = "old", _("It was signed more than five minutes before it came, or the clocks differ by that.")


def key_of(secret: str) -> bytes:
    """The key in a secret as the provider shows it; nothing where it is none."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return key if secret.startswith(_PREFIX) and len(key) >= _SHORTEST else b""


def sign(body: bytes, secret: str, *, message: str, at: datetime) -> dict[str, str]:
    """The headers that a provider sends with a message."""
    moment = str(int(at.timestamp()))
    signature = base64.b64encode(_mac(key_of(secret), message, moment, body)).decode()
    return {"svix-id": message, "svix-timestamp": moment, "svix-signature": f"v1,{signature}"}


def flaw_of(body: bytes, headers: Mapping[str, str], secrets: Iterable[str], now: datetime) -> str:
    """What is wrong with the signature of a message; nothing where one of the secrets made it just now."""
    named = {part: _named(headers, part) for part in ("id", "timestamp", "signature")}
    if not all(named.values()):
        return Flaw.MISSING.value
    moment = named["timestamp"]
    said = [each[3:] for each in named["signature"].split()[:_MOST] if each.startswith("v1,")]
    keys = [key for secret in secrets if (key := key_of(secret))]
    wanted = [base64.b64encode(_mac(key, named["id"], moment, body)).decode() for key in keys]
    pairs = [(ours.encode(), theirs.encode()) for ours in wanted for theirs in said]
    if not any(hmac.compare_digest(ours, theirs) for ours, theirs in pairs):
        return Flaw.WRONG.value
    if not (moment.isascii() and moment.isdecimal() and len(moment) < 12):
        return Flaw.WRONG.value
    return Flaw.OLD.value if abs(now.timestamp() - int(moment)) > TOLERANCE.total_seconds() else ""


def _named(headers: Mapping[str, str], part: str) -> str:
    """Under the name of Svix, or that of the standard."""
    return headers.get(f"svix-{part}") or headers.get(f"webhook-{part}") or ""


def _mac(key: bytes, message: str, moment: str, body: bytes) -> bytes:
    return hmac.new(key, f"{message}.{moment}.".encode() + body, sha256).digest()
