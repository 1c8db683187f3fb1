"""Search over tickets, people and articles."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kb import queries as kb
from tenants.access import staff
from tenants.models import User
from tickets import search as finding
from tickets.models import Organization
from tickets.views.desk.lists import rows_of

FEW = 5


@require_safe
@staff
def search(request: HttpRequest, person: User) -> HttpResponse:
    """What was found; a number leads straight to its ticket."""
    wanted = finding.clean(request.GET.get("q", ""))
    if ticket := finding.numbered(wanted, person):
        return redirect("desk:ticket", ticket.number)
    found = finding.find(wanted, person)
    people = User.objects.filter(Q(name__icontains=wanted) | Q(email__icontains=wanted))[:FEW] if wanted else []
    companies = Organization.objects.filter(name__icontains=wanted)[:FEW] if wanted else []
    language = (get_language() or "en").split("-")[0]
    context = {
        "query": wanted,
        "rows": rows_of(found),
        "is_cut": len(found) == finding.MAX_HITS,
        "people": people,
        "organizations": companies,
        "articles": kb.search(wanted, person, language).hits[:FEW] if wanted else [],
    }
    return render(request, "tickets/desk/search.html", context)
