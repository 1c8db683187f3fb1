"""Small templates that a page shows by the dozen, drawn once a process instead of each time."""

from functools import lru_cache
from html import escape
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language


def drawn(path: str, **parameters: object) -> SafeString:
    """A template whose HTML depends on nothing but these parameters and the reader's language."""
    return _draw(path, get_language(), **parameters)


def filled(path: str, slots: dict[str, object], **parameters: object) -> SafeString:
    """A template drawn once for these parameters, with texts of this time in its slots, escaped where they need it.

    The template may print a slot and ask whether there is something in it, and no more.
    """
    given = tuple(name for name, value in slots.items() if value)
    shape = _shape(path, get_language(), tuple(slots), given, **parameters)
    return SafeString(shape.format_map({name: _html(slots[name]) for name in given}))


def _html(value: Any) -> str:
    # What conditional_escape does, without a look at each text for whether it is yet to be translated.
    if isinstance(value, str):
        return value if isinstance(value, SafeString) else escape(value)
    return conditional_escape(value)


# Typed: a text that is safe HTML and the same text that is not are equal, but drawn differently.
@lru_cache(maxsize=5_000, typed=True)
def _remembered(path: str, language: str | None, **parameters: object) -> SafeString:
    return SafeString(get_template(path).render(parameters))


@lru_cache(maxsize=5_000, typed=True)
def _remembered_shape(
    path: str, language: str | None, slots: tuple[str, ...], given: tuple[str, ...], **parameters: object
) -> str:
    shown = {name: SafeString(f"{{{name}}}") if name in given else "" for name in slots}
    return get_template(path).render({**parameters, **shown})


# Whoever works on a template wants to see it change.
_draw = _remembered.__wrapped__ if settings.DEBUG else _remembered
_shape = _remembered_shape.__wrapped__ if settings.DEBUG else _remembered_shape
