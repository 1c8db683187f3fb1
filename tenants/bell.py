"""The bell: tells workers that alarms are due. What it forgets, the sweep finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from uuid import UUID

from tenants.models import Alarm, Tenant

#: What became due inside one_bell().
_heard: ContextVar[list[tuple[UUID, str]] | None] = ContextVar("heard", default=None)


@contextmanager
def one_bell(tenant: Tenant) -> Iterator[None]:
    """Ring once at the end for all that becomes due in the transactions inside, instead of after each."""
    heard: list[tuple[UUID, str]] = []
    token = _heard.set(heard)
    try:
        yield
    finally:
        _heard.reset(token)
    if heard:
        ring(tenant.id, heard)


def ring(tenant_id: int, due: list[tuple[UUID, str]]) -> None:
    """Tell a worker of alarms, (id, kind) each, at once or after the running batch.

    It finds nothing to do for what was moved or cancelled meanwhile. When Redis does not answer, the sweep rings later.
    """
    heard = _heard.get()
    if heard is not None:
        heard.extend(due)
        return
    from tenants.tasks import work

    work.ring_many(tenant_id, dict(due).items())  # one alarm may have been set by many


def ring_at(at: datetime, tenant_id: int, kind: str, subject: UUID, *, priority: int) -> None:
    """Tell a worker when that time comes, of an alarm that is set for it."""
    from tenants.tasks import work

    found = Alarm.objects.filter(tenant_id=tenant_id, kind=kind, subject=subject, at=at, parked_at=None)
    if ids := list(found.values_list("id", flat=True)):
        work.ring(tenant_id, ids, priority=priority, at=at)
