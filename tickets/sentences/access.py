"""Requests filed without an account, and links in mails, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tickets.sentences.words import Data, Told, Words


def _claimed(data: Data, words: Words) -> Told:
    text = _("%(actor)s confirmed the address under which this was filed") % data
    return Told(text=text, icon="user-check", tone="good")


def _claimed_for_customers(data: Data, words: Words) -> Told:
    if data["is_own"]:
        return Told(text=_("You confirmed that this request is yours"), icon="user-check")
    return Told(text=_("%(actor)s confirmed that this request is theirs") % data, icon="user-check")


def _disowned(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s did not send this: somebody else typed their address") % data, icon="ban", tone="bad")


def _link_ended(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s ended the links in the mails they got about this ticket") % data, icon="lock")


def _followed_up(data: Data, words: Words) -> Told:
    return Told(text=_("Goes on in ticket %(number)s: the time to reopen this one was over") % data, icon="arrow-right")


def _followed_up_for_customers(data: Data, words: Words) -> Told:
    text = _("This goes on in request %(number)s, because the time to reopen this one was over.") % data
    return Told(text=text, icon="arrow-right", tone="info")


def _follows_up(data: Data, words: Words) -> Told:
    return Told(text=_("Goes on from ticket %(number)s, which had ended") % data, icon="history")


def _follows_up_for_customers(data: Data, words: Words) -> Told:
    text = _("You wrote this on request %(number)s, which had ended. So it is a request of its own now.") % data
    return Told(text=text, icon="history", tone="info")


FOR_AGENTS = {
    "ticket.claimed": _claimed,
    "ticket.disowned": _disowned,
    "link.ended": _link_ended,
    "ticket.followed_up": _followed_up,
    "ticket.follows_up": _follows_up,
}
FOR_CUSTOMERS = {
    "ticket.claimed": _claimed_for_customers,
    "ticket.followed_up": _followed_up_for_customers,
    "ticket.follows_up": _follows_up_for_customers,
}
