"""The tenant's colours and logo, as mail programs understand them: written out, since they know no variables."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse

from inbox.mail.links import site
from tenants.models import Tenant

DEFAULT = "#0f6b5c"
#: The room for a logo, and what lies behind one that can be seen on dark ground alone.
LOGO_WITHIN = (220, 44)
DARK = "#1c2229"


def colours_of(tenant: Tenant) -> dict[str, str]:
    """`fill` for the button and the line on top, `on_fill` for the words on it, both readable."""
    given = str(tenant.brand.get("colour") or "")
    # What a tenant typed goes into a style attribute, so nothing but a colour may pass.
    fill = given if re.fullmatch(r"#[0-9a-fA-F]{6}", given) else DEFAULT
    return {"fill": fill, "on_fill": "#ffffff" if _luminance(fill) < 0.18 else "#10141a"}


def logo_of(tenant: Tenant) -> dict[str, Any] | None:
    """The logo with its whole address and its sides, since some mail programs know no greatest ones."""
    if (logo := tenant.logo) is None:
        return None
    width, height = logo.within(*LOGO_WITHIN)
    ground = DARK if logo.ground == "dark" else "#ffffff"
    return {"url": site() + reverse("logo", args=[logo.key]), "width": width, "height": height, "ground": ground}


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it; below 0.18 white words reach a contrast of 4.5."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
