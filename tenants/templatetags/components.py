"""Components of which a page has dozens, as tags: `{% icon "x" %}`, `{% badge kind="good" text=word %}`."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil

from tenants.drawing import drawn, filled

register = template.Library()


@register.simple_tag(name="drawn")
def drawn_template(path: str, **parameters: object) -> SafeString:
    """`{% include path with ... only %}` for a template whose HTML depends on the parameters and the language only."""
    return drawn(path, **parameters)


@register.simple_tag
def icon(name: str, **more: str) -> SafeString:
    """An icon of `static/icons.svg`; parameters as of `components/_icon.html`."""
    return drawn("components/_icon.html", name=name, **more)


@register.simple_tag
def badge(text: object, **more: object) -> SafeString:
    """A state or a priority; parameters as of `components/_badge.html`. The text is often a row, shown by its name."""
    return drawn("components/_badge.html", text=str(text), **more)


@register.simple_tag
def avatar(name: object, **more: str) -> SafeString:
    """The first letter of a name; parameters as of `components/_avatar.html`."""
    return drawn("components/_avatar.html", name=str(name), **more)


@register.simple_tag
def time(at: datetime | None, *, exact: bool = False) -> SafeString:
    """An instant in the reader's zone, relative to now unless it is `exact`; nothing for None."""
    if not at:
        return SafeString("")
    local = timezone.localtime(at)
    names = {"iso": "c", "full": "DATETIME_FORMAT", "short": "SHORT_DATETIME_FORMAT"}
    slots: dict[str, object] = {slot: date_format(local, name) for slot, name in names.items()}
    return filled("components/_time.html", slots, exact=exact)


@register.simple_tag
def due_badge(clock: Any) -> SafeString:
    """How a clock stands: a `tickets.promise.Promise`."""
    slots: dict[str, object] = {"title": clock.agent_sentence, "remaining": clock.remaining, "due_at": "", "away": ""}
    if clock.due_at and not clock.remaining and clock.state in ("running", "close", "overdue"):
        slots["due_at"] = timezone.localtime(clock.due_at).isoformat()
        slots["away"] = (timesince if clock.state == "overdue" else timeuntil)(clock.due_at)
    return filled("components/_due_badge.html", slots, state=clock.state, unit=clock.unit)
