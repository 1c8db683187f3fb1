"""Ticking off the steps that an agent sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tenants.errors import Refused
from tenants.models import User
from tickets import actions
from tickets.errors import RudeWords, RudeWordsWarned
from tickets.forms.checklists import TickForm
from tickets.forms.portal import CommentForm
from tickets.models import ChecklistStep
from tickets.views.portal.common import customer_required, tickets_of
from tickets.views.portal.ticket import find_or_404, show


@require_POST
@customer_required
def tick(request: HttpRequest, person: User, number: int, pk: UUID) -> HttpResponse:
    """Done, with what came of it; or not done after all."""
    seen = tickets_of(person).filter(number=number)
    step = get_object_or_404(ChecklistStep, pk=pk, checklist__ticket__in=seen, checklist__withdrawn_at=None)
    if wrong := tick_from(request, step, person):
        return show(request, person, find_or_404(person, number), CommentForm(), status=422, more=wrong)
    return redirect(f"{reverse('portal:ticket', args=[number])}#steps-{step.checklist_id}")


def tick_from(request: HttpRequest, step: ChecklistStep, person: User) -> dict[str, Any]:
    """Do what a page of the ticket sent; what it is to show instead where that can't be kept, with what was typed."""
    form = TickForm(request.POST)
    if not form.is_valid():
        # Of every field, since not only what people type can be wrong.
        messages.error(request, " ".join(str(error) for said in form.errors.values() for error in said))
        return {"refused_step": step.pk, "refused_result": form.data.get("result", "")}
    try:
        with transaction.atomic():
            if "undo" in request.POST:
                actions.untick(step, actor=person, at=timezone.now())
            else:
                said = {name: form.cleaned_data[name] for name in ("result", "as_it_is")}
                actions.tick(step, actor=person, at=timezone.now(), **said)
    except (RudeWords, RudeWordsWarned) as refusal:
        messages.warning(request, str(refusal))
        form.refused_for = refusal.code
        return {"refused_step": step.pk, "refused_result": form.cleaned_data["result"], "refused_form": form}
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return {}
