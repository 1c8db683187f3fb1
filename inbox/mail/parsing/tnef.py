"""What Outlook packs into winmail.dat (TNEF): the files, and the text where the mail has none."""

from __future__ import annotations

import struct
from typing import Any

from inbox.mail.parsing import charsets, names
from inbox.mail.parsing.values import File

#: Files in one winmail.dat that are taken out.
_MOST = 100


def unpack(content: bytes) -> tuple[list[File], str, str] | None:
    """The files, the plain text and the HTML; None where it is no TNEF, or broken beyond reading."""
    from tnefparse import TNEF  # type: ignore[import-untyped]  # only these mails need it

    try:
        packed = TNEF(content)
        files = [_file(each, place) for place, each in enumerate(packed.attachments[:_MOST], 1)]
        return files, _text(packed.body), _text(packed.htmlbody)
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, struct.error, LookupError, OverflowError):
        return None


def _file(each: Any, place: int) -> File:
    name = names.tidy(_text(each.long_filename() or each.name or ""))
    content = bytes(each.data) if each.data else b""
    return File(name or f"attachment-{place}", names.type_of(name), content)


def _text(said: Any) -> str:
    if isinstance(said, (list, tuple)):
        said = b"".join(each if isinstance(each, bytes) else str(each).encode() for each in said)
    if isinstance(said, bytes):
        said = charsets.decode(said)[0]
    return str(said or "").strip("\0")
