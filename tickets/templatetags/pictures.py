"""Formatted texts of messages on pages."""

from django import template
from django.utils.safestring import SafeString

from tickets import pictures
from tickets.models import Draft, Message

register = template.Library()


@register.filter
def formatted(said: Message | Draft, files: str = "") -> SafeString:
    """The text with its formatting; its pictures keep their place while they load, and are found below `files`."""
    return pictures.shown(said, files=files or pictures.FILES)
