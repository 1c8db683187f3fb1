"""What it takes to open a mailbox, with its secrets in plain; lives no longer than a conversation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from inbox.models import ImapAccount
from tenants import sealing

_PLAIN = (
    "host",
    "port",
    "security",
    "user",
    "proof",
    "token_url",
    "client_id",
    "scope",
    "folder",
    "afterwards",
    "done_folder",
)
#: Where the large providers give tokens, and for what: used where the form leaves it empty.
PRESETS = {
    ImapAccount.Proof.GOOGLE: {
        "host": "imap.gmail.com",
        "token_url": "https://oauth2.googleapis.com/token",
        "scope": "https://mail.google.com/",
    },
    ImapAccount.Proof.MICROSOFT: {
        "host": "outlook.office365.com",
        "token_url": "https://login.microsoftonline.com/organizations/oauth2/v2.0/token",
        "scope": "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
    },
}


@dataclass(frozen=True)
class Settings:
    """An account's settings; no secret stands in its representation."""

    host: str
    port: int
    security: str
    user: str
    proof: str
    token_url: str
    client_id: str
    scope: str
    folder: str
    afterwards: str
    done_folder: str
    password: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)

    @classmethod
    def of(cls, account: ImapAccount, now: datetime) -> Settings:
        """Those of an account of the active tenant. Raises SealBroken."""
        is_fresh = account.access_until is not None and account.access_until > now
        return cls(
            **{name: getattr(account, name) for name in _PLAIN},
            password=sealing.unseal(account.secret),
            client_secret=sealing.unseal(account.client_secret),
            refresh_token=sealing.unseal(account.refresh_token),
            access_token=sealing.unseal(account.access_token) if is_fresh else "",
        )

    @property
    def names(self) -> dict[str, object]:
        """What sentences about it name."""
        return {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "folder": self.folder,
            "done": self.done_folder,
        }

    def without_secrets(self, text: str) -> str:
        """What a server said, without what we had told it in confidence, and in one short line."""
        for secret in (self.password, self.client_secret, self.refresh_token, self.access_token):
            if secret:
                text = text.replace(secret, "…")
        return " ".join(text.split())[:300]
