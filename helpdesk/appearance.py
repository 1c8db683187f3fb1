"""How pages look for this tenant and this reader: the brand's colour, made readable, and light or dark."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

DEFAULT_COLOUR = "#0f6b5c"
THEMES = {"light", "dark"}
#: The surfaces of tokens.css on which coloured text is hardest to read: the darkest light one, the lightest dark one.
LIGHT_SURFACE, DARK_SURFACE = (236, 239, 242), (37, 45, 55)
SOFT_INK_LIGHT, SOFT_INK_DARK = (75, 87, 102), (170, 181, 194)
READABLE = 4.6  # WCAG AA asks for 4.5; a little more, since sRGB steps are rounded
A_YEAR = 365 * 24 * 3600

Rgb = tuple[int, int, int]
WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)
NEARLY_BLACK: Rgb = (16, 20, 26)
DARK_GROUND: Rgb = (28, 34, 41)


def parse(colour: str) -> Rgb | None:
    """The colour `#abc` or `#aabbcc`, or None: what a tenant typed goes into a style sheet, nothing else may pass."""
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", colour):
        return None
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def luminance(colour: Rgb) -> float:
    """Relative luminance as WCAG defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Rgb, other: Rgb) -> float:
    """The WCAG contrast ratio, from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(colour: Rgb, other: Rgb, percent: int) -> Rgb:
    """The colour with this share of the other in it."""
    r, g, b = (round(part + (end - part) * percent / 100) for part, end in zip(colour, other, strict=True))
    return r, g, b


def readable_on(colour: Rgb, *surfaces: Rgb) -> Rgb:
    """The colour, mixed with black or white as little as makes it readable on all of the surfaces."""
    pole = BLACK if luminance(surfaces[0]) > 0.18 else WHITE
    for percent in range(0, 101, 4):
        mixed = mix(colour, pole, percent)
        if all(contrast(mixed, surface) >= READABLE for surface in surfaces):
            return mixed
    return pole


def tint(surface: Rgb, colour: Rgb, percent: int, ink: Rgb) -> Rgb:
    """The surface with this share of the colour in it, or less where soft text would be hard to read on it."""
    shares = (mix(surface, colour, share) for share in range(percent, 0, -1))
    return next((tinted for tinted in shares if contrast(ink, tinted) >= READABLE), surface)


def brand_variables(colour: str) -> dict[str, str]:
    """The CSS variables of a brand: its fill, the text on the fill, and the colour as text in light and in dark."""
    fill = parse(colour) or parse(DEFAULT_COLOUR)
    assert fill is not None
    on_fill = WHITE if contrast(fill, WHITE) >= READABLE else NEARLY_BLACK
    if contrast(fill, on_fill) < READABLE:
        fill, on_fill = readable_on(fill, WHITE), WHITE
    light_tint, dark_tint = tint(WHITE, fill, 8, SOFT_INK_LIGHT), tint(DARK_GROUND, fill, 22, SOFT_INK_DARK)
    colours = {
        "--brand": fill,
        "--brand-text": on_fill,
        "--brand-tint-light": light_tint,
        "--brand-tint-dark": dark_tint,
        "--brand-ink-light": readable_on(fill, LIGHT_SURFACE, light_tint),
        "--brand-ink-dark": readable_on(fill, DARK_SURFACE, dark_tint),
    }
    return {name: "#{:02x}{:02x}{:02x}".format(*value) for name, value in colours.items()}


@require_safe
@cache_control(private=True, max_age=A_YEAR, immutable=True)
def brand_css(request: HttpRequest) -> HttpResponse:
    """The tenant's colours as a style sheet; the address carries the colour, so a new one is a new address."""
    tenant = getattr(request, "tenant", None)
    brand = tenant.brand if tenant is not None else {}
    lines = "".join(f"{name}:{value};" for name, value in brand_variables(str(brand.get("colour") or "")).items())
    return HttpResponse(f":root{{{lines}}}\n", content_type="text/css; charset=utf-8")


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep light or dark in a cookie; anything else means: as the device. Goes back to where the reader was."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("portal:home")
    response = HttpResponseRedirect(back)
    theme = request.POST.get("theme")
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=A_YEAR, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
