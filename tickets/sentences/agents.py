"""What happened, as the people read it who work on the ticket: everything, with reasons."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla.words import length
from tenants.text import say
from tickets.models import Event, Skip
from tickets.sentences import (
    access,
    approvals,
    callbacks,
    checklists,
    conduct,
    fields,
    following,
    mails,
    ratings,
    snoozing,
    time,
)
from tickets.sentences.words import Data, Telling, Told, Words, instant, metric


def for_agents(event: Event, words: Words, actor: str) -> Told:
    """The event as staff read it; a verb that is new here is shown by its name rather than hidden."""
    tell = _FOR_AGENTS.get(event.verb)
    return tell({**event.data, "actor": actor}, words) if tell else Told(text=event.verb)


def _created(data: Data, words: Words) -> Told:
    if data.get("schedule"):
        return Told(
            text=_("Opened from the template “%(template_name)s” by its schedule") % data, icon="calendar-event"
        )
    if data.get("template"):
        return Told(text=_("%(actor)s opened this from the template “%(template_name)s”") % data, icon="plus")
    if data.get("by") == "agent":
        return Told(text=_("%(actor)s filed this ticket for the customer") % data, icon="plus")
    return Told(text=_("%(actor)s filed this ticket") % data, icon="plus")


def _status(data: Data, words: Words) -> Told:
    if data.get("because") in fields.IDENTIFICATION:
        return fields.identification(data, words)
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
    how = (data.get("why") or {}).get("mode")
    if how in ("round_robin", "least_loaded"):
        return Told(text=_("%(name)s got this automatically") % data, icon="robot")
    if how == "next":
        return Told(text=_("%(name)s got this as the next ticket") % data, icon="user-check")
    return Told(text=_("%(actor)s assigned this to %(name)s") % data, icon="user-check")


def _returned(data: Data, words: Words) -> Told:
    if data.get("because") == "left":
        return Told(
            text=_("%(name)s no longer works here, so this went back to the queue") % data, icon="arrow-back-up"
        )
    until = instant(data["until"]) if data.get("until") else ""
    detail = _("Away until %(until)s") % {"until": until} if until else ""
    return Told(text=_("%(name)s is away, so this went back to the queue") % data, icon="arrow-back-up", detail=detail)


def _skipped(data: Data, words: Words) -> Told:
    known = dict(Skip.Reason.choices)
    parts = [str(known.get(data["reason"], data["reason"])), data.get("words", "")]
    detail = " · ".join(part for part in parts if part)
    return Told(text=_("%(actor)s passed this by") % data, icon="arrow-right", detail=detail)


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
    readers = ", ".join(data.get("readers", []))
    detail = _("Since then these people of another customer can read it: %(readers)s") % {"readers": readers}
    text = _("%(actor)s merged this into ticket %(into)s") % data
    return Told(text=text, icon="git-merge", detail=detail if readers else "")


def _absorbed(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s merged ticket %(number)s into this one") % data, icon="git-merge")


def _unmerged(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s took this out of ticket %(number)s again") % data, icon="arrows-split")


def _released(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s took ticket %(number)s out of this one again") % data, icon="arrows-split")


def _split(data: Data, words: Words) -> Told:
    text = _("%(actor)s made ticket %(number)s out of messages of this one") % data
    return Told(text=text, icon="arrows-split", tone="info")


def _split_off(data: Data, words: Words) -> Told:
    text = _("%(actor)s split this off from ticket %(number)s") % data
    return Told(text=text, icon="arrows-split", tone="info")


def _linked(data: Data, words: Words) -> Told:
    return Told(text=_LINKED[data["role"]] % data, icon="link")


def _unlinked(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s removed the link to ticket %(number)s") % data, icon="x")


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


def _refusal_upheld(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s took a second look, and it stays refused") % data, icon="hand-stop")


def _tag_added(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s added the tag %(tag)s") % data, icon="tag")


def _tag_removed(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s removed the tag %(tag)s") % data, icon="tag")


def _warned(data: Data, words: Words) -> Told:
    values = {**data, "metric": metric(data)}
    text = _("%(percent)s%% of the time for %(metric)s is used")
    if (offset := data.get("offset")) is not None:
        values["length"] = length(abs(offset))
        text = _("At most %(length)s of the time for %(metric)s are left")
        if offset > 0:
            text = _("The time for %(metric)s has been up for %(length)s")
    text = text % values
    return Told(text=text, icon="hourglass", tone="warn")


def _breached(data: Data, words: Words) -> Told:
    text = _("The time for %(metric)s has run out") % {"metric": metric(data)}
    return Told(text=text, icon="alert-triangle", tone="bad")


def _policy(data: Data, words: Words) -> Told:
    if data.get("version", "") is None:
        return Told(
            text=_("From here on the customer's contract decides by when this ticket is answered"), icon="settings"
        )
    return Told(text=_("A new version of the support policy holds for this ticket"), icon="settings")


def _rule_ran(data: Data, words: Words) -> Told:
    text = _("A rule ran: %(rule)s") % {"rule": words.rule(data.get("rule", ""))}
    return Told(text=text, icon="robot", detail=say(data.get("sentence")))


#: The other ticket as this one sees it.
_LINKED = {
    "parent": gettext_lazy("%(actor)s made this a part of ticket %(number)s"),
    "child": gettext_lazy("%(actor)s made ticket %(number)s a part of this one"),
    "duplicate": gettext_lazy("%(actor)s linked ticket %(number)s as a duplicate"),
    "relates": gettext_lazy("%(actor)s linked ticket %(number)s"),
}


def _reply_scheduled(data: Data, words: Words) -> Told:
    text = _("%(actor)s scheduled a reply for %(until)s") % {**data, "until": instant(data["until"])}
    return Told(text=text, icon="clock")


def _reply_hastened(data: Data, words: Words) -> Told:
    return Told(text=_("%(actor)s sent the scheduled reply of %(name)s now") % data, icon="send")


def _reply_returned(data: Data, words: Words) -> Told:
    because = {
        "customer": _("The reply of %(name)s did not go, since the customer wrote first. It is a draft again."),
        "changed": _("The reply of %(name)s did not go, since something happened here before. It is a draft again."),
        "refused": _("The reply of %(name)s could not be posted at its time. It is a draft again."),
        "cancelled": _("%(actor)s stopped the scheduled reply of %(name)s. It is a draft again."),
    }.get(data.get("because", ""), _("%(name)s took the scheduled reply back"))
    return Told(text=because % data, icon="clock-pause", tone="warn" if data.get("because") else "calm")


_FOR_AGENTS: dict[str, Telling] = {
    "ticket.created": _created,
    "status.changed": _status,
    "priority.changed": _priority,
    "category.changed": _category,
    "policy.changed": _policy,
    "ticket.assigned": _assigned,
    "ticket.returned": _returned,
    "ticket.skipped": _skipped,
    "ticket.handed_over": _handed_over,
    "ticket.escalated": _escalated,
    "ticket.handed_back": _handed_back,
    "ticket.merged": _merged,
    "ticket.absorbed": _absorbed,
    "ticket.unmerged": _unmerged,
    "ticket.released": _released,
    "ticket.split": _split,
    "ticket.split_off": _split_off,
    "ticket.linked": _linked,
    "ticket.unlinked": _unlinked,
    "ticket.not_covered": _not_covered,
    "ticket.refused": _refused,
    "ticket.reopened": _reopened,
    "delay.announced": _delay,
    "refusal.appealed": _appealed,
    "refusal.upheld": _refusal_upheld,
    "tag.added": _tag_added,
    "tag.removed": _tag_removed,
    "clock.warned": _warned,
    "clock.breached": _breached,
    "rule.ran": _rule_ran,
    **following.FOR_AGENTS,
    **access.FOR_AGENTS,
    **checklists.FOR_AGENTS,
    **approvals.FOR_AGENTS,
    **ratings.FOR_AGENTS,
    **conduct.FOR_AGENTS,
    **callbacks.FOR_AGENTS,
    **snoozing.FOR_AGENTS,
    **time.FOR_AGENTS,
    **fields.FOR_AGENTS,
    **mails.FOR_AGENTS,
    "reply.scheduled": _reply_scheduled,
    "reply.hastened": _reply_hastened,
    "reply.returned": _reply_returned,
}
