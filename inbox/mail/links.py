"""Addresses of pages as they stand in mails: whole, with the tenant's own host."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import ngettext

from tenants.context import active_tenant
from tenants.models import Domain, User
from tickets import links
from tickets.models import Ticket


def link(name: str, *args: Any) -> str:
    """The whole address of a page of the active tenant."""
    return site() + reverse(name, args=args)


def to_ticket(ticket: Ticket, person: User, *, at: datetime) -> str:
    """Where a customer reads their ticket: by a signed link, which opens it without an account."""
    if person.is_staff_member:
        return link("portal:ticket", ticket.number)
    return link("portal:link", links.token_for(ticket, person, at=at))


def small_print(person: User) -> str:
    """What to_ticket() is good for, and for how long."""
    if person.is_staff_member:
        return ""
    days = links.LIFE.days
    return ngettext(
        "The link opens this request without signing in, for %(days)s day. Do not pass it on.",
        "The link opens this request without signing in, for %(days)s days. Do not pass it on.",
        days,
    ) % {"days": days}


def site() -> str:
    """Where the active tenant's site is: scheme, primary host, and the port if it is an unusual one."""
    hosts = Domain.objects.filter(tenant=active_tenant()).order_by("-is_primary", "pk").values_list("host", flat=True)
    scheme = "https" if settings.SESSION_COOKIE_SECURE else "http"
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{scheme}://{hosts.first() or 'localhost'}{port}"
