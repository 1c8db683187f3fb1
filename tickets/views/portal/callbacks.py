"""Asking to be called, about a request or about something new."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sla import words
from tenants.errors import Refused
from tenants.models import User
from tenants.text import say
from tickets import actions, callbacks, desk
from tickets.actions.callbacks import may_cancel
from tickets.fairuse.contact import contact_about
from tickets.forms.callbacks import CallbackForm
from tickets.forms.conduct import ContactForm
from tickets.models import Ticket
from tickets.views.portal import conduct
from tickets.views.portal.common import attempt, customer_required, policy_required, tickets_of
from tickets.views.portal.lists import crumbs


@require_http_methods(["GET", "HEAD", "POST"])
@customer_required
@policy_required
def ask(request: HttpRequest, person: User, number: int | None = None) -> HttpResponse:
    """A form with the times at which somebody is there; about a request, or it opens one."""
    ticket = tickets_of(person).filter(number=number).first() if number is not None else None
    policy, at = desk.current_policy().policy, timezone.now()
    line, calendar = callbacks.phone_line(policy), callbacks.calendar_of(policy)
    if line is None or calendar is None or (number is not None and ticket is None):
        raise Http404
    if ticket is not None and not contact_about(ticket, at=at).is_open:
        # What was typed is kept with the request, and the page says when to call.
        kept = {**request.POST.dict(), "body": request.POST.get("topic", "")}
        return conduct.answer(request, person, ticket.number, ContactForm(kept if request.method == "POST" else None))
    form = CallbackForm(request.POST or None, days=callbacks.by_day(calendar, at, callbacks.taken(policy, at)))
    if request.method == "POST" and form.is_valid():
        about = attempt(form, lambda: _asked(ticket, person, form.cleaned_data))
        if about is not None:
            messages.success(request, _("We call you: %(when)s") % {"when": words.when(form.cleaned_data["when"])})
            return redirect("portal:ticket", about.number)
    former = callbacks.open_on(ticket) if ticket else None
    context = {
        "ticket": ticket,
        "form": form,
        "line": say(line.name),
        "is_advisory": line.status == "advisory",
        "now": words.open_now(calendar, at),
        "hours": words.hours(calendar),
        "former": former,
        "is_theirs": former is not None and former.is_of(person),
        "may_cancel": former is not None and may_cancel(former, person),
        "crumbs": crumbs(*_way(ticket), (_("Call me back"), "")),
    }
    return render(request, "tickets/portal/callback.html", context, status=422 if form.errors else 200)


def _asked(ticket: Ticket | None, person: User, said: dict[str, Any]) -> Ticket:
    """The ticket that the call is about; sent twice it is one call, and one ticket."""
    wanted = {name: said[name] for name in ("phone", "topic", "when", "as_it_is")} | {"actor": person}
    if ticket is not None:
        return actions.ask_callback(ticket, at=timezone.now(), **wanted).ticket
    opened = partial(actions.open_with_callback, at=timezone.now(), **wanted)
    return actions.once(said["token"], person=person, act=lambda: opened().ticket)


def _way(ticket: Ticket | None) -> list[tuple[str, str]]:
    return [(f"#{ticket.number}", reverse("portal:ticket", args=[ticket.number]))] if ticket else []


@require_POST
@customer_required
def cancel(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """No call is needed any more."""
    ticket = tickets_of(person).filter(number=number).first()
    found = callbacks.open_on(ticket) if ticket else None
    if ticket is None:
        raise Http404
    if found is not None:
        try:
            actions.cancel_callback(found, actor=person, at=timezone.now())
            messages.success(request, _("The call is cancelled."))
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect("portal:ticket", number)
