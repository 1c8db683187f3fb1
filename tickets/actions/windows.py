"""Planning maintenance and recording outages: clocks stand still meanwhile, as far as the policy says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, windows
from tickets.errors import WindowBegan, WindowEndsTooEarly, WindowOver
from tickets.models import Category, Organization, ServiceWindow
from tickets.models.windows import AffectedOrganization


def _require(actor: User) -> None:
    """Who announces work enters it, and who tells of disturbances enters outages."""
    if not (actor.may(Permission.ANNOUNCE) or actor.may(Permission.POST_STATUS)):
        raise NotPermitted


def plan_window(
    *,
    title: Mapping[str, str],
    begins: datetime,
    ends: datetime | None,
    actor: User,
    at: datetime,
    categories: Collection[Category] = (),
    organizations: Collection[Organization] = (),
) -> ServiceWindow:
    """Enter maintenance, or an outage (without an end while it lasts), of these services for these organisations.

    Neither means all of them. Which clocks stand still is the policy's choice at this moment (`maintenance.stops`).
    Raises NotPermitted, WindowEndsTooEarly.
    """
    _require(actor)
    if ends is not None and ends <= begins:
        raise WindowEndsTooEarly
    maintenance = desk.current_policy().policy.maintenance
    window = ServiceWindow.objects.create(
        title=dict(title),
        begins_at=begins,
        ends_at=ends,
        categories=sorted(category.key for category in categories),
        metrics=list(maintenance.stops) if maintenance else [],
        known_at=at,
    )
    AffectedOrganization.objects.bulk_create(
        AffectedOrganization(window=window, organization=organization) for organization in organizations
    )
    windows.watch(window, at=at)
    return window


def move_window(
    window: ServiceWindow, *, begins: datetime, ends: datetime | None, actor: User, at: datetime
) -> ServiceWindow:
    """Give a window other times: all of it before it begins, then only an end that still lies ahead.

    Raises NotPermitted, WindowEndsTooEarly, WindowBegan, WindowOver.
    """
    _require(actor)
    window = ServiceWindow.objects.select_for_update(of=("self",)).get(pk=window.pk)
    if (window.begins_at, window.ends_at) == (begins, ends):
        return window
    if ends is not None and ends <= begins:
        raise WindowEndsTooEarly
    if window.ends_at is not None and window.ends_at <= at:
        raise WindowOver
    if window.begins_at <= at and (begins != window.begins_at or (ends is not None and ends < at)):
        raise WindowBegan
    window.begins_at, window.ends_at = begins, ends
    window.save(update_fields=["begins_at", "ends_at"])
    windows.watch(window, at=at)
    return window


def end_window(window: ServiceWindow, *, actor: User, at: datetime) -> None:
    """End a window now; one that has not begun never was. Raises NotPermitted, WindowOver."""
    _require(actor)
    if window.begins_at > at:
        window.delete()
        return
    move_window(window, begins=window.begins_at, ends=at, actor=actor, at=at)
