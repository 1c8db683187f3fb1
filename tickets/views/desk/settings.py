"""How the desk is set up: read most of it here, change the policy by applying its file."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sla.document import diff
from sla.models import PolicyVersion
from tenants import alarms, canary
from tenants.access import staff_who_may
from tenants.context import active_tenant
from tenants.errors import Refused
from tenants.models import Alarm, User
from tenants.paging import by_time
from tenants.permissions import Permission
from tickets.actions import teams as actions
from tickets.forms.people import MembersForm
from tickets.models import Status, Team, Tier
from tickets.sentences import staffing as words
from tickets.views.desk.checklist import checklist
from tickets.views.desk.common import policy_in_force

MOST_VERSIONS = 10


@require_safe
@staff_who_may(Permission.CONFIGURE)
def settings(request: HttpRequest, person: User) -> HttpResponse:
    """The policy in force, what is set up and what is missing, and where the rest is."""
    versions = list(
        PolicyVersion.objects.defer("document", "source")
        .select_related("applied_by")
        .order_by("-number")[:MOST_VERSIONS]
    )
    latest, former = [*versions, None, None][:2]
    context = {
        "versions": versions,
        "policy": latest.policy if latest else None,
        "changes": diff(former.policy, latest.policy) if latest and former else [],
        "checklist": checklist(latest.policy if latest else None, person),
        "statuses": Status.objects.filter(is_active=True),
        "parked": parked().count(),
    }
    return render(request, "tickets/desk/settings.html", context)


@require_safe
@staff_who_may(Permission.MANAGE_PEOPLE, Permission.CONFIGURE)
def teams(request: HttpRequest, person: User) -> HttpResponse:
    """Tiers with their teams and members."""
    context = {"tiers": teams_by_tier(), "may_edit": person.may(Permission.MANAGE_PEOPLE)}
    return render(request, "tickets/desk/teams.html", context)


def teams_by_tier() -> list[tuple[Tier, list[tuple[Team, str]]]]:
    """Each tier with its teams, and how tickets come to each of them."""
    tiers = Tier.objects.filter(is_active=True).prefetch_related("teams__members")
    policy = policy_in_force()
    terms = {key: words.assignment(team) for key, team in policy.teams.items()} if policy else {}
    return [(tier, [(team, terms.get(team.key, "")) for team in tier.teams.all() if team.is_active]) for tier in tiers]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.MANAGE_PEOPLE)
def members(request: HttpRequest, person: User, key: str) -> HttpResponse:
    """Choose who is in a team."""
    team = get_object_or_404(Team.objects.select_related("tier"), key=key)
    form = MembersForm(request.POST or None, initial={"people": team.members.values_list("pk", flat=True)})
    if request.method == "POST":
        form = MembersForm(request.POST)  # nobody ticked is an answer, not a form that was not sent
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_members(team, form.cleaned_data["people"], actor=person)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The members of %(team)s are changed.") % {"team": team})
            return redirect("desk:teams")
    context = {"team": team, "form": form}
    return render(request, "tickets/desk/members.html", context, status=422 if form.errors else 200)


@require_safe
@staff_who_may(Permission.SEE_SYSTEM)
def failed_work(request: HttpRequest, person: User) -> HttpResponse:
    """Work that failed five times and waits for a person, what is late, and whether workers are heard from."""
    late = Alarm.objects.filter(tenant=active_tenant(), parked_at=None, at__lt=timezone.now() - timedelta(minutes=5))
    hearing, heard_at = canary.hearing(timezone.now())
    after = request.GET.get("after", "")
    page = by_time(parked(), "parked_at", after)
    context = {
        "hearing": hearing.name.lower(),
        "heard_at": heard_at,
        "parked": page.rows,
        "older": page.following,
        "is_first": not after,
        "late": late.count(),
        "policy": policy_in_force(),
    }
    return render(request, "tickets/desk/failed_work.html", context)


@require_POST
@staff_who_may(Permission.SEE_SYSTEM)
def retry(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Try parked work again, from the first attempt on."""
    alarm = get_object_or_404(parked(), pk=pk)
    alarms.retry(alarm)
    messages.success(
        request, _("The work is tried again now. Look here in a minute: if it fails again, it comes back.")
    )
    return redirect("desk:failed_work")


def parked() -> QuerySet[Alarm]:
    """Work that waits for a person. Alarms are rows of the whole site, so the tenant is named in every query."""
    return Alarm.objects.filter(tenant=active_tenant(), parked_at__isnull=False)
