"""Why a customer's ticket is due when it is: the hours that counted, what stopped the time, which promise it is."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tenants.models import User
from tickets import explaining
from tickets.views.portal.common import customer_required, tickets_of
from tickets.views.portal.lists import crumbs


@require_safe
@customer_required
def why(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """The page; the ticket's own page links to it."""
    found = tickets_of(person).for_list().select_related("channel").filter(number=number).first()
    if found is None:
        raise Http404
    context = {
        "ticket": found,
        "clocks": explaining.explained(found, at=timezone.now(), for_staff=False),
        "crumbs": crumbs(
            (_("My tickets"), reverse("portal:tickets")),
            (f"#{found.number}", reverse("portal:ticket", args=[found.number])),
            (_("How these times came about"), ""),
        ),
    }
    return render(request, "tickets/portal/why.html", context)
