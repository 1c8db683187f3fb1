"""Escalating a ticket and handing it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from escalation import actions
from escalation.forms import EscalateForm, HandBackForm
from tenants.models import User
from tenants.permissions import Permission
from tickets.views.desk.acts import Kind, done, render_act
from tickets.views.desk.common import staff, ticket_or_404

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
