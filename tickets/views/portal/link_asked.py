"""What is asked of a customer on their request, done by the bearer of a signed link: steps to tick off, a yes or a no.

A link may do on its one ticket what the customer may do there, since it proves as much as signing in does: the code
for signing in is mailed to the same address. So its bearer ticks steps off and answers approvals that are asked of the
person to whom it was mailed. It may not more than that: it answers for nobody else, on no other ticket, not before it
was confirmed who filed the request, and never as staff, whose word counts for the helpdesk and who sign in.
Only a form that is sent changes anything: mail programs open links by themselves.
"""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tickets import actions, approvals
from tickets.forms.approvals import AnswerForm
from tickets.forms.portal import CommentForm
from tickets.links import Bearer
from tickets.models import ChecklistStep
from tickets.views.portal.approvals import answered, render_approval
from tickets.views.portal.checklists import tick_from
from tickets.views.portal.link import bearer_required, confirm_page, show
from tickets.views.portal.lists import crumbs


@bearer_required
@require_POST
def tick(request: HttpRequest, token: str, bearer: Bearer, pk: UUID) -> HttpResponse:
    """Done, with what came of it; or not done after all."""
    if bearer.must_confirm:
        return confirm_page(request, token, bearer)
    _require_customer(bearer)
    step = get_object_or_404(ChecklistStep, pk=pk, checklist__ticket=bearer.ticket, checklist__withdrawn_at=None)
    if wrong := tick_from(request, step, bearer.person):
        return show(request, token, bearer, CommentForm(), status=422, more=wrong)
    actions.prove(bearer.person)
    return redirect(f"{reverse('portal:link', args=[token])}#steps-{step.checklist_id}")


@bearer_required
@require_http_methods(["GET", "HEAD", "POST"])
def approval(request: HttpRequest, token: str, bearer: Bearer, pk: UUID) -> HttpResponse:
    """Read what is asked and answer it."""
    if bearer.must_confirm:
        return confirm_page(request, token, bearer)
    _require_customer(bearer)
    asked = approvals.asked_of(bearer.person, pk)
    if asked is None or asked.approval.ticket_id != bearer.ticket.pk:
        raise Http404
    form = AnswerForm(request.POST or None, initial={"comment": asked.comment})
    if request.method == "POST" and answered(request, asked, form, bearer.person):
        actions.prove(bearer.person)
        return redirect("portal:link_approval", token, pk)
    back = reverse("portal:link", args=[token])
    more = {
        "bearer": bearer,
        "addresses": {"files": f"{back}files/"},
        "ticket_url": back,
        "crumbs": crumbs((f"#{bearer.ticket.number}", back), (_("Approval"), "")),
    }
    return render_approval(request, asked, form, bearer.person, more)


def _require_customer(bearer: Bearer) -> None:
    if bearer.person.is_staff_member:
        raise Http404
