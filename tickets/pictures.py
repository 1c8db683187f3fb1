"""How large pictures are, so that a page keeps their place while they load. Reads headers; nothing is decoded."""

from __future__ import annotations

import struct
import warnings
from typing import IO

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from PIL import ExifTags, Image

from tickets import formatting
from tickets.models import Attachment, Draft, Message

#: Sides of what anybody shows; what says that it is larger is damaged or hostile.
LARGEST = 20_000
#: Where pictures are served to whoever is signed in.
FILES = "/files/"
#: Orientations of a photograph in which its sides are exchanged (TIFF 6.0, Exif tag 274).
_LYING = {5, 6, 7, 8}


def size(file: IO[bytes]) -> tuple[int, int] | None:
    """Width and height in pixels as a browser shows it; None for what is no picture, is damaged or too large."""
    start = file.tell()
    try:
        width, height = _webp(file.read(30)) or _size(file, start)
    except (OSError, ValueError, SyntaxError, KeyError, EOFError, struct.error, Image.DecompressionBombError):
        return None
    finally:
        file.seek(start)
    return (width, height) if 0 < width <= LARGEST and 0 < height <= LARGEST else None


def measure(kept: Attachment, file: IO[bytes]) -> None:
    """Keep the size of a picture that came before sizes were kept; it is looked at, so the next page knows it."""
    if kept.is_inline and kept.width is None and (sides := size(file)):
        Attachment.objects.filter(pk=kept.pk).update(width=sides[0], height=sides[1])


def shown(said: Message | Draft, *, files: str = FILES) -> SafeString:
    """The formatted text with the size of each of its pictures. Wants the attachments of a message loaded before."""
    if "<img" not in said.html:
        return mark_safe(said.html)  # noqa: S308 - cleaned by tickets.formatting when it was kept
    kept = said.attachments.all() if isinstance(said, Message) else said.files.all()
    return mark_safe(_sized(said.html, {each.pk: each for each in kept}, files))  # noqa: S308 - as above


def _sized(html: str, known: dict, files: str) -> str:
    def tag(pk, said: str) -> str:
        kept: Attachment | None = known.get(pk)
        sides = f' width="{kept.width}" height="{kept.height}"' if kept and kept.width and kept.height else ""
        return f'<img src="{escape(files)}{pk}" alt="{escape(said)}"{sides}>'

    return formatting.with_pictures(html, tag)


def _size(file: IO[bytes], start: int) -> tuple[int, int]:
    file.seek(start)
    with (
        warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning),
        # Not WebP: Pillow makes room for the whole picture when it opens one.
        Image.open(file, formats=("PNG", "JPEG", "GIF")) as picture,
    ):
        width, height = picture.size
        turned = picture.format == "JPEG" and picture.getexif().get(ExifTags.Base.Orientation) in _LYING
    return (height, width) if turned else (width, height)


def _webp(head: bytes) -> tuple[int, int] | None:
    """From the first chunk of a WebP file (RFC 9649, sections 2.5 to 2.7); None for other files."""
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return None
    if head[12:16] == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", head[26:30])
    return width & 0x3FFF, height & 0x3FFF
