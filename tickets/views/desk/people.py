"""People: who they are, where they belong, what they asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tenants import viewing
from tenants.access import staff
from tenants.models import Role, User
from tenants.permissions import Permission
from tenants.text import say
from tickets import reading, search, staffing
from tickets.models import Absence, AgentProfile, Ticket
from tickets.views.desk.common import policy_in_force
from tickets.views.desk.lists import rows_of
from tickets.views.desk.roles import roles_for

PAGE_SIZE = 50
LATEST = 20
#: Of somebody with more, the list of absences has the rest.
MOST_ABSENCES = 5


@require_safe
@staff
def people(request: HttpRequest, person: User) -> HttpResponse:
    """Everybody, customers first, by mail address; narrowed by a part of a name or address."""
    found = narrowed(request.GET).annotate(sort=Lower("email")).order_by("sort")
    if after := request.GET.get("after", "").replace("\0", ""):
        found = found.filter(sort__gt=after)
    rows = list(found.prefetch_related("memberships__organization")[: PAGE_SIZE + 1])
    context = {
        "people": rows[:PAGE_SIZE],
        "after": rows[PAGE_SIZE - 1].sort if len(rows) > PAGE_SIZE else "",
        "query": search.clean(request.GET.get("q", "")),
        "kind": request.GET.get("kind", Role.Kind.CUSTOMER),
    }
    return render(request, "tickets/desk/people.html", context)


def narrowed(asked: QueryDict) -> QuerySet[User]:
    """Customers, or staff, with the part of a name or address that an address asks for."""
    found = User.objects.select_related("role")
    is_staff = asked.get("kind") == "staff"
    found = found.exclude(role__kind="customer") if is_staff else found.filter(role__kind="customer")
    if wanted := search.clean(asked.get("q", "")):
        found = found.filter(Q(name__icontains=wanted) | Q(email__icontains=wanted))
    return found


@require_safe
@staff
def person_page(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """One person, with their organisations and latest tickets."""
    shown = get_object_or_404(User.objects.select_related("role"), pk=pk)
    theirs = Ticket.objects.visible_to(person).filter(requester=shown).order_by("-number")
    context = {
        "shown": shown,
        "memberships": shown.memberships.select_related("organization").order_by("organization__name"),
        "teams": shown.teams.all() if shown.is_staff_member else [],
        "rows": rows_of(list(reading.with_rows(theirs)[:LATEST])),
        "may_view": viewing.may_view(person, shown),
        "staffing": _staffing(shown, person) if shown.is_staff_member else None,
        "roles": roles_for(person, shown),
    }
    return render(request, "tickets/desk/person.html", context)


def _staffing(shown: User, person: User) -> dict[str, Any]:
    """What one of the staff can take, in words, and when they are away."""
    policy, now = policy_in_force(), timezone.now()
    (colleague,) = staffing.colleagues([shown], policy, at=now)
    profile = AgentProfile.objects.filter(user=shown).first()
    categories = policy.categories if policy else {}
    calendar = policy.calendars.get(profile.calendar) if policy and profile else None
    return {
        "holds": colleague.holds,
        "capacity": colleague.capacity,
        "categories": [say(categories[key].name) if key in categories else key for key in colleague.categories],
        "languages": [str(dict(settings.LANGUAGES).get(code, code)) for code in colleague.languages],
        "hours": say(calendar.name) if calendar else "",
        "all": _("All"),
        "any_time": _("Any time"),
        "absences": list(Absence.objects.not_over(now).filter(user=shown)[: MOST_ABSENCES + 1]),
        "may_change": person.may(Permission.MANAGE_STAFFING),
        "may_close": person.may(Permission.MANAGE_PEOPLE) and person.pk != shown.pk,
    }
