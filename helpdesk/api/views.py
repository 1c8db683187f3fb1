"""What every address of the API does besides its own work."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from helpdesk.api import errors
from helpdesk.api.idempotency import IdempotentMixin
from tenants.api import UNKNOWN, person_of
from tenants.context import active_tenant
from tenants.middleware import zone_named
from tenants.models import ApiToken


class ReaderMixin:
    """Answers in the reader's language, and refuses query parameters that nobody reads.

    A view names its parameters in `query_names`, by action of a view set or by method.
    """

    # Only announced here: a value would hide the one of the view, which comes later among the bases.
    query_names: dict[str, Collection[str]]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After authentication and permissions."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if isinstance(request.auth, ApiToken):
            _speak_to(request)
        self._refuse_unknown(request)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say which language was spoken; the middleware knows no tokens."""
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]

    def _refuse_unknown(self, request: Request) -> None:
        method = (request.method or "").lower()
        known = getattr(self, "query_names", {}).get(getattr(self, "action", None) or method, ())
        unknown = [name for name in request.query_params if name not in known]
        if unknown:
            raise ValidationError({name[:100]: [str(UNKNOWN)] for name in unknown}, code="unknown")


def _speak_to(request: Request) -> None:
    """A token comes without cookies: the header decides about the language, else the person, else the helpdesk."""
    person, active = person_of(request), translation.get_language() or ""
    asked = request.headers.get("Accept-Language", "")[:2].lower()
    if person.language in active_tenant().languages and asked != active[:2]:
        translation.activate(person.language)
    if zone := zone_named(person.timezone):
        timezone.activate(zone)


def routed(view: type[APIView], **actions: str) -> Any:
    """A view with all of this; for a view set, which method calls what: `routed(TicketViewSet, get="list")`."""
    ours = type(
        view.__name__, (IdempotentMixin, ReaderMixin, view), {"__doc__": view.__doc__, "__module__": view.__module__}
    )
    return ours.as_view(actions) if actions else ours.as_view()  # type: ignore[attr-defined]


@csrf_exempt
def unknown_address(request: HttpRequest) -> JsonResponse:
    """For everything below /api/ that is nowhere: the same shape as all errors."""
    detail = _("There is no such address. The documentation lists them all: /api/v1/docs/")
    return JsonResponse(errors.body(detail, "not_found"), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours: JSON for programs, the page for people."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    detail = _("Something went wrong on our side, and nothing was changed. Try again in a minute.")
    return JsonResponse(errors.body(detail, "server_error"), status=500)
