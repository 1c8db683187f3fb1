"""The address to which a mail comes back: it carries the mail's id, signed, so that a report can be tied to it (VERP).

    sender_on_the_envelope = envelope.return_path(mail, sender)
    ...
    mail_id = envelope.find(["support+mzxw6ytboi...@acme.example"])      # None where none of them is ours

Lower-case letters and digits only, since some mail servers change the case of addresses. 64 bits of an HMAC over tenant
and id: to forge a report one would have to guess these and the 74 random bits of the id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from inbox.mail.signs import Signs
from inbox.models import OutgoingMail, Sender
from tenants.context import active_tenant
from tenants.models import Tenant

_SIGNS = Signs("inbox.mail.envelope", content_bytes=16, signature_bytes=8)
#: RFC 5321, 4.5.3.1.1.
_LONGEST_LOCAL_PART = 64
_SIGNED = re.compile(rf"(?:(?P<local>[^@]+)\+|b-)(?P<token>[a-z2-7]{{{_SIGNS.length}}})@(?P<host>[^@]+)", re.IGNORECASE)


def return_path(mail: OutgoingMail, sender: Sender | None) -> str:
    """The sender on the envelope. The tenant's plain address where it leaves no room for a sign, or none is wanted."""
    address = active_tenant().mail_address
    way = sender.return_path if sender is not None else Sender.ReturnPath.PLUS
    token = signed(mail.pk)
    if sender is not None and way == Sender.ReturnPath.DOMAIN and sender.bounce_domain:
        return f"b-{token}@{sender.bounce_domain}"
    local, _, host = address.rpartition("@")
    if way != Sender.ReturnPath.PLUS or not local or len(local) + 1 + _SIGNS.length > _LONGEST_LOCAL_PART:
        return address
    return f"{local}+{token}@{host}"


def signed(mail_id: UUID) -> str:
    """The id of a mail as it goes out: also as the envelope's id (RFC 3461), which reports repeat."""
    return _SIGNS.write(mail_id.bytes, said=_said(mail_id))


def find(addresses: Iterable[str]) -> UUID | None:
    """The mail that the first sign of ours among addresses, or envelope ids, names; None when none was made by us."""
    for each in addresses:
        text = each.strip().strip("<>").lower()
        found = _SIGNED.fullmatch(text)
        sign = _SIGNS.read(found["token"] if found else text)
        if sign and sign.is_ours(said=_said(mail_id := UUID(bytes=sign.content))):
            return mail_id
    return None


def domain_of(address: str) -> str:
    """The domain of an address that may be one of a tenant's own for what comes back; nothing for all others."""
    found = _SIGNED.fullmatch(address.strip())
    return found["host"].lower() if found and not found["local"] else ""


def is_from(tenant: Tenant, address: str) -> bool:
    """Whether this tenant made the sign in an address."""
    found = _SIGNED.fullmatch(address.strip())
    sign = _SIGNS.read(found["token"].lower()) if found else None
    return sign is not None and sign.is_ours(said=_said(UUID(bytes=sign.content), tenant))


def bare(address: str) -> str:
    """The address without the sign, by which a mailbox is found."""
    found = _SIGNED.fullmatch(address.strip())
    return f"{found['local']}@{found['host']}" if found and found["local"] else address.strip()


def _said(mail_id: UUID, tenant: Tenant | None = None) -> str:
    return f"{(tenant or active_tenant()).pk}:{mail_id}"
