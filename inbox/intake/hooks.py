"""Mail that a provider brings by HTTP: its bytes as they came where the provider has them, else put together again.

What is put together is so in the same way each time, so that the same mail told twice is one.
"""

from __future__ import annotations

import json
import logging
from base64 import b64decode, encodebytes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from django.utils.module_loading import import_string

from inbox.intake import receiving
from inbox.intake.composing import Piece, put_together
from inbox.mail import fetching
from inbox.mail.fetching import Gone, NotFetched
from inbox.mail.parsing import addresses, structure, words
from inbox.mail.providers import PROVIDERS

#: Bytes that a provider may send at once: a mail of the largest size in base 64, and what is said about it.
LARGEST = 75 * 1024 * 1024
_MOST_FIELDS, _MOST_FILES = 200, 100
_BREVO, _RESEND = "https://api.brevo.com/v3/inbound/attachments/", "https://api.resend.com/emails/receiving/"

log = logging.getLogger(__name__)


class NotUnderstood(ValueError):
    """What was sent is no mail of this provider."""


@dataclass(frozen=True)
class Came:
    """A mail, and the addresses that it was delivered to as far as the provider says."""

    raw: bytes
    to: tuple[str, ...]


def mails(provider: str, secret: str, request: HttpRequest) -> list[Came]:
    """The mails that a provider brings; `secret` is the API key, by which files are fetched.

    Raises NotUnderstood, and NotFetched where the provider does not give out what it told of.
    """
    try:
        if provider in _FETCHED:
            return list(_FETCHED[provider](json.loads(request.body), secret))
        found = list(_WHOLE[provider](request)) if provider in _WHOLE else []
        return found or list(_composed(provider, request))
    except NotFetched:
        raise
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


def _brevo(said: dict[str, Any], key: str) -> Iterator[Came]:
    """Each mail in pieces; files are fetched by what Brevo names them."""
    for each in said["items"]:
        if not isinstance(each.get("Headers"), dict):
            raise NotUnderstood("no mail")
        files = [
            _file(
                _BREVO + quote(str(one["DownloadToken"]), safe=""),
                {"api-key": key},
                one,
                "Name",
                "ContentType",
                "ContentID",
            )
            for one in _some(each.get("Attachments"))
        ]
        raw = put_together(
            _headers(each["Headers"]),
            text=each.get("RawTextBody") or "",
            html=each.get("RawHtmlBody") or "",
            files=files,
        )
        told = [one.get("Address") for name in ("Recipients", "To", "Cc") for one in _some(each.get(name))]
        delivered = [one.email for one in addresses.read(_first(each["Headers"], "delivered-to"))]
        yield Came(raw, _addresses(*delivered, *told))


def _resend(said: dict[str, Any], key: str) -> Iterator[Came]:
    """Resend only tells that a mail came; it is fetched as it came, or else in pieces."""
    if said.get("type") != "email.received":
        raise NotUnderstood("no mail")
    asked = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
    where = _RESEND + quote(str(said["data"]["email_id"]), safe="")
    known = json.loads(fetching.get(where, headers=asked, most=LARGEST)[0])
    told = [one for name in ("received_for", "to", "cc", "bcc") for one in _some(known.get(name))]
    to = _addresses(*(each.email for one in told for each in addresses.read(str(one).encode())))
    if place := (known.get("raw") or {}).get("download_url"):
        try:
            yield Came(fetching.get(place, most=receiving.LARGEST)[0], to)
            return
        except Gone:
            log.warning("A mail that Resend told of does not lie there any more as it came; its pieces are taken.")
    files = [
        _file(str(one["download_url"]), {}, one, "filename", "content_type", "content_id")
        for one in _some(known.get("attachments"))
    ]
    named = {
        "From": known.get("from"),
        "To": ", ".join(_some(known.get("to"))),
        "Cc": ", ".join(_some(known.get("cc"))),
        "Reply-To": ", ".join(_some(known.get("reply_to"))),
        "Subject": known.get("subject"),
        "Message-ID": known.get("message_id"),
    }
    headers = list(_headers(known.get("headers") or {}))
    there = {name.lower() for name, _ in headers}
    headers += [(name, value) for name, value in named.items() if value and name.lower() not in there]
    yield Came(put_together(headers, text=known.get("text") or "", html=known.get("html") or "", files=files), to)


def _file(url: str, headers: dict[str, str], said: dict[str, Any], name: str, kind: str, content_id: str) -> Piece:
    """A file that lies with the provider; empty where that has it no more, since the mail matters more."""
    try:
        content, came_as = fetching.get(url, headers=headers, most=receiving.LARGEST)
    except Gone:
        log.warning("A file of a mail does not lie with its provider any more; it is kept empty.")
        content, came_as = b"", ""
    shown = str(said.get(name) or "file")
    return Piece(shown, came_as or str(said.get(kind) or ""), content, str(said.get(content_id) or ""))


def _headers(said: dict[str, Any] | list[dict[str, str]]) -> Iterator[tuple[str, str]]:
    """Fields, which some tell by name with one value or several, and some as a list."""
    if isinstance(said, list):
        yield from ((str(each["name"]), str(each["value"])) for each in said)
        return
    for name, values in said.items():
        yield from ((str(name), str(value)) for value in (values if isinstance(values, list) else [values]))


def _first(said: dict[str, Any], wanted: str) -> bytes:
    return next((value.encode() for name, value in _headers(said) if name.lower() == wanted), b"")


def _some(said: Iterable[Any] | None) -> list[Any]:
    return list(said or [])[:_MOST_FILES]


_FETCHED = {"brevo": _brevo, "resend": _resend}


def _composed(provider: str, request: HttpRequest) -> Iterator[Came]:
    """By anymail, from what the provider has taken apart."""
    for event in view(provider, "Inbound").parse_events(request):
        message = event.message
        if message is None:
            raise NotUnderstood("nothing")
        for number, part in enumerate(message.walk()):
            if part.is_multipart():
                part.set_boundary(f"=_{number}_helpdesk")
            elif part["Content-Transfer-Encoding"] is None and part["Content-Disposition"] is not None:
                # As they stand, the line ends of a file would be made those of text.
                part.set_payload(encodebytes(part.get_payload(decode=True)).decode())
                part["Content-Transfer-Encoding"] = "base64"
        yield Came(message.as_bytes(), _addresses(message.envelope_recipient))


def view(provider: str, kind: str) -> Any:
    """Anymail's reading of what a provider sends, "Inbound" or "Tracking"; who may send it was checked before."""
    name, module, _ = PROVIDERS[provider]
    never_asked = {"webhook_secret": "never:asked"}
    if provider == "mailersend":
        never_asked["inbound_secret" if kind == "Inbound" else "signing_secret"] = "never asked"
    return import_string(f"anymail.webhooks.{module}.{name}{kind}WebhookView")(**never_asked)


def _bytes(raw: str) -> bytes:
    return raw.encode("utf-8", "surrogateescape")


def _addresses(*said: Any) -> tuple[str, ...]:
    return tuple(each for each in said if isinstance(each, str) and each)
