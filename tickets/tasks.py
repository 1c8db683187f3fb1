"""What beat has a worker do for all tenants: learning their words, a little at a time."""

from __future__ import annotations

import time

from celery import shared_task
from django.utils import timezone

from tenants.context import act_as
from tenants.models import Tenant
from tickets import vocabulary

#: Then the worker is free for others again; what is left the next ring does.
MOST_SECONDS = 5.0
#: Batches of one tenant before another has its turn.
MOST_BATCHES = 10


@shared_task(name="tickets.learn_words")
def learn_words() -> None:
    """Learn the words of what was written, tenant by tenant, in an order that favours none."""
    until = time.monotonic() + MOST_SECONDS
    for tenant in Tenant.objects.order_by("?"):
        for _turn in range(MOST_BATCHES):
            with act_as(tenant):
                goes_on = vocabulary.learn(timezone.now())
            if time.monotonic() > until:
                return
            if not goes_on:
                break
