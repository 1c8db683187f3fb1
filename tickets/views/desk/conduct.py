"""Fair use as the desk sees it: where a customer stands, what managers decide, what is suspended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tenants.access import staff, staff_who_may
from tenants.errors import Refused
from tenants.models import Role, User
from tenants.paging import by_time
from tenants.permissions import Permission
from tickets import actions
from tickets.actions.suspending import causes
from tickets.fairuse.standing import standing_of
from tickets.forms.conduct import DecisionForm, SuspensionForm
from tickets.models import Strike, Suspension
from tickets.timeline import Item
from tickets.views.desk import dangerous
from tickets.views.desk.blocks import render_block
from tickets.views.desk.common import ticket_or_404
from tickets.views.desk.dangerous import Danger

#: Suspensions of one customer on a page.
FORMER = 10


def of(story: list[Item]) -> dict[str, Any]:
    """What a ticket's page shows of it, out of its history, without a query."""
    suspected = [item for item in story if item.verb == "duplicate.suspected"]
    return {
        "nudges": sum(item.verb == "ticket.nudged" for item in story),
        "suspected": suspected[-1] if suspected else None,
    }


@require_safe
@staff
def block(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Where the ticket's customer stands, in the panel."""
    ticket = ticket_or_404(person, number)
    context = {
        "standing": standing_of(ticket.requester, at=timezone.now(), reader=person),
        "customer": ticket.requester,
    }
    return render_block(request, ticket, "tickets/desk/_conduct.html", _("Fair use"), context)


@require_safe
@staff_who_may(Permission.SUSPEND)
def to_decide(request: HttpRequest, person: User) -> HttpResponse:
    """What managers are asked, and whose support is suspended; the oldest question first."""
    reviews = Strike.objects.to_review().select_related("person", "ticket")
    suspensions = Suspension.objects.select_related("person", "organization", "made_by", "appealed_by")
    context = {
        "reviews": _part(request, "reviews", reviews, "at", descending=False),
        "appeals": _part(request, "appeals", suspensions.to_decide(), "appealed_at", descending=False),
        "suspensions": _part(request, "suspensions", suspensions.current(), "made_at"),
        "now": timezone.now(),
    }
    return render(request, "tickets/desk/to_decide.html", context)


def _part(
    request: HttpRequest, name: str, rows: QuerySet[Any], field: str, *, descending: bool = True
) -> dict[str, Any]:
    """One of the lists of a page, each of which is turned by itself, by the part of the address that bears its name."""
    after = request.GET.get(name, "")
    page = by_time(rows, field, after, descending=descending)
    others = request.GET.copy()
    others.pop(name, None)
    following = others.copy()
    following[name] = page.following
    return {
        "rows": page.rows,
        "previous_url": f"?{others.urlencode()}" if after else "",
        "next_url": f"?{following.urlencode()}" if page.following else "",
    }


@require_safe
@staff
def conduct(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """One customer: what counts, what was suspended, and what a manager can do."""
    return _page(request, person, _customer(pk))


def _customer(pk: UUID) -> User:
    return get_object_or_404(User.objects.select_related("role").filter(role__kind=Role.Kind.CUSTOMER), pk=pk)


def _page(
    request: HttpRequest,
    person: User,
    shown: User,
    *,
    suspend: SuspensionForm | None = None,
    decision: forms.Form | None = None,
) -> HttpResponse:
    standing, known = standing_of(shown, at=timezone.now(), reader=person), causes()
    own = Suspension.objects.filter(person=shown).select_related("made_by", "ended_by", "decided_by")
    after = request.GET.get("former", "")
    page = by_time(own, "made_at", after, size=FORMER)
    rows: list[dict[str, Any]] = [{"row": each, "cause": known.get(each.cause, each.cause)} for each in page.rows]
    # Of a customer's the one that holds is the latest, so it is on the first page.
    now_held = own.current().first() if after else next((each for each in page.rows if each.ended_at is None), None)
    context = {
        "shown": shown,
        "standing": standing,
        "current": {"row": now_held, "cause": known.get(now_held.cause, now_held.cause)} if now_held else None,
        "former": [each for each in rows if each["row"].ended_at is not None],
        "older": page.following,
        "is_older": bool(after),
        "review": Strike.objects.to_review().filter(person=shown).order_by("at").first(),
        "kept": Strike.objects.standing().filter(person=shown, counts=False).count(),
        "may_withdraw": person.may(Permission.MARK_FALSE),
        "may_suspend": person.may(Permission.SUSPEND),
        "suspend_form": suspend or SuspensionForm(auto_id="suspend_%s"),
        "decision_form": decision or DecisionForm(auto_id="decision_%s"),
    }
    wrong = suspend is not None or decision is not None
    return render(request, "tickets/desk/conduct.html", context, status=422 if wrong else 200)


@require_POST
@staff_who_may(Permission.SUSPEND)
def suspend(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Suspend a customer's support, once what is lost has been read."""
    shown = _customer(pk)
    form = SuspensionForm(request.POST, auto_id="suspend_%s")
    if not form.is_valid():
        return _page(request, person, shown, suspend=form)
    danger = Danger(
        title=_("Suspend the support of %(name)s") % {"name": shown},
        lost=[
            _("They can file no request meanwhile, by page, mail or program, and read the reason instead."),
            _("What anybody files under their address without signing in is put on hold, and nothing is promised."),
            _("What is open goes on. You can lift the suspension at any time."),
        ],
        button=_("Suspend support"),
        back=reverse("desk:conduct", args=[shown.pk]),
    )
    if page := dangerous.asked(request, danger, word=shown.email):
        return page
    try:
        with transaction.atomic():
            actions.suspend(shown, **form.cleaned_data, actor=person, at=timezone.now())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, person, shown, suspend=form)
    messages.success(request, _("Suspended. They get a mail with the reason."))
    return redirect("desk:conduct", pk)


@require_POST
@staff_who_may(Permission.SUSPEND)
def lift(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Give the support back at once."""
    shown = _customer(pk)
    return _at_once(request, shown, lambda: actions.lift_suspension(shown, actor=person, at=timezone.now()))


@require_POST
@staff_who_may(Permission.SUSPEND)
def decide(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Answer an objection; of a company's its page comes back."""
    found = get_object_or_404(Suspension.objects.select_related("person__role", "organization"), pk=pk)
    form = DecisionForm(request.POST, auto_id="decision_%s")
    if form.is_valid():
        try:
            with transaction.atomic():
                actions.decide_appeal(
                    found,
                    is_granted=form.cleaned_data["outcome"] == "grant",
                    words=form.cleaned_data["words"],
                    actor=person,
                    at=timezone.now(),
                )
        except Refused as refusal:
            form.add_error(None, str(refusal))
    if form.errors:
        return _decision(request, person, found, form)
    messages.success(request, _("Decided. They get a mail with your answer."))
    if found.organization_id is not None:
        return redirect("desk:organization", found.organization_id)
    return redirect("desk:conduct", found.person_id)


def _decision(request: HttpRequest, person: User, found: Suspension, form: DecisionForm) -> HttpResponse:
    if found.person is not None:
        return _page(request, person, found.person, decision=form)
    return render(request, "tickets/desk/appeal.html", {"row": found, "decision_form": form}, status=422)


@require_safe
@staff_who_may(Permission.SUSPEND)
def appeal(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """An objection of a company, with the form that answers it."""
    found = Suspension.objects.select_related("person", "organization", "made_by", "appealed_by")
    row = get_object_or_404(found.exclude(appeal_state=""), pk=pk)
    if row.organization is None:  # a person's stands on the page of their conduct
        return redirect("desk:conduct", row.person_id)
    context = {"row": row, "decision_form": DecisionForm(auto_id="decision_%s")}
    return render(request, "tickets/desk/appeal.html", context)


@require_POST
@staff_who_may(Permission.MARK_FALSE)
def withdraw(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Take back what counted, on a ticket that one sees."""
    found = get_object_or_404(Strike.objects.on_tickets_of(person).select_related("person__role", "ticket"), pk=pk)
    return _at_once(request, found.person, lambda: actions.withdraw_strike(found, actor=person, at=timezone.now()))


@require_POST
@staff_who_may(Permission.SUSPEND)
def settle(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Leave it at the warning."""
    found = get_object_or_404(Strike.objects.select_related("person__role"), pk=pk)
    return _at_once(request, found.person, lambda: actions.settle_review(found, actor=person, at=timezone.now()))


def _at_once(request: HttpRequest, shown: User, do: Any) -> HttpResponse:
    try:
        with transaction.atomic():
            do()
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("desk:conduct", shown.pk)
