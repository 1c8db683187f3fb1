"""What can be done with a ticket: each thing is a small form, on a page of its own or in a dialog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access import staff
from tenants.errors import NotPermitted, Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import actions
from tickets.forms import desk as forms
from tickets.forms.delays import DelayForm
from tickets.models import Tag, Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.promise import policy_for
from tickets.views.desk.common import ticket_or_404

DUPLICATES = 8


def _is_active(ticket: Ticket) -> bool:
    return ticket.is_active


def _has_deadline(ticket: Ticket) -> bool:
    return ticket.is_active and bool(ticket.sla)


def _has_other_team(ticket: Ticket) -> bool:
    teams = policy_for(ticket).teams.values()
    return ticket.is_active and sum(team.tier == ticket.tier.key for team in teams) > 1


def _has_exclusions(ticket: Ticket) -> bool:
    return ticket.is_active and bool(policy_for(ticket).exclusions)


def _has_refusals(ticket: Ticket) -> bool:
    return ticket.is_active and bool(policy_for(ticket).refusal_reasons)


def _is_not_closed(ticket: Ticket) -> bool:
    return ticket.status.kind != "closed"


def _is_mergeable(ticket: Ticket) -> bool:
    return ticket.merged_into_id is None


def _is_reopenable(ticket: Ticket) -> bool:
    return ticket.status.kind in ("solved", "refused") and ticket.merged_into_id is None


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


def _merge(ticket: Ticket, *, number: Ticket, actor: User, at: datetime) -> Ticket:
    return actions.merge(ticket, into=number, actor=actor, at=at)


ACTS = {
    "assign": Kind(
        title=gettext_lazy("Assign"),
        icon="user-plus",
        form=forms.AssignForm,
        permission=Permission.ASSIGN,
        do=actions.assign,
        button=gettext_lazy("Assign"),
    ),
    "handover": Kind(
        title=gettext_lazy("Hand over to a team"),
        icon="users",
        form=forms.HandOverForm,
        permission=Permission.ASSIGN,
        do=actions.hand_over,
        button=gettext_lazy("Hand over"),
        is_possible=_has_other_team,
        text=gettext_lazy("To another team of the same tier. To move between tiers, escalate or hand back."),
    ),
    "status": Kind(
        title=gettext_lazy("Change the state"),
        icon="refresh",
        form=forms.StatusForm,
        permission=Permission.CHANGE,
        do=actions.change_status,
        button=gettext_lazy("Change"),
        is_possible=_is_not_closed,
        key="s",
    ),
    "priority": Kind(
        title=gettext_lazy("Correct the priority"),
        icon="flag",
        form=forms.PriorityForm,
        permission=Permission.CHANGE,
        do=actions.change_priority,
        button=gettext_lazy("Change"),
        key="p",
    ),
    "category": Kind(
        title=gettext_lazy("Change the category"),
        icon="category",
        form=forms.CategoryForm,
        permission=Permission.CHANGE,
        do=actions.change_category,
        button=gettext_lazy("Change"),
    ),
    "delay": Kind(
        title=gettext_lazy("Announce a delay"),
        icon="hourglass",
        form=DelayForm,
        permission=Permission.REPLY,
        do=actions.announce_delay,
        button=gettext_lazy("Tell the customer"),
        is_possible=_has_deadline,
        text=gettext_lazy("When the answer takes longer: say why, and give a new time. Both are kept with the ticket."),
    ),
    "merge": Kind(
        title=gettext_lazy("Merge as a duplicate"),
        icon="git-merge",
        form=forms.MergeForm,
        permission=Permission.MERGE,
        do=_merge,
        button=gettext_lazy("Merge"),
        is_possible=_is_mergeable,
    ),
    "not_covered": Kind(
        title=gettext_lazy("Mark as not covered"),
        icon="ban",
        form=forms.NotCoveredForm,
        permission=Permission.REFUSE,
        do=actions.mark_not_covered,
        button=gettext_lazy("Mark and tell the customer"),
        is_possible=_has_exclusions,
        text=gettext_lazy("The ticket ends, and the customer is told which exclusion of the policy holds."),
    ),
    "refuse": Kind(
        title=gettext_lazy("Refuse the request"),
        icon="hand-stop",
        form=forms.RefuseForm,
        permission=Permission.REFUSE,
        do=actions.refuse,
        button=gettext_lazy("Refuse and tell the customer"),
        is_possible=_has_refusals,
        text=gettext_lazy("The ticket ends, and the customer is told why."),
    ),
    "reopen": Kind(
        title=gettext_lazy("Reopen"),
        icon="rotate-clockwise",
        form=forms.ReopenForm,
        permission=Permission.CHANGE,
        do=actions.reopen,
        button=gettext_lazy("Reopen"),
        is_possible=_is_reopenable,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def act(request: HttpRequest, person: User, number: int, name: str) -> HttpResponse:
    """Show the form of an act, or do it."""
    ticket = ticket_or_404(person, number)
    kind = ACTS.get(name)
    if kind is None:
        raise Http404
    form = kind.form(request.POST or None, ticket=ticket, person=person)
    if request.method == "POST" and form.is_valid() and done(form, kind.do, ticket, person):
        messages.success(request, _("%(act)s: done.") % {"act": kind.title})
        return redirect("desk:ticket", _where(name, ticket, form))
    return render_act(request, ticket, form, kind, name, more=_more(name, ticket, person))


def _where(name: str, ticket: Ticket, form: forms.TicketForm) -> int:
    """After merging, the ticket that stays."""
    return form.cleaned_data["number"].number if name == "merge" else ticket.number


def done(form: forms.TicketForm, do: Callable[..., object], ticket: Ticket, person: User) -> bool:
    """Whether an action did it; its refusal becomes an error of the form, and nothing of it is written."""
    try:
        with transaction.atomic():
            do(ticket, **form.cleaned_data, actor=person, at=timezone.now())
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


def _more(name: str, ticket: Ticket, person: User) -> dict[str, Any]:
    return {"duplicates": _duplicates(ticket, person)} if name == "merge" else {}


def _duplicates(ticket: Ticket, person: User) -> TicketQuerySet:
    """The customer's latest other tickets that are still open: what this one most likely repeats."""
    theirs = Ticket.objects.visible_to(person).active().filter(requester=ticket.requester_id, merged_into=None)
    return theirs.exclude(pk=ticket.pk).select_related("status").order_by("-number")[:DUPLICATES]


@require_POST
@staff
def take(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Assign the ticket to oneself."""
    return _at_once(
        request, ticket_or_404(person, number), lambda ticket, at: actions.take(ticket, actor=person, at=at)
    )


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
    return _at_once(request, ticket, lambda ticket, at: actions.add_tag(ticket, name, actor=person, at=at))


@require_POST
@staff
def remove_tag(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Take a tag off the ticket."""
    ticket = ticket_or_404(person, number)
    tag = get_object_or_404(Tag, name=request.POST.get("name", "").replace("\0", ""))
    return _at_once(request, ticket, lambda ticket, at: actions.remove_tag(ticket, tag, actor=person, at=at))


def _at_once(request: HttpRequest, ticket: Ticket, do: Callable[[Ticket, datetime], object]) -> HttpResponse:
    """Without a form to come back to: a refusal is said on the ticket's page."""
    try:
        with transaction.atomic():
            do(ticket, timezone.now())
    except NotPermitted as refusal:
        messages.error(request, str(refusal))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("desk:ticket", ticket.number)


@require_POST
@staff
def take_next(request: HttpRequest, person: User) -> HttpResponse:
    """Hand out the most urgent ticket that nobody works on: by due time, then in order of arrival."""
    with transaction.atomic():
        ticket = actions.take_next(actor=person, at=timezone.now())
    if ticket is None:
        messages.info(request, _("Nothing waits for anybody: every open ticket in your reach has an assignee."))
        return redirect("desk:tickets")
    return redirect("desk:ticket", ticket.number)
