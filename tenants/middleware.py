"""Around every request: host -> tenant -> one transaction that sees only that tenant."""

import time
import zoneinfo
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.crypto import salted_hmac

from tenants.context import act_as
from tenants.models import Tenant, User
from tenants.preferences import take_zone_of_browser
from tenants.statements import Statement

GetResponse = Callable[[HttpRequest], HttpResponse]
#: Seconds after which a session that is used is remembered again.
ACTIVITY_EVERY = 300
#: Until when the sessions that this process has met need not be looked at again, and how many it keeps in mind.
_remembered: dict[str, float] = {}
MOST_REMEMBERED = 10_000
_AT = Statement(lambda host: Tenant.objects.filter(domains__host=host).order_by(), host=str)


class TenantMiddleware:
    """Finds the tenant by host name and runs everything inside as that tenant, in one transaction.

    An answer of 500 or above rolls the transaction back. When Postgres does not answer, a page says so.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._as_tenant(request)
        except (OperationalError, InterfaceError):
            return unavailable(request)

    def _as_tenant(self, request: HttpRequest) -> HttpResponse:
        host = split_domain_port(request.META.get("HTTP_HOST", ""))[0]
        tenant = _AT.first(host=host) if host else None
        if tenant is None:
            translation.activate(translation.get_language_from_request(request))
            return nobody_here(request, host)
        request.tenant = tenant  # type: ignore[attr-defined]
        with act_as(tenant):
            response = self.get_response(request)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.render()  # a lazy answer would be read after the transaction, and see nothing
            if response.status_code >= 500:
                transaction.set_rollback(True)
        if response.status_code >= 500 and getattr(response, "_database_is_away", False):
            return unavailable(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A lost database is a 503 that says so, not a 500."""
        if isinstance(exception, OperationalError | InterfaceError):
            response = HttpResponse(status=503)
            response._database_is_away = True  # type: ignore[attr-defined]
            return response
        return None


def nobody_here(request: HttpRequest, host: str) -> HttpResponse:
    """404 for a host that is no tenant's."""
    if request.path.startswith("/api/"):
        detail = translation.gettext("There is no helpdesk at this host name. Check the address.")
        return JsonResponse({"detail": detail, "code": "not_found", "fields": {}}, status=404)
    return render(request, "no_tenant.html", {"host": host}, status=404)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with a page that needs no database; the client may try again in some seconds."""
    with translation.override(translation.get_language_from_request(request)):
        if request.path.startswith("/api/"):
            detail = translation.gettext("The database does not answer. Try again in a few seconds.")
            response: HttpResponse = JsonResponse({"detail": detail, "code": "unavailable", "fields": {}}, status=503)
        else:
            response = render(request, "503.html", status=503)
    response["Retry-After"] = "5"
    return response


def person_preferences(get_response: GetResponse) -> GetResponse:
    """Activate the reader's language and time zone: their own choice, else the browser's, else the tenant's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        tenant = getattr(request, "tenant", None)
        if tenant is None:
            return get_response(request)
        person = request.user if request.user.is_authenticated else None
        language = _language(request, person)
        told = request.COOKIES.get("timezone", "")
        if person is not None and request.method == "POST" and zone_named(told):  # reading changes nothing
            take_zone_of_browser(person, told)
        chosen = zone_named(person.timezone if person else None) or zone_named(told)
        # Only around this request: whatever this thread does next must not speak this reader's language.
        with translation.override(language), timezone.override(chosen or zoneinfo.ZoneInfo(tenant.timezone)):
            response = get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def _language(request: HttpRequest, person: User | None) -> str:
    offered = request.tenant.languages or [code for code, _ in settings.LANGUAGES]  # type: ignore[attr-defined]
    for choice in (
        request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME),
        person.language if person else None,
    ):
        if choice and choice in offered:
            return choice
    if "HTTP_ACCEPT_LANGUAGE" in request.META and person is None:
        wanted = translation.get_language_from_request(request)
        first = request.META["HTTP_ACCEPT_LANGUAGE"][:2].lower()
        if wanted in offered and first == wanted:
            return wanted
    return request.tenant.language  # type: ignore[attr-defined]


def zone_named(name: str | None) -> zoneinfo.ZoneInfo | None:
    """The time zone of this IANA name, or None for no name and for a wrong one."""
    try:
        return zoneinfo.ZoneInfo(name) if name else None
    except (ValueError, zoneinfo.ZoneInfoNotFoundError, OSError):
        return None


def session_activity(get_response: GetResponse) -> GetResponse:
    """Remember from where each session was last used, every five minutes instead of every page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        key = getattr(getattr(request, "session", None), "session_key", None)
        if key and request.user.is_authenticated and _is_to_be_remembered(key):
            UserSession.objects.create_from_request(request)
        return get_response(request)

    return middleware


def _is_to_be_remembered(session: str) -> bool:
    """Whether no process has remembered this session in the last minutes; Redis is asked as seldom as that."""
    now = time.monotonic()
    if now < _remembered.get(session, 0.0):
        return False
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[session] = now + ACTIVITY_EVERY
    seen = f"session-seen:{salted_hmac('session_activity', session).hexdigest()}"
    return cache.add(seen, True, timeout=ACTIVITY_EVERY)
