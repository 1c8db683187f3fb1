"""The public status page: for anybody, signed in or not, as a page, a feed and JSON. Nobody's rights are looked at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.crypto import salted_hmac
from django.utils.http import http_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from notices import feed
from notices.board import Board, board, history, incident_of, services, stage, work_of
from notices.models import Announcement, Incident
from notices.words import hours_of_work
from tenants.access import reader_of

#: Seconds for which programs need not ask again.
FRESH = 60


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """The services and what is the matter with them."""
    shown = board(timezone.now())

    def answer() -> HttpResponse:
        context = {
            "board": shown,
            "incidents": [told(each) for each in shown.incidents],
            "past": [told(each) for each in shown.past],
            "work": [announced(each, shown.at) for each in shown.work],
        }
        return render(request, "notices/portal/status.html", context)

    if reader_of(request) is not None or len(get_messages(request)):
        response = answer()
        response["Cache-Control"] = "private, no-cache"
        return response
    return _cached(
        request, shown, answer, "no-cache", request.COOKIES.get("theme", ""), request.COOKIES.get("csrftoken", "")
    )


@require_safe
def status_json(request: HttpRequest) -> HttpResponse:
    """The same for programs; times are UTC."""
    shown = board(timezone.now())
    root = request.build_absolute_uri("/")[:-1]
    return _cached(request, shown, lambda: JsonResponse(feed.as_json(shown, root)), _public())


@require_safe
def status_feed(request: HttpRequest) -> HttpResponse:
    """The same as an Atom feed (RFC 4287)."""
    shown = board(timezone.now())
    root = request.build_absolute_uri("/")[:-1]

    def answer() -> HttpResponse:
        return HttpResponse(feed.as_atom(shown, root), content_type="application/atom+xml; charset=utf-8")

    return _cached(request, shown, answer, _public())


@require_safe
def status_history(request: HttpRequest) -> HttpResponse:
    """What is over, the newest first."""
    incidents, after = history(request.GET.get("after", ""))
    context = {"past": [told(each) for each in incidents], "after": after, "is_first": "after" not in request.GET}
    return render(request, "notices/portal/status_history.html", context)


@require_safe
def status_incident(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One disturbance and all that was said about it."""
    incident = incident_of(pk)
    if incident is None:
        raise Http404
    return render(request, "notices/portal/status_incident.html", {"each": told(incident)})


@require_safe
def status_work(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Announced work."""
    now = timezone.now()
    work = work_of(pk, now)
    if work is None:
        raise Http404
    return render(request, "notices/portal/status_work.html", {"each": announced(work, now)})


def told(incident: Incident) -> dict[str, Any]:
    """A disturbance as templates show it."""
    return {
        "incident": incident,
        "updates": list(incident.updates.all()),
        "services": services(incident),
        "url": reverse("portal:status_incident", args=[incident.pk]),
    }


def announced(work: Announcement, now: datetime) -> dict[str, Any]:
    """Announced work as templates show it."""
    at = stage(work, now)
    words = {"planned": "", "under_way": _("Under way"), "over": _("Over"), "cancelled": _("Called off")}
    return {
        "work": work,
        "stage": at,
        "state": words[at],
        "hours": hours_of_work(work.starts_at, work.ends_at),
        "services": list(work.components.all()),
        "url": reverse("portal:status_work", args=[work.pk]),
    }


def _public() -> str:
    return f"public, max-age={FRESH}"


def _cached(
    request: HttpRequest, shown: Board, answer: Callable[[], HttpResponse], control: str, *besides: str
) -> HttpResponse:
    """The answer, or 304 when the reader has it already."""
    named = [shown.digest, get_language() or "", timezone.get_current_timezone_name(), request.path, _build(), *besides]
    etag = f'W/"{salted_hmac("status", "|".join(named)).hexdigest()}"'
    changed = int(shown.changed_at.timestamp())
    response = get_conditional_response(request, etag=etag, last_modified=changed) or answer()
    response["ETag"], response["Last-Modified"], response["Cache-Control"] = etag, http_date(changed), control
    return response


@lru_cache
def _build() -> str:
    """What else a page is made of: a release of ours makes another page."""
    names = ("base.html", "portal.html", "notices/portal/status.html", "notices/portal/_status_incident.html")
    sources = [get_template(name).template.source for name in names]  # type: ignore[attr-defined]
    return "".join([static("css/status.css"), static("css/kit.css"), *sources])
