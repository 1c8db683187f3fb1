"""When maintenance begins and ends, the clocks of the open tickets that it concerns are looked at."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from uuid import UUID

from tenants import alarms
from tickets import clocks
from tickets.models import ServiceWindow, Ticket

#: The alarm at the beginning and at the end of a window; its subject is the window.
ALARM = "window"
#: Tickets whose alarms are set in one statement.
BATCH = 1_000


def watch(window: ServiceWindow, *, at: datetime) -> None:
    """Wake up when the window begins or ends next; at once if that lies behind."""
    edges = [edge for edge in (window.begins_at, window.ends_at) if edge is not None and edge > at]
    alarms.set(ALARM, window.pk, min(edges) if edges and window.begins_at > at else at)


def turned(window_id: UUID, now: datetime) -> None:
    """Alarm handler: a window began or ended, so the clocks of the open tickets that it concerns are looked at."""
    window = ServiceWindow.objects.filter(pk=window_id).prefetch_related("organizations").first()
    if window is None or not window.metrics:
        return
    active = Ticket.objects.active()
    if window.categories:
        active = active.filter(category__key__in=window.categories)
    if affected := [organization.pk for organization in window.organizations.all()]:
        active = active.filter(organization__in=affected)
    ids = active.values_list("pk", flat=True).iterator(BATCH)
    while some := list(islice(ids, BATCH)):
        alarms.set_many((clocks.ALARM, pk, now) for pk in some)
    if window.ends_at is not None and window.ends_at > now:
        alarms.set(ALARM, window.pk, window.ends_at)
