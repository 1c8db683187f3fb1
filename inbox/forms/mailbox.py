"""What an administrator fills in about a mailbox: its addresses, what becomes of its mail, and how that is fetched."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from inbox.forms.sender import HOST
from inbox.imap.settings import PRESETS
from inbox.mail.headers import deliverable
from inbox.models import ImapAccount
from tickets.models import Category, Team

FORWARD, FETCH = "forward", "imap"
MOST_ALIASES = 50
SECRETS = ("secret", "client_secret", "refresh_token")
Proof = ImapAccount.Proof
#: Fields of how mail is fetched, as save_mailbox() takes them.
IMAP_FIELDS = (
    "host",
    "port",
    "security",
    "user",
    "proof",
    "secret",
    "token_url",
    "client_id",
    "client_secret",
    "refresh_token",
    "scope",
    "folder",
    "afterwards",
    "done_folder",
    "start",
)


def _secret(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(
        label=label, help_text=help_text, max_length=4000, required=False, strip=False, widget=widget
    )


class MailboxForm(forms.Form):
    """A mailbox; the fields from `host` on are about fetching its mail."""

    address = forms.EmailField(
        label=_("Address"), max_length=254, help_text=_("To which customers write, as sales@acme.example.")
    )
    aliases = forms.CharField(
        label=_("Other addresses of this mailbox"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line. Mail to them is treated the same."),
    )
    category = forms.ModelChoiceField(
        Category.objects.none(),
        label=_("Category of requests that come here"),
        required=False,
        empty_label=_("As the policy says"),
        to_field_name="key",
    )
    team = forms.ModelChoiceField(
        Team.objects.none(),
        label=_("Team"),
        required=False,
        empty_label=_("As the policy says"),
        to_field_name="key",
    )
    language = forms.ChoiceField(
        label=_("Language of people who write here first"), required=False, choices=[("", _("Your desk's"))]
    )
    is_advisory = forms.BooleanField(
        label=_("Advisory: requests that come here carry no deadlines"),
        required=False,
        help_text=_("Where this is off, the policy's channel “mail” decides."),
    )
    authserv = forms.CharField(
        label=_("Mail server whose checks of senders are believed"),
        max_length=253,
        required=False,
        help_text=_(
            "The name that begins the header Authentication-Results of mail that you get, as mx.acme.example."
            " Empty: senders are taken at their word where they are known."
        ),
    )
    way = forms.ChoiceField(
        label=_("How mail comes in"),
        choices=[
            (FORWARD, _("Your mail server forwards it to us")),
            (FETCH, _("We fetch it from a mailbox (IMAP)")),
        ],
        initial=FORWARD,
        widget=forms.RadioSelect,
    )
    proof = forms.ChoiceField(
        label=_("How we sign in"), choices=Proof.choices, required=False, widget=forms.RadioSelect
    )
    host = forms.CharField(
        label=_("Mail server"), max_length=253, required=False, help_text=_("Its name, as imap.acme.example.")
    )
    security = forms.ChoiceField(
        label=_("Encryption"), choices=ImapAccount.Security.choices, required=False, widget=forms.RadioSelect
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, required=False)
    user = forms.CharField(
        label=_("User"), max_length=254, required=False, help_text=_("Often the whole address of the mailbox.")
    )
    secret = _secret(_("Password"))
    client_id = forms.CharField(label=_("Client ID"), max_length=300, required=False)
    client_secret = _secret(_("Client secret"))
    refresh_token = _secret(
        _("Refresh token"), _("Empty where the client may open the mailbox in its own name (client credentials).")
    )
    token_url = forms.CharField(
        label=_("Address for tokens"),
        max_length=500,
        required=False,
        help_text=_("Empty: the usual one of Google or Microsoft."),
    )
    scope = forms.CharField(
        label=_("Scope"),
        max_length=500,
        required=False,
        help_text=_("Empty: the usual one of Google or Microsoft."),
    )
    folder = forms.CharField(label=_("Folder"), max_length=200, required=False, help_text=_("Usually INBOX."))
    start = forms.ChoiceField(
        label=_("What is taken at the beginning"),
        choices=ImapAccount.Start.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    afterwards = forms.ChoiceField(
        label=_("What becomes of a mail there, once we have taken it"),
        choices=ImapAccount.Afterwards.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    done_folder = forms.CharField(label=_("Folder to move it to"), max_length=200, required=False)

    def __init__(self, *args: Any, account: ImapAccount | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.account = account
        self._field("category").queryset = Category.objects.filter(is_active=True)
        self._field("team").queryset = Team.objects.filter(is_active=True)
        self._field("language").choices = [("", _("Your desk's")), *settings.LANGUAGES]
        for name in SECRETS:
            if account is not None and getattr(account, name):
                self.fields[name].help_text = _("One is stored. Empty: it stays as it is.")

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def clean_address(self) -> str:
        """One plain address."""
        return _plain(self.cleaned_data["address"])

    def clean_aliases(self) -> list[str]:
        """Plain addresses, each once."""
        found = [each for each in re.split(r"[\s,;]+", self.cleaned_data["aliases"]) if each]
        if len(found) > MOST_ALIASES:
            raise forms.ValidationError(_("A mailbox has up to %(count)s other addresses.") % {"count": MOST_ALIASES})
        return sorted({_plain(each) for each in found} - {str(self.cleaned_data.get("address", "")).lower()})

    def clean(self) -> dict[str, Any]:
        """What fetching needs; what is left empty is as it usually is."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("way") != FETCH:
            return said
        proof = said["proof"] = said.get("proof") or Proof.PASSWORD
        for name, usual in PRESETS.get(Proof(proof), {}).items():
            said[name] = said.get(name) or usual
        said["security"] = said.get("security") or ImapAccount.Security.TLS
        if not said.get("port") and "port" not in self.errors:
            said["port"] = 993 if said["security"] == ImapAccount.Security.TLS else 143
        said["folder"] = said.get("folder") or "INBOX"
        said["afterwards"] = said.get("afterwards") or ImapAccount.Afterwards.SEEN
        said["start"] = said.get("start") or (self.account.start if self.account else ImapAccount.Start.NEW)
        self._need("host", _("Enter the name of the mail server."))
        if said.get("host") and not HOST.fullmatch(said["host"]):
            self.add_error("host", _("Enter a name alone, without port or address of a page."))
        self._need("user", _("Enter the user of the mailbox."))
        if said["afterwards"] == ImapAccount.Afterwards.MOVE:
            self._need("done_folder", _("Enter the folder to move it to."))
            if said.get("done_folder") == said["folder"]:
                self.add_error("done_folder", _("Enter another folder than the one that mail is fetched from."))
        self._clean_proof(said)
        return said

    def _clean_proof(self, said: dict[str, Any]) -> None:
        if said["proof"] == Proof.PASSWORD:
            if not said.get("secret") and not self._keeps("secret", "host", "user"):
                self.add_error("secret", _("Enter the password."))
            return
        self._need("client_id", _("Enter the client ID."))
        self._need("token_url", _("Enter the address for tokens."))
        parts = urlsplit(said.get("token_url") or "https://x")
        if parts.scheme != "https" or not parts.hostname or not HOST.fullmatch(parts.hostname):
            self.add_error("token_url", _("Enter an address that begins with https://."))
        has_refresh = said.get("refresh_token") or self._keeps("refresh_token", "token_url", "client_id", "user")
        has_client = said.get("client_secret") or self._keeps("client_secret", "token_url", "client_id")
        if not has_refresh and not has_client:
            self.add_error("client_secret", _("Enter the client secret, a refresh token, or both."))

    def _keeps(self, secret: str, *goes_with: str) -> bool:
        """Whether a stored secret goes where it went."""
        stored = self.account
        if stored is None or not getattr(stored, secret):
            return False
        return all(str(getattr(stored, each)).lower() == str(self.cleaned_data.get(each)).lower() for each in goes_with)

    def _need(self, name: str, sentence: Any) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, sentence)

    @property
    def fetches(self) -> bool:
        """Whether mail is fetched."""
        return bool(self.cleaned_data.get("way") == FETCH)

    @property
    def imap(self) -> dict[str, Any] | None:
        """How mail is fetched, None that it is not."""
        return {name: self.cleaned_data[name] for name in IMAP_FIELDS} if self.fetches else None

    @property
    def values(self) -> dict[str, Any]:
        """What was filled in, as save_mailbox() takes it."""
        said = self.cleaned_data
        names = ("address", "aliases", "category", "team", "language", "is_advisory", "authserv")
        return {**{name: said[name] for name in names}, "imap": self.imap}


def _plain(address: str) -> str:
    if not deliverable(address):
        raise forms.ValidationError(_("Enter plain addresses, as sales@acme.example."))
    return address.lower()
