"""Fields changed, in words: for agents all of them, for customers those that they may know."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from tenants.text import say
from tickets import answers
from tickets.sentences.words import Data, Told, Words


def _changed(data: Data, words: Words) -> Told:
    return _told(data["changes"], data, words, many=_("%(actor)s changed: %(names)s"))


def _changed_for_customers(data: Data, words: Words) -> Told | None:
    known = [each for each in data["changes"] if not each["hidden"]]
    return _told(known, data, words, many=_("We noted: %(names)s")) if known else None


def _told(changes: list[dict[str, Any]], data: Data, words: Words, *, many: str) -> Told:
    rows = [_row(each, words) for each in changes]
    text = many % {**data, "names": ", ".join(name for name, _before, _after in rows)}
    lines = []
    for name, before, after in rows:
        values = {"name": name, "before": before, "after": after}
        if not after:
            lines.append(_("%(name)s: empty, before %(before)s") % values)
        else:
            lines.append(_("%(name)s: %(after)s, before %(before)s") % values if before else f"{name}: {after}")
    return Told(text=text, icon="pencil", detail=" · ".join(lines))


def _row(change: dict[str, Any], words: Words) -> tuple[str, str, str]:
    field = answers.field_named(change["key"], words.ticket, words.policy)
    before, after = (answers.words(field, change[name]) for name in ("before", "after"))
    return say(field.name) if field else change["key"], before, after


#: Why a state was changed that these sentences tell.
IDENTIFICATION = ("identification", "identified")


def identification(data: Data, words: Words) -> Told:
    """That a request waits for authorisation data, or has it all, as staff read it."""
    if "missing" not in data:
        return Told(text=_("The authorisation data is there, so this waits no longer"), icon="user-check", tone="good")
    text = _("This waits for the customer, because authorisation data is missing: %(names)s")
    return Told(text=text % {"names": _names(data, words)}, icon="user-check", tone="warn")


def identification_for_customers(data: Data, words: Words) -> Told:
    """The same as its customer reads it."""
    if "missing" not in data:
        return Told(text=_("We have all that we need from you, and go on with your request."), icon="user-check")
    text = _("Your request waits until you tell us: %(names)s. Fill it in on the page of the request.")
    return Told(text=text % {"names": _names(data, words)}, icon="user-check", tone="warn")


def _names(data: Data, words: Words) -> str:
    found = ((key, answers.field_named(key, words.ticket, words.policy)) for key in data["missing"])
    return ", ".join(say(field.name) if field else key for key, field in found)


FOR_AGENTS = {"fields.changed": _changed}
FOR_CUSTOMERS = {"fields.changed": _changed_for_customers}
