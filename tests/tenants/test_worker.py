"""A real Celery worker and beat: what is due is done once, whatever dies or forgets meanwhile."""

import time
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone

from sla.models import Priority
from tenants.context import act_as
from tenants.models import Alarm
from tenants.tasks import sweep
from tests.support.world import make_person, make_ticket
from tickets.models import Event, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

#: So long ago that every clock of the ticket is over, whatever the opening hours.
LONG_AGO = timedelta(days=20)


def file_overdue(tenant, count=1):
    """Tickets whose clocks have all run out."""
    with act_as(tenant):
        requester = make_person(f"Grace{count}")
        critical = Priority.objects.order_by("rank").first()
        return [
            make_ticket(requester, f"Printer {n} on fire", at=timezone.now() - LONG_AGO, priority=critical).pk
            for n in range(count)
        ]


def wait_until(condition, seconds=180):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.2)
    raise AssertionError("It did not happen in time.")


def nothing_due():
    return not Alarm.objects.filter(at__lte=timezone.now(), parked_at=None).exists()


def breaches(tenant, tickets):
    with act_as(tenant):
        return list(Event.objects.filter(ticket__in=tickets, verb="clock.breached", data__metric="first_response"))


def test_the_bell_rings_a_worker_at_once(acme, celery_worker_process):
    tickets = file_overdue(acme)

    wait_until(lambda: len(breaches(acme, tickets)) == 1)

    with act_as(acme):
        wait_until(lambda: Ticket.objects.get(pk=tickets[0]).tier.position > 1)


@contextmanager
def lock_on_tickets(owner_url):
    """Holds the rows of all tickets, so that a worker hangs amid its work."""
    with psycopg.connect(owner_url) as holder:
        holder.execute("SELECT 1 FROM tickets_ticket FOR UPDATE")
        yield holder
        holder.rollback()


def test_a_worker_killed_amid_its_work_does_it_once_after_all(acme, owner_url, redis_client, celery_worker_process):
    celery_worker_process.stop()
    tickets = file_overdue(acme, 3)
    with lock_on_tickets(owner_url):
        celery_worker_process.start()
        wait_until(lambda: Alarm.objects.filter(attempts__gte=1).exists())
        time.sleep(1)  # it hangs at the lock now
        celery_worker_process.kill()
    assert breaches(acme, tickets) == []

    celery_worker_process.start()
    Alarm.objects.update(rung_at=None)  # as if the minute after which the sweep rings again were over
    sweep()
    wait_until(lambda: len(breaches(acme, tickets)) == 3 and nothing_due())

    per_ticket = sorted(event.ticket_id for event in breaches(acme, tickets))
    assert per_ticket == sorted(tickets)


def test_what_redis_forgets_the_sweep_rings_again(acme, redis_client, celery_worker_process):
    celery_worker_process.stop()
    tickets = file_overdue(acme, 3)
    redis_client.flushall()
    celery_worker_process.start()
    Alarm.objects.update(rung_at=None)

    sweep()

    wait_until(lambda: len(breaches(acme, tickets)) == 3)


def test_two_beats_record_each_breach_once(acme, redis_client, celery_worker_process, celery_beat_process):
    tickets = file_overdue(acme, 10)
    for _ in range(5):  # the second beat
        sweep()
        Alarm.objects.update(rung_at=None)

    wait_until(lambda: len(breaches(acme, tickets)) >= 10 and nothing_due())

    assert sorted(event.ticket_id for event in breaches(acme, tickets)) == sorted(tickets)
    with act_as(acme):
        escalated = Event.objects.filter(verb="ticket.escalated", ticket__in=tickets)
        keys = [(event.ticket_id, event.data["rule"], event.data["to"]) for event in escalated]
    assert len(keys) == len(set(keys))
