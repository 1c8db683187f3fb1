"""An agent files a ticket for a customer: a call, a letter, a mail that came elsewhere."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenants.access import staff_who_may
from tenants.addresses import owner_of
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import actions, templates
from tickets.actions import organizations
from tickets.forms.filing import DeskTicketForm, TemplateChoiceForm, begun_with, typed_so_far
from tickets.models import Ticket, TicketTemplate
from tickets.views.desk.common import policy_in_force


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.REPLY)
def new_ticket(request: HttpRequest, person: User) -> HttpResponse:
    """The form, empty or begun with a template; sent, it files the ticket and leads to it."""
    chosen = TemplateChoiceForm(request.POST if request.method == "POST" else request.GET, person=person)
    template: TicketTemplate | None = chosen.cleaned_data["template"] if chosen.is_valid() else None
    policy = policy_in_force()
    if request.method == "POST" and "fields" in request.POST:
        form = DeskTicketForm(person=person, policy=policy, initial=typed_so_far(request.POST))
        form.sent = request.POST
    elif request.method == "POST":
        form = DeskTicketForm(request.POST, request.FILES, person=person, policy=policy)
        if form.is_valid() and (ticket := _file(form, template, person)):
            messages.success(request, _("Ticket %(number)s is filed.") % {"number": ticket.number})
            return redirect("desk:ticket", ticket.number)
    else:
        begun = _begun(request, template)
        form = DeskTicketForm(person=person, policy=policy, initial=begun)
    form.keep_files(at=timezone.now(), files=request.FILES)
    context: dict[str, Any] = {"form": form, "chooser": chosen, "template": template}
    if template is not None:
        context["problem"] = templates.problem_of(template)
    return render(request, "tickets/desk/new_ticket.html", context, status=422 if form.errors else 200)


def _begun(request: HttpRequest, template: TicketTemplate | None) -> dict[str, Any]:
    email = request.GET.get("email", "").replace("\0", "")[:254]
    if template is None:
        return {"email": email}
    customer = owner_of(email) if email else None
    if customer is not None and not customer.is_active:
        customer = None
    with suppress(Refused):
        customer = customer or templates.requester_of(template)
    scene = templates.Scene(day=timezone.localdate(), customer=customer, organization=template.organization)
    return {**begun_with(template, scene), **({"email": email} if email else {})}


def _file(form: DeskTicketForm, template: TicketTemplate | None, person: User) -> Ticket | None:
    said, at = form.cleaned_data, timezone.now()

    def act() -> Ticket:
        customer = form.customer or organizations.add_customer(said["email"], said["name"], actor=person)
        if template is None:
            return actions.open_prepared(requester=customer, author=person, at=at, **form.request())
        day = timezone.localdate()
        return actions.open_from(template, requester=customer, author=person, at=at, day=day, **form.request())

    try:
        return actions.once(said["token"], person=person, act=act)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
