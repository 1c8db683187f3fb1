"""Around all pages: answers that come before any tenant is known, and less to carry."""

from collections.abc import Callable
from typing import cast

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone

from tenants import canary
from tenants.canary import Hearing

GetResponse = Callable[[HttpRequest], HttpResponse]


def health(get_response: GetResponse) -> GetResponse:
    """`/livez`: the process answers. `/readyz`: Postgres answers too; Redis and workers are reported.

    Pages can do without these two. `/healthz` says the same, and is 503 unless all is well: for who watches the site.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path == "/livez":
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            return _ready(lambda state: state["postgres"] == "ok")
        if request.path == "/healthz":
            return _ready(lambda state: all(each == "ok" for each in state.values()))
        return get_response(request)

    return middleware


def _ready(is_well: Callable[[dict[str, str]], bool]) -> JsonResponse:
    state = {"postgres": "ok", "redis": "ok"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:
        state["postgres"] = type(error).__name__
    try:
        cast("RedisCache", caches["default"])._cache.get_client().ping()
    except Exception as error:
        state["redis"] = type(error).__name__
    hearing, heard_at = canary.hearing(timezone.now())
    state["worker"] = f"{hearing} since {heard_at:%Y-%m-%dT%H:%M:%SZ}" if hearing is Hearing.SILENT else hearing.value
    return JsonResponse(state, status=200 if is_well(state) else 503)


class CompressedPages(GZipMiddleware):
    """Compresses pages and what the API says; files go out as they were sent in, with their length.

    Django adds up to 100 random bytes to each, so that lengths say nothing of what is in them (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if response.streaming or kind not in ("text/html", "text/css", "application/json"):
            return response
        return super().process_response(request, response)
