"""What an administrator fills in about the tenant's sender."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inbox.mail import providers, svix
from inbox.mail.headers import deliverable
from inbox.models import Sender

HOST = re.compile(r"(?!-)[^\s@/:\\]{1,253}")
Way = Sender.Way


class SenderForm(forms.Form):
    """Address and name of the sender, and how its mail leaves."""

    address = forms.EmailField(
        label=_("Address"), max_length=254, help_text=_("Customers see it and answer to it, as support@acme.example.")
    )
    name = forms.CharField(
        label=_("Name"), max_length=100, required=False, help_text=_("Empty: the name of this desk.")
    )
    way = forms.ChoiceField(label=_("How mail leaves"), choices=Way.choices, widget=forms.RadioSelect)
    host = forms.CharField(
        label=_("Mail server"), max_length=253, required=False, help_text=_("Its name, as smtp.acme.example.")
    )
    security = forms.ChoiceField(
        label=_("Encryption"), choices=Sender.Security.choices, required=False, widget=forms.RadioSelect
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, required=False)
    user = forms.CharField(label=_("User"), max_length=254, required=False)
    provider = forms.ChoiceField(label=_("Provider"), choices=[("", "—"), *providers.choices()], required=False)
    secret = forms.CharField(
        label=_("Password or API key"),
        max_length=500,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    return_path = forms.ChoiceField(
        label=_("Where mail goes that comes back"), choices=Sender.ReturnPath.choices, widget=forms.RadioSelect
    )
    bounce_domain = forms.CharField(
        label=_("Domain for what comes back"),
        max_length=253,
        required=False,
        help_text=_("As bounces.acme.example. The records below say what to set for it."),
    )

    def __init__(self, *args: Any, has_secret: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.has_secret = has_secret
        if has_secret:
            self.fields["secret"].help_text = _("One is stored. Empty: it stays as it is.")

    def clean_address(self) -> str:
        """One plain address."""
        address: str = self.cleaned_data["address"]
        if not deliverable(address):
            raise forms.ValidationError(_("Enter one plain address, as support@acme.example."))
        return address

    def clean(self) -> dict[str, Any]:
        """What the chosen way needs."""
        said: dict[str, Any] = super().clean() or {}
        way = said.get("way")
        if way == Way.SMTP:
            self._need("host", _("Enter the name of your mail server."))
            if said.get("host") and not HOST.fullmatch(said["host"]):
                self.add_error("host", _("Enter a name alone, without port or address of a page."))
            self._need("port", _("Enter the port, usually 587 or 465."))
            self._need("security", _("Choose how the connection is encrypted."))
        if way == Way.PROVIDER:
            self._need("provider", _("Choose a provider."))
            if not said.get("secret") and not self.has_secret:
                self.add_error("secret", _("Enter the provider's API key."))
        if said.get("return_path") == Sender.ReturnPath.DOMAIN:
            self._need("bounce_domain", _("Enter the domain for what comes back."))
            domain = said.get("bounce_domain")
            if domain and not deliverable(f"b@{domain}"):
                self.add_error("bounce_domain", _("Enter a domain alone, as bounces.acme.example."))
        return said

    def _need(self, name: str, sentence: Any) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, sentence)

    @property
    def values(self) -> dict[str, Any]:
        """What was filled in, as save_sender() takes it."""
        said = self.cleaned_data
        return {**said, "port": said["port"] or 587, "security": said["security"] or Sender.Security.STARTTLS}


class SigningForm(forms.Form):
    """With what a provider signs what it tells."""

    signing_secret = forms.CharField(
        label=_("Signing secret"),
        max_length=500,
        help_text=_("It begins with whsec_. With two webhooks enter both secrets, with a space between them."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def clean_signing_secret(self) -> str:
        """One secret, or several."""
        secrets: list[str] = self.cleaned_data["signing_secret"].split()
        if not all(svix.key_of(each) for each in secrets):
            raise forms.ValidationError(
                _("This is no signing secret. Copy it whole from the webhook's page at your provider: whsec_...")
            )
        return " ".join(secrets)
