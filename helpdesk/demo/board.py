"""The services of a tenant's status page, and an outage of some days ago, told by the real actions."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from notices import actions
from notices.models import Component
from tenants.context import active_tenant
from tenants.models import User


def put_up(script: dict[str, Any], author: User, *, since: datetime, now: datetime) -> dict[str, Component]:
    """List the services by key, watched since an instant, and tell of the outage that they had."""
    services = {
        key: actions.add_component(actions.Described(name=name, position=place), actor=author, at=since)
        for place, (key, name) in enumerate(script["services"].items(), start=1)
    }
    _had(script["outage"], services, author, now)
    return services


def _had(outage: dict[str, Any], services: dict[str, Component], author: User, now: datetime) -> None:
    zone = ZoneInfo(active_tenant().timezone)
    day = now.astimezone(zone).date() - timedelta(days=outage["days_ago"])
    begins = datetime.combine(day, time.fromisoformat(outage["at"]), zone)
    first, *others = outage["updates"]
    incident = actions.open_incident(
        title=outage["title"],
        body=first["body"],
        state=first["state"],
        states=_states(outage["services"], services),
        actor=author,
        at=begins,
    )
    for update in others:
        actions.update_incident(
            incident,
            body=update["body"],
            state=update["state"],
            states=_states(update.get("services", {}), services),
            actor=author,
            at=begins + timedelta(minutes=update["after_minutes"]),
        )


def _states(said: dict[str, str], services: dict[str, Component]) -> dict[Component, str]:
    return {services[key]: state for key, state in said.items()}
