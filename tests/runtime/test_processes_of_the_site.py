"""The real processes that other tests rely on: worker, beat, web server and browser."""

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpdesk.celery import app


def pinged() -> list[str]:
    return list(app.control.inspect(timeout=2).ping() or {})


def test_a_real_worker_answers_dies_and_comes_back(celery_worker_process):
    assert len(pinged()) == 1

    celery_worker_process.kill()
    assert pinged() == []

    celery_worker_process.start()
    assert len(pinged()) == 1


def test_a_real_beat_rings_and_a_real_worker_hears_it(celery_worker_process, celery_beat_process):
    from scripts.processes import wait_for

    worker = celery_worker_process

    wait_for(worker.child, lambda: "tenants.sweep" in worker.log.partition("ready.")[2], seconds=120, what="a sweep")


@pytest.mark.parametrize("turn", ["first", "after the database was thrown away"])
def test_the_web_server_answers_on_any_host(live_site, turn):
    request = urllib.request.Request(f"{live_site.address}/readyz", headers={"Host": "whoever.example"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        state = json.load(answer)
    assert (state["postgres"], state["redis"]) == ("ok", "ok")
    assert "worker" in state


def test_it_answers_at_once_though_all_its_connections_died(live_site, start_over):
    def status() -> int:
        request = urllib.request.Request(f"{live_site.address}/readyz", headers={"Host": "whoever.example"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status

    with ThreadPoolExecutor(30) as many:
        list(many.map(lambda _: status(), range(120)))
    start_over()

    assert status() == 200


def test_a_host_that_is_nobodys_is_not_found(live_site):
    request = urllib.request.Request(f"{live_site.address}/", headers={"Host": "nobody.localhost"})

    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request, timeout=10)

    assert refusal.value.code == 404


def test_a_browser_finds_hosts_below_localhost_by_itself(live_site, page):
    answer = page.goto(live_site.url("nobody.localhost", "/livez"))

    assert answer.status == 200
    assert "ok" in page.content()
