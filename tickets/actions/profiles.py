"""What one of the staff can take: how many tickets, which categories and languages, in which hours."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from tenants import audit
from tenants.context import active_tenant
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, distribution
from tickets.errors import UnknownKeys, WrongTeam
from tickets.models import AgentProfile


def set_profile(
    person: User,
    *,
    capacity: int | None,
    categories: Collection[str],
    languages: Collection[str],
    calendar: str,
    actor: User,
    at: datetime,
) -> AgentProfile:
    """Say what somebody can take. `capacity` None is their team's, empty collections mean all, no calendar any time.

    Raises NotPermitted, WrongTeam for a customer, UnknownKeys, PolicyMissing.
    """
    if not actor.may(Permission.MANAGE_STAFFING):
        raise NotPermitted
    if not person.is_staff_member:
        raise WrongTeam(person=person)
    policy = desk.current_policy().policy
    unknown = [key for key in categories if key not in policy.categories]
    unknown += [code for code in languages if code not in (active_tenant().languages or [active_tenant().language])]
    unknown += [calendar] if calendar and calendar not in policy.calendars else []
    if unknown:
        raise UnknownKeys(keys=", ".join(unknown))
    known = AgentProfile.objects.filter(user=person).first()
    before = _told(known) if known else {}
    values: dict[str, Any] = {
        "capacity": capacity,
        "categories": list(dict.fromkeys(categories)),
        "languages": list(dict.fromkeys(languages)),
        "calendar": calendar,
    }
    profile, _ = AgentProfile.objects.update_or_create(user=person, defaults=values)
    audit.record("person.profile_set", person, actor=actor, before=before, after=_told(profile))
    distribution.ask_for(person.pk, at=at)
    return profile


def _told(profile: AgentProfile) -> dict[str, Any]:
    return {
        "capacity": profile.capacity,
        "categories": profile.categories,
        "languages": profile.languages,
        "working_hours": profile.calendar,
    }
