"""Choices of mail settings as the audit log says them: by what acts begin with, then by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from inbox.mail import providers
from inbox.models import ImapAccount, Sender
from tickets.sentences.audited import YES_OR_NO

_SECRET = {"renewed": _("Set anew")}
WORDS: dict[str, dict[str, Mapping[Any, Any]]] = {
    "sender": {
        "way": dict(Sender.Way.choices),
        "security": dict(Sender.Security.choices),
        "return_path": dict(Sender.ReturnPath.choices),
        "provider": dict(providers.choices()),
        "signs": YES_OR_NO,
        "hook_secret": YES_OR_NO,
        "secret": _SECRET,
    },
    "mailbox": {
        "security": dict(ImapAccount.Security.choices),
        "proof": dict(ImapAccount.Proof.choices),
        "start": dict(ImapAccount.Start.choices),
        "afterwards": dict(ImapAccount.Afterwards.choices),
        "is_active": YES_OR_NO,
        "is_advisory": YES_OR_NO,
        "secret": _SECRET,
        "client_secret": _SECRET,
        "refresh_token": _SECRET,
    },
}
