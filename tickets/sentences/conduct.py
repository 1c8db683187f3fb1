"""Asking again, false reports and likely duplicates, in words for both sides."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.text import say
from tickets.sentences.words import Data, Told, Words, instant

#: Over what somebody asked again, as it stands inside a sentence.
_OVER = {
    "email": gettext_lazy("by mail"),
    "chat": gettext_lazy("by chat"),
    "phone": gettext_lazy("by phone"),
    "letter": gettext_lazy("by letter"),
    "api": gettext_lazy("by a program"),
}


def _nudged(data: Data, words: Words) -> Told:
    names = {"tier": words.tier(data["tier"]), "status": words.status_for_customers(data["status"])}
    if data.get("number"):
        text = _("You wrote about this once more in request %(number)s.") % data
        where = _("It is with %(tier)s, and its state is: %(status)s.") % names
        text = f"{text} {where}"
    else:
        text = _("You asked how it stands: it is with %(tier)s, and its state is: %(status)s.") % names
    parts = [_("We have not forgotten it. Asking again does not make it faster; what is new helps.")]
    if data.get("opens_at"):
        parts.append(_("By chat or phone you can ask about it from %(time)s.") % {"time": instant(data["opens_at"])})
    return Told(text=text, icon="bell", tone="info", detail=" ".join(parts))


def _nudged_for_agents(data: Data, words: Words) -> Told:
    names = {**data, "name": words.named(data), "over": _OVER.get(data["channel"], _channel(data["channel"], words))}
    if data.get("number"):
        text = _("%(name)s asked again with ticket %(number)s: time %(count)s on this ticket") % names
    elif data["channel"] == "portal":
        text = _("%(name)s asked again: time %(count)s on this ticket") % names
    else:
        text = _("%(name)s asked again %(over)s: time %(count)s on this ticket") % names
    told = [_("They were told how it stands.")]
    if data.get("by"):
        told.append(_("Noted by %(by)s.") % data)
    return Told(text=text, icon="bell", tone="warn", detail=" ".join(told))


def _channel(key: str, words: Words) -> str:
    found = words.policy.channels.get(key)
    return say(found.name) if found else key


def _false(data: Data, words: Words) -> Told:
    text = _("We marked this request as a false or senseless report, which our rules do not allow.")
    what_now = _("If that is wrong, write to us here: whoever reads it can take it back.")
    return Told(text=text, icon="alert-triangle", tone="warn", detail=f"{data.get('reason', '')} {what_now}".strip())


def _cleared(data: Data, words: Words) -> Told:
    text = _("This request is no longer marked as a false report. It does not count against you.")
    return Told(text=text, icon="circle-check", tone="good")


def _false_for_agents(data: Data, words: Words) -> Told:
    text = _("%(actor)s marked this as a false report") % data
    return Told(text=text, icon="alert-triangle", tone="warn", detail=data.get("reason", ""))


def _cleared_for_agents(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s took back that this is a false report") % data, icon="circle-check")


def _suspected(data: Data, words: Words) -> Told:
    if data.get("asks_again"):
        text = _("Probably only asks again about ticket %(number)s of the same customer") % data
    else:
        text = _("Probably about the same as ticket %(number)s of the same customer") % data
    return Told(text=text, icon="git-merge", tone="info")


FOR_CUSTOMERS = {"ticket.nudged": _nudged, "report.false": _false, "report.cleared": _cleared}
FOR_AGENTS = {
    "ticket.nudged": _nudged_for_agents,
    "report.false": _false_for_agents,
    "report.cleared": _cleared_for_agents,
    "duplicate.suspected": _suspected,
}
