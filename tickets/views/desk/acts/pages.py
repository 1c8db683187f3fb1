"""The pages of acts, and what is done at once, without a form to fill in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access import staff
from tenants.models import User
from tickets import actions, likeness
from tickets.forms import desk as forms
from tickets.models import Tag, Ticket
from tickets.views.desk.acts.changes import CHANGES
from tickets.views.desk.acts.ending import ENDING
from tickets.views.desk.acts.joining import JOINING
from tickets.views.desk.acts.kind import Kind, at_once, done, render_act
from tickets.views.desk.common import ticket_or_404

#: By the name in their address, in the order of the menu.
ACTS = {**CHANGES, **JOINING, **ENDING}


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def act(request: HttpRequest, person: User, number: int, name: str) -> HttpResponse:
    """Show the form of an act, or do it."""
    ticket = ticket_or_404(person, number)
    kind = ACTS.get(name)
    if kind is None:
        raise Http404
    # Sent with nothing in it is sent too: some acts ask for nothing.
    posted = request.POST if request.method == "POST" else None
    form = kind.form(posted, ticket=ticket, person=person, initial=_prefilled(request, kind, ticket))
    if request.method == "POST" and form.is_valid() and done(form, kind.do, ticket, person):
        messages.success(request, str(kind.told) % {"act": kind.title, "number": number})
        return redirect("desk:ticket", _where(name, ticket, form))
    return render_act(request, ticket, form, kind, name, more=_more(name, ticket, person))


def _where(name: str, ticket: Ticket, form: forms.TicketForm) -> int:
    """After merging the ticket that stays, after splitting the new one."""
    if name == "split" and isinstance(form.outcome, Ticket):
        return form.outcome.number
    return form.cleaned_data["number"].number if name == "merge" else ticket.number


def _prefilled(request: HttpRequest, kind: Kind, ticket: Ticket) -> dict[str, Any]:
    """What the address says, and the ticket's own subject where one is asked for."""
    asked: dict[str, Any] = {name: request.GET[name] for name in kind.prefilled if name in request.GET}
    if "messages" in asked:
        asked["messages"] = request.GET.getlist("messages")
    if "subject" in kind.prefilled:
        asked.setdefault("subject", ticket.subject)
    return asked


def _more(name: str, ticket: Ticket, person: User) -> dict[str, Any]:
    return {"duplicates": likeness.likely_duplicates(ticket, person)} if name == "merge" else {}


@require_POST
@staff
def take(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Assign the ticket to oneself."""
    return at_once(request, ticket_or_404(person, number), lambda ticket, at: actions.take(ticket, actor=person, at=at))


@require_POST
@staff
def add_tag(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Put a tag on the ticket."""
    ticket = ticket_or_404(person, number)
    form = forms.TagForm(request.POST, ticket=ticket, person=person)
    if not form.is_valid():
        messages.error(request, _("Write a word of 50 letters at most."))
        return redirect("desk:ticket", number)
    name = form.cleaned_data["name"]
    return at_once(request, ticket, lambda ticket, at: actions.add_tag(ticket, name, actor=person, at=at))


@require_POST
@staff
def remove_tag(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Take a tag off the ticket."""
    ticket = ticket_or_404(person, number)
    tag = get_object_or_404(Tag, name=request.POST.get("name", "").replace("\0", ""))
    return at_once(request, ticket, lambda ticket, at: actions.remove_tag(ticket, tag, actor=person, at=at))
