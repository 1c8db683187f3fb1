"""A worker that runs and hears nothing is noticed: each minute beat asks for a sign of life."""

from datetime import timedelta

import pytest
import time_machine
from redis.exceptions import ConnectionError as RedisAway

from helpdesk.schedule import SCHEDULE
from tenants import canary
from tenants.canary import Hearing
from tenants.tasks import sing
from tests.support.world import MONDAY_9AM
from tests.tickets.portal import visitor

MINUTE = timedelta(minutes=1)


def test_beat_asks_each_minute_and_what_nobody_heard_piles_up_nowhere():
    entry = SCHEDULE["canary"]

    assert entry["task"] == sing.name
    assert entry["schedule"] == entry["options"]["expires"] == 60


def test_a_worker_that_has_stopped_is_told_by_the_probes_and_on_the_page_of_failed_work(at_acme, root):
    watcher = visitor(at_acme, root)
    page, words = "/desk/settings/work", "No worker has answered for more than three minutes"
    assert watcher.get("/readyz").json()["worker"] == "not heard from yet"
    assert "No worker has answered yet" in watcher.get(page).content.decode()

    with time_machine.travel(MONDAY_9AM, tick=False):
        sing()
    for minutes, state in ((3, "ok"), (4, "silent since 2026-03-02T09:00:00Z")):
        with time_machine.travel(MONDAY_9AM + minutes * MINUTE, tick=False):
            watcher = visitor(at_acme, root)
            assert watcher.get("/readyz").json()["worker"] == state
            assert watcher.get("/readyz").status_code == 200
            assert watcher.get("/healthz").status_code == (200 if state == "ok" else 503)
            assert (words in watcher.get(page).content.decode()) == (state != "ok")

    with time_machine.travel(MONDAY_9AM + 5 * MINUTE, tick=False):
        sing()
        assert watcher.get("/healthz").json() == {"postgres": "ok", "redis": "ok", "worker": "ok"}
        assert words not in watcher.get(page).content.decode()


def test_without_redis_nobody_can_tell_and_the_page_says_so(at_acme, root, monkeypatch):
    class Away:
        def get(self, key):
            raise RedisAway

    monkeypatch.setattr(canary, "_redis", Away)

    assert canary.hearing(MONDAY_9AM) == (Hearing.UNKNOWN, None)
    assert "Redis does not answer" in visitor(at_acme, root).get("/desk/settings/work").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_answers(celery_worker_process):
    from django.utils import timezone

    from scripts.processes import wait_for

    sing.delay()

    wait_for(
        celery_worker_process.child,
        lambda: canary.hearing(timezone.now())[0] is Hearing.OK,
        seconds=60,
        what="a sign of life",
    )
