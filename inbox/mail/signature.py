"""DKIM (RFC 6376): keys that the product makes, and the signature of each mail."""

from __future__ import annotations

import base64
import re

import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from inbox.models import Sender
from tenants import sealing
from tenants.context import active_tenant

#: Every key of this size fits one DNS record, and every receiver knows it (RFC 8301).
KEY_BITS = 2048
#: What the signature covers; From twice, so that a second one added on the way breaks it (RFC 6376, 8.15).
_COVERED = (
    "From From To Subject Date Message-ID Reply-To In-Reply-To References MIME-Version Content-Type Auto-Submitted"
)
_COVERED += " List-Unsubscribe List-Unsubscribe-Post"


def new_key() -> tuple[str, str]:
    """A private key as PEM, and its public one as DNS wants it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return private, base64.b64encode(public).decode()


def of(message: bytes, sender: Sender) -> str:
    """The value of DKIM-Signature for a whole message with CRLF. Raises SealBroken."""
    domain = active_tenant().mail_address.rpartition("@")[2].encode("idna")
    present = {name.lower() for name in re.findall(rb"^([!-9;-~]+):", message.partition(b"\r\n\r\n")[0], re.MULTILINE)}
    covered = [name.encode().lower() for name in _COVERED.split() if name.lower().encode() in present]
    signed = dkim.sign(
        message,
        sender.selector.encode(),
        domain,
        sealing.unseal(sender.private_key).encode(),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=covered,
        linesep=b"\r\n",
    )
    value: str = signed.decode().removeprefix("DKIM-Signature:").strip()
    return re.sub(r"\r?\n\s*", " ", value)
