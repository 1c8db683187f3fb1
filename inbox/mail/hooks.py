"""Addresses at which a provider tells a desk of mail: one for mail that came in, one for what became of ours.

The address is the secret: it is told to the provider and shown to administrators alone, differs for each tenant and
provider, and another one takes its place at the press of a button. Compared in constant time.
"""

from __future__ import annotations

from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from inbox.mail.links import link
from inbox.mail.providers import PROVIDERS, SIGNING
from inbox.models import Sender
from tenants.context import active_tenant

_SALT = "inbox.mail.hooks"
INCOMING, NEWS = "portal:mail_hook_incoming", "portal:mail_hook_news"


def are_for(sender: Sender | None) -> bool:
    """Whether mail leaves by a provider that can tell of it."""
    return sender is not None and sender.way == Sender.Way.PROVIDER and sender.provider in PROVIDERS


def can_sign(sender: Sender | None) -> bool:
    """Whether the provider signs what it tells, so that its secret is to be entered."""
    return sender is not None and are_for(sender) and sender.provider in SIGNING


def token(sender: Sender) -> str:
    """What makes the addresses of the active tenant's provider secret: 256 bits."""
    return _written(sender, Signer(salt=_SALT).key)


def address(name: str, sender: Sender) -> str:
    """The whole address, INCOMING or NEWS."""
    return link(name, token(sender))


def is_of(sender: Sender | None, said: str) -> bool:
    """Whether somebody knows the secret of the provider that the active tenant has now."""
    signer = Signer(salt=_SALT)
    if sender is None or not are_for(sender):
        return False
    return any(constant_time_compare(said, _written(sender, key)) for key in (signer.key, *signer.fallback_keys))


def _written(sender: Sender, key: str | bytes) -> str:
    said = f"{active_tenant().pk}:{sender.provider}:{sender.hook_round}"
    return Signer(salt=_SALT).signature(said, key=key)
