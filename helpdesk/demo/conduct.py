"""Whose support the demo's managers suspended, and what those concerned object."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tenants import alarms
from tenants.models import User
from tickets import actions


def suspend(entries: list[dict[str, Any]], people: dict[str, User], *, now: datetime) -> None:
    """Suspend those that a demo file names; an objection waits for another manager or an administrator."""
    for entry in entries:
        person, since = people[entry["person"]], now - timedelta(hours=entry["hours_ago"])
        made = actions.suspend(
            person,
            since=since,
            until=since + timedelta(days=entry["days"]),
            reason=entry["reason"],
            cause=entry["cause"],
            actor=people[entry["by"]],
            at=since,
        )
        if said := entry.get("objection"):
            actions.appeal(made, text=said["text"], actor=person, at=now - timedelta(hours=said["hours_ago"]))
    alarms.work_due(until=now)
