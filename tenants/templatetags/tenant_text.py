"""`{{ category.name|say }}`: a tenant's own words in the reader's language."""

from django import template

from tenants.text import Text
from tenants.text import say as say_text

register = template.Library()


@register.filter
def say(text: Text | None) -> str:
    """The text in the reader's language."""
    return say_text(text)
