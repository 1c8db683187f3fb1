"""People: who they are, where they belong, what they asked."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from tenants.access import staff
from tenants.models import Role, User
from tickets import lists, search
from tickets.models import Ticket
from tickets.views.desk.lists import rows_of

PAGE_SIZE = 50
LATEST = 20


@require_safe
@staff
def people(request: HttpRequest, person: User) -> HttpResponse:
    """Everybody, customers first, by mail address; narrowed by a part of a name or address."""
    wanted = search.clean(request.GET.get("q", ""))
    kind = request.GET.get("kind", Role.Kind.CUSTOMER)
    found = User.objects.select_related("role").annotate(sort=Lower("email")).order_by("sort")
    found = found.filter(role__kind="customer") if kind != "staff" else found.exclude(role__kind="customer")
    if wanted:
        found = found.filter(Q(name__icontains=wanted) | Q(email__icontains=wanted))
    if after := request.GET.get("after", "").replace("\0", ""):
        found = found.filter(sort__gt=after)
    rows = list(found.prefetch_related("memberships__organization")[: PAGE_SIZE + 1])
    context = {
        "people": rows[:PAGE_SIZE],
        "after": rows[PAGE_SIZE - 1].sort if len(rows) > PAGE_SIZE else "",
        "query": wanted,
        "kind": kind,
    }
    return render(request, "tickets/desk/people.html", context)


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
        "rows": rows_of(list(lists.with_rows(theirs)[:LATEST])),
    }
    return render(request, "tickets/desk/person.html", context)
