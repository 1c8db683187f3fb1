"""When announced work takes place, as its reader counts time, and how far it is."""

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from notices import words
from notices.actions import Content
from notices.models import Announcement

register = template.Library()


@register.simple_tag
def work_hours(announcement: Announcement | Content) -> str:
    """The hours of the work in the reader's zone, which is named; nothing where none are announced."""
    return words.hours_of_work(announcement.starts_at, announcement.ends_at)


@register.simple_tag
def work_state(announcement: Announcement | Content) -> str:
    """Whether announced work is under way, over or called off; nothing while it lies ahead."""
    if announcement.starts_at is None or announcement.ends_at is None:
        return ""
    if getattr(announcement, "cancelled_at", None) is not None:
        return _("Called off")
    now = timezone.now()
    if now >= announcement.ends_at:
        return _("Over")
    return _("Under way") if now >= announcement.starts_at else ""
