"""Escalating a ticket and handing it back; why its clocks stand where they do, and what rules made of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from escalation import actions, explaining
from escalation.forms import EscalateForm, HandBackForm
from tenants.access import staff
from tenants.models import User
from tenants.permissions import Permission
from tickets import clocks
from tickets import explaining as tickets_explaining
from tickets.views.desk.acts import Kind, done, render_act
from tickets.views.desk.common import ticket_or_404

ESCALATE = Kind(
    title=gettext_lazy("Escalate"),
    icon="stairs-up",
    form=EscalateForm,
    permission=Permission.ESCALATE,
    do=actions.escalate,
    button=gettext_lazy("Escalate and tell the customer"),
)
HAND_BACK = Kind(
    title=gettext_lazy("Hand back to the tier below"),
    icon="arrow-back-up",
    form=HandBackForm,
    permission=Permission.ESCALATE,
    do=actions.hand_back,
    button=gettext_lazy("Hand back"),
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def escalate(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Move a ticket up: the next tier with its team, a reason, and the sentence that the customer will read."""
    return _move(request, person, number, ESCALATE, "escalate")


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def hand_back(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Move a ticket down, with a reason."""
    return _move(request, person, number, HAND_BACK, "hand_back")


def _move(request: HttpRequest, person: User, number: int, kind: Kind, name: str) -> HttpResponse:
    ticket = ticket_or_404(person, number)
    form = kind.form(request.POST or None, ticket=ticket, person=person)
    if request.method == "POST" and form.is_valid() and done(form, kind.do, ticket, person):
        ticket.refresh_from_db(fields=["tier"])
        messages.success(request, _("The ticket is with %(tier)s now.") % {"tier": ticket.tier})
        return redirect("desk:ticket", number)
    return render_act(request, ticket, form, kind, name)


@require_safe
@staff
def explained(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Each clock with the way to its deadline, and every rule: what became of it, or what it waits for."""
    ticket, at = ticket_or_404(person, number), timezone.now()
    folded = list(clocks.fold(ticket, at=at))
    context = {
        "ticket": ticket,
        "clocks": tickets_explaining.explained(ticket, at=at, for_staff=True, folded=folded),
        "rules": explaining.told(ticket, at=at, folded=folded),
    }
    return render(request, "escalation/desk/explained.html", context)


@require_safe
@staff
def rules(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """The rules alone, for the panel beside the ticket; without htmx the page that has them too."""
    ticket = ticket_or_404(person, number)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{reverse('desk:explained', args=[number])}#rules")
    told = explaining.told(ticket, at=timezone.now())
    return render(request, "escalation/desk/_rules.html", {"rules": told})
