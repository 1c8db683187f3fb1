"""Who is away, when, and what becomes of the tickets that they hold."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.access import staff
from tenants.errors import Refused
from tenants.fields import parse_id
from tenants.models import User
from tenants.paging import by_time
from tenants.permissions import Permission
from tickets import actions
from tickets.forms.staffing import AbsenceForm
from tickets.models import Absence


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def absences(request: HttpRequest, person: User) -> HttpResponse:
    """Who is away now and later; enter an absence of one's own, or a colleague's with the permission."""
    now = timezone.now()
    manages = person.may(Permission.MANAGE_STAFFING)
    initial = {"person": request.GET["person"]} if parse_id(request.GET.get("person", "")) else {}
    form = AbsenceForm(request.POST or None, actor=person, manages=manages, initial=initial)
    if request.method == "POST" and form.is_valid() and _planned(form, person):
        messages.success(request, _("The absence is entered."))
        return redirect("desk:absences")
    after = request.GET.get("after", "")
    page = by_time(Absence.objects.not_over(now).select_related("user"), "begins_at", after, descending=False)
    context = {
        "form": form,
        "absences": [(each, manages or each.user_id == person.pk, each.lasts(now)) for each in page.rows],
        "later": page.following,
        "is_first": not after,
        "mine": _own(person),
    }
    return render(request, "tickets/desk/absences.html", context, status=422 if form.errors else 200)


def _planned(form: AbsenceForm, actor: User) -> bool:
    said: dict[str, Any] = dict(form.cleaned_data)
    try:
        with transaction.atomic():
            actions.plan_absence(said.pop("person", actor), actor=actor, at=timezone.now(), **said)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _own(person: User) -> Absence | None:
    """The absence of somebody that lasts now."""
    return Absence.objects.at(timezone.now()).filter(user=person).order_by("-begins_at").first()


@require_POST
@staff
def away(request: HttpRequest, person: User) -> HttpResponse:
    """Be away from now on, or back again: one press."""
    now = timezone.now()
    absence = _own(person)
    try:
        with transaction.atomic():
            if request.POST.get("state") == "back":
                if absence is not None:
                    actions.end_absence(absence, actor=person, at=now)
                messages.success(request, _("You are back: tickets can be assigned to you again."))
            else:
                if absence is None:
                    actions.plan_absence(person, begins_at=now, actor=person, at=now)
                messages.info(request, _("You are away from now on. What is due goes back to your teams."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("desk:absences")


@require_safe
@staff
def away_switch(request: HttpRequest, person: User) -> HttpResponse:
    """The switch in the person's menu, fetched when it is opened."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("desk:absences")
    return render(request, "tickets/desk/_away_switch.html", {"mine": _own(person)})


@require_POST
@staff
def end(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """End an absence now, or take back one that lies ahead."""
    absence = get_object_or_404(Absence.objects.select_related("user"), pk=pk)
    try:
        with transaction.atomic():
            actions.end_absence(absence, actor=person, at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The absence of %(person)s is ended.") % {"person": absence.user})
    return redirect("desk:absences")
