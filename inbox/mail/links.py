"""Addresses of pages as they stand in mails: whole, with the tenant's own host."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from tenants.context import active_tenant
from tenants.models import Domain


def link(name: str, *args: Any) -> str:
    """The whole address of a page of the active tenant."""
    return site() + reverse(name, args=args)


def site() -> str:
    """Where the active tenant's site is: scheme, primary host, and the port if it is an unusual one."""
    hosts = Domain.objects.filter(tenant=active_tenant()).order_by("-is_primary", "pk").values_list("host", flat=True)
    scheme = "https" if settings.SESSION_COOKIE_SECURE else "http"
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{scheme}://{hosts.first() or 'localhost'}{port}"
