"""What was asked to be approved, and what came of it, in words: for agents and for customers."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.sentences.words import Data, Told, Words, instant

_OUTCOMES = {
    "approved": gettext_lazy("Approved: %(text)s"),
    "declined": gettext_lazy("Not approved: %(text)s"),
    "withdrawn": gettext_lazy("%(actor)s no longer asks for this approval: %(text)s"),
    "expired": gettext_lazy("Nobody answered in time, so this is not approved: %(text)s"),
    "ended": gettext_lazy("The approval ended with the ticket, without a decision: %(text)s"),
}
_OUTCOMES_FOR_CUSTOMERS = {
    **_OUTCOMES,
    "withdrawn": gettext_lazy("This need not be approved any more: %(text)s"),
    "ended": gettext_lazy("This need not be approved any more: %(text)s"),
}
_LOOKS = {
    "approved": ("circle-check", "good"),
    "declined": ("ban", "bad"),
    "expired": ("clock-exclamation", "warn"),
}


def _people(data: Data, key: str = "names") -> str:
    return ", ".join(data.get(key, []))


def _asked(data: Data, words: Words) -> Told:
    names = {**data, "people": _people(data), "until": instant(data["until"]) if data.get("until") else ""}
    if data.get("until"):
        text = _("%(actor)s asked %(people)s for approval by %(until)s") % names
    else:
        text = _("%(actor)s asked %(people)s for approval") % names
    any_of = _("One of them is enough.") if data.get("needs") == "any" and len(data["names"]) > 1 else ""
    return Told(
        text=text, icon="user-check", tone="info", detail=" ".join(part for part in (data["text"], any_of) if part)
    )


def _asked_for_customers(data: Data, words: Words) -> Told:
    names = {"people": _people(data, "customers"), "until": instant(data["until"]) if data.get("until") else ""}
    if data.get("until"):
        text = _("We asked %(people)s for approval by %(until)s") % names
    else:
        text = _("We asked %(people)s for approval") % names
    return Told(text=text, icon="user-check", tone="info", detail=data["text"])


def _answered(data: Data, words: Words) -> Told:
    if data["answer"] == "approved":
        text = _("%(actor)s approved: %(text)s") % data
        return Told(text=text, icon="check", tone="good", detail=data.get("comment", ""))
    return Told(text=_("%(actor)s declined: %(text)s") % data, icon="x", tone="bad", detail=data.get("comment", ""))


def _answered_for_customers(data: Data, words: Words) -> Told:
    if not data["is_own"]:
        return _answered(data, words)
    if data["answer"] == "approved":
        return Told(text=_("You approved: %(text)s") % data, icon="check", tone="good", detail=data.get("comment", ""))
    return Told(text=_("You declined: %(text)s") % data, icon="x", tone="bad", detail=data.get("comment", ""))


def _finished(data: Data, words: Words) -> Told:
    icon, tone = _LOOKS.get(data["outcome"], ("x", "calm"))
    return Told(text=str(_OUTCOMES[data["outcome"]]) % data, icon=icon, tone=tone)


def _finished_for_customers(data: Data, words: Words) -> Told:
    icon, tone = _LOOKS.get(data["outcome"], ("x", "calm"))
    return Told(text=str(_OUTCOMES_FOR_CUSTOMERS[data["outcome"]]) % data, icon=icon, tone=tone)


def _reminded(data: Data, words: Words) -> Told:
    text = _("%(actor)s reminded %(people)s of the approval") % {**data, "people": _people(data)}
    return Told(text=text, icon="bell", detail=data["text"])


def _replaced(data: Data, words: Words) -> Told:
    text = _("%(actor)s asked %(people)s for approval in place of %(former)s") % {**data, "people": _people(data)}
    return Told(text=text, icon="users", detail=data["text"])


def _overdue(data: Data, words: Words) -> Told:
    text = _("%(people)s did not answer in time whether they approve") % {"people": _people(data)}
    return Told(text=text, icon="clock-exclamation", tone="warn", detail=data["text"])


def _left(data: Data, words: Words) -> Told:
    return Told(text=_("The approval went over to ticket %(number)s") % data, icon="git-merge", detail=data["text"])


def _came(data: Data, words: Words) -> Told:
    return Told(text=_("The approval came over from ticket %(number)s") % data, icon="git-merge", detail=data["text"])


FOR_AGENTS = {
    "approval.asked": _asked,
    "approval.answered": _answered,
    "approval.finished": _finished,
    "approval.reminded": _reminded,
    "approval.replaced": _replaced,
    "approval.overdue": _overdue,
    "approval.left": _left,
    "approval.came": _came,
}
FOR_CUSTOMERS = {
    "approval.asked": _asked_for_customers,
    "approval.answered": _answered_for_customers,
    "approval.finished": _finished_for_customers,
}
