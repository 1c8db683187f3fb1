"""Steps sent and ticked off, in words: for agents and for customers."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.sentences.words import Data, Told, Words


def _sent(data: Data, words: Words) -> Told:
    steps = int(data.get("steps", 0))
    text = ngettext(
        "%(actor)s sent the checklist “%(title)s” with %(steps)s step",
        "%(actor)s sent the checklist “%(title)s” with %(steps)s steps",
        steps,
    )
    return Told(text=text % data, icon="list-check")


def _ticked(data: Data, words: Words) -> Told:
    return Told(
        text=_("%(actor)s ticked off: %(step)s") % data, icon="check", tone="good", detail=data.get("result", "")
    )


def _ticked_for_customers(data: Data, words: Words) -> Told:
    if data["is_own"]:
        return Told(text=_("You ticked off: %(step)s") % data, icon="check", tone="good", detail=data.get("result", ""))
    return _ticked(data, words)


def _unticked(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s took back the tick at: %(step)s") % data, icon="rotate-clockwise")


def _unticked_for_customers(data: Data, words: Words) -> Told:
    return (
        Told(text=_("You took back the tick at: %(step)s") % data, icon="rotate-clockwise")
        if data["is_own"]
        else _unticked(data, words)
    )


def _finished(data: Data, words: Words) -> Told:
    return Told(text=_("All steps of “%(title)s” are done") % data, icon="list-check", tone="good")


def _withdrawn(data: Data, words: Words) -> Told:
    return Told(text=_("The steps of “%(title)s” are no longer needed") % data, icon="x")


FOR_AGENTS = {
    "checklist.sent": _sent,
    "checklist.ticked": _ticked,
    "checklist.unticked": _unticked,
    "checklist.finished": _finished,
    "checklist.withdrawn": _withdrawn,
}
FOR_CUSTOMERS = {
    "checklist.ticked": _ticked_for_customers,
    "checklist.unticked": _unticked_for_customers,
    "checklist.finished": _finished,
    "checklist.withdrawn": _withdrawn,
}
