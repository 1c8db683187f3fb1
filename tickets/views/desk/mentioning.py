"""Whom a note may call upon, while it is written; and what one was called upon for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tenants.access import staff
from tenants.models import User
from tickets import actions, mentions
from tickets.models import Mention, Team, Ticket

#: The list of one's mentions shows so many, and says so when there are more.
MOST_SHOWN = 10


@require_safe
@staff
def suggest(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Colleagues and teams who see the ticket and fit what was typed."""
    seen = Ticket.objects.visible_to(person).only("tenant", "team", "assignee", "number")
    ticket = get_object_or_404(seen, number=number)
    found = mentions.suggested(ticket, person, request.GET.get("typed", ""))
    return JsonResponse({"found": [_offered(each) for each in found]})


@require_safe
@staff
def latest(request: HttpRequest, person: User) -> HttpResponse:
    """What one was called upon for, as the first page shows it: fetched by open ones."""
    return render(request, "tickets/desk/_mentions.html", {"mentions": latest_of(person)})


def latest_of(person: User) -> list[Mention]:
    """The latest of a person's mentions, new ones first, and one too many if there are more. One query."""
    return list(Mention.objects.of(person)[: MOST_SHOWN + 1])


@require_POST
@staff
def see_all(request: HttpRequest, person: User) -> HttpResponse:
    """All that one was called upon for is looked at."""
    actions.see_mentions(None, person=person)
    return redirect("desk:home")


def _offered(one: User | Team) -> dict[str, Any]:
    """`typed` is what the plain field takes in its place: it fits nobody else."""
    if isinstance(one, Team):
        return {"value": f"team:{one.pk}", "name": str(one), "about": _("Team"), "typed": f"@{one.key}"}
    return {"value": f"person:{one.pk}", "name": str(one), "about": one.email, "typed": f"@{one.email}"}
