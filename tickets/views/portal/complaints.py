"""Complaining about how a request was handled, and following what comes of it."""

from __future__ import annotations

from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sla import words
from sla.models import version_in_force
from tenants.context import active_tenant
from tenants.fields import parse_id
from tenants.models import User
from tenants.tables import instant, lines_of, sent
from tenants.text import say
from tickets import actions, complaints, desk
from tickets.forms.complaints import ComplaintForm, ComplaintMessageForm
from tickets.models import Complaint, ComplaintEvent, Holder
from tickets.views.portal.common import View, attempt, customer_required, policy_required, tickets_of
from tickets.views.portal.files import serve
from tickets.views.portal.lists import PAGE_SIZE, crumbs


def in_person(view: View) -> View:
    """Not for somebody who only looks as another person: the complaint may be about them."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "viewer", None) is not None:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@customer_required
@in_person
@policy_required
def mine(request: HttpRequest, person: User) -> HttpResponse:
    """What this person complained of."""
    context = _page(request, complaints.of(person)) | {
        "may_complain": desk.current_policy().policy.complaints is not None,
        "crumbs": crumbs((_("My complaints"), "")),
    }
    return render(request, "tickets/portal/complaints.html", context)


@require_safe
@customer_required
def link(request: HttpRequest, person: User) -> HttpResponse:
    """The way to them in the person's menu, asked for when it opens; nothing where one can't complain and never did."""
    version = version_in_force()
    can_complain = version is not None and version.policy.complaints is not None
    if getattr(request, "viewer", None) is not None or not (can_complain or complaints.of(person).exists()):
        return HttpResponse()
    return render(request, "tickets/portal/_complaints_link.html")


@require_safe
@customer_required
@in_person
def export(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """All of it as a file, with what they read of each."""
    heading = [_("Complaint"), _("Ticket"), _("Subject"), _("Filed"), _("To be decided by"), _("Decided"), _("In time")]
    heading += [_("Outcome"), _("What went wrong?"), _("What is done about it")]
    return sent("complaints", lines_of(person, heading, complaints.of, _cells, may=lambda _reader: True))


def _cells(row: Complaint) -> list[str]:
    in_time = "" if row.is_open else _("yes") if row.is_in_time else _("no")
    times = [instant(at) for at in (row.filed_at, row.due_at, row.decided_at)]
    about = [str(row), str(row.ticket.number), row.ticket.subject]
    return [*about, *times, in_time, row.get_outcome_display(), row.text, row.remedy]


def _page(request: HttpRequest, found: QuerySet[Complaint]) -> dict[str, Any]:
    """Those of a page, the newest first, and where the next ones are."""
    before = parse_id(request.GET.get("before", ""))
    rows = list((found.filter(pk__lt=before) if before else found)[: PAGE_SIZE + 1])
    return {
        "complaints": rows[:PAGE_SIZE],
        "next_url": f"?before={rows[PAGE_SIZE - 1].pk}" if len(rows) > PAGE_SIZE else "",
        "previous_url": "?" if before else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@customer_required
@in_person
@policy_required
def new(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Complain about a request that this person sees; while a complaint is open, this leads to it."""
    ticket = tickets_of(person).select_related("assignee").filter(number=number).first()
    policy, at = desk.current_policy().policy, timezone.now()
    if ticket is None or policy.complaints is None:
        raise Http404
    former = complaints.of(person).filter(ticket=ticket)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ComplaintForm(*sent, people=complaints.who_answered(ticket))
    form.holder = Holder(person)
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data}
        act = lambda: actions.file_complaint(ticket, actor=person, at=at, **{**said, "files": form.attached()})  # noqa: E731
        made = attempt(form, act)
        if made is not None:
            messages.success(request, _("We have your complaint."))
            return redirect("portal:complaint", made.pk)
    form.keep_files(at=at)
    due = policy.complaint_due(at)
    context = _page(request, former) | {
        "ticket": ticket,
        "form": form,
        "open": former.filter(decided_at=None).first(),
        "text": say(policy.complaints.text),
        "due": words.when(due) if due else "",
        "zone": words.whose_time(active_tenant().timezone),
        "length": words.duration(policy.complaints.target),
        "crumbs": crumbs((f"#{number}", reverse("portal:ticket", args=[number])), (_("Complaint"), "")),
    }
    return render(request, "tickets/portal/complain.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_required
@in_person
def complaint(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """A complaint as the one who filed it sees it: by when it is answered, what was said, and the outcome."""
    found = complaints.own(person, pk)
    if found is None:
        raise Http404
    form = ComplaintMessageForm(*((request.POST, request.FILES) if request.method == "POST" else (None, None)))
    form.holder = Holder(person)
    if request.method == "POST" and form.is_valid():
        act = lambda: actions.add_to_complaint(  # noqa: E731
            found, actor=person, at=timezone.now(), text=form.cleaned_data["text"], files=form.attached()
        )
        if attempt(form, act) is not None:
            return redirect("portal:complaint", pk)
    form.keep_files(at=timezone.now())
    context = {**_shown(found, person), "form": form}
    return render(request, "tickets/portal/complaint.html", context, status=422 if form.errors else 200)


@require_safe
@customer_required
@in_person
def news(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """What is new of it, for the page that shows it; 204 when that is nothing."""
    found = complaints.own(person, pk)
    if found is None:
        raise Http404
    context = _shown(found, person)
    if is_known(request, context["history"]):
        return HttpResponse(status=204)
    return render(request, "tickets/portal/_complaint_news.html", {**context, "is_told": True})


def is_known(request: HttpRequest, history: list[ComplaintEvent]) -> bool:
    """Whether a page that asks for news shows the last of it already."""
    return bool(history) and request.GET.get("seen") == str(history[-1].pk)


@require_safe
@customer_required
@in_person
def file(request: HttpRequest, person: User, pk: UUID, file: UUID) -> HttpResponseBase:
    """A file that somebody sent with what they said about it."""
    found = complaints.own(person, pk)
    kept = complaints.file_of(found, file, for_handlers=False) if found else None
    if kept is None:
        raise Http404
    return serve(kept)


def _shown(found: Complaint, person: User) -> dict[str, Any]:
    handlers = complaints.handlers(found) if found.is_open else []
    return {
        "files": reverse("portal:complaint", args=[found.pk]) + "files/",
        "complaint": found,
        "ticket": found.ticket,
        "may_see": tickets_of(person).filter(pk=found.ticket_id).exists(),
        "history": complaints.history(found, for_handlers=False),
        "named": complaints.named_to_customer(found),
        "nobody": found.is_open and not handlers,
        "with_administrators": complaints.is_with_administrators(handlers),
        "due": words.when(found.due_at),
        "zone": words.whose_time(active_tenant().timezone),
        "is_late": found.is_open and found.due_at < timezone.now(),
        "crumbs": crumbs((_("My complaints"), reverse("portal:complaints")), (_("Complaint"), "")),
    }
