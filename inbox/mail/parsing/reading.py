"""A mail's bytes into a typed value. It never raises, whatever the bytes are."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from inbox.mail.parsing import addresses, automatic, bodies, markup, reports, signatures, structure, words
from inbox.mail.parsing.bodies import Content
from inbox.mail.parsing.structure import Part
from inbox.mail.parsing.values import Address, Automatic, ParsedMail

_ENVELOPE = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to", "x-forwarded-to")
_LONGEST_SUBJECT = 1_000


def parse(raw: bytes) -> ParsedMail:
    """Read a mail. What had to be repaired or left unread is named in `flaws`."""
    fields, body, is_cut = structure.cut_header(raw.lstrip(b"\xef\xbb\xbf\r\n \t\0"))
    mail = Part(fields, body)
    content = bodies.read(mail)
    if is_cut:
        content.flaw("long_header")
    charset = next((part.parameters["charset"] for part in content.leaves if part.parameters.get("charset")), "")
    sender = _sender(mail, charset)
    subject = words.text_of(mail.first("subject") or b"", charset)[:_LONGEST_SUBJECT]
    (text, quoted_from), html = _text(content), "\n".join(content.htmls)
    kind, by = automatic.why(mail, sender.email or sender.name, subject)
    path = mail.first("return-path")
    ids = addresses.ids(mail.first("message-id") or b"")
    return ParsedMail(
        sender=sender,
        reply_to=addresses.read(mail.first("reply-to") or b"", charset),
        to=_every(mail, "to", charset),
        cc=_every(mail, "cc", charset),
        delivered_to=tuple(dict.fromkeys(each.email for name in _ENVELOPE for each in _every(mail, name, charset))),
        return_path=None if path is None else next((each.email for each in addresses.read(path)), ""),
        subject=subject,
        text=text,
        html=html,
        quoted_from=quoted_from,
        files=tuple(content.files),
        message_id=ids[0] if ids else "",
        in_reply_to=addresses.ids(mail.first("in-reply-to") or b""),
        references=addresses.ids(mail.first("references") or b""),
        sent_at=_instant(mail.first("date")),
        automatic=kind,
        automatic_by=by,
        bounce=reports.read(mail, content.leaves, text) if kind is Automatic.BOUNCE else None,
        authentication_results=tuple(words.text_of(each) for each in mail.every("authentication-results")[:10]),
        loop_marks=tuple(words.text_of(each) for each in mail.every("x-loop")[:10]),
        flaws=tuple(content.flaws),
        signatures=signatures.read(raw, mail, sender.email),
    )


def _sender(mail: Part, charset: str) -> Address:
    """Who wrote it: From; where that has no address, whoever is named next."""
    named = Address("")
    for name in ("from", "reply-to", "sender", "return-path", "x-original-from", "resent-from"):
        for found in addresses.read(mail.first(name) or b"", charset):
            if "@" in found.email:
                return Address(found.email, named.name or found.name)
            if not named.email and not named.name:
                named = found
    return named


def _every(mail: Part, name: str, charset: str) -> tuple[Address, ...]:
    found = (each for value in mail.every(name)[:20] for each in addresses.read(value, charset))
    return tuple({each.email.lower() or each.name: each for each in reversed(list(found))}.values())[::-1]


def _text(content: Content) -> tuple[str, int | None]:
    """The words, and the line at which its HTML says that a quote begins, where the words come from there."""
    plain = "\n\n".join(each.strip("\n") for each in content.texts if each.strip())
    if plain.strip():
        return "\n\n".join([plain, *_beside(plain, content)]), None
    if content.htmls:
        return markup.text_of("\n".join(content.htmls))
    return "", None


def _beside(plain: str, content: Content) -> list[str]:
    """The words of HTML that stands beside the text, but for those that only say it again."""
    said = "".join(plain.split())
    found = [markup.text_of(each)[0] for each in content.beside]
    return [each for each in found if each.strip() and "".join(each.split()) not in said]


def _instant(value: bytes | None) -> datetime | None:
    """When it was sent, by its sender's clock; nothing where the date is none."""
    if not value:
        return None
    try:
        found = parsedate_to_datetime(words.text_of(value[:200]))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
