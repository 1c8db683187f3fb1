"""Small templates that a page shows by the dozen, drawn once a process instead of each time."""

from functools import lru_cache

from django.conf import settings
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language


def drawn(path: str, **parameters: object) -> SafeString:
    """A template whose HTML depends on nothing but these parameters and the reader's language."""
    return _draw(path, get_language(), **parameters)


def filled(path: str, slots: dict[str, object], **parameters: object) -> SafeString:
    """A template drawn once for these parameters, with texts of this time in its slots, escaped where they need it.

    The template may print a slot and ask whether there is something in it, and no more.
    """
    shown = {name: SafeString(f"{{{name}}}") if value else "" for name, value in slots.items()}
    return format_html(drawn(path, **parameters, **shown), **slots)


# Typed: a text that is safe HTML and the same text that is not are equal, but drawn differently.
@lru_cache(maxsize=5_000, typed=True)
def _remembered(path: str, language: str | None, **parameters: object) -> SafeString:
    return SafeString(get_template(path).render(parameters))


# Whoever works on a template wants to see it change.
_draw = _remembered.__wrapped__ if settings.DEBUG else _remembered
