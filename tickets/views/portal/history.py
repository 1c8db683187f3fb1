"""All contacts of a customer over all channels: to read, to search, and to take along as a file."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tenants.errors import Refused
from tenants.models import User
from tickets import actions, archive, contacts, timeline
from tickets.actions import history as making
from tickets.models import Channel, HistoryExport, Message, Organization
from tickets.views.portal.common import customer_required
from tickets.views.portal.lists import crumbs
from tickets.views.spelling import correction_of

PAGE_SIZE = 25


@require_safe
@customer_required
def contacts_page(request: HttpRequest, person: User) -> HttpResponse:
    """What was said, the newest first, by whose requests, channel and words."""
    seen = contacts.organizations_of(person)
    chosen = next((each for each in seen if str(each.pk) == request.GET.get("of")), None)
    words, channel = request.GET.get("q", "").replace("\0", "")[:200], request.GET.get("channel", "")[:60]
    channels = list(Channel.objects.filter(is_active=True))
    known = channel if any(each.key == channel for each in channels) else ""
    found = contacts.messages_of(person, chosen, words=words, channel=known)
    page = contacts.first_of(_after(found, request), PAGE_SIZE + 1)
    kept = {"of": str(chosen.pk) if chosen else "", "q": words, "channel": known}
    kept = {name: value for name, value in kept.items() if value}
    found_nothing = words and not page and "before" not in request.GET
    if found_nothing and (better := contacts.corrected(person, chosen, words=words, channel=known)):
        return redirect(f"{request.path}?{urlencode({**kept, 'q': better, 'typed': words})}")
    context = {
        "contacts": [(each, timeline.name_for_customers(each.author, person)) for each in page[:PAGE_SIZE]],
        "next_url": _next_url(page[PAGE_SIZE - 1], kept) if len(page) > PAGE_SIZE else "",
        "previous_url": f"?{urlencode(kept)}" if "before" in request.GET else "",
        "organizations": seen,
        "chosen": chosen,
        "words": words,
        "correction": correction_of(request),
        "channel": known,
        "channels": channels,
        "may_export": chosen is None or contacts.may_export(person, chosen),
        "exports": _shown(person, timezone.now()),
        "crumbs": crumbs((_("All contacts"), "")),
    }
    return render(request, "tickets/portal/history/contacts.html", context)


def _after(found: QuerySet[Message], request: HttpRequest) -> QuerySet[Message]:
    """The page that begins below the last row that was seen."""
    try:
        at, pk = parse_datetime(request.GET.get("before", "")), UUID(request.GET.get("id", ""))
    except ValueError:
        return found
    if at is None or timezone.is_naive(at):
        return found
    return found.filter(Q(posted_at__lt=at) | Q(posted_at=at, id__lt=pk))


def _next_url(last: Message, kept: dict[str, str]) -> str:
    return "?" + urlencode({**kept, "before": last.posted_at.isoformat(), "id": str(last.pk)})


def _shown(person: User, at: datetime) -> list[dict[str, Any]]:
    """The last exports of a person."""
    found = HistoryExport.objects.filter(asked_by=person).select_related("asked_by__role", "organization")
    return [_state(export, person, at) for export in found.order_by("-asked_at")[:5]]


def _state(export: HistoryExport, person: User, at: datetime) -> dict[str, Any]:
    is_late = at - export.asked_at > making.LONGEST
    return {
        "export": export,
        "is_working": export.state == HistoryExport.State.WORKING and not is_late,
        "is_stuck": export.state == HistoryExport.State.WORKING and is_late,
        "may_fetch": making.may_fetch(export, person, at=at),
    }


@require_POST
@customer_required
def ask(request: HttpRequest, person: User) -> HttpResponse:
    """Begin an export."""
    of = request.POST.get("of", "")
    seen = contacts.organizations_of(person)
    chosen: Organization | None = next((each for each in seen if str(each.pk) == of), None)
    if of and chosen is None:
        raise Http404
    try:
        actions.ask_for_history(person, chosen, language=_language(), at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("portal:history")


@require_safe
@customer_required
def state(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """How far it has come."""
    export = _own_or_404(person, pk)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("portal:history")
    context = {"row": _state(export, person, timezone.now())}
    return render(request, "tickets/portal/history/_export.html", context)


@require_safe
@customer_required
def download(request: HttpRequest, person: User, pk: UUID) -> HttpResponseBase:
    """The file, to the one who asked for it, as long as it is kept and as they still may."""
    export = _own_or_404(person, pk)
    if not making.may_fetch(export, person, at=timezone.now()):
        messages.warning(request, _("This file is no longer kept. Make a new one."))
        return redirect("portal:history")
    try:
        content = archive.opened(export)
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET":
        making.fetched(export, actor=person)
    name = f"contacts-{timezone.localtime(export.asked_at):%Y-%m-%d}.zip"
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _own_or_404(person: User, pk: UUID) -> HistoryExport:
    found = HistoryExport.objects.filter(asked_by=person).select_related("asked_by__role", "organization")
    return get_object_or_404(found, pk=pk)


def _language() -> str:
    return (get_language() or "en").split("-")[0]
