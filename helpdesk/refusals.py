"""What a browser sees when a form comes too late, too large, or to an address that takes nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.views import defaults

GetResponse = Callable[[HttpRequest], HttpResponse]
#: Longer than this, or of several lines, is what somebody would hate to write again.
SHORT = 80


@dataclass(frozen=True)
class Typed:
    """A field of a form that was sent: shown when it is a text, else only kept."""

    name: str
    text: str

    @property
    def is_long(self) -> bool:
        # The composer's formatted text: its words stand in the field beside it, and are taken from there when edited.
        return self.name != "html" and (len(self.text) > SHORT or "\n" in self.text)


def forms_that_come_too_late(get_response: GetResponse) -> GetResponse:
    """Sent when the session was over, a form comes back with what was typed, instead of being lost at the sign-in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith(("/api/", "/accounts/")):
            return response
        if response.status_code == 405 and not response.content:
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        if request.method == "POST" and _sends_to_sign_in(response) and _comes_from_here(request):
            return _too_late(request)
        return response

    return middleware


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of an older session, as after signing in again in another tab."""
    if request.path.startswith(("/api/", "/accounts/")):
        return render(request, "403_csrf.html", status=403)
    return _too_late(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 for what is only too much."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return render(request, "413.html", status=413)
    return defaults.bad_request(request, exception)


def _sends_to_sign_in(response: HttpResponse) -> bool:
    where = urlsplit(response.headers.get("Location", "")).path
    return response.status_code == 302 and where == resolve_url(settings.LOGIN_URL)


def _too_late(request: HttpRequest) -> HttpResponse:
    # A form of another site must not come back with a button that sends it, so only our own pages get theirs.
    if not _comes_from_here(request) or request.headers.get("HX-Request"):
        return render(request, "403_csrf.html", status=403)
    typed = [
        Typed(name, text)
        for name, texts in request.POST.lists()
        if name != "csrfmiddlewaretoken" and "password" not in name
        for text in texts
    ]
    context = {"typed": typed, "has_files": bool(request.FILES), "signed_out": not request.user.is_authenticated}
    return render(request, "sent_too_late.html", context, status=403)


def _comes_from_here(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    try:
        return urlsplit(origin).netloc == request.get_host()
    except ValueError:
        return False
