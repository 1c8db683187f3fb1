"""The register of complaints, and what those do who decide about them. To anybody else none of it exists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from tenants.access import staff_who_may
from tenants.errors import Refused
from tenants.fields import parse_id
from tenants.models import User
from tenants.permissions import Permission
from tenants.tables import instant, lines_of, sent
from tickets import actions, complaints
from tickets.forms.complaints import ComplaintMessageForm, ComplaintNoteForm, DecisionForm
from tickets.forms.files import UploadingForm
from tickets.models import Complaint, Holder, Ticket
from tickets.views.portal.complaints import in_person, is_known
from tickets.views.portal.files import serve

PAGE_SIZE = 50
#: The figures above the register are of so many days.
MEASURED = timedelta(days=90)
STATES = ("open", "overdue", "decided")


@require_safe
@staff_who_may(Permission.HANDLE_COMPLAINTS)
@in_person
def register(request: HttpRequest, person: User) -> HttpResponse:
    """Complaints that this person may read, the newest first, with how they were answered."""
    now = timezone.now()
    found = _narrowed(request.GET, person, now)
    before = parse_id(request.GET.get("before", ""))
    rows = list((found.filter(pk__lt=before) if before else found)[: PAGE_SIZE + 1])
    context = {
        "complaints": rows[:PAGE_SIZE],
        "older": rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None,
        "is_first": not before,
        "states": _choices(request.GET, "state", [("", pgettext("figure", "All")), *_named_states()]),
        "outcomes": _choices(request.GET, "outcome", [("", _("Any")), *Complaint.Outcome.choices[1:]]),
        "is_narrowed": bool(request.GET.get("state") or request.GET.get("outcome")),
        "figures": complaints.figures(person, since=now - MEASURED, at=now),
        "days": MEASURED.days,
        "now": now,
    }
    return render(request, "tickets/desk/complaints.html", context)


@require_safe
@staff_who_may(Permission.HANDLE_COMPLAINTS)
@in_person
def export(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """The register as a file, narrowed as the page was."""
    asked, now = request.GET, timezone.now()
    heading = [
        _("Complaint"),
        _("Ticket"),
        _("Customer"),
        _("Filed"),
        _("To be decided by"),
        _("Decided"),
        _("In time"),
    ]
    heading += [_("Outcome"), _("Handled by"), _("What went wrong?"), _("What is done about it")]

    def rows(reader: User) -> QuerySet[Complaint]:
        return _narrowed(asked, reader, now)

    return sent("complaints", lines_of(person, heading, rows, _cells, permission=Permission.HANDLE_COMPLAINTS))


def _cells(row: Complaint) -> list[str]:
    in_time = "" if row.is_open else _("yes") if row.is_in_time else _("no")
    times = [instant(at) for at in (row.filed_at, row.due_at, row.decided_at)]
    told = [row.get_outcome_display(), str(row.handler or ""), row.text, row.remedy]
    return [str(row), str(row.ticket.number), str(row.complainant), *times, in_time, *told]


@require_safe
@staff_who_may(Permission.HANDLE_COMPLAINTS)
@in_person
def complaint(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """A complaint with all that was said and done about it."""
    return _shown(request, person, _readable(person, pk))


@require_POST
@staff_who_may(Permission.HANDLE_COMPLAINTS)
@in_person
def take(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Decide it oneself."""
    found = _readable(person, pk)
    try:
        with transaction.atomic():
            actions.take_complaint(found, actor=person, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("desk:complaint", pk)


@require_POST
@staff_who_may(Permission.HANDLE_COMPLAINTS)
@in_person
def say(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Write to the one who complains."""
    found, form = _readable(person, pk), ComplaintMessageForm(request.POST, request.FILES, auto_id="say_%s")
    form.holder = Holder(person)
    act = lambda said: actions.add_to_complaint(  # noqa: E731
        found, actor=person, at=timezone.now(), text=said["text"], files=form.attached()
    )
    return _done(request, person, found, "say", form, act)


@require_POST
@staff_who_may(Permission.HANDLE_COMPLAINTS)
@in_person
def note(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Keep something for those who decide."""
    found, form = _readable(person, pk), ComplaintNoteForm(request.POST, request.FILES, auto_id="note_%s")
    form.holder = Holder(person)
    act = lambda said: actions.note_on_complaint(  # noqa: E731
        found, actor=person, at=timezone.now(), text=said["text"], files=form.attached()
    )
    return _done(request, person, found, "note", form, act)


@require_POST
@staff_who_may(Permission.HANDLE_COMPLAINTS)
@in_person
def decide(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Decide it, and tell the customer."""
    found, form = _readable(person, pk), DecisionForm(request.POST, auto_id="decide_%s")
    act = lambda said: actions.decide_complaint(found, actor=person, at=timezone.now(), **said)  # noqa: E731
    return _done(request, person, found, "decide", form, act)


#: Which field a refusal is about.
_FIELDS = {"reason_missing": "text", "remedy_missing": "remedy", "empty_message": "text"}


def _done(
    request: HttpRequest,
    person: User,
    found: Complaint,
    name: str,
    form: forms.Form,
    act: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    if form.is_valid():
        try:
            with transaction.atomic():
                act(form.cleaned_data)
        except Refused as refusal:
            form.add_error(_FIELDS.get(refusal.code), str(refusal))
        else:
            return redirect("desk:complaint", found.pk)
    if isinstance(form, UploadingForm):
        form.keep_files(at=timezone.now())
    return _shown(request, person, found, **{name: form})


def _shown(request: HttpRequest, person: User, found: Complaint, **filled_in: forms.Form) -> HttpResponse:
    usual: dict[str, Any] = {
        "say": ComplaintMessageForm(auto_id="say_%s"),
        "note": ComplaintNoteForm(auto_id="note_%s"),
        "decide": DecisionForm(auto_id="decide_%s"),
    }
    context = {**_context(found, person), "forms": {**usual, **filled_in}}
    return render(request, "tickets/desk/complaint.html", context, status=422 if filled_in else 200)


@require_safe
@staff_who_may(Permission.HANDLE_COMPLAINTS)
@in_person
def news(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """What is new of it, for the page that shows it; 204 when that is nothing."""
    context = _context(_readable(person, pk), person)
    if is_known(request, context["history"]):
        return HttpResponse(status=204)
    return render(request, "tickets/desk/_complaint_news.html", {**context, "is_told": True})


@require_safe
@staff_who_may(Permission.HANDLE_COMPLAINTS)
@in_person
def file(request: HttpRequest, person: User, pk: UUID, file: UUID) -> HttpResponseBase:
    """A file that somebody sent with what they said about it."""
    kept = complaints.file_of(_readable(person, pk), file, for_handlers=True)
    if kept is None:
        raise Http404
    return serve(kept)


def _context(found: Complaint, person: User) -> dict[str, Any]:
    return {
        "complaint": found,
        "files": reverse("desk:complaint", args=[found.pk]) + "files/",
        "ticket": found.ticket,
        "may_see": Ticket.objects.visible_to(person).filter(pk=found.ticket_id).exists(),
        "named": complaints.named(found),
        "with_administrators": complaints.is_with_administrators(complaints.handlers(found)),
        "history": complaints.history(found, for_handlers=True),
        "for_handlers": True,
        "person": person,
        "now": timezone.now(),
    }


def _readable(person: User, pk: UUID) -> Complaint:
    found = complaints.readable(person, pk)
    if found is None:
        raise Http404
    return found


def _narrowed(address: QueryDict, person: User, now: datetime) -> QuerySet[Complaint]:
    found, state, outcome = complaints.handled_by(person), address.get("state", ""), address.get("outcome", "")
    if state == "open":
        found = found.filter(decided_at=None)
    elif state == "overdue":
        found = found.filter(decided_at=None, due_at__lt=now)
    elif state == "decided":
        found = found.filter(decided_at__isnull=False)
    return found.filter(outcome=outcome) if outcome in Complaint.Outcome.values and outcome else found


def _named_states() -> list[tuple[str, str]]:
    names = (pgettext("figure", "Open"), pgettext("figure", "Overdue"), pgettext("figure", "Decided"))
    return list(zip(STATES, names, strict=True))


def _choices(address: QueryDict, name: str, choices: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    """Links that narrow the register, each keeping what the others chose."""
    made = []
    for value, label in choices:
        query = address.copy()
        query.pop("before", None)
        query.pop(name, None)
        if value:
            query[name] = value
        made.append({"label": label, "url": f"?{query.urlencode()}", "current": address.get(name, "") == value})
    return made
