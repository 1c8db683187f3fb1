"""What keeps the mails of a ticket together in Outlook; Gmail and all others go by References and subject.

Outlook compares the first 22 bytes of Thread-Index ([MS-OXOMSG] 2.2.1.3): the begin of the conversation and a GUID,
here those of the ticket. Every answer adds five bytes that place it in time.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

_FILETIME_BEGINS = datetime(1601, 1, 1, tzinfo=UTC)


def index(conversation: UUID, begun_at: datetime, *, message_id: str, at: datetime, is_answer: bool) -> str:
    """The value of Thread-Index, the same however often it is computed."""
    begun = _filetime(begun_at)
    # One reserved byte with the value 1 is the highest byte of these six at all times until 2057.
    whole = begun.to_bytes(8, "big")[:6] + conversation.bytes
    if is_answer:
        whole += _child(max(0, _filetime(at) - begun), message_id)
    return base64.b64encode(whole).decode()


def topic(subject: str) -> str:
    """The value of Thread-Topic: the subject as it was before anybody answered."""
    return subject.removeprefix("Re: ")


def _child(passed: int, message_id: str) -> bytes:
    """31 bits of the time since the begin, and a byte that tells two of the same instant apart."""
    # Within 1.7 years exactly, later roughly: the first bit says which.
    bits = passed >> 18 if passed < 2**49 else 0x80000000 | (passed >> 23 & 0x7FFFFFFF)
    return bits.to_bytes(4, "big") + hashlib.sha256(message_id.encode()).digest()[:1]


def _filetime(instant: datetime) -> int:
    """Units of 100 ns since 1601."""
    return (instant - _FILETIME_BEGINS) // timedelta(microseconds=1) * 10
