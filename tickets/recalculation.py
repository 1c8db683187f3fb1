"""After a new version of the policy: the clocks of all open tickets follow it in the background, some at a time.

One alarm goes through the tickets by their ids. Each ring is one short transaction, so a worker that is killed repeats
one batch at most; tickets that somebody is acting on are passed over and looked at again at the end.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from sla.models import PolicyVersion, Recalculation
from tenants import alarms
from tenants.bulk import uncollected, update_many
from tenants.written import written
from tickets import clocks
from tickets.models import Ticket
from tickets.versions import KEPT, TAKEOVER, has_followed, lean, take_over

log = logging.getLogger(__name__)

#: The alarm of a recalculation; its subject is the Recalculation.
ALARM = "policy.recalculate"
#: Small enough that a reply to one of them hardly waits for the lock.
BATCH = 250
#: So many times as long as a batch took there is none: most replies meanwhile have the processor for themselves.
RESTS = 2
#: The alarm rings again at a time of its own.
SHORTEST = timedelta(milliseconds=1)
#: For tickets that were locked.
AGAIN = timedelta(seconds=1)


class NoneFollows(RuntimeError):
    """None of the tickets that are left can follow: the alarm backs off, and is parked for an administrator to see."""


def start(version: PolicyVersion, *, at: datetime) -> Recalculation | None:
    """Let the open tickets follow a version that was applied at this time; None when there are none.

    A recalculation that still runs for a former version ends: the tickets follow all versions at once.
    """
    for former in Recalculation.objects.filter(finished_at=None):
        alarms.cancel(ALARM, former.pk)
    Recalculation.objects.filter(finished_at=None).update(finished_at=at)
    total = Ticket.objects.active().exclude(policy_version=version).count()
    if not total:
        return None
    begun = Recalculation.objects.create(version=version, total=total, started_at=at)
    alarms.set(ALARM, begun.pk, at + TAKEOVER)
    return begun


def running() -> Recalculation | None:
    """The recalculation under way, for pages to show; None when every open ticket follows the policy in force."""
    return Recalculation.objects.filter(finished_at=None).select_related("version").defer(*_HEAVY).first()


_HEAVY = ("version__document", "version__source")


def marked(tickets: QuerySet[Any]) -> QuerySet[Any]:
    """Tickets with `is_behind`: whether one is under way and has not come to this ticket yet. No query of its own."""
    return tickets.annotate(is_behind=written(Ticket, _is_behind))


def _is_behind(reader: UUID) -> ExpressionWrapper:
    ahead = Recalculation.objects.filter(finished_at=None).exclude(version=OuterRef("policy_version"))
    return ExpressionWrapper(Q(is_active=True) & Exists(ahead), BooleanField())


def work(recalculation_id: UUID, now: datetime) -> None:
    """Alarm handler: one batch, and the alarm for the next one."""
    job = Recalculation.objects.filter(pk=recalculation_id, finished_at=None).first()
    if job is None:
        return
    begun = time.monotonic()
    # Those that nobody acts on; who holds many locks must not wait for one more.
    free = _left(job).select_for_update(of=("self",), skip_locked=True)
    with uncollected():
        tickets = list(lean(free).order_by("pk")[:BATCH])
        done = _together_or_each(tickets, now)
    if tickets and not done and job.position is None:
        raise NoneFollows
    job.done += done
    if len(tickets) == BATCH:
        took = timedelta(seconds=time.monotonic() - begun)
        job.position, again = tickets[-1].pk, now + (1 + RESTS) * max(took, SHORTEST)
    elif Ticket.objects.active().exclude(policy_version=job.version_id).exists():
        job.position, again = None, now + AGAIN
    else:
        job.finished_at = now
        job.save(update_fields=["done", "finished_at"])
        return
    job.save(update_fields=["done", "position"])
    alarms.set_soon(ALARM, job.pk, again)


def _left(job: Recalculation) -> QuerySet[Ticket]:
    tickets = Ticket.objects.active().exclude(policy_version=job.version_id)
    return tickets if job.position is None else tickets.filter(pk__gt=job.position)


def _together_or_each(tickets: list[Ticket], now: datetime) -> int:
    """Let locked tickets follow; if that fails, one by one, so that one does not stop the others. Returns how many."""
    try:
        with transaction.atomic():
            return _follow(tickets, now)
    except Exception:
        log.exception("Tickets failed to follow the policy together; they follow one by one")
    return sum(_alone(ticket.pk, now) for ticket in tickets)


def _alone(ticket_id: UUID, now: datetime) -> int:
    """One ticket, read again, since the attempt with the others has left its traces on the instance."""
    try:
        with transaction.atomic():
            return _follow(list(lean(Ticket.objects.active().filter(pk=ticket_id))), now)
    except Exception:
        log.exception("Ticket %s can't follow the policy", ticket_id)
        return 0


def _follow(tickets: list[Ticket], now: datetime) -> int:
    """Take the versions over on locked tickets. Returns how many did follow one."""
    versions = take_over(tickets, at=now)
    if all(not version.moves_clocks for version in versions):
        update_many(tickets, KEPT)
    else:
        crossed = clocks.settle(tickets, at=now, known=versions)
        # What broke by the new terms is for the rules to look at, as after any action.
        alarms.set_many((clocks.CROSSED, pk, now) for pk in {event.ticket_id for event in crossed})
    return sum(has_followed(ticket) for ticket in tickets)
