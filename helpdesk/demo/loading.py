"""Filling a tenant: its policy, articles, people, announcements and a month of tickets, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings

from helpdesk.demo import scripts
from helpdesk.demo.people import settle
from helpdesk.demo.stories import Skipped, Stage
from helpdesk.policy.apply import apply
from kb.actions import load_articles
from notices.models import Announcement
from sla.document import SupportPolicy
from tenants import alarms
from tenants.context import act_as
from tenants.models import Role, Tenant, User
from tickets.models import Ticket

#: How many months the policy and the articles are older than the first ticket.
AGE = timedelta(days=90)


@dataclass(frozen=True)
class Month:
    """What was told: how many tickets, and the steps that went another way."""

    tickets: int
    skipped: list[Skipped]


def is_loaded(tenant: Tenant) -> bool:
    """Whether the tenant's month was told before."""
    with act_as(tenant):
        return Ticket.objects.exists()


def load(tenant: Tenant, *, now: datetime, progress: Callable[[int, int], None]) -> Month:
    """Fill a tenant; all of it or nothing. `progress` is called with tickets filed and in all."""
    file = settings.BASE_DIR / "policies" / f"{tenant.slug}.yaml"
    script = scripts.read(tenant.slug)
    policy = SupportPolicy.load(file)
    with alarms.one_bell(tenant), act_as(tenant):
        apply(policy, source=file.read_text(encoding="utf-8"), at=now - AGE)
        people = settle(script["people"], script["organizations"], now=now)
        author = next(person for person in people.values() if person.role.kind == Role.Kind.ADMIN)
        load_articles(settings.BASE_DIR / "policies" / "articles" / tenant.slug, author=author, at=now - AGE)
        _announce(script.get("announcements", []), author, now)
        # The same month on every machine; only the calendar moves.
        stage = Stage(people, policy, now=now, random=Random(tenant.slug))
        for filed in stage.play(script["tickets"]):
            progress(filed, len(script["tickets"]))
        return Month(Ticket.objects.count(), stage.skipped)


def _announce(entries: list[dict[str, Any]], author: User, now: datetime) -> None:
    for entry in entries:
        begins = now + timedelta(hours=entry.get("in_hours", 0))
        Announcement.objects.create(
            title=entry["title"],
            body=entry.get("body", ""),
            severity=entry.get("severity", "info"),
            audience=entry.get("audience", "everyone"),
            shown_from=now - timedelta(hours=entry.get("shown_hours_ago", 1)),
            shown_until=begins + timedelta(hours=entry.get("lasts_hours", 48)),
            author=author,
        )
