"""Calls that are to be made: the list, and what came of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tenants.access import staff, staff_who_may
from tenants.errors import Refused
from tenants.models import User
from tenants.paging import by_time
from tenants.permissions import Permission
from tickets import actions, callbacks
from tickets.forms.callbacks import CallMadeForm, CallMissedForm, CallMovedForm
from tickets.models import Callback, Ticket

#: On the first page stand those of the next hours.
SOON, MOST_SOON = timedelta(hours=4), 5


@require_safe
@staff
def calls(request: HttpRequest, person: User) -> HttpResponse:
    """Calls to be made on tickets that this person sees, the next one first."""
    after = request.GET.get("after", "")
    page = by_time(callbacks.wanted_by(person), "at", after, descending=False)
    context = {"calls": page.rows, "later": page.following, "is_first": not after, "now": timezone.now()}
    return render(request, "tickets/desk/callbacks.html", context)


@require_safe
@staff
def due(request: HttpRequest, person: User) -> HttpResponse:
    """Those that are due now and soon, as a block of the first page."""
    now = timezone.now()
    found = list(callbacks.wanted_by(person).filter(at__lte=now + SOON)[:MOST_SOON])
    return render(request, "tickets/desk/_callbacks_due.html", {"calls": found, "now": now})


@require_safe
@staff
def call(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """One call, with what can be done about it."""
    return _shown(request, person, _seen(person, pk))


@require_POST
@staff_who_may(Permission.REPLY)
def made(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """The customer was called."""
    return _done(request, person, pk, "made", CallMadeForm(request.POST, auto_id="made_%s"), actions.log_call)


@require_POST
@staff_who_may(Permission.REPLY)
def missed(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Nobody answered."""
    return _done(request, person, pk, "missed", CallMissedForm(request.POST, auto_id="missed_%s"), actions.miss_call)


@require_POST
@staff_who_may(Permission.REPLY)
def moved(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Another time."""
    return _done(request, person, pk, "moved", CallMovedForm(request.POST, auto_id="moved_%s"), actions.put_off_call)


def _done(
    request: HttpRequest, person: User, pk: UUID, name: str, form: forms.Form, act: Callable[..., Callback]
) -> HttpResponse:
    found = _seen(person, pk)
    if form.is_valid():
        try:
            with transaction.atomic():
                act(found, actor=person, at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Written down on the ticket."))
            return redirect("desk:callbacks")
    return _shown(request, person, found, **{name: form})


def _shown(request: HttpRequest, person: User, found: Callback, **filled_in: forms.Form) -> HttpResponse:
    usual: dict[str, Any] = {
        "made": CallMadeForm(auto_id="made_%s"),
        "missed": CallMissedForm(auto_id="missed_%s"),
        "moved": CallMovedForm(auto_id="moved_%s"),
    }
    context = {
        "call": found,
        "ticket": found.ticket,
        "forms": {**usual, **filled_in},
        "may_act": person.may(Permission.REPLY) and found.is_wanted,
        "now": timezone.now(),
    }
    return render(request, "tickets/desk/callback.html", context, status=422 if filled_in else 200)


def _seen(person: User, pk: UUID) -> Callback:
    """A call on a ticket that this person sees. Raises Http404."""
    seen = Ticket.objects.visible_to(person).filter(callbacks=pk).values("pk")
    return get_object_or_404(callbacks.with_ticket(Callback.objects.filter(ticket__in=seen)), pk=pk)
