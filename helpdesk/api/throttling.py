"""How often a person may call the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView  # it reads the settings that name this class


class PersonThrottle(SimpleRateThrottle):
    """So many requests a minute for each person; strangers by address. The cache keys carry the tenant."""

    scope = "person"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """One count a person."""
        who = request.user.pk if getattr(request.user, "is_authenticated", False) else self.get_ident(request)
        return f"throttle:{who}"
