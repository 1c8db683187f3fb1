"""Putting a ticket aside, and bringing it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access import staff
from tenants.models import User
from tenants.permissions import Permission
from tickets import actions
from tickets.forms.snoozing import SnoozeForm
from tickets.views.desk.acts import Kind, at_once, done, render_act
from tickets.views.desk.common import ticket_or_404

SNOOZE = Kind(
    title=gettext_lazy("Snooze"),
    icon="moon",
    form=SnoozeForm,
    permission=Permission.CHANGE,
    do=actions.snooze,
    button=gettext_lazy("Put aside"),
    text=gettext_lazy("It leaves the lists of work, and comes back at that time, or at once when the customer writes."),
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def snooze(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Until when it is put aside."""
    ticket = ticket_or_404(person, number)
    form = SnoozeForm(request.POST or None, ticket=ticket, person=person)
    if request.method == "POST" and form.is_valid() and done(form, SNOOZE.do, ticket, person):
        messages.success(request, _("Ticket %(number)s is put aside.") % {"number": number})
        return redirect("desk:ticket", number)
    return render_act(request, ticket, form, SNOOZE, "snooze")


@require_POST
@staff
def unsnooze(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Bring it back now."""
    ticket = ticket_or_404(person, number)
    return at_once(request, ticket, lambda ticket, at: actions.unsnooze(ticket, actor=person, at=at))
