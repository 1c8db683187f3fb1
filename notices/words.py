"""Announced work in words: its hours as the reader counts time, and what each occasion says."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from notices.models import Notice
from sla import words
from tenants.context import active_tenant

Occasion = Notice.Occasion


def hours_of_work(starts_at: datetime | None, ends_at: datetime | None) -> str:
    """The hours of the work in the reader's zone, which is named; nothing where none are announced."""
    if starts_at is None or ends_at is None:
        return ""
    begin, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
    span = (
        f"{words.when(begin)}–{end:%H:%M}" if begin.date() == end.date() else f"{words.when(begin)} – {words.when(end)}"
    )
    return f"{span} ({words.whose_time(active_tenant().timezone)})"


def subject(occasion: str, title: str) -> str:
    """The subject of a mail."""
    pattern = {
        Occasion.BEGINS: _("Has begun: %(title)s"),
        Occasion.ENDS: _("Over: %(title)s"),
        Occasion.MOVED: _("New time: %(title)s"),
        Occasion.CANCELLED: _("Called off: %(title)s"),
    }.get(Occasion(occasion))
    return pattern % {"title": title} if pattern else title


def lead(occasion: str, hours: str) -> str:
    """The first sentence of a mail about work in these hours; nothing where no work is announced."""
    if not hours:
        return ""
    pattern = {
        Occasion.PUBLISHED: _("Work is planned for %(hours)s. Services may be away in that time."),
        Occasion.AHEAD: _("Work is planned for %(hours)s. Services may be away in that time."),
        Occasion.BEGINS: _("The announced work has begun: %(hours)s. Services may be away in that time."),
        Occasion.ENDS: _("The announced work is over: %(hours)s."),
        Occasion.MOVED: _("The announced work has another time: %(hours)s."),
        Occasion.CANCELLED: _("The work that was announced for %(hours)s does not take place."),
    }[Occasion(occasion)]
    return pattern % {"hours": hours}


def occasion(notice: Notice) -> str:
    """When people are told, for staff: 7 days ahead of the work."""
    if notice.occasion == Occasion.AHEAD and notice.lead_seconds:
        return _("%(length)s ahead of the work") % {"length": words.wall_length(notice.lead_seconds)}
    return str(notice.get_occasion_display())


def state(notice: Notice) -> dict[str, str]:
    """How far a notice is, as a badge."""
    kind, icon = {
        Notice.State.PLANNED: ("info", "clock"),
        Notice.State.MISSED: ("plain", "ban"),
        Notice.State.TELLING: ("warn", "mail"),
        Notice.State.TOLD: ("good", "check"),
        Notice.State.STOPPED: ("plain", "ban"),
    }[Notice.State(notice.state)]
    return {"kind": kind, "icon": icon, "text": str(notice.get_state_display())}
