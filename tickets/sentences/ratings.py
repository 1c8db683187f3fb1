"""Ratings in plain words: staff read all of it, the customer what they said themselves."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tickets.sentences.words import Data, Told, Words

_LOOKS = {"good": ("thumb-up", "good"), "fair": ("star", "calm"), "bad": ("thumb-down", "bad")}


def _asked(data: Data, words: Words) -> Told:
    return Told(text=_("The customer was asked for a rating"), icon="mail")


def _comment(data: Data, words: Words) -> str:
    """What was said then; the oldest events have it themselves."""
    if "nth" not in data:
        return data.get("comment", "")
    history = words.said_with_rating(data["rating"])
    return history[data["nth"]]["comment"] if data["nth"] < len(history) else ""


def _given(data: Data, words: Words) -> Told:
    icon, tone = _LOOKS[data["verdict"]]
    former = data.get("former")
    if former is None:
        text = _("%(actor)s rated this with %(score)s of %(scale)s") % data
    elif former["score"] == data["score"]:
        text = _("%(actor)s changed the comment on the rating of %(score)s of %(scale)s") % data
    else:
        names = {**data, "former": former["score"]}
        text = _("%(actor)s changed the rating from %(former)s to %(score)s of %(scale)s") % names
    return Told(text=text, icon=icon, tone=tone, detail=_comment(data, words))


def _given_for_customers(data: Data, words: Words) -> Told | None:
    if not data["is_own"]:
        return None
    icon, tone = _LOOKS[data["verdict"]]
    text = _("You rated our help with %(score)s of %(scale)s") % data
    return Told(text=text, icon=icon, tone="good" if tone == "good" else "calm", detail=_comment(data, words))


def _reviewed(data: Data, words: Words) -> Told:
    text = _("%(actor)s looked at the rating and noted what comes of it") % data
    return Told(text=text, icon="circle-check", detail=data["improvement"])


FOR_AGENTS = {"rating.asked": _asked, "rating.given": _given, "rating.reviewed": _reviewed}
FOR_CUSTOMERS = {"rating.given": _given_for_customers}
