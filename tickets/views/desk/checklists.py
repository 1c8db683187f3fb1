"""Sending steps to a customer, how far they have come, and the lists that are kept ready."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.access import staff, staff_who_may
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import actions
from tickets.actions import checklist_templates
from tickets.forms.checklists import ChecklistForm, ChecklistTemplateForm
from tickets.models import Checklist, ChecklistTemplate
from tickets.views.desk.acts import Kind, at_once, done, render_act
from tickets.views.desk.blocks import render_block
from tickets.views.desk.common import ticket_or_404
from tickets.views.desk.following import is_open_to_talk

SEND = Kind(
    title=gettext_lazy("Send a checklist"),
    icon="list-check",
    form=ChecklistForm,
    permission=Permission.REPLY,
    do=actions.send_checklist,
    button=gettext_lazy("Send to the customer"),
    text=gettext_lazy("The customer gets the steps as a message, and ticks them off on the page of the request."),
)


@require_safe
@staff
def checklists(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """The checklists of a ticket, with what was ticked."""
    ticket = ticket_or_404(person, number)
    context = {
        "checklists": Checklist.objects.filter(ticket=ticket).prefetch_related("steps__done_by"),
        "may_send": person.may(Permission.REPLY) and is_open_to_talk(ticket),
    }
    return render_block(request, ticket, "tickets/desk/_checklists.html", _("Checklists"), context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def send(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Send steps."""
    ticket = ticket_or_404(person, number)
    form = ChecklistForm(request.POST or None, ticket=ticket, person=person)
    if request.method == "POST" and form.is_valid() and done(form, SEND.do, ticket, person):
        messages.success(request, _("The checklist is sent."))
        return redirect("desk:ticket", number)
    return render_act(request, ticket, form, SEND, "checklist")


@require_POST
@staff
def withdraw(request: HttpRequest, person: User, number: int, pk: UUID) -> HttpResponse:
    """Take a checklist back."""
    ticket = ticket_or_404(person, number)
    found = get_object_or_404(Checklist.objects.select_related("ticket"), ticket=ticket, pk=pk)
    return at_once(request, ticket, lambda _ticket, at: actions.withdraw_checklist(found, actor=person, at=at))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.CONFIGURE)
def templates(request: HttpRequest, person: User) -> HttpResponse:
    """The lists that are kept ready, and a new one."""
    form = ChecklistTemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _kept(form, ChecklistTemplate(), person):
        messages.success(request, _("The checklist is kept ready."))
        return redirect("desk:checklist_templates")
    context = {"form": form, "templates": ChecklistTemplate.objects.all()}
    return render(request, "tickets/desk/checklist_templates.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.CONFIGURE)
def template(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Change one, or remove it; what was sent stays as it is."""
    found = get_object_or_404(ChecklistTemplate, pk=pk)
    if request.method == "POST" and "remove" in request.POST:
        try:
            checklist_templates.remove_checklist(found, actor=person)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The checklist is removed."))
        return redirect("desk:checklist_templates")
    form = ChecklistTemplateForm(request.POST or None, initial={"name": found.name, "steps": "\n".join(found.steps)})
    if request.method == "POST" and form.is_valid() and _kept(form, found, person):
        messages.success(request, _("The checklist is kept ready."))
        return redirect("desk:checklist_templates")
    context = {"form": form, "changed": found}
    return render(request, "tickets/desk/checklist_templates.html", context, status=422 if form.errors else 200)


def _kept(form: ChecklistTemplateForm, row: ChecklistTemplate, person: User) -> bool:
    try:
        with transaction.atomic():
            checklist_templates.keep_checklist(row, **form.cleaned_data, actor=person)
    except Refused as refusal:
        form.add_error("name", str(refusal))
        return False
    return True
