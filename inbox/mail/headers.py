"""What stands in a mail's header: always one inert line, whatever people typed into names and subjects."""

from __future__ import annotations

import hashlib
import unicodedata
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tenants.models import Tenant

#: Control characters, line and paragraph separators, lone surrogates: they end or forge a header line.
_BREAKING = {"Cc", "Zl", "Zp", "Cs"}
#: Marks that turn the reading direction round, so that a subject reads as another one.
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F}
_NEVER_IN_AN_ADDRESS = set('<>()[],;:\\" \t')


def one_line(text: str, longest: int = 200) -> str:
    """The text as a header can carry it: one line, no control characters, nothing that turns it round."""
    kept = (" " if unicodedata.category(c) in _BREAKING else c for c in text if ord(c) not in _TURNING)
    return " ".join("".join(kept).split())[:longest].strip()


def deliverable(address: str) -> bool:
    """Whether this is one plain address: Django's check lets quoted local parts hold control characters."""
    if any(c in _NEVER_IN_AN_ADDRESS or unicodedata.category(c) in _BREAKING for c in address):
        return False
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def host(tenant: Tenant) -> str:
    """The host of Message-IDs: that of the tenant's own address."""
    name = tenant.mail_address.rpartition("@")[2] if deliverable(tenant.mail_address) else ""
    return name.encode("idna").decode() if name else f"{tenant.slug}.invalid"


def thread_id(tenant: Tenant, ticket_id: UUID) -> str:
    """What every mail of a ticket refers to, so that mail programs keep them together even when one was lost."""
    return f"<{ticket_id}@{host(tenant)}>"


def message_id(tenant: Tenant, ticket_id: UUID, event_id: UUID, address: str) -> str:
    """The Message-ID of the mail about an event to an address: the same however often it is made."""
    recipient = hashlib.sha256(address.encode()).hexdigest()[:8]
    return f"<{ticket_id}.{event_id}.{recipient}@{host(tenant)}>"


def subject(number: int, words: str, *, is_answer: bool) -> str:
    """`[#123] Words`, and `Re: [#123] Words` for all but the first mail of a ticket."""
    line = f"[#{number}] {one_line(words, 230)}".strip()
    return f"Re: {line}" if is_answer else line
