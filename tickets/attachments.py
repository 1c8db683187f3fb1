"""Files on messages: kept under our own names, whatever the sender called them."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.base import File
from django.template.defaultfilters import filesizeformat

from tickets.errors import FileTooLarge, TooManyFiles
from tickets.models import Attachment, Message

#: Pictures that browsers only draw: how such a file begins, and how its name ends.
_PICTURES = {
    "image/png": (re.compile(rb"\x89PNG\r\n\x1a\n"), (".png",)),
    "image/jpeg": (re.compile(rb"\xff\xd8\xff"), (".jpg", ".jpeg")),
    "image/gif": (re.compile(rb"GIF8[79]a"), (".gif",)),
    "image/webp": (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), (".webp",)),
}
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,49}/[\w.+-]{1,50}", re.ASCII)


def attach(message: Message, files: Iterable[File]) -> list[Attachment]:
    """Keep files on a message. Raises FileTooLarge and TooManyFiles before anything is written."""
    files = list(files)
    if len(files) > settings.ATTACHMENT_MAX_COUNT:
        raise TooManyFiles(limit=settings.ATTACHMENT_MAX_COUNT)
    for file in files:
        if file.size > settings.ATTACHMENT_MAX_BYTES:
            raise FileTooLarge(name=shown_name(file.name or ""), limit=filesizeformat(settings.ATTACHMENT_MAX_BYTES))
    kept = []
    for file in files:
        key = uuid.uuid4()
        attachment = Attachment(
            message=message,
            key=key,
            name=shown_name(file.name or ""),
            content_type=media_type(getattr(file, "content_type", None) or ""),
            size=file.size,
        )
        attachment.file.save(str(key), file, save=False)
        attachment.save()
        kept.append(attachment)
    return kept


def is_picture(name: str, content_type: str, beginning: bytes) -> bool:
    """Whether a file is a picture that may be shown: its name, its type and its first 12 bytes say the same."""
    signature, endings = _PICTURES.get(content_type, (None, ()))
    return signature is not None and name.lower().endswith(endings) and signature.match(beginning) is not None


def media_type(said: str) -> str:
    """The media type as the sender said it, where it can be one."""
    return said if _MEDIA_TYPE.fullmatch(said) else "application/octet-stream"


def shown_name(name: str) -> str:
    """A file name as text for people: no path, no invisible or control characters, at most 255 characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    visible = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    return visible.strip(". ")[-255:] or "file"
