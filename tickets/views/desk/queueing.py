"""The next ticket of the queue, passing one by, and why a ticket came to whoever has it."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.access import staff
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import actions, assigned
from tickets.forms.staffing import SkipForm
from tickets.views.desk.acts import Kind, done, render_act
from tickets.views.desk.common import ticket_or_404

SKIP = Kind(
    title=gettext_lazy("Pass this ticket by"),
    icon="arrow-right",
    form=SkipForm,
    permission=Permission.ASSIGN,
    do=actions.skip,
    button=gettext_lazy("Pass it by, and show the next"),
    text=gettext_lazy("It goes back to the queue, and is not offered to you again for some hours."),
)


@require_POST
@staff
def take_next(request: HttpRequest, person: User) -> HttpResponse:
    """Hand out the most urgent ticket that this person may take: by due time, then in order of arrival."""
    return _next(request, person)


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def skip(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Put one's ticket back with a reason, and get the next one."""
    ticket = ticket_or_404(person, number)
    form = SkipForm(request.POST or None, ticket=ticket, person=person)
    if request.method == "POST" and form.is_valid() and done(form, SKIP.do, ticket, person):
        messages.info(request, _("Ticket %(number)s is back in the queue.") % {"number": number})
        return _next(request, person)
    return render_act(request, ticket, form, SKIP, "skip")


def _next(request: HttpRequest, person: User) -> HttpResponse:
    try:
        with transaction.atomic():
            ticket = actions.take_next(actor=person, at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("desk:home")
    if ticket is None:
        messages.info(request, _("Nothing waits for you now: every open ticket that you may take has an assignee."))
        return redirect("desk:tickets")
    return redirect("desk:ticket", ticket.number)


@require_safe
@staff
def why_assigned(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Each time that the ticket changed hands, and why; alone for the panel beside the ticket."""
    ticket = ticket_or_404(person, number)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "tickets/desk/_assignments.html", {"assignments": assigned.told(ticket)})
    url = reverse("desk:ticket", args=[number])
    context = {"ticket": ticket, "assignments": assigned.told(ticket), "back": url}
    return render(request, "tickets/desk/assignments.html", context)
