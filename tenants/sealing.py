"""Secrets of a tenant, such as the password of its mail server, as they stand in the database: sealed.

    row.secret = sealing.seal(password)
    password = sealing.unseal(row.secret)      # raises SealBroken

The key is made from SECRET_KEY and the active tenant: a sealed text copied to another tenant opens nothing.
SECRET_KEY_FALLBACKS open what was sealed before the key was changed.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tenants.context import active_tenant
from tenants.errors import Refused


class SealBroken(Refused):
    """Sealed with another key, or changed since."""

    sentence = _("The stored password or key can't be read any more. Enter it again.")
    code = "seal_broken"


def seal(secret: str) -> str:
    """The secret as the database may hold it; an empty one stays empty."""
    return _fernet().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """The secret again. Raises SealBroken."""
    if not sealed:
        return ""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBroken from None


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(_key(each)) for each in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


def _key(secret_key: str) -> bytes:
    purpose = f"tenants.sealing:{active_tenant().pk}".encode()
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())
    return base64.urlsafe_b64encode(made)
