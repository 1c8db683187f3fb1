"""Components of which a page has dozens, as tags: `{% icon "x" %}`, `{% badge kind="good" text=word %}`."""

from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil

from tenants.drawing import drawn, filled

register = template.Library()


@register.simple_tag
def icon(name: str, **more: str) -> SafeString:
    """An icon of `static/icons.svg`; parameters as of `components/_icon.html`."""
    return drawn("components/_icon.html", name=name, **more)


@register.simple_tag
def badge(text: object, **more: object) -> SafeString:
    """A state or a priority; parameters as of `components/_badge.html`. The text is often a row, shown by its name."""
    return drawn("components/_badge.html", text=str(text), **more)


@register.simple_tag
def due_badge(clock: Any) -> SafeString:
    """How a clock stands: a `tickets.promise.Promise`."""
    slots: dict[str, object] = {"title": clock.agent_sentence, "remaining": clock.remaining, "due_at": "", "away": ""}
    if clock.due_at and not clock.remaining and clock.state in ("running", "close", "overdue"):
        slots["due_at"] = timezone.localtime(clock.due_at).isoformat()
        slots["away"] = (timesince if clock.state == "overdue" else timeuntil)(clock.due_at)
    return filled("components/_due_badge.html", slots, state=clock.state, unit=clock.unit)
