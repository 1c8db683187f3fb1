"""The names of files: as their sender wrote them, but one plain line that is no path."""

from __future__ import annotations

import mimetypes
import re
import unicodedata

_LONGEST = 200
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"}
_EXTENSIONS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "text/rfc822-headers": ".txt",
    "image/jpeg": ".jpg",
    "application/octet-stream": ".bin",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
}


def tidy(name: str) -> str:
    """The name without folders, without what is invisible, with its ending even when it is cut."""
    name = "".join(c for c in name if unicodedata.category(c) not in _INVISIBLE)
    name = re.split(r"[/\\]", name.rstrip("/\\"))[-1].strip()
    if set(name) <= {".", " "}:
        return ""
    if len(name) > _LONGEST:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[: _LONGEST - len(ending) - 1]}.{ending}" if dot and len(ending) < 20 else name[:_LONGEST]
    return name


def type_of(name: str) -> str:
    """The type that a name's ending stands for."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def made_up(content_type: str, place: int) -> str:
    """A name for a file that has none: by its type and its place in the mail."""
    main, _, _ = content_type.partition("/")
    stem = {"image": "image", "audio": "audio", "video": "video", "message": "message"}.get(main, "attachment")
    ending = _EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type) or ".bin"
    return f"{stem}-{place}{ending}"
