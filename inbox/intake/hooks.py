"""Mail that a provider brings by HTTP: its bytes as they came where the provider has them, else put together again.

What is put together is so in the same way each time, so that the same mail told twice is one.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.module_loading import import_string

from inbox.mail.parsing import structure, words
from inbox.mail.providers import PROVIDERS

#: Bytes that a provider may send at once: a mail of the largest size in base 64, and what is said about it.
LARGEST = 75 * 1024 * 1024
_MOST_FIELDS = 200


class NotUnderstood(ValueError):
    """What was sent is no mail of this provider."""


@dataclass(frozen=True)
class Came:
    """A mail, and the addresses that it was delivered to as far as the provider says."""

    raw: bytes
    to: tuple[str, ...]


def mails(provider: str, secret: str, request: HttpRequest) -> list[Came]:
    """The mails that a provider brings; `secret` is the API key, by which files are fetched. Raises NotUnderstood."""
    try:
        found = list(_WHOLE[provider](request)) if provider in _WHOLE else []
        return found or list(_composed(provider, secret, request))
    except Exception as error:
        # Whatever is wrong with what a stranger's program sent, it is theirs to mend; its words may quote a mail.
        raise NotUnderstood(type(error).__name__) from error


def _postmark(request: HttpRequest) -> Iterator[Came]:
    said = json.loads(request.body)
    if not said.keys() & {"RawEmail", "FromFull"}:
        raise NotUnderstood("no mail")
    if raw := said.get("RawEmail"):
        yield Came(_bytes(raw), _addresses(said.get("OriginalRecipient")))


def _sendgrid(request: HttpRequest) -> Iterator[Came]:
    """The fields of the form are cut out here: as text they would lose what is not of their charset."""
    _, details = words.parameters(request.headers.get("Content-Type", "").encode())
    fields: dict[str, bytes] = {}
    for each in structure.sections(request.body, details.get("boundary", "").encode(), _MOST_FIELDS):
        head, body, _ = structure.cut_header(each)
        _, named = words.parameters(next((value for name, value in head if name == "content-disposition"), b""))
        fields.setdefault(named.get("name", ""), body)
    if raw := fields.get("email"):
        envelope = json.loads(fields.get("envelope", b"{}"))
        yield Came(raw, _addresses(*envelope.get("to", [])))


def _sparkpost(request: HttpRequest) -> Iterator[Came]:
    for each in json.loads(request.body):
        said = each["msys"]["relay_message"]
        raw = said["content"]["email_rfc822"]
        whole = b64decode(raw) if said["content"].get("email_rfc822_is_base64") else _bytes(raw)
        yield Came(whole, _addresses(said.get("rcpt_to")))


def _mailersend(request: HttpRequest) -> Iterator[Came]:
    said = json.loads(request.body)["data"]
    to = [each["email"] for each in said.get("recipients", {}).get("rcptTo", [])]
    yield Came(_bytes(said["raw"]), _addresses(*to))


_WHOLE = {"postmark": _postmark, "sendgrid": _sendgrid, "sparkpost": _sparkpost, "mailersend": _mailersend}


def _composed(provider: str, secret: str, request: HttpRequest) -> Iterator[Came]:
    """By anymail, from what the provider has taken apart."""
    for event in view(provider, "Inbound", secret).parse_events(request):
        message = event.message
        if message is None:
            raise NotUnderstood("nothing")
        for number, part in enumerate(message.walk()):
            if part.is_multipart():
                part.set_boundary(f"=_{number}_helpdesk")
        yield Came(message.as_bytes(), _addresses(message.envelope_recipient))


def view(provider: str, kind: str, secret: str) -> Any:
    """Anymail's reading of what a provider sends, "Inbound" or "Tracking"; who may send it was checked before."""
    name, module, _ = PROVIDERS[provider]
    never_asked = {"webhook_secret": "never:asked"}
    if provider == "mailersend":
        never_asked["inbound_secret" if kind == "Inbound" else "signing_secret"] = "never asked"
    if provider in ("brevo", "resend") and kind == "Inbound":
        never_asked["api_key"] = secret
    return import_string(f"anymail.webhooks.{module}.{name}{kind}WebhookView")(**never_asked)


def _bytes(raw: str) -> bytes:
    return raw.encode("utf-8", "surrogateescape")


def _addresses(*said: Any) -> tuple[str, ...]:
    return tuple(each for each in said if isinstance(each, str) and each)
