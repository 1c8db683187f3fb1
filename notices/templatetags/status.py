"""Days and shares of the status page in words."""

from babel.numbers import format_decimal
from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from notices.board import Row
from notices.models import Component
from notices.uptime import Day
from sla import words

register = template.Library()


@register.simple_tag
def percent(share: float) -> str:
    """99.98 % available; never rounded up to a whole that it was not."""
    shown = 100.0 if share == 100 else min(share, 99.99)
    number = format_decimal(shown, format="#0.##", locale=(get_language() or "en").split("-")[0])
    return _("%(percent)s %% available") % {"percent": number}


@register.simple_tag
def day_told(day: Day) -> str:
    """A day and what was the matter on it."""
    state = str(Component.State(day.state).label) if day.state else _("not known")
    if day.seconds_away:
        state = _("%(state)s, away for %(length)s") % {"state": state, "length": words.length(day.seconds_away)}
    return f"{words.day(day.date)}: {state}"


@register.simple_tag
def days_told(row: Row) -> str:
    """The picture of the days for those who do not see it."""
    share = percent(row.percent) if row.percent is not None else ""
    bad = len(row.bad_days)
    told = _("Days with something the matter in the last 90: %(number)s") % {"number": bad}
    return f"{told}. {share}" if share else told
