"""Asking for a second look at a refusal."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenants.models import User
from tickets import actions, refusals
from tickets.forms.refusals import ObjectionForm
from tickets.views.portal.common import attempt, customer_required
from tickets.views.portal.lists import crumbs
from tickets.views.portal.ticket import find_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@customer_required
def second_look(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """The form, or that a decision is waited for."""
    ticket = find_or_404(person, number)
    if not refusals.may_be_appealed(ticket):
        raise Http404
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        act = lambda: actions.once(  # noqa: E731
            said["token"],
            person=person,
            act=lambda: actions.appeal_refusal(
                ticket, text=said["body"], as_it_is=said["as_it_is"], actor=person, at=timezone.now()
            ),
        )
        if attempt(form, act) is not None:
            messages.success(request, _("Somebody else takes a second look, and you are told the outcome."))
            return redirect("portal:ticket", number)
    context = {
        "ticket": ticket,
        "form": form,
        "open": refusals.open_on(ticket),
        "crumbs": crumbs((f"#{number}", reverse("portal:ticket", args=[number])), (_("Second look"), "")),
    }
    return render(request, "tickets/portal/second_look.html", context, status=422 if form.errors else 200)
