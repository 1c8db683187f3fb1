"""Is it yours? What is asked of whoever owns the address under which a request was filed without an account."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants.errors import Refused
from tenants.models import User
from tickets import actions, links
from tickets.models import Ticket
from tickets.views.portal.common import customer_required, tickets_of


def page(
    request: HttpRequest,
    ticket: Ticket,
    person: User,
    *,
    yes: str = "",
    no: str = "",
    by_link: bool = False,
    refusal: str = "",
) -> HttpResponse:
    """The question, with the addresses of both answers; by default those for who is signed in.

    Nothing that was typed is shown before: whoever typed it may have been somebody else.
    """
    context = {
        "number": ticket.number,
        "address": person.email,
        "yes": yes or reverse("portal:claim", args=[ticket.number]),
        "no": no or reverse("portal:disown", args=[ticket.number]),
        "by_link": by_link,
        "refusal": refusal,
    }
    return render(request, "tickets/portal/confirm.html", context, status=422 if refusal else 200)


@require_POST
@customer_required
def claim(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """It was me who filed this."""
    found = _own(person, number)
    try:
        actions.claim(found, actor=person, at=timezone.now())
    except Refused as refusal:
        return page(request, found, person, refusal=str(refusal))
    return redirect("portal:ticket", number)


@require_POST
@customer_required
def disown(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """It was somebody else."""
    found = _own(person, number)
    if not links.must_confirm(found, person):  # said to be theirs meanwhile
        return redirect("portal:ticket", number)
    actions.disown(found, actor=person, at=timezone.now())
    messages.info(request, closed(found))
    return redirect("portal:tickets")


def closed(ticket: Ticket) -> str:
    """What is told when a request was said to be somebody else's."""
    return _("We have closed request %(number)s: it was not yours.") % {"number": ticket.number}


def _own(person: User, number: int) -> Ticket:
    found = tickets_of(person).filter(number=number, requester=person).first()
    if found is None:
        raise Http404
    return found
