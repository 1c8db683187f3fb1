"""Alarms: one row for whatever is to happen later; done once, tried again, parked in the end."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from django.utils.module_loading import import_string

from helpdesk import reactions
from helpdesk.celery import app
from helpdesk.schedule import SCHEDULE
from tenants import alarms
from tenants.context import NoTenant, act_as
from tenants.fields import uuid7
from tenants.models import Alarm, IdempotentRequest
from tenants.tasks import TenantTask, housekeeping, sweep, work
from tests.support.world import MONDAY_9AM, make_person
from tickets.models import Tag

SUBJECT = uuid7()


def record(subject, now):
    """The work of a test alarm: leaves a row behind."""
    Tag.objects.create(name=f"done {subject.hex[-8:]} {Tag.objects.count()}")


def fail(subject, now):
    """Work that leaves a row behind and fails then."""
    record(subject, now)
    raise ValueError("the password is hunter2")


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    monkeypatch.setitem(reactions.ALARMS, "record", f"{__name__}.record")
    monkeypatch.setitem(reactions.ALARMS, "fail", f"{__name__}.fail")


def past(seconds=10):
    return timezone.now() - timedelta(seconds=seconds)


def test_every_reaction_and_every_scheduled_task_exists():
    app.loader.import_default_modules()  # as a worker does: every module of tasks, whatever other tests imported
    for path in reactions.ALARMS.values():
        assert callable(import_string(path)), path
    for kinds_ in reactions.AFTER.values():
        assert set(kinds_) <= set(reactions.ALARMS)
    for entry in SCHEDULE.values():
        assert entry["task"] in app.tasks


def test_due_work_is_done_and_its_alarm_is_gone(acme):
    with act_as(acme):
        alarms.set("record", SUBJECT, past())
        ids = list(Alarm.objects.filter(tenant=acme).values_list("pk", flat=True))

    alarms.work(acme, ids)
    alarms.work(acme, ids)

    with act_as(acme):
        assert Tag.objects.count() == 1
    assert not Alarm.objects.filter(tenant=acme).exists()


def test_work_that_is_not_due_waits(acme):
    with act_as(acme):
        alarms.set("record", SUBJECT, timezone.now() + timedelta(hours=1))
        ids = list(Alarm.objects.filter(tenant=acme).values_list("pk", flat=True))

    alarms.work(acme, ids)

    assert Alarm.objects.filter(pk__in=ids).exists()
    assert [pk for pk, *_ in alarms.due() if pk in ids] == []


def test_an_alarm_can_be_moved_and_cancelled(acme):
    with act_as(acme):
        alarms.set("record", SUBJECT, MONDAY_9AM)
        alarms.set("record", SUBJECT, MONDAY_9AM + timedelta(days=1))
        assert [alarm.at for alarm in Alarm.objects.filter(tenant=acme)] == [MONDAY_9AM + timedelta(days=1)]

        alarms.cancel("record", SUBJECT)
        assert not Alarm.objects.filter(tenant=acme).exists()


def test_only_what_is_still_waited_for_is_put_off(acme, globex):
    gone, theirs, later = uuid4(), uuid4(), MONDAY_9AM + timedelta(hours=1)
    with act_as(globex):
        alarms.set("record", theirs, MONDAY_9AM)
    with act_as(acme):
        alarms.set_many([("record", SUBJECT, MONDAY_9AM), ("fail", SUBJECT, MONDAY_9AM)])

        alarms.put_off("record", [SUBJECT, gone, theirs], later)

    assert set(Alarm.objects.filter(tenant__in=[acme, globex]).values_list("kind", "subject", "at")) == {
        ("record", SUBJECT, later),
        ("fail", SUBJECT, MONDAY_9AM),
        ("record", theirs, MONDAY_9AM),
    }


def test_failed_work_leaves_nothing_behind_and_is_tried_with_growing_gaps_then_parked(acme):
    with act_as(acme):
        alarms.set("fail", SUBJECT, past())
    pk = Alarm.objects.get(tenant=acme).pk

    gaps = []
    for _ in range(alarms.MOST_ATTEMPTS):
        Alarm.objects.filter(pk=pk).update(at=past())
        before = timezone.now()
        alarms.work(acme, [pk])
        gaps.append(Alarm.objects.get(pk=pk).at - before)

    parked = Alarm.objects.get(pk=pk)
    assert parked.parked_at is not None
    assert gaps[0] < gaps[1] < gaps[2] < gaps[3]
    assert "hunter2" not in parked.error
    with act_as(acme):
        assert Tag.objects.count() == 0


def test_work_that_kills_its_worker_every_time_is_parked(acme):
    with act_as(acme):
        alarms.set("record", SUBJECT, past(3600))
    Alarm.objects.filter(tenant=acme).update(attempts=alarms.MOST_ATTEMPTS, rung_at=past(3000))

    assert alarms.park_exhausted() == 1
    assert Alarm.objects.get(tenant=acme).error == "WorkerLost"


def test_the_sweep_rings_once_a_minute_for_what_is_late(acme, redis_client):
    with act_as(acme):
        alarms.set_many(("record", uuid7(), past()) for _ in range(60))

    assert sweep() == 60
    assert sweep() == 0
    Alarm.objects.filter(tenant=acme).update(rung_at=past(90))
    assert sweep() == 60


def test_the_cost_of_a_sweep_does_not_grow_with_what_is_not_due(acme, redis_client, django_assert_max_num_queries):
    with act_as(acme):
        alarms.set_many(("record", uuid7(), timezone.now() + timedelta(days=1)) for _ in range(200))

    with django_assert_max_num_queries(2):
        sweep()


def test_a_tenant_task_runs_as_its_tenant_and_not_without_one(acme):
    @app.task(base=TenantTask, name="tests.count")
    def count():
        return Tag.objects.count()

    with act_as(acme):
        Tag.objects.create(name="one")

    assert count(tenant_id=acme.id) == 1
    with pytest.raises(TypeError, match="without tenant_id"):
        count()


def test_an_alarm_is_nobodys_without_a_tenant(db):
    with pytest.raises(NoTenant):
        alarms.set("record", SUBJECT, MONDAY_9AM)


def test_ringing_for_a_tenant_that_is_gone_does_nothing(db):
    work(tenant_id=987654321, alarm_ids=[str(uuid7())])


def test_work_due_lives_in_a_time_of_its_own(at_acme):
    later = MONDAY_9AM + timedelta(days=1)
    alarms.set_many([("record", uuid7(), later), ("record", uuid7(), MONDAY_9AM)])

    assert alarms.work_due(until=MONDAY_9AM) == 1
    assert alarms.work_due(until=later) == 1


def test_what_has_served_its_time_is_taken_away(acme):
    with act_as(acme):
        person = make_person("Grace")
        for key, age in (("old", timedelta(days=8)), ("new", timedelta(days=1))):
            IdempotentRequest.objects.create(user=person, key=key, digest="")
            IdempotentRequest.objects.filter(key=key).update(created_at=timezone.now() - age)

    housekeeping()

    with act_as(acme):
        assert list(IdempotentRequest.objects.values_list("key", flat=True)) == ["new"]
