"""Celery's side of tenancy: tasks that carry their tenant, and the sweep that rings for what is due."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from celery import Task, shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone
from kombu.exceptions import OperationalError

from tenants import alarms, canary
from tenants.context import act_as
from tenants.models import IdempotentRequest, Tenant

log = logging.getLogger(__name__)

#: Alarms a message carries: big enough that Redis costs little, small enough that two workers share the load.
BATCH = 25
#: How long a request that is sent again still gets the answer of the first.
KEPT_ANSWERS = timedelta(days=7)


class TenantTask(Task):
    """A task called with tenant_id=..., which runs as that tenant in one transaction."""

    # The wrapped function does not take tenant_id, so Celery can't check the arguments by its signature.
    typing = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        tenant_id = kwargs.pop("tenant_id", None)
        if tenant_id is None:
            raise TypeError(f"{self.name} was called without tenant_id.")
        with act_as(Tenant.objects.get(pk=tenant_id)):
            return super().__call__(*args, **kwargs)


class WorkTask(Task):
    """Rings a worker for a tenant's alarms; the work opens its transactions as that tenant."""

    def ring_many(self, tenant_id: int, found: Iterable[tuple[UUID, str]]) -> None:
        """Ring for many alarms of a tenant, (id, kind) each, some a message; deadlines go before mail."""
        by_priority: dict[int, list[UUID]] = defaultdict(list)
        for pk, kind in found:
            by_priority[alarms.priority(kind)].append(pk)
        for priority, ids in by_priority.items():
            for start in range(0, len(ids), BATCH):
                self.ring(tenant_id, ids[start : start + BATCH], priority=priority)

    def ring(self, tenant_id: int, alarm_ids: Iterable[UUID], *, priority: int, at: datetime | None = None) -> None:
        """Send the bell, to be heard at that time. Redis may be down: the rows stay, and the sweep rings again."""
        message = {"tenant_id": tenant_id, "alarm_ids": [str(pk) for pk in alarm_ids]}
        try:
            self.apply_async(kwargs=message, priority=priority, eta=at, retry=False)  # type: ignore[arg-type]
        except (OperationalError, OSError) as error:
            log.warning(
                "Redis does not answer (%s); the sweep will ring again.",
                type(error).__name__,
            )


@shared_task(base=WorkTask, name="tenants.work")
def work(*, tenant_id: int, alarm_ids: list[str]) -> None:
    """Do the work of these alarms of one tenant."""
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is not None:
        alarms.work(tenant, [UUID(pk) for pk in alarm_ids])


@shared_task(name="tenants.sweep")
def sweep() -> int:
    """Ring for every alarm that is due. Returns how many."""
    alarms.park_exhausted()
    total = 0
    while found := alarms.due():
        by_tenant: dict[int, list[tuple[UUID, str]]] = defaultdict(list)
        for pk, tenant_id, kind, attempts in found:
            if attempts:  # alone, so that work that kills its worker takes no other down with it
                work.ring(tenant_id, [pk], priority=alarms.priority(kind))
            else:
                by_tenant[tenant_id].append((pk, kind))
        for tenant_id, of_tenant in by_tenant.items():
            work.ring_many(tenant_id, of_tenant)
        total += len(found)
    return total


@shared_task(name="tenants.canary")
def sing() -> None:
    """Answer beat: this worker hears, and reaches the database."""
    Tenant.objects.exists()
    canary.answer(timezone.now())


@shared_task(name="tenants.housekeeping")
def housekeeping() -> None:
    """Take away sessions that are over and answers that were kept for requests sent twice."""
    for tenant in Tenant.objects.iterator():
        with act_as(tenant):
            Session.objects.filter(expire_date__lt=timezone.now()).delete()
            IdempotentRequest.objects.filter(created_at__lt=timezone.now() - KEPT_ANSWERS).delete()
