"""Files on messages: kept under our own names, whatever the sender called them."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.template.defaultfilters import filesizeformat

from tickets import pictures
from tickets.errors import FileTooLarge, TooManyFiles
from tickets.models import Attachment, ComplaintEvent, ComplaintFile, Draft, Message, Upload

#: Pictures that browsers only draw: how such a file begins, and how its name ends.
_PICTURES = {
    "image/png": (re.compile(rb"\x89PNG\r\n\x1a\n"), (".png",)),
    "image/jpeg": (re.compile(rb"\xff\xd8\xff"), (".jpg", ".jpeg")),
    "image/gif": (re.compile(rb"GIF8[79]a"), (".gif",)),
    "image/webp": (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), (".webp",)),
}
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,49}/[\w.+-]{1,50}", re.ASCII)


def attach(message: Message, files: Iterable[File | Upload]) -> list[Attachment]:
    """Keep files on a message, those that went up before too; they are uploads no longer.

    Raises FileTooLarge and TooManyFiles before anything is written.
    """
    files = list(files)
    _require_few(len(files))
    for file in files:
        if not isinstance(file, Upload):
            _require_small(file)
    return [
        _arrived(file, message=message) if isinstance(file, Upload) else _kept(file, message=message, **_sides(file))
        for file in files
    ]


def _arrived(
    upload: Upload, *, message: Message | None = None, draft: Draft | None = None, is_inline: bool = False
) -> Attachment:
    """The bytes stay where they are. The alarm that would sweep the upload away finds nothing."""
    is_shown = shows_picture(upload)
    attachment = Attachment(
        message=message,
        draft=draft,
        key=upload.key,
        name=upload.name,
        content_type=upload.content_type,
        size=upload.size,
        is_inline=is_inline and is_shown,
    )
    attachment.file.name = upload.file.name
    if is_shown:
        with upload.file.open("rb") as content:
            attachment.width, attachment.height = pictures.size(content) or (None, None)
    attachment.save()
    upload.delete()
    return attachment


def shows_picture(kept: Attachment | Upload) -> bool:
    """Whether a file that is kept is a picture that may be shown. Raises FileNotFoundError."""
    if kept.content_type not in _PICTURES:
        return False
    with kept.file.open("rb") as content:
        return is_picture(kept.name, kept.content_type, content.read(12))


def calls_itself_picture(kept: Attachment | Upload) -> bool:
    """Whether its name or its type says that it is a picture that browsers show."""
    endings = tuple(ending for _, known in _PICTURES.values() for ending in known)
    return kept.content_type in _PICTURES or kept.name.lower().endswith(endings)


def attach_to_complaint(event: ComplaintEvent, files: Iterable[File | Upload]) -> list[ComplaintFile]:
    """Keep files on what was said about a complaint, as attach() does on a message. Raises the same."""
    files = list(files)
    _require_few(len(files))
    kept = []
    for file in files:
        if isinstance(file, Upload):
            one = ComplaintFile(event=event, key=file.key, name=file.name, content_type=file.content_type)
            one.file.name, one.size = file.file.name, file.size
            if shows_picture(file):
                with file.file.open("rb") as content:
                    one.width, one.height = pictures.size(content) or (None, None)
            file.delete()
        else:
            _require_small(file)
            said = media_type(getattr(file, "content_type", None) or "")
            one = ComplaintFile(
                event=event, key=uuid.uuid4(), name=shown_name(file.name or ""), content_type=said, **_sides(file)
            )
            one.size = file.size
            one.file.save(str(one.key), file, save=False)
        one.save()
        kept.append(one)
    return kept


def _sides(file: File) -> dict[str, Any]:
    """Width and height of what is a picture; nothing of anything else."""
    beginning = file.read(12)
    file.seek(0)
    said = media_type(getattr(file, "content_type", None) or "")
    sides = pictures.size(file) if is_picture(shown_name(file.name or ""), said, beginning) else None
    return {"width": sides[0], "height": sides[1]} if sides else {}


def keep(draft: Draft, file: File | Upload, *, is_inline: bool = False) -> Attachment:
    """Keep a file on a draft; as a picture in its text only if it is one. Raises FileTooLarge and TooManyFiles."""
    _require_few(Attachment.objects.filter(draft=draft).count() + 1)
    if isinstance(file, Upload):
        return _arrived(file, draft=draft, is_inline=is_inline)
    _require_small(file)
    beginning = file.read(12)
    file.seek(0)
    said = media_type(getattr(file, "content_type", None) or "")
    shown = is_inline and is_picture(shown_name(file.name or ""), said, beginning)
    return _kept(file, draft=draft, is_inline=shown, **_sides(file))


def adopt(message: Message, kept: Iterable[Attachment]) -> None:
    """Move files from a draft to the message that was made of it."""
    Attachment.objects.filter(pk__in=[each.pk for each in kept]).update(message=message, draft=None)


def discard(files: Iterable[Attachment]) -> None:
    """Take files away, and their bytes when that is committed."""
    for attachment in files:
        name, storage = str(attachment.file.name), attachment.file.storage
        attachment.delete()
        transaction.on_commit(partial(storage.delete, name), robust=True)


def attachable(size: int, number: int) -> bool:
    """Whether a file of so many bytes can be kept on a message that has so many files already."""
    return size <= settings.ATTACHMENT_MAX_BYTES and number < settings.ATTACHMENT_MAX_COUNT


def _require_few(number: int) -> None:
    if number > settings.ATTACHMENT_MAX_COUNT:
        raise TooManyFiles(limit=settings.ATTACHMENT_MAX_COUNT)


def _require_small(file: File) -> None:
    if file.size > settings.ATTACHMENT_MAX_BYTES:
        raise FileTooLarge(name=shown_name(file.name or ""), limit=filesizeformat(settings.ATTACHMENT_MAX_BYTES))


def _kept(
    file: File, *, message: Message | None = None, draft: Draft | None = None, **more: bool | int | None
) -> Attachment:
    key = uuid.uuid4()
    attachment = Attachment(
        message=message,
        draft=draft,
        key=key,
        name=shown_name(file.name or ""),
        content_type=media_type(getattr(file, "content_type", None) or ""),
        size=file.size,
        **more,
    )
    attachment.file.save(str(key), file, save=False)
    attachment.save()
    return attachment


def share(message: Message, source: Message) -> list[Attachment]:
    """Let a copy of a message carry its files too, and show its pictures. The bytes are kept once for both."""
    originals = list(source.attachments.all())
    copies = Attachment.objects.bulk_create(
        Attachment(
            message=message,
            key=each.key,
            name=each.name,
            content_type=each.content_type,
            size=each.size,
            width=each.width,
            height=each.height,
            file=each.file.name,
            is_inline=each.is_inline,
        )
        for each in originals
    )
    if source.html:
        message.html = source.html
        for original, copy in zip(originals, copies, strict=True):
            # Pictures stand in the text by the address of their attachment.
            message.html = message.html.replace(str(original.pk), str(copy.pk))
        message.save(update_fields=["html"])
    return copies


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
