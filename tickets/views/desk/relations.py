"""What a ticket has to do with others, and bursts of similar ones that may be one incident."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.access import staff
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import actions, bursts, likeness, relations
from tickets.actions import incidents
from tickets.actions.linking import Role
from tickets.forms.relations import IncidentForm
from tickets.models import Burst, Ticket
from tickets.views.desk.acts import at_once
from tickets.views.desk.blocks import render_block
from tickets.views.desk.common import ticket_or_404


@require_safe
@staff
def related(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Links, children, and tickets that may be about the same."""
    ticket = ticket_or_404(person, number)
    linked = relations.linked_to(ticket, person)
    children = relations.children_in_numbers(ticket, person)
    known = {each.ticket.pk for each in linked}
    likely = [each for each in likeness.likely_duplicates(ticket, person) if each.pk not in known]
    context = {
        "linked": [each for each in linked if each.role != Role.CHILD],
        "parts": [each.ticket for each in linked if each.role == Role.CHILD],
        "children": children,
        "may_solve": relations.may_solve(ticket, children) and person.may(Permission.CHANGE),
        "late": bursts.late(ticket, person) if children else [],
        "likely": [] if ticket.merged_into_id else likely,
        "may_change": person.may(Permission.CHANGE) and ticket.merged_into_id is None,
        "may_merge": person.may(Permission.MERGE),
    }
    return render_block(request, ticket, "tickets/desk/_related.html", _("Related tickets"), context)


@require_POST
@staff
def unlink(request: HttpRequest, person: User, number: int, other: int) -> HttpResponse:
    """Remove a link."""
    ticket, linked = ticket_or_404(person, number), ticket_or_404(person, other)
    return at_once(request, ticket, lambda ticket, at: actions.unlink(ticket, linked, actor=person, at=at))


@require_safe
@staff
def offer(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """What a ticket is offered for: one incident with others, or an incident that is open."""
    ticket = ticket_or_404(person, number)
    found = bursts.offer_of(ticket, person)
    return render_block(request, ticket, "tickets/desk/_offer.html", _("Similar requests"), {"offer": found})


@require_safe
@staff
def burst_list(request: HttpRequest, person: User) -> HttpResponse:
    """Bursts that wait for a decision: a banner above the list of tickets, or a page."""
    part = bool(getattr(request, "htmx", False))
    template = "tickets/desk/_bursts.html" if part else "tickets/desk/bursts.html"
    return render(request, template, {"offers": bursts.offers(person)})


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def burst(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Choose what belongs to the incident, and make it."""
    found = _offered(person, pk)
    tickets = bursts.undecided(found, person)
    initial = {"subject": tickets[0].subject if tickets else ""}
    form = IncidentForm(request.POST or None, tickets=tickets, person=person, initial=initial)
    if request.method == "POST" and form.is_valid() and (incident := _accept(found, form, person)):
        messages.success(request, _("Ticket %(number)s is the incident now.") % {"number": incident.number})
        return redirect("desk:ticket", incident.number)
    context = {"burst": found, "form": form, "tickets": tickets}
    return render(request, "tickets/desk/burst.html", context, status=422 if form.errors else 200)


@require_POST
@staff
def dismiss(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """These are not one incident."""
    found = _offered(person, pk)
    try:
        with transaction.atomic():
            incidents.dismiss(found, actor=person, at=timezone.now())
        messages.success(request, _("They stay separate tickets, and are not offered as one incident again."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("desk:tickets")


@require_POST
@staff
def late(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Link similar tickets that came since to an incident, or say that they do not belong to it."""
    ticket = ticket_or_404(person, number)
    numbers = [int(each) for each in request.POST.getlist("chosen") if each.isascii() and each.isdecimal()]
    chosen = list(Ticket.objects.visible_to(person).filter(number__in=[each for each in numbers if each < 2**63]))
    try:
        with transaction.atomic():
            if request.POST.get("act") == "decline":
                count = incidents.decline(ticket, chosen, actor=person)
                said = ngettext("%(count)s ticket stays by itself.", "%(count)s tickets stay by themselves.", count)
            else:
                count = incidents.join(ticket, chosen, actor=person, at=timezone.now())
                said = ngettext("%(count)s ticket was linked.", "%(count)s tickets were linked.", count)
        messages.success(request, said % {"count": count})
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("desk:ticket", number)


def _offered(person: User, pk: UUID) -> Burst:
    """A burst of which a person sees two tickets, as in `bursts.offers`. Raises Http404."""
    found = get_object_or_404(Burst.objects.select_related("incident"), pk=pk)
    if Ticket.objects.visible_to(person).filter(pk__in=found.members.values("ticket")).count() < 2:
        raise Http404
    return found


def _accept(found: Burst, form: IncidentForm, person: User) -> Ticket | None:
    said = form.cleaned_data
    try:
        with transaction.atomic():
            return incidents.accept(
                found,
                chosen=said["chosen"],
                incident=said["number"],
                subject=said["subject"],
                description=said["description"] or said["subject"],
                actor=person,
                at=timezone.now(),
            )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
