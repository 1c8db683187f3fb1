"""Signed links: what a person holds in a mail instead of a password, for one purpose and a stated time.

    token = signing.sign("rating", subject=ticket.pk, person=person.pk, until=at + LIFE, stamp=stamp, value=5)
    ...
    link = signing.read("rating", token, at=timezone.now())      # raises LinkAltered, LinkElsewhere, LinkExpired
    link.require_stamp(stamp)                                    # raises LinkRevoked

A token says who it was made for and what it opens; it is signed, not secret. Whoever reads it looks the rows up as
usual, and asks of them whatever the act asks. It is ended before its time by changing what it was stamped with: a
column of the ticket or person, kept by whoever makes the links. All tokens have the same length and are safe in
addresses; none is kept in the database.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from tenants.context import active_tenant
from tenants.errors import Refused

#: The highest number that a token carries along.
HIGHEST_VALUE = 2**16 - 1
_VERSION = 1
#: Version, purpose, tenant, subject, person, end in seconds since 1970, value, stamp.
_FIELDS = struct.Struct(">B8sQ16s16sQH8s")
_SALT = "tenants.signing"
#: What tokens look like: the fields in base64 without padding, a point, and a signature by SHA-256.
_TOKENS = re.compile(rf"[\w-]{{{-(-_FIELDS.size * 8 // 6)}}}\.[\w-]{{43}}", re.ASCII)


class LinkRefused(Refused):
    """Base of what can be wrong with a signed link; all that a page needs to say is in the sentence."""

    sentence = _("This link can't be used. Ask for a new one.")
    code = "link_refused"


class LinkAltered(LinkRefused):
    """Not a token, or not as it was signed."""

    sentence = _("This link is incomplete or was changed on its way. Open it from the mail again, or copy it whole.")
    code = "link_altered"


class LinkElsewhere(LinkRefused):
    """Signed here, but by another tenant or for another purpose."""

    sentence = _("This link is not made for this page. Open it from the mail again, as it stands there.")
    code = "link_elsewhere"


class LinkExpired(LinkRefused):
    """Its time is over."""

    sentence = _("This link is no longer valid: its time is over. Sign in, or use the link of a newer mail.")
    code = "link_expired"


class LinkRevoked(LinkRefused):
    """Ended before its time."""

    sentence = _("This link was ended. Sign in, or use the link of a newer mail.")
    code = "link_revoked"


@dataclass(frozen=True)
class SignedLink:
    """What a valid token says."""

    subject: UUID
    person: UUID
    until: datetime
    value: int
    _stamp: bytes

    def require_stamp(self, stamp: object) -> None:
        """Raise LinkRevoked unless the token was stamped with this."""
        if not constant_time_compare(self._stamp, _digest(str(stamp))):
            raise LinkRevoked


def sign(purpose: str, *, subject: UUID, person: UUID, until: datetime, stamp: object = "", value: int = 0) -> str:
    """A token of the active tenant, for one purpose, about one thing, for one person.

    `until` is cut to the second, from which on the token is expired. `stamp` is anything with a plain text, such as an
    integer column that is counted up to end all links; `value` is a number of the purpose's own, up to HIGHEST_VALUE.
    """
    fields = _FIELDS.pack(
        _VERSION,
        _digest(purpose),
        active_tenant().pk,
        subject.bytes,
        person.bytes,
        int(until.timestamp()),
        value,
        _digest(str(stamp)),
    )
    return _signer().sign(base64.urlsafe_b64encode(fields).rstrip(b"=").decode())


def read(purpose: str, token: str, *, at: datetime) -> SignedLink:
    """What a token says, if it was signed by the active tenant for this purpose and its time is not over.

    Raises LinkAltered, LinkElsewhere, LinkExpired. Its stamp is the caller's to compare, once the row is found.
    """
    fields = _verified(token)
    version, for_what, tenant, subject, person, until, value, stamp = _FIELDS.unpack(fields)
    if version != _VERSION or for_what != _digest(purpose) or tenant != active_tenant().pk:
        raise LinkElsewhere
    ends = datetime.fromtimestamp(until, UTC)
    if at >= ends:
        raise LinkExpired
    return SignedLink(UUID(bytes=subject), UUID(bytes=person), ends, value, stamp)


def masked(text: str) -> str:
    """A text to be shown to somebody else than its recipient: with every token in it cut out, wherever it leads."""
    return _TOKENS.sub("…", text)


def _verified(token: str) -> bytes:
    """The signed part. Raises LinkAltered."""
    try:
        text = _signer().unsign(token)
    except BadSignature:
        raise LinkAltered from None
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signer() -> Signer:
    return Signer(salt=_SALT, sep=".")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:8]
