"""The status page as staff keep it: services, and what is said about disturbances."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from notices import actions, uptime
from notices.forms.status import ComponentForm, IncidentForm, UpdateForm
from notices.models import Component, Impact, Incident
from tenants.access import staff_who_may
from tenants.errors import Refused
from tenants.models import User
from tenants.paging import by_time
from tenants.permissions import Permission
from tickets.models import Ticket


@require_safe
@staff_who_may(Permission.POST_STATUS, Permission.CONFIGURE)
def status(request: HttpRequest, person: User) -> HttpResponse:
    """What is the matter now, what was lately, and the services."""
    running: dict[UUID, list[str]] = {}
    for component, state in Impact.objects.filter(ends_at=None).values_list("component_id", "state"):
        running.setdefault(component, []).append(state)
    rows = [
        {"component": each, "state": Component.State(uptime.worst(running.get(each.pk, [])))}
        for each in Component.objects.all()
    ]
    after = request.GET.get("after", "")
    past = by_time(Incident.objects.filter(resolved_at__isnull=False), "begins_at", after)
    context = {
        "rows": rows,
        "incidents": Incident.objects.filter(resolved_at=None),
        "past": past.rows,
        "older": past.following,
        "is_first": not after,
        "may_post": person.may(Permission.POST_STATUS),
        "may_configure": person.may(Permission.CONFIGURE),
    }
    return render(request, "notices/desk/status.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.CONFIGURE)
def new_component(request: HttpRequest, person: User) -> HttpResponse:
    """List a service."""
    return _component(request, person, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.CONFIGURE)
def component(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Describe a service differently."""
    return _component(request, person, get_object_or_404(Component, pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.POST_STATUS)
def new_incident(request: HttpRequest, person: User) -> HttpResponse:
    """Tell of a disturbance."""
    tenant = request.tenant  # type: ignore[attr-defined]
    form = IncidentForm(request.POST or None, tenant=tenant, person=person)
    if request.method == "POST" and form.is_valid() and request.POST.get("then") != "preview":
        try:
            incident = actions.open_incident(**form.opened(), actor=person, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The status page tells of it now."))
            return redirect("desk:status_incident", incident.pk)
    return _written(request, form, {"heading": _("New disturbance")})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.POST_STATUS)
def incident(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """What was said about a disturbance, and what is to be said next."""
    found = get_object_or_404(Incident.objects.prefetch_related("updates__author"), pk=pk)
    form = UpdateForm(request.POST or None, tenant=request.tenant, incident=found)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid() and request.POST.get("then") != "preview":
        try:
            actions.update_incident(found, **form.said(), actor=person, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The status page says so now."))
            return redirect("desk:status_incident", pk)
    ticket = Ticket.objects.visible_to(person).filter(pk=found.ticket_id).first() if found.ticket_id else None
    is_public = Incident.objects.public().filter(pk=pk).exists()
    return _written(request, form, {"heading": str(found), "incident": found, "ticket": ticket, "is_public": is_public})


def _written(request: HttpRequest, form: UpdateForm, context: dict[str, Any]) -> HttpResponse:
    """The page of a form, with what it would say in each language where that was asked for."""
    if request.method == "POST" and not form.errors:
        said = form.cleaned_data
        context["preview"] = [
            {
                "language": code,
                "title": said.get(f"title_{code}") or said.get(f"title_{form.languages[0]}"),
                "body": said.get(f"body_{code}") or said.get(f"body_{form.languages[0]}"),
                "state": Incident.State(said["state"]),
            }
            for code in form.languages
        ]
    return render(request, "notices/desk/incident.html", {"form": form, **context}, status=422 if form.errors else 200)


def _component(request: HttpRequest, person: User, former: Component | None) -> HttpResponse:
    form = ComponentForm(request.POST or None, tenant=request.tenant, component=former)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            if former is None:
                actions.add_component(form.described(), actor=person, at=now)
            else:
                actions.change_component(former, form.described(), actor=person, at=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The service is saved."))
            return redirect("desk:status")
    context = {"form": form, "component": former}
    return render(request, "notices/desk/component.html", context, status=422 if form.errors else 200)
