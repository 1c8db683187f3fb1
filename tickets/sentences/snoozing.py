"""Tickets put aside and brought back, in words for agents; customers are not concerned."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tickets.sentences.words import Data, Told, Words, instant


def _snoozed(data: Data, words: Words) -> Told:
    if not data.get("until"):
        return Told(text=_("%(actor)s put this aside until the customer writes") % data, icon="moon")
    text = _("%(actor)s put this aside until %(until)s") % {**data, "until": instant(data["until"])}
    return Told(text=text, icon="moon")


def _woken(data: Data, words: Words) -> Told:
    text = {
        "time": _("The ticket is back: the time until which it was put aside is over"),
        "comment": _("The ticket is back: the customer wrote"),
        "checklist": _("The ticket is back: all steps are done"),
        "approval": _("The ticket is back: the approval is decided"),
    }.get(str(data.get("because")), _("%(actor)s brought the ticket back") % data)
    return Told(text=text, icon="sun")


FOR_AGENTS = {"ticket.snoozed": _snoozed, "ticket.woken": _woken}
