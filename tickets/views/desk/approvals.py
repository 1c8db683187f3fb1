"""Asking for approvals on a ticket, and answering what one is asked."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.access import staff
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import actions, approvals, search
from tickets.forms.approvals import AnswerForm, AskApprovalForm, ReplaceApproverForm
from tickets.models import Approval, Approver, Ticket
from tickets.views.desk.acts import Kind, at_once, done, render_act
from tickets.views.desk.blocks import render_block
from tickets.views.desk.common import ticket_or_404

ASK = Kind(
    title=gettext_lazy("Ask for approval"),
    icon="user-check",
    form=AskApprovalForm,
    permission=Permission.REPLY,
    do=actions.ask_approval,
    button=gettext_lazy("Ask"),
    text=gettext_lazy("Each of them gets a mail, and answers on a page of their own."),
)
REPLACE = Kind(
    title=gettext_lazy("Ask somebody else"),
    icon="users",
    form=ReplaceApproverForm,
    permission=Permission.REPLY,
    do=actions.replace_approver,
    button=gettext_lazy("Ask them instead"),
)


@require_safe
@staff
def block(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """The approvals of a ticket: what is waited for, and what came of the others."""
    ticket = ticket_or_404(person, number)
    context = {
        "approvals": approvals.of(ticket),
        "may_ask": person.may(Permission.REPLY) and ticket.is_active and ticket.merged_into_id is None,
        "may_act": person.may(Permission.REPLY),
        "person": person,
        "now": timezone.now(),
    }
    return render_block(request, ticket, "tickets/desk/_approvals.html", _("Approvals"), context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def ask(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Ask people to approve something."""
    ticket = ticket_or_404(person, number)
    form = AskApprovalForm(request.POST or None, ticket=ticket, person=person)
    if request.method == "POST" and form.is_valid() and done(form, ASK.do, ticket, person):
        messages.success(request, _("They are asked for approval."))
        return redirect("desk:ticket", number)
    return render_act(request, ticket, form, ASK, "ask_approval")


@require_safe
@staff
def suggest(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """People who can be asked, for the part of a name that is being typed."""
    ticket = get_object_or_404(Ticket.objects.visible_to(person), number=number)
    words = search.clean(request.GET.get("q", ""))
    found = approvals.suggested(ticket, person, words) if words else []
    return render(request, "tickets/desk/_people_found.html", {"people": found})


@require_POST
@staff
def withdraw(request: HttpRequest, person: User, number: int, pk: UUID) -> HttpResponse:
    """Ask for it no more."""
    ticket, found = _of_ticket(person, number, pk)
    return at_once(request, ticket, lambda _ticket, at: actions.withdraw_approval(found, actor=person, at=at))


@require_POST
@staff
def remind(request: HttpRequest, person: User, number: int, pk: UUID) -> HttpResponse:
    """Send the question once more."""
    ticket, found = _of_ticket(person, number, pk)
    return at_once(request, ticket, lambda _ticket, at: actions.remind_approvers(found, actor=person, at=at))


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def replace(request: HttpRequest, person: User, number: int, pk: UUID) -> HttpResponse:
    """Ask somebody else in place of one who has not answered; `pk` is the approver's row."""
    ticket = ticket_or_404(person, number)
    row = get_object_or_404(Approver.objects.select_related("approval", "person"), pk=pk, approval__ticket=ticket)
    form = ReplaceApproverForm(request.POST or None, ticket=ticket, person=person)
    act = lambda _ticket, *, approver, actor, at: actions.replace_approver(row, by=approver, actor=actor, at=at)  # noqa: E731
    if request.method == "POST" and form.is_valid() and done(form, act, ticket, person):
        messages.success(request, _("They are asked for approval."))
        return redirect("desk:ticket", number)
    return render_act(request, ticket, form, REPLACE, "replace_approver")


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def approval(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """What a colleague is asked to approve, whether or not they may see the ticket; looking at it changes nothing."""
    asked = approvals.asked_of(person, pk)
    if asked is None:
        raise Http404
    form = AnswerForm(request.POST or None, initial={"comment": asked.comment})
    if request.method == "POST" and form.is_valid() and answered(form, asked):
        messages.success(request, _("Your answer is kept. Thank you."))
        return redirect("desk:approval", pk)
    context = {
        "asked": asked,
        "approval": asked.approval,
        "ticket": asked.approval.ticket,
        "may_see": Ticket.objects.visible_to(person).filter(pk=asked.approval.ticket_id).exists(),
        "form": form,
        "now": timezone.now(),
    }
    return render(request, "tickets/desk/approval.html", context, status=422 if form.errors else 200)


def answered(form: AnswerForm, asked: Approver) -> bool:
    """Whether the answer was taken; a refusal becomes an error of the form, and what was typed stays."""
    try:
        with transaction.atomic():
            actions.answer_approval(asked.approval, **form.cleaned_data, actor=asked.person, at=timezone.now())
    except Refused as refusal:
        form.add_error("comment" if refusal.code == "reason_missing" else None, str(refusal))
        return False
    return True


def _of_ticket(person: User, number: int, pk: UUID) -> tuple[Ticket, Approval]:
    ticket = ticket_or_404(person, number)
    return ticket, get_object_or_404(Approval, ticket=ticket, pk=pk)
