"""Why a picture is not taken as a logo."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class LogoTooLarge(Refused):
    """More bytes than a logo has."""

    sentence = _("This file has more than %(limit)s. Choose a smaller one.")
    code = "logo_too_large"


class LogoTooWide(Refused):
    """Small as a file, and large once it is drawn."""

    sentence = _("This picture is more than %(limit)s pixels wide or high. Make it smaller and choose it again.")
    code = "logo_too_wide"


class LogoIsDrawing(Refused):
    """An SVG file, which is a program as much as a picture."""

    sentence = _("SVG files can carry programs, so they are not taken. Save the logo as PNG and choose that.")
    code = "logo_is_svg"


class LogoUnreadable(Refused):
    """Something else, whatever its name says."""

    sentence = _("This is no PNG, JPEG or WebP picture that can be read. Choose another file.")
    code = "logo_unreadable"
