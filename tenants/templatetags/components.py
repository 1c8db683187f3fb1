"""Components of which a page has dozens, as tags: `{% icon "x" %}`, `{% badge kind="good" text=word %}`."""

from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import get_language

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


@register.simple_tag(takes_context=True)
def person_menu(context: Context) -> SafeString:
    """The menu of the person who reads, on every page of theirs."""
    request, person = context["request"], context["person"]
    theme = request.COOKIES.get("theme")
    slots: dict[str, object] = {
        "avatar": avatar(person, small="yes"),
        "name": str(person),
        "email": person.email,
        "role": str(person.role),
        "path": request.get_full_path(),
        "csrf_token": str(context["csrf_token"]),
    }
    chosen = theme if theme in ("light", "dark") else ""
    return filled("components/_person_menu.html", slots, is_staff=person.is_staff_member, theme=chosen)


@register.simple_tag
def time(at: datetime | None, *, exact: bool = False) -> SafeString:
    """An instant in the reader's zone, relative to now unless it is `exact`; nothing for None."""
    return _time(at, timezone.get_current_timezone(), get_language(), exact=exact) if at else SafeString("")


@lru_cache(maxsize=10_000)
def _time(at: datetime, zone: tzinfo, language: str | None, *, exact: bool) -> SafeString:
    # Kept, since a conversation is read again and again: writing a date takes longer than most tags.
    local = at.astimezone(zone)
    names = {"iso": "c", "full": "DATETIME_FORMAT", "short": "SHORT_DATETIME_FORMAT"}
    slots: dict[str, object] = {slot: date_format(local, name) for slot, name in names.items()}
    return filled("components/_time.html", slots, exact=exact)


@register.simple_tag
def due_badge(clock: Any, *, hover: bool = True) -> SafeString:
    """How a clock stands: a `tickets.promise.Promise`; without `hover` where its sentence stands beside it."""
    title = clock.agent_sentence if hover else ""
    slots: dict[str, object] = {"title": title, "remaining": clock.remaining, "due_at": "", "away": ""}
    if clock.due_at and not clock.remaining and clock.state in ("running", "close", "overdue"):
        slots["due_at"] = timezone.localtime(clock.due_at).isoformat()
        slots["away"] = (timesince if clock.state == "overdue" else timeuntil)(clock.due_at)
    return filled("components/_due_badge.html", slots, state=clock.state, unit=clock.unit)
