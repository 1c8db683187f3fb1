"""What a customer is asked to approve: the question, and of the request as much as they may see anyway."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenants.models import User
from tickets import actions, approvals, timeline
from tickets.forms.approvals import AnswerForm
from tickets.models import Approver, Ticket
from tickets.views.portal.common import attempt, customer_required, tickets_of
from tickets.views.portal.lists import crumbs


@require_http_methods(["GET", "HEAD", "POST"])
@customer_required
def approval(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Read it and answer; looking at it changes nothing, since mail programs open links by themselves."""
    asked = approvals.asked_of(person, pk)
    if asked is None:
        raise Http404
    if person.is_staff_member:
        return redirect("desk:approval", pk)
    form = AnswerForm(request.POST or None, initial={"comment": asked.comment})
    if request.method == "POST" and answered(request, asked, form, person):
        return redirect("portal:approval", pk)
    return render_approval(request, asked, form, person, {"crumbs": crumbs((_("Approval"), ""))})


def answered(request: HttpRequest, asked: Approver, form: AnswerForm, person: User) -> bool:
    """Keep what a form says; False where it can't be kept, which the form then says."""
    if not form.is_valid():
        return False
    act = lambda: actions.answer_approval(asked.approval, **form.cleaned_data, actor=person, at=timezone.now())  # noqa: E731
    if attempt(form, act) is None:
        return False
    messages.success(request, _("Your answer is kept. Thank you."))
    return True


def render_approval(
    request: HttpRequest, asked: Approver, form: AnswerForm, person: User, more: dict[str, Any]
) -> HttpResponse:
    """The question, and what was said in public where this person may see it anyway."""
    seen = tickets_of(person).for_list().filter(pk=asked.approval.ticket_id).first()
    context = {
        "asked": asked,
        "approval": asked.approval,
        "ticket": asked.approval.ticket,
        "may_see": seen is not None,
        "ticket_url": reverse("portal:ticket", args=[asked.approval.ticket.number]),
        "items": _conversation(seen, person) if seen else [],
        "form": form,
        "now": timezone.now(),
        **more,
    }
    return render(request, "tickets/portal/approval.html", context, status=422 if form.errors else 200)


def _conversation(ticket: Ticket, person: User) -> list[timeline.Item]:
    """What was said in public."""
    return [item for item in timeline.for_customer(ticket, person) if item.is_message]
