"""When announced work takes place, as its reader counts time."""

from django import template
from django.utils import timezone

from notices.actions import Content
from notices.models import Announcement
from sla import words
from tenants.context import active_tenant

register = template.Library()


@register.simple_tag
def work_hours(announcement: Announcement | Content) -> str:
    """The hours of the work in the reader's zone, which is named; nothing where none are announced."""
    if announcement.starts_at is None or announcement.ends_at is None:
        return ""
    begin, end = timezone.localtime(announcement.starts_at), timezone.localtime(announcement.ends_at)
    span = (
        f"{words.when(begin)}–{end:%H:%M}" if begin.date() == end.date() else f"{words.when(begin)} – {words.when(end)}"
    )
    return f"{span} ({words.whose_time(active_tenant().timezone)})"
