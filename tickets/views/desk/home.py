"""The first page: my day for whoever answers, and the desk today for whoever sees to it that all is answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sla.clock import Metric
from sla.document import SupportPolicy
from tenants.access import staff
from tenants.models import User
from tenants.permissions import Permission
from tickets import approvals, forecast, measures, reading, workload
from tickets.models import Draft, Status, Ticket
from tickets.views.desk.checklist import checklist
from tickets.views.desk.common import policy_in_force, sidebar
from tickets.views.desk.lists import Row, rows_of
from tickets.views.desk.mentioning import latest_of

#: So many of one's own tickets are looked at, and so many shown below each heading.
MOST_OWN, MOST_ROWS = 200, 10
#: The days over which it is drawn where requests are solved.
MEASURED = timedelta(days=30)
#: So many seconds they are not added up again.
SHARES_KEPT = 300


@dataclass
class Mine:
    """One's own active tickets, by what they ask for; each stands below the first heading that fits."""

    overdue: list[Row] = field(default_factory=list)
    #: Late before closing time if nobody acts.
    closing: list[Row] = field(default_factory=list)
    today: list[Row] = field(default_factory=list)
    promised: list[Row] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    others: int = 0
    due_today: int = 0

    @property
    def number(self) -> int:
        """All of them."""
        shown = (self.overdue, self.closing, self.today, self.promised, self.waiting)
        return sum(map(len, shown)) + self.others


@require_safe
@staff
def home(request: HttpRequest, person: User) -> HttpResponse:
    """The workspace's first page: managers begin with the desk, everybody else with their own day."""
    asked = request.GET.get("day")
    manages = person.may(Permission.MANAGE_STAFFING)
    if asked == "desk" or (manages and asked != "mine"):
        return _desk(request, person, manages=manages)
    return _my_day(request, person)


def _my_day(request: HttpRequest, person: User) -> HttpResponse:
    now, policy = timezone.now(), policy_in_force()
    ahead = forecast.until_closing(policy, at=now)
    context = {
        "mine": _mine(person, now, closes=ahead.closes if ahead else now),
        "ahead": ahead,
        "drafts": Draft.objects.left_by(person)[: MOST_ROWS + 1],
        "loads": workload.loads(person, policy, at=now, everybody=False),
        "sidebar": sidebar(person, policy),
        **_around(person, policy),
    }
    return render(request, "tickets/desk/home.html", context)


def _mine(person: User, now: datetime, *, closes: datetime) -> Mine:
    """One's own tickets, of which nobody has many. One query, and one for what is owed on them."""
    own = Ticket.objects.filter(is_active=True, assignee=person).for_now(now)
    tonight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    mine = Mine()
    for row in rows_of(list(reading.with_rows(own).order_by("due_at", "number")[:MOST_OWN])):
        ticket = row.ticket
        if ticket.due_at and now <= ticket.due_at < tonight:
            mine.due_today += 1
        if ticket.due_at and ticket.due_at < now:
            mine.overdue.append(row)
        elif ticket.due_at and ticket.due_at <= closes:
            mine.closing.append(row)
        elif ticket.due_at and ticket.due_at < tonight:
            mine.today.append(row)
        elif any(clock.metric == Metric.PROMISE for clock in ticket.owed_clocks):  # type: ignore[attr-defined]
            mine.promised.append(row)
        elif ticket.status.kind in (Status.Kind.NEW, Status.Kind.OPEN):
            mine.waiting.append(row)
        else:
            mine.others += 1
    return mine


def _desk(request: HttpRequest, person: User, *, manages: bool) -> HttpResponse:
    now, policy = timezone.now(), policy_in_force()
    absences = workload.absences(at=now)
    away = {absence.user_id for absence in absences if absence.begins_at <= now}
    ahead = forecast.forecast(person, policy, away, at=now)
    skipped, latest = workload.skips(at=now) if manages else ([], [])
    tiers = _shares(policy, now) if policy else []
    context = {
        "ahead": ahead,
        "first": rows_of(ahead.first) if ahead else [],
        "loads": workload.loads(person, policy, at=now, everybody=True),
        "away": [(absence, absence.lasts(now)) for absence in absences[: workload.MOST_PEOPLE]],
        "tiers": tiers,
        "solved": sum(tier.solved for tier in tiers),
        "days": MEASURED.days,
        "skipped": skipped,
        "skips": latest,
        "manages": manages,
        **_around(person, policy),
    }
    return render(request, "tickets/desk/home_desk.html", context)


def _shares(policy: SupportPolicy, now: datetime) -> list[measures.OfTier]:
    """Which tier solved how much; sums over a month, which may be some minutes old."""
    summed: list[measures.OfTier] | None = cache.get_or_set(
        f"tier-shares:{policy.digest}", lambda: measures.of_tiers(policy, since=now - MEASURED), SHARES_KEPT
    )
    return summed or []


def _around(person: User, policy: SupportPolicy | None) -> dict[str, Any]:
    """What stands around both pages."""
    steps = checklist(policy, person) if person.may(Permission.CONFIGURE) else []
    return {
        "awaited": approvals.awaited_of(person),
        "now": timezone.now(),
        "mentions": latest_of(person),
        "checklist": steps if any(not step.is_done for step in steps) else [],
    }
