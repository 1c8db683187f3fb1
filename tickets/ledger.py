"""A clock's ledger in sentences, so that an agent can tell a customer how a time came about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sla import words
from sla.clock import Clock, Entry, Kind
from sla.document import SupportPolicy
from tenants.text import say


@dataclass(frozen=True)
class Line:
    """One step of a clock."""

    at: datetime
    text: str


def lines(clock: Clock, policy: SupportPolicy) -> list[Line]:
    """Every step of a clock, oldest first."""
    return [Line(entry.at, _sentence(entry, policy)) for entry in clock.ledger]


def _sentence(entry: Entry, policy: SupportPolicy) -> str:
    values = _values(entry, policy)
    if entry.kind == Kind.STARTED:
        if entry.due_at is None:
            return _("Started: %(target)s") % values
        return _("Started: %(target)s for priority %(priority)s, due %(due)s") % values
    if entry.kind == Kind.PAUSED:
        return _("Paused after %(consumed)s") % values
    if entry.kind == Kind.RESUMED:
        return _("Resumed after %(consumed)s; now due %(due)s") % values
    if entry.kind == Kind.RETARGETED:
        return _("Now %(target)s for priority %(priority)s, of which %(consumed)s are used; due %(due)s") % values
    if entry.kind == Kind.CALENDAR_CHANGED:
        return _("The opening hours changed; now due %(due)s") % values
    if entry.kind == Kind.WARNED:
        return _("%(percent)s%% of the time is used") % values
    if entry.kind == Kind.BREACHED:
        return _("The time ran out after %(target)s") % values
    if entry.kind == Kind.BREACH_CLEARED:
        return _("No longer late under the new terms; due %(due)s") % values
    if entry.kind == Kind.FULFILLED:
        return _("Done after %(consumed)s of %(target)s") % values
    if entry.kind == Kind.REOPENED:
        return _("Taken up again after %(consumed)s") % values
    return _("Stopped after %(consumed)s") % values


def _values(entry: Entry, policy: SupportPolicy) -> dict[str, Any]:
    priority = policy.priorities.get(str(entry.priority))
    return {
        "target": words.length(entry.target_seconds) if entry.target_seconds is not None else _("business days"),
        "consumed": words.length(entry.consumed),
        "priority": say(priority.name) if priority else str(entry.priority or ""),
        "due": words.when(entry.due_at) if entry.due_at else _("later"),
        "percent": entry.percent,
    }
