"""Time spent on tickets: entered, corrected and removed by whoever spent it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from tenants.errors import NotPermitted, Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, events
from tickets.actions.checks import require
from tickets.models import Ticket, TimeEntry

#: Of one entry: a day and a night.
MOST_MINUTES = 24 * 60


class NoSuchTime(Refused):
    """An entry is of at least a minute and at most a day."""

    sentence = _("Write between 1 minute and 24 hours. Make several entries of what took longer.")
    code = "no_such_time"


def enter_time(ticket: Ticket, *, minutes: int, spent_on: date, actor: User, at: datetime, note: str = "") -> TimeEntry:
    """Write down what one spent on a ticket. Raises NotPermitted, NoSuchTime."""
    require(actor, Permission.REPLY)
    _require_sense(minutes)
    ticket = desk.lock(ticket)
    entry = TimeEntry.objects.create(
        ticket=ticket, agent=actor, minutes=minutes, spent_on=spent_on, note=note.strip()[:500], entered_at=at
    )
    events.record(ticket, "time.entered", actor=actor, at=at, entry=str(entry.pk), after=_said(entry))
    return entry


def change_time(
    entry: TimeEntry, *, minutes: int, spent_on: date, actor: User, at: datetime, note: str = ""
) -> TimeEntry:
    """Correct an entry of one's own; what it was stays in the history. Raises NotPermitted, NoSuchTime."""
    _require_own(entry, actor)
    _require_sense(minutes)
    ticket = desk.lock(entry.ticket)
    entry = TimeEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    before = _said(entry)
    entry.minutes, entry.spent_on, entry.note = minutes, spent_on, note.strip()[:500]
    if (after := _said(entry)) != before:
        entry.save(update_fields=["minutes", "spent_on", "note"])
        said: dict[str, Any] = {"before": before, "after": after}
        events.record(ticket, "time.changed", actor=actor, at=at, entry=str(entry.pk), **said)
    return entry


def remove_time(entry: TimeEntry, *, actor: User, at: datetime) -> None:
    """Take back an entry of one's own; what it was stays in the history. Raises NotPermitted."""
    _require_own(entry, actor)
    ticket = desk.lock(entry.ticket)
    found = TimeEntry.objects.select_for_update(of=("self",)).filter(pk=entry.pk).first()
    if found is not None:
        events.record(ticket, "time.removed", actor=actor, at=at, entry=str(found.pk), before=_said(found))
        found.delete()


def _require_own(entry: TimeEntry, actor: User) -> None:
    require(actor, Permission.REPLY)
    if entry.agent_id != actor.pk:
        raise NotPermitted


def _require_sense(minutes: int) -> None:
    if not 1 <= minutes <= MOST_MINUTES:
        raise NoSuchTime


def _said(entry: TimeEntry) -> dict[str, object]:
    return {"minutes": entry.minutes, "spent_on": entry.spent_on.isoformat(), "note": entry.note}
