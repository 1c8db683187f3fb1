"""A worker that is killed while the open tickets follow a new policy: another goes on, and nothing is half done."""

import time
from datetime import timedelta

import psycopg
import pytest
from django.forms import model_to_dict
from django.utils import timezone

from helpdesk.policy.apply import apply
from sla.document import SupportPolicy
from sla.models import Recalculation
from tenants.context import act_as
from tenants.models import Alarm
from tenants.tasks import sweep
from tests.support.world import make_person, make_ticket, policy_file
from tests.tenants.test_worker import wait_until
from tests.tickets.portal import text_of, visitor
from tickets import actions, recalculation
from tickets.models import Clock, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture
def begun(acme, monkeypatch):
    """Six open tickets and one that is answered; two of the six follow a longer target already."""
    ada, grace = make_two(acme)
    now = timezone.now()
    with act_as(acme):
        answered = make_ticket(grace, at=now - HOUR)
        actions.reply(answered, author=ada, body="Unplug it.", at=now - HOUR / 2)
        for _ in range(5):
            make_ticket(grace, at=now - HOUR)
        text = policy_file("ione")[1].replace("first_response: 24h", "first_response: 30h", 1)
        apply(SupportPolicy.load(text), source=text, at=now - timedelta(seconds=3))
        monkeypatch.setattr(recalculation, "BATCH", 2)
        recalculation.work(recalculation.running().pk, timezone.now())
        Alarm.objects.filter(kind=recalculation.ALARM).update(at=now + HOUR)  # no worker takes it up yet
    return answered


def make_two(tenant):
    with act_as(tenant):
        return make_person("Ada", "agent"), make_person("Grace")


def rows(tenant):
    """Every clock, as it is kept."""
    with act_as(tenant):
        return {row.pk: model_to_dict(row) for row in Clock.objects.all()}


def job_of(tenant):
    with act_as(tenant):
        return Recalculation.objects.get()


def ring():
    """As if the minute after which the sweep rings again were over."""
    Alarm.objects.filter(kind=recalculation.ALARM).update(at=timezone.now(), rung_at=None)
    sweep()


def test_a_worker_killed_amid_a_batch_leaves_nothing_half_done_and_another_goes_on(
    acme, begun, owner_url, redis_client, celery_worker_process
):
    before, half_way = rows(acme), job_of(acme)
    assert (half_way.done, half_way.total) == (2, 6)
    with psycopg.connect(owner_url) as holder:
        holder.execute("SELECT 1 FROM tickets_clock FOR UPDATE")
        ring()
        wait_until(lambda: Alarm.objects.filter(kind=recalculation.ALARM, attempts__gte=1).exists())
        time.sleep(1)  # it has locked its tickets and hangs where it writes their clocks
        celery_worker_process.kill()
        holder.rollback()

    assert rows(acme) == before
    assert (job_of(acme).done, job_of(acme).position) == (2, half_way.position)

    celery_worker_process.start()
    ring()
    wait_until(lambda: not job_of(acme).is_running)

    after, job = rows(acme), job_of(acme)
    assert job.done == 6
    with act_as(acme):
        promised = Clock.objects.filter(metric="first_response").values_list("ticket", "target_seconds")
        hours = {ticket: seconds // 3600 for ticket, seconds in promised}
        done_first = set(Ticket.objects.order_by("pk").values_list("pk", flat=True)[:2])
        finished = {row.pk for row in Clock.objects.filter(state="fulfilled")}
    assert hours.pop(begun.pk) == 24
    assert set(hours.values()) == {30}
    assert finished
    unmoved = finished | {pk for pk, row in before.items() if row["ticket"] in done_first}
    assert {pk: after[pk] for pk in unmoved} == {pk: before[pk] for pk in unmoved}


def test_after_a_batch_there_is_a_rest(acme, begun):
    with act_as(acme):
        job, at = recalculation.running(), timezone.now()

        recalculation.work(job.pk, at)

        alarm = Alarm.objects.get(kind=recalculation.ALARM)
        assert alarm.at > timezone.now()


def test_the_ticket_page_says_that_it_is_being_recalculated(acme, begun):
    with act_as(acme):
        done, waiting = Ticket.objects.active().order_by("pk").values_list("number", flat=True)[1:4:2]
        desk = visitor(acme, make_person("Hedy", "agent"))

    pages = [desk.get(f"/desk/tickets/{number}/") for number in (done, waiting)]

    assert ["Being recalculated" in text_of(page) for page in pages] == [False, True]
