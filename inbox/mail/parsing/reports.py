"""Delivery reports (RFC 3464), and the plain ones of servers that do not write them."""

from __future__ import annotations

import re

from inbox.mail.parsing import addresses, structure, words
from inbox.mail.parsing.structure import Part
from inbox.mail.parsing.values import Bounce

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY_CODE = re.compile(r"\b([45]\d\d)[ -]")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']{1,128}@[^\s<>()\[\],;:\"'@]{1,255}")
#: What can have become of a mail (RFC 3464, 2.3.3).
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_MESSAGE_ID = re.compile(r"^message-id:\s*(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)


def read(mail: Part, leaves: list[Part], text: str) -> Bounce:
    """What a bounce says: which address, why, and which of our mails it was."""
    fields: dict[str, str] = {}
    message_id = envelope_id = ""
    for leaf in leaves:
        if leaf.content_type in ("message/delivery-status", "message/global-delivery-status"):
            envelope_id, fields = _status(structure.decoded(leaf))
        elif leaf.content_type in ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"):
            message_id = message_id or _id(structure.decoded(leaf))
    said = text[:20_000]
    if not message_id and (found := _MESSAGE_ID.search(said)):
        message_id = found[1]
    status = fields.get("status", "")
    enhanced = _ENHANCED.search(status) or _ENHANCED.search(fields.get("diagnostic-code", "")) or _ENHANCED.search(said)
    code = _REPLY_CODE.search(fields.get("diagnostic-code", "")) or _REPLY_CODE.search(said)
    status = enhanced[1] if enhanced else (code[1] if code else "")
    action = fields.get("action", "").lower()
    is_final = status.startswith("5") and action not in _ACTIONS[1:]
    return Bounce(
        address=_recipient(mail, fields, said),
        action=action if action in _ACTIONS else "",
        status=status,
        is_final=is_final,
        message_id=message_id,
        envelope_id=envelope_id,
        explanation=" ".join((_after_type(fields.get("diagnostic-code", "")) or said).split())[:500],
    )


def _status(content: bytes) -> tuple[str, dict[str, str]]:
    """The id of the envelope, and the fields about the first recipient that failed."""
    blocks = re.split(rb"\r?\n(?:[ \t]*\r?\n)+", content[:100_000].strip())
    found: dict[str, str] = {}
    envelope_id = ""
    for block in blocks[:200]:
        said = {name: words.text_of(value) for name, value in structure.cut_header(block)[0]}
        envelope_id = envelope_id or said.get("original-envelope-id", "").strip()
        if "final-recipient" in said or "original-recipient" in said:
            found = said
            if said.get("action", "").lower() == "failed":
                break
    return envelope_id[:300], found


def _after_type(said: str) -> str:
    """`smtp; 550 No such user` without its type."""
    return (said.partition(";")[2] if ";" in said else said).strip()


def _recipient(mail: Part, fields: dict[str, str], said: str) -> str:
    for name in ("original-recipient", "final-recipient"):
        if found := _ADDRESS.search(_after_type(fields.get(name, ""))):
            return found[0].lower()
    if failed := mail.first("x-failed-recipients"):
        listed = addresses.read(failed)
        if listed:
            return listed[0].email.lower()
    found = re.search(rf"<({_ADDRESS.pattern})>:?", said)
    return found[1].lower() if found else ""


def _id(content: bytes) -> str:
    fields, _, _ = structure.cut_header(content)
    for name, value in fields:
        if name == "message-id":
            found = addresses.ids(value)
            return found[0] if found else ""
    return ""
