"""My day: what is mine and due, what will break before closing time, and how much the team carries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sla.document import SupportPolicy
from tenants.access import staff
from tenants.models import User
from tenants.permissions import Permission
from tickets import lists
from tickets.models import TeamMembership, Ticket
from tickets.views.desk.checklist import checklist
from tickets.views.desk.common import policy_in_force, sidebar
from tickets.views.desk.lists import rows_of

MOST_ROWS = 10
MOST_PEOPLE = 12


@dataclass(frozen=True)
class Load:
    """How much one colleague carries."""

    person: User
    tickets: int
    overdue: int
    share: int  # of the heaviest load, in percent


@require_safe
@staff
def home(request: HttpRequest, person: User) -> HttpResponse:
    """The workspace's first page."""
    now = timezone.now()
    policy = policy_in_force()
    closing = _closing(policy, now)
    owed = Ticket.objects.visible_to(person).active()
    steps = checklist(policy) if person.may(Permission.CONFIGURE) else []
    context = {
        "mine": rows_of(_first(owed.filter(assignee=person))),
        "breaking": rows_of(_first(owed.filter(due_at__gte=now, due_at__lte=closing))) if closing else [],
        "closing": closing,
        "loads": _loads(person, now),
        "sidebar": sidebar(person, policy),
        "checklist": steps if any(not step.is_done for step in steps) else [],
        "counts": _counts(owed, person, now),
    }
    return render(request, "tickets/desk/home.html", context)


def _first(tickets: QuerySet[Ticket]) -> list[Ticket]:
    return list(lists.with_rows(tickets).order_by("due_at", "number")[:MOST_ROWS])


def _closing(policy: SupportPolicy | None, now: datetime) -> datetime | None:
    """When the desk closes today; the end of the day where it never does, None when it is closed now."""
    if policy is None:
        return None
    calendar = policy.calendar()
    if not calendar.is_open(now):
        return None
    tonight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    closes = calendar.next_close(now)
    return min(closes, tonight) if closes else tonight


def _counts(owed: QuerySet[Ticket], person: User, now: datetime) -> dict[str, int]:
    """Mine by urgency: an agent's own tickets are few, so they are simply counted."""
    tonight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    due = owed.filter(assignee=person).values_list("due_at", flat=True)[: lists.MOST_COUNTED + 1]
    times = list(due)
    return {
        "mine": len(times),
        "overdue": sum(1 for at in times if at and at < now),
        "today": sum(1 for at in times if at and now <= at < tonight),
    }


def _loads(person: User, now: datetime) -> list[Load]:
    """Colleagues of one's teams, the heaviest load first; everybody who has tickets for those without a team."""
    mates: QuerySet[User] = User.objects.filter(is_active=True).exclude(role__kind="customer")
    teams = list(TeamMembership.objects.filter(user=person).values_list("team", flat=True))
    if teams:
        mates = mates.filter(pk__in=TeamMembership.objects.filter(team__in=teams).values("user"))
    active = Ticket.objects.filter(assignee=OuterRef("pk"), is_active=True)
    counted = mates.annotate(carries=_number(active), late=_number(active.filter(due_at__lt=now)))
    return _shares(counted.order_by(F("carries").desc(), "name")[:MOST_PEOPLE])


def _number(tickets: QuerySet[Ticket]) -> Coalesce:
    """A correlated count, which walks the index of one assignee."""
    counted = tickets.order_by().values("assignee").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _shares(people: Iterable[User]) -> list[Load]:
    found = [(each, each.carries, each.late) for each in people]  # type: ignore[attr-defined]
    heaviest = max((carries for _, carries, _ in found), default=0) or 1
    return [Load(each, carries, late, round(100 * carries / heaviest)) for each, carries, late in found]
