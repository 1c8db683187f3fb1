"""Schedules of a template: the form with the dates that it means, pausing, and how a page tells them."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sla.document import SupportPolicy
from tenants.access import staff_who_may
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import actions, recurring
from tickets.forms.templates import ScheduleForm, schedule_filled
from tickets.models import TemplateSchedule, TicketTemplate
from tickets.sentences import recurring as sentences
from tickets.views.desk.common import policy_in_force

MOST_DATES = 5


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.MANAGE_TEMPLATES)
def new(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """A new schedule of a template."""
    template = get_object_or_404(TicketTemplate.objects.for_page(), pk=pk)
    today = timezone.localdate()
    initial = {"starts_on": today, "weekdays": [today.weekday()], "weekday": today.weekday()}
    return _edited(request, person, TemplateSchedule(template=template), {**initial, "day": today.day, "nth": 1})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.MANAGE_TEMPLATES)
def edit(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Change a schedule; what lies behind stays as it was."""
    found = get_object_or_404(TemplateSchedule.objects.select_related("template"), pk=pk)
    return _edited(request, person, found, schedule_filled(found))


@require_POST
@staff_who_may(Permission.MANAGE_TEMPLATES)
def switch(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Pause a schedule, or go on with it."""
    found = get_object_or_404(TemplateSchedule.objects.select_related("template"), pk=pk)
    act = actions.pause_schedule if found.is_active else actions.resume_schedule
    with transaction.atomic():
        now = act(found, actor=person, at=timezone.now())
    messages.success(request, _("The schedule goes on.") if now.is_active else _("The schedule is paused."))
    return redirect("desk:ticket_template", found.template_id)


def shown_schedules(template: TicketTemplate, policy: SupportPolicy | None) -> list[dict[str, Any]]:
    """Each schedule of a template in words, with its next dates. One query."""
    found = template.schedules.select_related("kept_by")
    return [_shown(schedule, policy) for schedule in found] if policy else []


def _shown(schedule: TemplateSchedule, policy: SupportPolicy) -> dict[str, Any]:
    shown = {"schedule": schedule, "words": sentences.words(schedule), "dates": [], "problem": ""}
    if schedule.is_active:
        try:
            shown["dates"] = dates(schedule, policy)
        except Refused as refusal:
            shown["problem"] = str(refusal)
    return shown


def dates(schedule: TemplateSchedule, policy: SupportPolicy) -> list[dict[str, Any]]:
    """The next dates in the schedule's own zone, each with why it was moved. Raises CalendarGone."""
    known = recurring.recurrence(schedule, policy)
    found = recurring.upcoming(schedule, policy, MOST_DATES)
    return [
        {
            "at": each.at,
            "words": sentences.moment(each, known.zone),
            "moved": sentences.moved(each, known.calendar),
        }
        for each in found
    ]


def _edited(request: HttpRequest, person: User, schedule: TemplateSchedule, initial: dict[str, Any]) -> HttpResponse:
    policy, is_new = policy_in_force(), schedule._state.adding
    data = request.POST if request.method == "POST" else None
    form = ScheduleForm(data, policy=policy, initial=initial)
    looks = data is not None and "look" in data
    looked: dict[str, Any] = {}
    if data is not None and form.is_valid():
        try:
            if not looks:
                with transaction.atomic():
                    actions.keep_schedule(schedule, actor=person, at=timezone.now(), **form.schedule)
                messages.success(request, _("The schedule is saved."))
                return redirect("desk:ticket_template", schedule.template_id)
            looked = _looked(form, schedule, policy)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    elif data is None and policy and not is_new:
        looked = _shown(schedule, policy)
    context = {
        "form": form,
        "template": schedule.template,
        "is_new": is_new,
        "looked": looked,
        "zones": sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")),
    }
    if looks and request.htmx:  # type: ignore[attr-defined]
        return render(request, "tickets/desk/_schedule_dates.html", context)
    return render(request, "tickets/desk/schedule_form.html", context, status=422 if form.errors else 200)


def _looked(form: ScheduleForm, schedule: TemplateSchedule, policy: SupportPolicy | None) -> dict[str, Any]:
    """The dates of what is typed, without saving it. Raises what keep_schedule() raises of its fields."""
    tried = TemplateSchedule(template=schedule.template, settled_on=schedule.settled_on, **form.schedule)
    tried.settled_at = timezone.now()
    actions.check_schedule(tried)
    return _shown(tried, policy) if policy else {}
