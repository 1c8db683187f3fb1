"""Values of the audit log in words: languages by name, recurrences as one says them, times in the reader's zone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sla.recurrence import Rule, RuleInvalid
from tenants.models import Role
from tenants.permissions import Permission
from tickets.models import Absence, Macro, Membership, Strike, Suspension, TemplateSchedule
from tickets.sentences.recurring import days

WORDS: dict[str, dict[Any, Any]] = {
    "audience": {
        **dict(Macro.Audience.choices),
        "everyone": _("Everyone"),
        "customers": _("Signed-in customers"),
        "agents": _("Agents"),
        "chosen": _("Only those it concerns"),
    },
    "state": {
        "investigating": _("Looking for the cause"),
        "identified": _("Cause found"),
        "monitoring": _("Mended, being watched"),
        "resolved": _("Over"),
    },
    "scope": dict(Membership.Scope.choices),
    "role": dict(Role.Kind.choices),
    "strike": dict(Strike.Kind.choices),
    "appeal": dict(Suspension.Appeal.choices),
    "flag": {"rude": _("Rude words")},
    "held_tickets": dict(Absence.Tickets.choices),
    "rights": dict(Permission.choices),
    "closed": dict(TemplateSchedule.Closed.choices),
    # Mail's own words: its models stand above this app.
    "way": {
        "site": _("The mail server of this site"),
        "smtp": _("A mail server of your own (SMTP)"),
        "provider": _("A provider, by its API"),
    },
    "security": {
        "tls": "TLS",
        "starttls": "STARTTLS",
        "none": _("None: names, words and password can be read on the way"),
    },
    "return_path": {
        "plus": _("Your address with a sign of ours, as support+…@acme.example"),
        "domain": _("A domain of its own for what comes back"),
        "plain": _("Your address as it is: what comes back is not recognised"),
    },
    "proof": {
        "password": _("Password"),
        "google": _("Google (OAuth 2.0)"),
        "microsoft": _("Microsoft 365 (OAuth 2.0)"),
        "oauth": _("Another provider (OAuth 2.0)"),
    },
    "start": {
        "new": _("Only mail that arrives from now on"),
        "unread": _("Unread mail that lies there, too"),
        "all": _("All mail that lies there"),
    },
    "afterwards": {
        "seen": _("It stays there, marked as read"),
        "move": _("It is moved to another folder"),
        "delete": _("It is deleted there"),
    },
}
_YES_OR_NO = {True: _("Yes"), False: _("No"), "True": _("Yes"), "False": _("No")}
_YES_OR_NO_NAMES = ("is_public", "can_sign_in", "receipt", "in_use", "is_active", "is_advisory", "signs")
WORDS.update(dict.fromkeys(_YES_OR_NO_NAMES, _YES_OR_NO))


def value(name: str, values: dict[str, Any]) -> str:
    """What the log keeps by this name, in the reader's language and zone; empty for nothing."""
    kept = values.get(name)
    if kept is None:
        return ""
    if isinstance(kept, list):
        return ", ".join(_word(name, each) for each in kept)
    return _word(name, kept)


def _word(name: str, kept: Any) -> str:
    if name in WORDS:
        # A role by its kind, or by its name, which may be one of those that every desk begins with.
        return gettext(str(WORDS[name].get(kept, kept))) if name == "role" else str(WORDS[name].get(kept, kept))
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
