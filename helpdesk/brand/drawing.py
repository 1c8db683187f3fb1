"""A picture that somebody sent, drawn anew: what is served is ours, and nothing of the file but its pixels."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from django.template.defaultfilters import filesizeformat
from PIL import Image, ImageOps

from helpdesk.appearance import luminance
from helpdesk.brand.errors import LogoIsDrawing, LogoTooLarge, LogoTooWide, LogoUnreadable
from tickets import pictures

MOST_BYTES = 2 * 1024 * 1024
#: Longest side of what is taken: drawn, it holds 64 MB.
LONGEST_SIDE = 4000
#: What is kept: four times as large as pages show it, for fine screens and for mails.
KEPT = (800, 240)
_SVG = re.compile(rb"<(?:\w+:)?svg[\s>]", re.IGNORECASE)
#: Below the one a colour is hard to see on dark pages, above the other on light ones.
_DARK, _LIGHT = 0.07, 0.62


@dataclass(frozen=True)
class Drawn:
    """A logo as it is kept."""

    content: bytes
    media_type: str
    width: int
    height: int
    ground: str


def drawn(file: IO[bytes], size: int) -> Drawn:
    """The picture in a file, whatever its name says.

    Raises LogoTooLarge, LogoTooWide, LogoIsDrawing, LogoUnreadable.
    """
    if size > MOST_BYTES:
        raise LogoTooLarge(limit=filesizeformat(MOST_BYTES))
    # From its header: to open some pictures is to make room for all of them.
    sides = pictures.size(file)
    if sides is None:
        # Without NUL, since such a file may be written in UTF-16.
        raise LogoIsDrawing if _SVG.search(file.read(4096).replace(b"\0", b"")) else LogoUnreadable
    if max(sides) > LONGEST_SIDE:
        raise LogoTooWide(limit=LONGEST_SIDE)
    picture = _opened(file)
    kind = "PNG" if picture.mode == "RGBA" else "JPEG"
    picture.thumbnail(KEPT, Image.Resampling.LANCZOS)
    content = BytesIO()
    picture.save(content, kind, optimize=True, **({"quality": 90} if kind == "JPEG" else {}))
    ground = _ground(picture) if kind == "PNG" else ""
    return Drawn(content.getvalue(), f"image/{kind.lower()}", *picture.size, ground)


def _opened(file: IO[bytes]) -> Image.Image:
    """The pixels alone, upright: with transparency as RGBA, else as RGB only where it came as a photograph does."""
    try:
        with (
            warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning),
            Image.open(file, formats=("PNG", "JPEG", "WEBP")) as given,
        ):
            is_photograph = given.format == "JPEG"
            upright = ImageOps.exif_transpose(given)
            if upright.mode.startswith("I"):
                upright = upright.point(lambda value: value / 256).convert("L")  # 16 bits of grey
            whole = upright.convert("RGB" if is_photograph else "RGBA")
    except Exception as error:
        # A damaged picture fails in as many ways as there are lines in its reader.
        raise LogoUnreadable from error
    # Drawn on a new one, which carries none of the texts, profiles and places that the file had.
    plain = Image.new(whole.mode, whole.size)
    plain.paste(whole)
    return plain


def _ground(picture: Image.Image) -> str:
    """The ground without which much of a picture with transparency would not be seen."""
    small = picture.copy()
    small.thumbnail((100, 100))
    seen = [luminance(pixel[:3]) for pixel in _pixels(small) if pixel[3] > 127]
    if not seen or len(seen) == small.width * small.height:
        return ""  # it brings its own ground
    dark = sum(value < _DARK for value in seen) / len(seen)
    light = sum(value > _LIGHT for value in seen) / len(seen)
    if max(dark, light) < 0.15:
        return ""
    return "light" if dark >= light else "dark"


def _pixels(picture: Image.Image) -> Iterable[tuple[int, int, int, int]]:
    raw = picture.tobytes()
    return ((raw[at], raw[at + 1], raw[at + 2], raw[at + 3]) for at in range(0, len(raw), 4))
