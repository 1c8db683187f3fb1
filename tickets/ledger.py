"""A clock's ledger in sentences, so that an agent can tell a customer how a time came about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla import words
from sla.clock import Clock, Entry, Kind
from sla.clock.ledger import Rule
from sla.document import SupportPolicy
from tenants.text import say

_SENTENCES = {
    Kind.STARTED: gettext_lazy("Started: %(target)s for priority %(priority)s, due %(due)s"),
    Kind.PAUSED: gettext_lazy("Paused after %(consumed)s"),
    Kind.RESUMED: gettext_lazy("Resumed after %(consumed)s; now due %(due)s"),
    Kind.RETARGETED: gettext_lazy(
        "Now %(target)s for priority %(priority)s, of which %(consumed)s are used; due %(due)s"
    ),
    Kind.CALENDAR_CHANGED: gettext_lazy("The opening hours changed; now due %(due)s"),
    Kind.WARNED: gettext_lazy("%(percent)s%% of the time is used"),
    Kind.BREACHED: gettext_lazy("The time ran out after %(target)s"),
    Kind.BREACH_CLEARED: gettext_lazy("No longer late under the new terms; due %(due)s"),
    Kind.FULFILLED: gettext_lazy("Done after %(consumed)s of %(target)s"),
    Kind.REOPENED: gettext_lazy("Taken up again after %(consumed)s"),
    Kind.EXTENDED: gettext_lazy("An agent announced a later time; now due %(due)s"),
    Kind.EXCLUDED: gettext_lazy("Time during which our service was down does not count; now due %(due)s"),
    Kind.CANCELLED: gettext_lazy("Stopped after %(consumed)s"),
}


@dataclass(frozen=True)
class Line:
    """One step of a clock."""

    at: datetime
    text: str


def lines(clock: Clock, policy: SupportPolicy) -> list[Line]:
    """Every step of a clock, oldest first."""
    return told(clock.ledger, policy)


def told(entries: Iterable[Entry], policy: SupportPolicy) -> list[Line]:
    """Some steps of a clock."""
    return [Line(entry.at, _sentence(entry, policy)) for entry in entries]


def _sentence(entry: Entry, policy: SupportPolicy) -> str:
    said = _told(entry) % _values(entry, policy)
    if entry.rule == Rule.APPROVAL and entry.kind == Kind.PAUSED:
        return f"{said}: {waiting_for(entry)}"
    return f"{said} ({entry.reason})" if entry.reason else said


def waiting_for(entry: Entry) -> str:
    """What an approval stopped a clock for; `entry.reason` says who is asked, where the reader may know."""
    if entry.reason:
        return _("waiting for approval by %(people)s") % {"people": entry.reason}
    return _("waiting for an approval")


def _told(entry: Entry) -> str:
    nothing_promised = entry.target_seconds is None and entry.due_at is None
    if entry.kind == Kind.STARTED and entry.rule == Rule.PROMISED:
        return _("An agent announced an answer by %(due)s")
    if entry.kind == Kind.STARTED and entry.due_at is None:
        return _("Started: %(target)s")
    if entry.kind == Kind.WARNED and entry.offset is not None:
        return _("At most %(offset)s are left") if entry.offset < 0 else _("Late by %(offset)s")
    if entry.kind == Kind.RETARGETED and nothing_promised:
        return _("Nothing is promised any more")
    return str(_SENTENCES[entry.kind])


def _values(entry: Entry, policy: SupportPolicy) -> dict[str, Any]:
    priority = policy.priorities.get(str(entry.priority))
    return {
        "target": words.length(entry.target_seconds) if entry.target_seconds is not None else _("business days"),
        "consumed": words.length(entry.consumed),
        "priority": say(priority.name) if priority else str(entry.priority or ""),
        "due": words.when(entry.due_at) if entry.due_at else _("later"),
        "percent": entry.percent,
        "offset": words.length(abs(entry.offset or 0)),
    }
