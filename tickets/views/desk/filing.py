"""An agent files a ticket for a customer: a call, a letter, a mail that came elsewhere."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenants.access import staff_who_may
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import actions
from tickets.actions import organizations
from tickets.forms.people import DeskTicketForm
from tickets.models import Ticket


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.REPLY)
def new_ticket(request: HttpRequest, person: User) -> HttpResponse:
    """The form; sent, it files the ticket and leads to it."""
    if request.method == "POST":
        form = DeskTicketForm(request.POST, request.FILES)
        if form.is_valid() and (ticket := _file(form, person)):
            messages.success(request, _("Ticket %(number)s is filed.") % {"number": ticket.number})
            return redirect("desk:ticket", ticket.number)
        return render(request, "tickets/desk/new_ticket.html", {"form": form}, status=422)
    form = DeskTicketForm(initial={"email": request.GET.get("email", "").replace("\0", "")[:254]})
    return render(request, "tickets/desk/new_ticket.html", {"form": form})


def _file(form: DeskTicketForm, person: User) -> Ticket | None:
    said = form.cleaned_data
    try:
        with transaction.atomic():
            customer = form.customer or organizations.add_customer(said["email"], said["name"], actor=person)
            return actions.open_ticket(
                requester=customer,
                author=person,
                subject=said["subject"],
                description=said["description"],
                channel=said["channel"].key,
                category=said["category"],
                priority=said["priority"],
                organization=said.get("organization"),
                files=said["files"],
                at=timezone.now(),
            )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
