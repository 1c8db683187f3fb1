"""Components that a page draws by the dozen, as tags: `{% icon "x" %}`, `{% badge kind="good" text=word %}`.

Their HTML depends on their parameters and the language only, so each process draws every one of them once.
"""

from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def icon(name: str, **more: str) -> SafeString:
    """An icon of `static/icons.svg`; parameters as of `components/_icon.html`."""
    return _drawn("components/_icon.html", get_language(), name=name, **more)


@register.simple_tag
def badge(text: object, **more: object) -> SafeString:
    """A state or a priority; parameters as of `components/_badge.html`. The text is often a row, shown by its name."""
    return _drawn("components/_badge.html", get_language(), text=str(text), **more)


# Typed: a text that is safe HTML and the same text that is not are equal, but drawn differently.
@lru_cache(maxsize=5_000, typed=True)
def _remembered(path: str, language: str | None, **parameters: object) -> SafeString:
    return SafeString(get_template(path).render(parameters))


# Whoever works on a template wants to see it change.
_drawn = _remembered.__wrapped__ if settings.DEBUG else _remembered
