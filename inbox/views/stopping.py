"""Stopping announcements by mail, for whoever holds the address of one: no signing in, nothing by looking at it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from inbox.mail import stopping
from tenants.signing import LinkExpired, LinkRefused


# The address itself is the secret; mail programs, which know no token of a form, send the same.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST stops, and POST with `again` takes that back."""
    try:
        person = stopping.reader_of(token, at=timezone.now())
    except LinkRefused as refusal:
        # Gone, where it once was good; else it never was.
        status = 410 if isinstance(refusal, LinkExpired) else 404
        return render(request, "inbox/portal/stop.html", {"refusal": refusal}, status=status)
    if person is None:
        raise Http404
    if request.method == "POST" and "again" in request.POST:
        stopping.resume(person)
    elif request.method == "POST":
        stopping.stop(person, at=timezone.now())
    answer = render(request, "inbox/portal/stop.html", {"is_stopped": stopping.is_stopped(person)})
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer
