"""What happened, as customers read it: plain words, and nothing that is said among agents."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from tenants.models import User
from tenants.text import say
from tickets.models import Event
from tickets.sentences import access, approvals, callbacks, checklists, conduct, fields, following, ratings
from tickets.sentences.words import Data, Told, Words, instant, metric


def for_customers(event: Event, words: Words, actor: str, *, reader: User, is_own: bool) -> Told | None:
    """The event as this customer reads it, or None when it says nothing to them."""
    tell = _FOR_CUSTOMERS.get(event.verb)
    return tell({**event.data, "actor": actor, "is_own": is_own, "reader": reader}, words) if tell else None


def _created(data: Data, words: Words) -> Told:
    if data["is_own"]:
        return Told(text=_("You sent this request"), icon="plus")
    if data.get("by") == "agent" or data.get("schedule"):
        return Told(text=_("We wrote down this request for you"), icon="plus")
    return Told(text=_("%(actor)s sent this request") % data, icon="plus")


def _status(data: Data, words: Words) -> Told | None:
    if data.get("because") in fields.IDENTIFICATION:
        return fields.identification_for_customers(data, words)
    former, to = words.status_for_customers(data["former"]), words.status_for_customers(data["to"])
    if former == to:
        return None  # a change between two states that customers know by one word
    tone = "good" if data.get("kind") == "solved" else "calm"
    return Told(text=_("Your request is now: %(status)s") % {"status": to}, icon="refresh", tone=tone)


def _priority(data: Data, words: Words) -> Told:
    names = {"former": words.priority(data["former"]), "to": words.priority(data["to"])}
    text = _("The priority is now %(to)s; it was %(former)s. The times that we promise follow it.") % names
    return Told(text=text, icon="flag", detail=data.get("reason", ""))


def _category(data: Data, words: Words) -> Told:
    text = _("Your request now belongs to: %(category)s") % {"category": words.category(data["to"])}
    return Told(text=text, icon="category")


def _escalated(data: Data, words: Words) -> Told:
    tier = words.both_tiers(data)["to"]
    plain = _("We have passed your request on to %(tier)s, who will go on with it.") % {"tier": tier}
    return Told(text=say(data.get("sentence")) or plain, icon="stairs-up", tone="info")


def handed_back(tier: str) -> str:
    """What a customer reads when a tier further down goes on with their request."""
    return _("Your request is with %(tier)s again, who will go on with it.") % {"tier": tier}


def _handed_back(data: Data, words: Words) -> Told:
    return Told(text=handed_back(words.both_tiers(data)["to"]), icon="arrow-back-up")


def _merged(data: Data, words: Words) -> Told:
    if data.get("apart"):
        return Told(text=_("We joined this request with another one about the same."), icon="git-merge")
    text = _("We joined this request with request %(into)s and go on there. All messages have moved with it.") % data
    return Told(text=text, icon="git-merge")


def _absorbed(data: Data, words: Words) -> Told:
    return Told(
        text=_("Request %(number)s was about the same, so we joined it with this one.") % data, icon="git-merge"
    )


def _unmerged(data: Data, words: Words) -> Told:
    if data.get("apart"):
        return Told(text=_("We go on with this request by itself again."), icon="arrows-split")
    text = _("We go on with this request by itself again. Its messages are back from request %(number)s.") % data
    return Told(text=text, icon="arrows-split")


def _released(data: Data, words: Words) -> Told:
    text = _("We go on with request %(number)s by itself again; its messages have moved back there.") % data
    return Told(text=text, icon="arrows-split")


def _split(data: Data, words: Words) -> Told | None:
    if data.get("apart"):
        return None  # written by a colleague, whose new request this reader may not see
    text = _("You wrote about something else too. We work on that in request %(number)s.") % data
    return Told(text=text, icon="arrows-split", tone="info")


def _split_off(data: Data, words: Words) -> Told:
    text = _("We made this a request of its own, out of what you wrote in request %(number)s.") % data
    return Told(text=text, icon="arrows-split", tone="info")


def _linked(data: Data, words: Words) -> Told | None:
    if data.get("role") != "parent":
        return None  # what agents link is theirs
    text = _("Others report the same. We work on all of it together, and go on writing to you here.")
    return Told(text=text, icon="users", tone="info")


def _not_covered(data: Data, words: Words) -> Told:
    key = data.get("exclusion", "")
    text = _("Our support does not cover this: %(exclusion)s") % {"exclusion": words.exclusion(key)}
    parts = [data.get("explanation", ""), words.advice(key)]
    return Told(text=text, icon="ban", tone="warn", detail=" ".join(part for part in parts if part))


def _refused(data: Data, words: Words) -> Told:
    text = _("We could not accept this request: %(reason)s")
    reason = words.refusal_for_customers(data.get("reason", ""))
    return Told(text=text % {"reason": reason}, icon="hand-stop", tone="warn", detail=data.get("explanation", ""))


def _refusal_upheld(data: Data, words: Words) -> Told:
    return Told(text=_("We took a second look at your request, and it stays refused"), icon="hand-stop", tone="warn")


def _reopened(data: Data, words: Words) -> Told:
    if data["is_own"]:
        return Told(text=_("You reopened this request"), icon="rotate-clockwise", detail=data.get("reason", ""))
    return Told(text=_("This request was reopened"), icon="rotate-clockwise")


def _delay(data: Data, words: Words) -> Told:
    text = _("It takes longer than usual: we answer by %(until)s.") % {"until": instant(data["until"])}
    return Told(text=text, icon="hourglass", tone="info", detail=data.get("reason", ""))


def _breached(data: Data, words: Words) -> Told:
    text = _("We did not keep the time that we promised for %(metric)s. We are sorry, and go on with your request.")
    return Told(text=text % {"metric": metric(data)}, icon="clock-exclamation", tone="warn")


def _rule_ran(data: Data, words: Words) -> Told | None:
    sentence = say(data.get("sentence"))
    return Told(text=sentence, icon="info-circle", tone="info") if sentence else None


_FOR_CUSTOMERS: dict[str, Callable[[Data, Words], Told | None]] = {
    "ticket.created": _created,
    "status.changed": _status,
    "priority.changed": _priority,
    "category.changed": _category,
    "ticket.escalated": _escalated,
    "ticket.handed_back": _handed_back,
    "ticket.merged": _merged,
    "ticket.absorbed": _absorbed,
    "ticket.unmerged": _unmerged,
    "ticket.released": _released,
    "ticket.split": _split,
    "ticket.split_off": _split_off,
    "ticket.linked": _linked,
    "ticket.not_covered": _not_covered,
    "ticket.refused": _refused,
    "refusal.upheld": _refusal_upheld,
    "ticket.reopened": _reopened,
    "delay.announced": _delay,
    "clock.breached": _breached,
    "rule.ran": _rule_ran,
    **following.FOR_CUSTOMERS,
    **access.FOR_CUSTOMERS,
    **checklists.FOR_CUSTOMERS,
    **approvals.FOR_CUSTOMERS,
    **ratings.FOR_CUSTOMERS,
    **conduct.FOR_CUSTOMERS,
    **callbacks.FOR_CUSTOMERS,
    **fields.FOR_CUSTOMERS,
}
