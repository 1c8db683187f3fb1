"""What happened, as the people read it who work on the ticket: everything, with reasons."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tenants.text import say
from tickets.models import Event
from tickets.sentences.words import Data, Telling, Told, Words, instant, metric


def for_agents(event: Event, words: Words, actor: str) -> Told:
    """The event as staff read it; a verb that is new here is shown by its name rather than hidden."""
    tell = _FOR_AGENTS.get(event.verb)
    return tell({**event.data, "actor": actor}, words) if tell else Told(text=event.verb)


def _created(data: Data, words: Words) -> Told:
    if data.get("by") == "agent":
        return Told(text=_("%(actor)s filed this ticket for the customer") % data, icon="plus")
    return Told(text=_("%(actor)s filed this ticket") % data, icon="plus")


def _status(data: Data, words: Words) -> Told:
    names = {**data, "former": words.status(data["former"]), "to": words.status(data["to"])}
    text = _("%(actor)s changed the status from %(former)s to %(to)s") % names
    return Told(text=text, icon="refresh", detail=data.get("reason", ""))


def _priority(data: Data, words: Words) -> Told:
    names = {**data, "former": words.priority(data["former"]), "to": words.priority(data["to"])}
    text = _("%(actor)s changed the priority from %(former)s to %(to)s") % names
    return Told(text=text, icon="flag", detail=data.get("reason", ""))


def _category(data: Data, words: Words) -> Told:
    names = {**data, "former": words.category(data["former"]), "to": words.category(data["to"])}
    return Told(text=_("%(actor)s moved this from %(former)s to %(to)s") % names, icon="category")


def _assigned(data: Data, words: Words) -> Told:
    if not data.get("to"):
        return Told(text=_("%(actor)s took the assignee off") % data, icon="user")
    return Told(text=_("%(actor)s assigned this to %(name)s") % data, icon="user-check")


def _handed_over(data: Data, words: Words) -> Told:
    text = _("%(actor)s handed this over to %(team)s") % {**data, "team": words.team(data["to"])}
    return Told(text=text, icon="users", detail=data.get("reason", ""))


def _escalated(data: Data, words: Words) -> Told:
    names = {**data, **words.both_tiers(data), "rule": words.rule(data.get("rule", ""))}
    if data.get("rule"):
        text = _("A rule escalated this from %(former)s to %(to)s: %(rule)s") % names
    else:
        text = _("%(actor)s escalated this from %(former)s to %(to)s") % names
    told = say(data.get("sentence"))
    parts = [data.get("reason", ""), _("The customer read: %(sentence)s") % {"sentence": told} if told else ""]
    return Told(text=text, icon="stairs-up", tone="info", detail=" · ".join(part for part in parts if part))


def _handed_back(data: Data, words: Words) -> Told:
    text = _("%(actor)s handed this back from %(former)s to %(to)s") % {**data, **words.both_tiers(data)}
    return Told(text=text, icon="arrow-back-up", detail=data.get("reason", ""))


def _merged(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s merged this into ticket %(into)s") % data, icon="git-merge")


def _absorbed(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s merged ticket %(number)s into this one") % data, icon="git-merge")


def _not_covered(data: Data, words: Words) -> Told:
    names = {**data, "exclusion": words.exclusion(data.get("exclusion", ""))}
    text = _("%(actor)s marked this as not covered: %(exclusion)s") % names
    return Told(text=text, icon="ban", tone="warn", detail=data.get("explanation", ""))


def _refused(data: Data, words: Words) -> Told:
    text = _("%(actor)s refused this request: %(reason)s") % {**data, "reason": words.refusal(data["reason"])}
    return Told(text=text, icon="hand-stop", tone="warn", detail=data.get("explanation", ""))


def _reopened(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s reopened this ticket") % data, icon="rotate-clockwise", detail=data.get("reason", ""))


def _delay(data: Data, words: Words) -> Told:
    text = _("%(actor)s announced a delay: an answer by %(until)s") % {**data, "until": instant(data["until"])}
    return Told(text=text, icon="hourglass", tone="info", detail=data.get("reason", ""))


def _appealed(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s objects to the refusal") % data, icon="hand-stop", tone="warn")


def _tag_added(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s added the tag %(tag)s") % data, icon="tag")


def _tag_removed(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s removed the tag %(tag)s") % data, icon="tag")


def _warned(data: Data, words: Words) -> Told:
    text = _("%(percent)s%% of the time for %(metric)s is used") % {**data, "metric": metric(data)}
    return Told(text=text, icon="hourglass", tone="warn")


def _breached(data: Data, words: Words) -> Told:
    text = _("The time for %(metric)s has run out") % {"metric": metric(data)}
    return Told(text=text, icon="alert-triangle", tone="bad")


def _policy(data: Data, words: Words) -> Told:
    return Told(text=_("A new version of the support policy holds for this ticket"), icon="settings")


def _rule_ran(data: Data, words: Words) -> Told:
    text = _("A rule ran: %(rule)s") % {"rule": words.rule(data.get("rule", ""))}
    return Told(text=text, icon="robot", detail=say(data.get("sentence")))


_FOR_AGENTS: dict[str, Telling] = {
    "ticket.created": _created,
    "status.changed": _status,
    "priority.changed": _priority,
    "category.changed": _category,
    "policy.changed": _policy,
    "ticket.assigned": _assigned,
    "ticket.handed_over": _handed_over,
    "ticket.escalated": _escalated,
    "ticket.handed_back": _handed_back,
    "ticket.merged": _merged,
    "ticket.absorbed": _absorbed,
    "ticket.not_covered": _not_covered,
    "ticket.refused": _refused,
    "ticket.reopened": _reopened,
    "delay.announced": _delay,
    "refusal.appealed": _appealed,
    "tag.added": _tag_added,
    "tag.removed": _tag_removed,
    "clock.warned": _warned,
    "clock.breached": _breached,
    "rule.ran": _rule_ran,
}
