"""Providers that take mail by an API, through django-anymail: each with one key."""

from __future__ import annotations

from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

#: Our key, the provider's name, the module of anymail, and what it calls its key.
PROVIDERS: dict[str, tuple[str, str, str]] = {
    "brevo": ("Brevo", "brevo", "api_key"),
    "mailersend": ("MailerSend", "mailersend", "api_token"),
    "postmark": ("Postmark", "postmark", "server_token"),
    "resend": ("Resend", "resend", "api_key"),
    "sendgrid": ("SendGrid", "sendgrid", "api_key"),
    "sparkpost": ("SparkPost", "sparkpost", "api_key"),
}
#: Those that sign what they tell, in the way of Svix.
SIGNING = {"resend"}
SECONDS = 20
#: Under which name a mail's sign goes along.
MARK = "mail"


def choices() -> list[tuple[str, str]]:
    """For a form: our key and the provider's name."""
    return [(key, name) for key, (name, _, _) in PROVIDERS.items()]


def mark(message: EmailMessage, provider: str, sign: str) -> None:
    """Have the provider name our sign in whatever it tells of this mail."""
    if provider == "mailersend":  # which knows labels only
        message.tags = [sign]  # type: ignore[attr-defined]
    else:
        message.metadata = {MARK: sign}  # type: ignore[attr-defined]


def connection(provider: str, secret: str) -> BaseEmailBackend:
    """What hands mails to a provider. Raises KeyError for one that is not in the list."""
    _, module, argument = PROVIDERS[provider]
    options: dict[str, Any] = {argument: secret}
    return get_connection(f"anymail.backends.{module}.EmailBackend", **options)
