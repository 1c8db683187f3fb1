"""A real worker that dies while mails go out: everybody is told once."""

import time

import pytest
from django.utils import timezone

from inbox.models import OutgoingMail
from notices import actions
from notices.actions import Content
from notices.models import Notice
from notices.telling import BATCH
from tenants.context import act_as
from tenants.tasks import sweep
from tests.support.world import make_person

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 4 * BATCH + 10


def wait_until(true, seconds=180):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.05)


def test_a_worker_killed_while_mails_go_out_writes_to_everybody_once(acme, redis_client, celery_worker_process):
    celery_worker_process.stop()
    with act_as(acme):
        mary = make_person("Mary", "manager")
        people = [make_person(f"Customer{number}") for number in range(PEOPLE)]
        content = Content(title={"en": "Mail is slow"}, shown_from=timezone.now(), by_mail=True, audience="customers")
        notice = actions.publish(content, author=mary, at=timezone.now()).notices.get()

    def written():
        with act_as(acme):
            return OutgoingMail.objects.filter(batch=notice.pk).count()

    celery_worker_process.start()
    sweep()
    wait_until(lambda: written() >= BATCH)
    celery_worker_process.kill()
    assert written() < PEOPLE

    celery_worker_process.start()

    def is_told():
        sweep()
        with act_as(acme):
            return Notice.objects.get().state == "told"

    wait_until(is_told)
    with act_as(acme):
        addresses = list(OutgoingMail.objects.filter(batch=notice.pk).values_list("address", flat=True))
        told = Notice.objects.get()
    assert sorted(addresses) == sorted(each.email for each in people)
    assert (told.total, told.told) == (PEOPLE, PEOPLE)
