"""What all acts have in common: their form comes in a dialog or on a page, and goes to one action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from tenants.errors import NotPermitted, Refused
from tenants.models import User
from tickets.forms import desk as forms
from tickets.models import Ticket


def _is_active(ticket: Ticket) -> bool:
    return ticket.is_active


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One thing to do: its form, its permission, and the action that it calls."""

    title: str | Promise
    icon: str
    form: type[forms.TicketForm]
    permission: str
    do: Callable[..., object]
    button: str | Promise
    is_possible: Callable[[Ticket], bool] = _is_active
    key: str = ""
    text: str | Promise = ""
    #: What is told once it is done; may name the ticket's `number`.
    told: str | Promise = gettext_lazy("%(act)s: done.")
    #: Fields that the address may fill in.
    prefilled: tuple[str, ...] = ()


def done(form: forms.TicketForm, do: Callable[..., object], ticket: Ticket, person: User) -> bool:
    """Whether an action did it; its refusal becomes an error of the form, and nothing of it is written."""
    try:
        with transaction.atomic():
            form.outcome = do(ticket, **form.cleaned_data, actor=person, at=timezone.now())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def render_act(
    request: HttpRequest,
    ticket: Ticket,
    form: forms.TicketForm,
    kind: Kind,
    name: str,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """The form in a dialog for htmx, else on a page; 422 when it comes back with errors."""
    # Only a form that is shown first goes into the dialog: sent, it is an ordinary form.
    in_dialog = bool(getattr(request, "htmx", False)) and request.method == "GET"
    template = "tickets/desk/_act.html" if in_dialog else "tickets/desk/act.html"
    context = {"ticket": ticket, "form": form, "kind": kind, "name": name, **(more or {})}
    return render(request, template, context, status=422 if form.errors else 200)


def at_once(request: HttpRequest, ticket: Ticket, do: Callable[[Ticket, datetime], object]) -> HttpResponse:
    """Without a form to come back to: a refusal is said on the ticket's page."""
    try:
        with transaction.atomic():
            do(ticket, timezone.now())
    except NotPermitted as refusal:
        messages.error(request, str(refusal))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("desk:ticket", ticket.number)
