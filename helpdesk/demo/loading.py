"""Filling a tenant: its policy, articles, people, announcements and a month of tickets, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from helpdesk.demo import board, conduct, macros, scripts, staffing, templates, views
from helpdesk.demo.people import settle
from helpdesk.demo.post import Post
from helpdesk.demo.stories import Skipped, Stage
from helpdesk.policy.apply import apply
from kb.actions import load_articles
from notices import actions as announcements
from notices.models import Component
from sla.document import SupportPolicy
from tenants import bell
from tenants.context import act_as, active_tenant
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
    with bell.one_bell(tenant), act_as(tenant):
        apply(policy, source=file.read_text(encoding="utf-8"), at=now - AGE)
        people = settle(script["people"], script["organizations"], now=now)
        author = next(person for person in people.values() if person.role.kind == Role.Kind.ADMIN)
        load_articles(settings.BASE_DIR / "policies" / "articles" / tenant.slug, author=author, at=now - AGE)
        services = board.put_up(script["status"], author, since=now - AGE, now=now)
        _announce(script.get("announcements", []), services, author, now)
        views.save(author)
        macros.keep(author)
        templates.keep(people.values(), now=now)
        # The same month on every machine; only the calendar moves.
        post = Post(script.get("mail", {}), author, at=now - AGE)
        stage = Stage(people, policy, post, now=now, random=Random(tenant.slug))
        for filed in stage.play(script["tickets"]):
            progress(filed, len(script["tickets"]))
        post.end(now=now)
        conduct.suspend(script.get("suspensions", []), people, now=now)
        staffing.stand(people.values(), now=now)
        return Month(Ticket.objects.count(), stage.skipped)


def _announce(entries: list[dict[str, Any]], services: dict[str, Component], author: User, now: datetime) -> None:
    for entry in entries:
        starts_at, ends_at = _work(entry["work"], now) if "work" in entry else (None, None)
        announcements.publish(
            announcements.Content(
                title=entry["title"],
                body=entry["body"],
                severity=entry["severity"],
                audience=entry["audience"],
                by_mail=entry.get("by_mail", False),
                components=[services[key] for key in entry.get("services", [])],
                shown_from=now - timedelta(hours=entry["shown_hours_ago"]),
                shown_until=ends_at or now + timedelta(hours=entry["lasts_hours"]),
                starts_at=starts_at,
                ends_at=ends_at,
            ),
            author=author,
            at=now,
        )


def _work(said: dict[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """Beginning and end of maintenance some days from now, at an hour of the tenant's own clock."""
    zone = ZoneInfo(active_tenant().timezone)
    day = now.astimezone(zone).date() + timedelta(days=said["in_days"])
    begins = datetime.combine(day, time.fromisoformat(said["at"]), zone)
    return begins, begins + timedelta(hours=said["lasts_hours"])
