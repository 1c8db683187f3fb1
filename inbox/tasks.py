"""What a worker does outside of a transaction: looking into mailboxes on other servers, asking DNS about senders."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from celery import shared_task
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from inbox.imap import looking
from inbox.intake import receiving
from inbox.models import ImapAccount
from tenants import alarms
from tenants.context import act_as, active_tenant
from tenants.models import Tenant

#: A look that takes longer is one of a slow server; all of those share one worker, so that the others stay free.
SLOW_SECONDS, REMEMBERED_SECONDS = 10.0, 900
_LANE = "mailbox.look.slow"
#: When a mailbox whose lane is taken is looked into again.
TURN = timedelta(seconds=10)


def rang(account_id: UUID, now: datetime) -> None:
    """Alarm handler: have a worker look, after this transaction; should it die, the alarm rings again."""
    if ImapAccount.objects.filter(pk=account_id, is_on=True, mailbox__is_active=True).exists():
        alarms.set(looking.LOOK, account_id, now + looking.LEASE)
        asked = {"tenant_id": active_tenant().id, "account_id": str(account_id)}
        transaction.on_commit(partial(look.apply_async, kwargs=asked, priority=6, retry=False), robust=True)


@shared_task(name="inbox.look")
def look(*, tenant_id: int, account_id: str) -> None:
    """Look into one mailbox. How it goes, and when the next look is due, stands in its account."""
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is None:
        return
    slow = f"{_LANE}.{account_id}"
    in_lane = bool(cache.get(slow))
    if in_lane and not cache.add(_LANE, account_id, looking.LEASE.total_seconds()):
        with act_as(tenant):
            alarms.set(looking.LOOK, UUID(account_id), timezone.now() + TURN)
        return
    began = time.monotonic()
    try:
        with act_as(tenant):
            account = ImapAccount.objects.select_related("mailbox__tenant").filter(pk=account_id).first()
        if account is not None:
            looking.look(account.mailbox, at=timezone.now())
    finally:
        if in_lane:
            cache.delete(_LANE)
        if time.monotonic() - began > SLOW_SECONDS:
            cache.set(slow, True, REMEMBERED_SECONDS)


@shared_task(name=receiving.TASK)
def take(*, tenant_id: int, mail_id: str) -> None:
    """Take a mail that came inside of a transaction, or that could not be taken when it came."""
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is not None:
        receiving.take(tenant, UUID(mail_id), timezone.now())
