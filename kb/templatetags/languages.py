"""`{{ "ru"|language_name }}`: a language by its own name."""

from django import template
from django.utils.translation import get_language_info

register = template.Library()


@register.filter
def language_name(code: str) -> str:
    """As its speakers write it; the code itself for one that Django does not know."""
    try:
        return get_language_info(code)["name_local"].capitalize()
    except KeyError:
        return code
