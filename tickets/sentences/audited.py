"""Values of the audit log in words: keys and languages by name, recurrences as one says them, times in one's zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.formats import date_format, time_format
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sla.recurrence import Rule, RuleInvalid
from tenants.models import Role
from tenants.permissions import Permission
from tickets.models import Absence, Macro, Membership, Strike, Suspension, TemplateSchedule
from tickets.sentences.keys import Names
from tickets.sentences.recurring import days

YES_OR_NO: Mapping[Any, Any] = {True: _("Yes"), False: _("No"), "True": _("Yes"), "False": _("No")}
#: By field; for acts of their own, other apps say theirs in what settings.AUDIT_WORDS names.
WORDS: dict[str, Mapping[Any, Any]] = {
    "audience": dict(Macro.Audience.choices),
    "scope": dict(Membership.Scope.choices),
    "role": dict(Role.Kind.choices),
    "strike": dict(Strike.Kind.choices),
    "appeal": dict(Suspension.Appeal.choices),
    "flag": {"rude": _("Rude words")},
    "held_tickets": dict(Absence.Tickets.choices),
    "rights": dict(Permission.choices),
    "closed": dict(TemplateSchedule.Closed.choices),
    "can_sign_in": YES_OR_NO,
    "receipt": YES_OR_NO,
    "in_use": YES_OR_NO,
}


@cache
def _choices(kind: str) -> dict[str, Mapping[Any, Any]]:
    """The words of acts that begin with this, by field."""
    found = dict(WORDS)
    for path in settings.AUDIT_WORDS:
        found |= import_string(path).get(kind, {})
    return found


def value(name: str, values: dict[str, Any], *, act: str, names: Names) -> str:
    """What the log keeps by this name, in the reader's language and zone; empty for nothing."""
    kept = values.get(name)
    if kept is None:
        return ""
    choices = _choices(act.partition(".")[0]).get(name, {})
    if isinstance(kept, list):
        # What a macro does is said in sentences.
        return (" " if name == "acts" else ", ").join(_word(name, each, choices, names) for each in kept)
    return _word(name, kept, choices, names)


def _word(name: str, kept: Any, choices: Mapping[Any, Any], names: Names) -> str:
    if names.knows(name):
        return names.say(name, str(kept))
    if choices:
        # A role by its kind, or by its name, which may be one of those that every desk begins with.
        word = str(choices.get(kept, kept))
        return gettext(word) if name == "role" else word
    read: Callable[[Any], str] = _READ.get(name) or next(
        (_instant for begin in _INSTANTS if name.startswith(begin)), str
    )
    try:
        return read(kept)
    except (ValueError, TypeError, AttributeError):
        # What an earlier version kept otherwise is shown as it was kept.
        return str(kept)


def _instant(text: str) -> str:
    at = parse_datetime(text)
    return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else text


def _date(text: str) -> str:
    day = parse_date(text)
    return date_format(day, "DATE_FORMAT") if day else text


def _time(text: str) -> str:
    time = parse_time(text)
    return time_format(time, "H:i") if time else text


def _language(code: str) -> str:
    return str(dict(settings.LANGUAGES).get(code, code))


def _of_languages(text: str) -> str:
    """A text that is kept with the code of its language before it."""
    code, colon, said = text.partition(": ")
    return f"{_language(code)}{colon}{said}" if colon else text


def _rule(text: str) -> str:
    try:
        return days(Rule.from_rrule(text))
    except RuleInvalid:
        return text


def _zone(text: str) -> str:
    return text.replace("_", " ")


#: How what begins like this is read: as an instant.
_INSTANTS = ("suspended_", "away_", "viewed_", "shown_", "work_")
_READ: dict[str, Callable[[Any], str]] = {
    "language": _language,
    "languages": _language,
    "text": _of_languages,
    "rule": _rule,
    "time": _time,
    "timezone": _zone,
    "starts_on": _date,
    "ends_on": _date,
}
