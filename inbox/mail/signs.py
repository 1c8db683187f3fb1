"""Signs for where there is little room, as in a mail address: some bytes, and a short HMAC over what they stand for.

    SIGNS = Signs("inbox.mail.reply", content_bytes=5, signature_bytes=16)
    text = SIGNS.write(content, said="what the sign vouches for")
    sign = SIGNS.read(text)                       # None where it can't be one
    sign.is_ours(said="what it has to vouch for")  # by any key of the site that holds

Lower-case letters and digits only (base 32), since some mail servers change the case of addresses.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from django.core.signing import Signer
from django.utils.crypto import constant_time_compare


@dataclass(frozen=True)
class Sign:
    """What stands in a text that may be a sign, before anybody has checked it."""

    content: bytes
    signature: bytes
    _salt: str

    def is_ours(self, *, said: str) -> bool:
        """Whether this site made it, to vouch for what is said."""
        signer = Signer(salt=self._salt)
        size = len(self.signature)
        keys = [signer.key, *signer.fallback_keys]
        return any(constant_time_compare(self.signature, _signature(signer, said, key, size)) for key in keys)


@dataclass(frozen=True)
class Signs:
    """One kind of sign: all have the same length."""

    salt: str
    content_bytes: int
    signature_bytes: int

    @property
    def length(self) -> int:
        """Letters of a sign: base 32 without its padding."""
        return -(-(self.content_bytes + self.signature_bytes) * 8 // 5)

    def write(self, content: bytes, *, said: str) -> str:
        """A sign that carries the content and vouches for what is said."""
        signer = Signer(salt=self.salt)
        signed = content + _signature(signer, said, signer.key, self.signature_bytes)
        return base64.b32encode(signed).rstrip(b"=").decode().lower()

    def read(self, text: str) -> Sign | None:
        """What a text says if it is a sign; nothing is checked yet."""
        if len(text) != self.length:
            return None
        try:
            signed = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
        except ValueError:
            return None
        return Sign(signed[: self.content_bytes], signed[self.content_bytes :], self.salt)


def _signature(signer: Signer, said: str, key: str | bytes, size: int) -> bytes:
    whole = signer.signature(said, key=key)
    return base64.urlsafe_b64decode(whole + "=" * (-len(whole) % 4))[:size]
