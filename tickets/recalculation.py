"""After a new version of the policy: the clocks of all open tickets follow it in the background, some at a time.

One alarm goes through the tickets by their ids. Each ring is one short transaction, so a worker that is killed repeats
one batch at most; tickets that somebody is acting on are passed over and looked at again at the end.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from sla.models import PolicyVersion, Recalculation
from tenants import alarms
from tenants.bulk import update_many
from tickets import clocks
from tickets.models import Ticket
from tickets.versions import KEPT, TAKEOVER, lean, take_over

#: The alarm of a recalculation; its subject is the Recalculation.
ALARM = "policy.recalculate"
#: Small enough that a reply to one of them hardly waits for the lock.
BATCH = 100
#: The alarm rings again at a time of its own.
NEXT = timedelta(milliseconds=1)
#: For tickets that were locked.
AGAIN = timedelta(seconds=1)


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


def work(recalculation_id: UUID, now: datetime) -> None:
    """Alarm handler: one batch, and the alarm for the next one."""
    job = Recalculation.objects.filter(pk=recalculation_id, finished_at=None).first()
    if job is None:
        return
    ids = list(_left(job).order_by("pk").values_list("pk", flat=True)[:BATCH])
    job.done += _follow(ids, job, now)
    if len(ids) == BATCH:
        job.position, again = ids[-1], now + NEXT
    elif Ticket.objects.active().exclude(policy_version=job.version_id).exists():
        job.position, again = None, now + AGAIN
    else:
        job.finished_at = now
        job.save(update_fields=["done", "finished_at"])
        return
    job.save(update_fields=["done", "position"])
    alarms.set(ALARM, job.pk, again)


def _left(job: Recalculation) -> QuerySet[Ticket]:
    tickets = Ticket.objects.active().exclude(policy_version=job.version_id)
    return tickets if job.position is None else tickets.filter(pk__gt=job.position)


def _follow(ids: list[UUID], job: Recalculation, now: datetime) -> int:
    """Take the version over on those of the tickets that are free. Returns how many they were."""
    # Those that nobody acts on; who holds many locks must not wait for one more.
    free = Ticket.objects.select_for_update(of=("self",), skip_locked=True)
    tickets = list(lean(free).filter(pk__in=ids))
    if all(not version.moves_clocks for version in take_over(tickets, at=now)):
        update_many(tickets, KEPT)
    else:
        crossed = clocks.settle(tickets, at=now)
        # What broke by the new terms is for the rules to look at, as after any action.
        alarms.set_many((clocks.CROSSED, pk, now) for pk in {event.ticket_id for event in crossed})
    return len(tickets)
