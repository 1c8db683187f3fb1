"""Calls that customers asked for, in words: for agents, for who is to be called, and for others of their side.

The number and what the call is about are read from the call, and only agents and who is to be called read them.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from tickets.sentences.words import Data, Told, Words, instant


def _when(data: Data) -> str:
    return instant(data["when"]) if data.get("when") else ""


def _names(data: Data, words: Words) -> Data:
    call = words.call(data)
    return {**data, "when": _when(data), "phone": call.phone if call is not None else data.get("phone", "—")}


def _topic(data: Data, words: Words) -> str:
    call = words.call(data)
    return call.topic if call is not None else data.get("topic", "")


def _is_theirs(data: Data, words: Words) -> bool:
    """Whether the reader is to be called."""
    call = words.call(data)
    return call is not None and call.is_of(data["reader"])


def _asked(data: Data, words: Words) -> Told:
    text = _("%(actor)s asks to be called at %(phone)s: %(when)s") % _names(data, words)
    return Told(text=text, icon="phone", tone="info", detail=_topic(data, words))


def _asked_for_customers(data: Data, words: Words) -> Told:
    if not _is_theirs(data, words):
        return Told(text=_("%(actor)s asked us for a call: %(when)s") % _names(data, words), icon="phone", tone="info")
    text = _("We call %(phone)s: %(when)s") % _names(data, words)
    return Told(text=text, icon="phone", tone="info", detail=_topic(data, words))


def _due(data: Data, words: Words) -> Told:
    text = _("It is time to call %(phone)s") % _names(data, words)
    return Told(text=text, icon="phone-call", tone="warn", detail=_topic(data, words))


def _done(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s called the customer") % data, icon="phone-call", tone="good", detail=data["note"])


def _done_for_customers(data: Data, words: Words) -> Told:
    if not _is_theirs(data, words):
        return Told(text=_("%(actor)s made the call that was asked for") % data, icon="phone-call", tone="good")
    return Told(text=_("%(actor)s called you") % data, icon="phone-call", tone="good")


def _not_reached(data: Data, words: Words) -> Told:
    names = _names(data, words)
    text = _("%(actor)s called %(phone)s and reached nobody") % names
    if data.get("when"):
        text = _("%(actor)s called %(phone)s and reached nobody; tried again: %(when)s") % names
    return Told(text=text, icon="phone", tone="warn", detail=data["note"])


def _not_reached_for_customers(data: Data, words: Words) -> Told:
    names = _names(data, words)
    if not _is_theirs(data, words):
        text = _("We made the call that was asked for and reached nobody.")
        if data.get("when"):
            text = _("We made the call that was asked for and reached nobody. We try again: %(when)s") % names
    elif data.get("when"):
        text = _("We called %(phone)s and did not reach you. We try again: %(when)s") % names
    else:
        text = _("We called %(phone)s and did not reach you. Ask for another call, or write to us.") % names
    return Told(text=text, icon="phone", tone="warn")


def _moved(data: Data, words: Words) -> Told:
    text = _("%(actor)s put the call off: %(when)s") % {**data, "when": _when(data)}
    return Told(text=text, icon="phone", detail=data.get("reason", ""))


def _moved_for_customers(data: Data, words: Words) -> Told:
    if not _is_theirs(data, words):
        text = _("The call that was asked for is at another time: %(when)s") % {**data, "when": _when(data)}
        return Told(text=text, icon="phone", tone="info")
    text = _("We call you at another time: %(when)s") % {**data, "when": _when(data)}
    return Told(text=text, icon="phone", tone="info", detail=data.get("reason", ""))


def _cancelled(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s cancelled the call") % data, icon="phone")


def _cancelled_for_customers(data: Data, words: Words) -> Told:
    text = _("You cancelled the call") if data["is_own"] else _("The call was cancelled")
    return Told(text=text, icon="phone")


def _left(data: Data, words: Words) -> Told:
    text = _("The call went over to ticket %(number)s") % data
    return Told(text=text, icon="git-merge", detail=_topic(data, words))


def _came(data: Data, words: Words) -> Told:
    text = _("The call came over from ticket %(number)s") % data
    return Told(text=text, icon="git-merge", detail=_topic(data, words))


FOR_AGENTS = {
    "callback.asked": _asked,
    "callback.due": _due,
    "callback.done": _done,
    "callback.not_reached": _not_reached,
    "callback.moved": _moved,
    "callback.cancelled": _cancelled,
    "callback.left": _left,
    "callback.came": _came,
}
FOR_CUSTOMERS = {
    "callback.asked": _asked_for_customers,
    "callback.done": _done_for_customers,
    "callback.not_reached": _not_reached_for_customers,
    "callback.moved": _moved_for_customers,
    "callback.cancelled": _cancelled_for_customers,
}
