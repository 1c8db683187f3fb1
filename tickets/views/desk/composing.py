"""Sending a reply or a note."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants.access import staff
from tenants.errors import Refused
from tenants.models import User
from tickets import actions, promise
from tickets.actions.checks import unseen
from tickets.errors import ConversationChanged
from tickets.forms.desk import ComposerForm
from tickets.models import Status, Ticket
from tickets.views.desk.common import ticket_or_404
from tickets.views.desk.ticket import REMEMBERED, render_ticket

A_YEAR = 365 * 24 * 3600


@require_POST
@staff
def send(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Post what was written. A reply to a conversation that has moved on comes back with what is new, and the text."""
    ticket = ticket_or_404(person, number)
    form = ComposerForm(request.POST, request.FILES, policy=promise.policy_for(ticket))
    if not form.is_valid():
        return render_ticket(request, person, ticket, composer=form)
    try:
        with transaction.atomic():
            actions.once(form.cleaned_data["token"], person=person, act=lambda: _post(ticket, person, form))
    except ConversationChanged as refusal:
        return _changed(request, person, ticket, form, refusal)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render_ticket(request, person, ticket, composer=form)
    said = _("Your note is on the ticket.") if form.is_note else _("Your reply is on its way.")
    messages.success(request, said)
    response = redirect("desk:ticket", number)
    if not form.is_note:
        response.set_cookie(REMEMBERED, form.cleaned_data["status"], max_age=A_YEAR, samesite="Lax", httponly=True)
    return response


def _post(ticket: Ticket, person: User, form: ComposerForm) -> Ticket:
    said = form.cleaned_data
    if form.is_note:
        actions.note(ticket, author=person, body=said["body"], files=said["files"], at=timezone.now())
        return ticket
    status = Status.objects.filter(key=said["status"]).first() if said["status"] else None
    actions.reply(
        ticket,
        author=person,
        body=said["body"],
        files=said["files"],
        status=status,
        seen=said["seen"],
        at=timezone.now(),
    )
    return ticket


def _changed(
    request: HttpRequest, person: User, ticket: Ticket, form: ComposerForm, refusal: ConversationChanged
) -> HttpResponse:
    """The text stays; having read what is new, the writer may send it as it is."""
    new = unseen(ticket, person, form.cleaned_data["seen"])
    form.add_error(None, str(refusal))
    last = new.order_by("-id").values_list("pk", flat=True)[0]
    posted = request.POST.copy()
    posted["seen"] = str(last)
    form.data = posted
    return render_ticket(request, person, ticket_or_404(person, ticket.number), composer=form, changed=new)
