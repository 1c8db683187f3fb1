"""Search over tickets, people and articles."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db.models import Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kb import queries as kb
from tenants.access import staff
from tenants.models import User
from tenants.statements import Statement
from tickets import search as finding
from tickets import spelling
from tickets.listing import BEST
from tickets.models import Organization
from tickets.selection import Query, parse, write
from tickets.selection.language import LONGEST
from tickets.views.desk.lists import rows_of
from tickets.views.spelling import correction_of

FEW = 5


def _people(text: str) -> QuerySet[User]:
    asked = Value(text)
    return User.objects.filter(Q(name__icontains=asked) | Q(email__icontains=asked))[:FEW]


def _companies(text: str) -> QuerySet[Organization]:
    return Organization.objects.filter(name__icontains=Value(text))[:FEW]


_PEOPLE, _COMPANIES = Statement(_people, text=str), Statement(_companies, text=str)


@require_safe
@staff
def search(request: HttpRequest, person: User) -> HttpResponse:
    """What was found; a number leads straight to its ticket."""
    text = request.GET.get("q", "")
    query = parse(text)
    if query.conditions or query.problems or query.unwanted_words:
        # A list can be sorted, paged, exported and saved; here only words are looked for, in more than tickets.
        return redirect(_as_list(text[: LONGEST + 1]))
    wanted = finding.clean(text)
    if ticket := finding.numbered(wanted, person):
        return redirect("desk:ticket", ticket.number)
    people = list(_PEOPLE.rows(text=wanted)) if wanted else []
    organizations = list(_COMPANIES.rows(text=wanted)) if wanted else []
    found = finding.find(query, person)
    may_be_misspelt = not (found.are_exact or people or organizations)
    if may_be_misspelt and (better := spelling.corrected(query, person, partial(_exact, person))):
        return redirect(f"{request.path}?{urlencode({'q': write(better), 'typed': text})}")
    context = {
        "query": wanted,
        "correction": correction_of(request),
        "rows": rows_of(found),
        "is_cut": len(found) == finding.MAX_HITS,
        "as_list": _as_list(write(query)),
        "in_pages": _as_list(write(query), sort="newest"),
        "as_view": f"{reverse('desk:new_view')}?{urlencode({'q': write(query), 'sort': BEST})}",
        "people": people,
        "organizations": organizations,
        "articles": _articles(wanted, person, may_be_misspelt=may_be_misspelt),
    }
    return render(request, "tickets/desk/search.html", context)


def _articles(text: str, person: User, *, may_be_misspelt: bool) -> list[kb.Hit]:
    language = (get_language() or "en").split("-")[0]
    found = kb.search(text, person, language, may_be_misspelt=may_be_misspelt) if text else None
    return found.hits[:FEW] if found else []


def _exact(person: User, query: Query) -> list[UUID]:
    found = finding.find(query, person)
    return [ticket.pk for ticket in found] if found.are_exact else []


def _as_list(text: str, **more: str) -> str:
    """The list of every ticket with these words: there it is sorted, paged, exported and changed at once."""
    return f"{reverse('desk:tickets')}?{urlencode({'view': 'every', 'q': text, **more})}"
