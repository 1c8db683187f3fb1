"""Redis away, Postgres restarting: the real web server goes on, says what is so, and recovers by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import psycopg
import pytest
from django.test import Client
from django.utils import timezone

from scripts.database import Administrator
from scripts.postgres import Postgres
from scripts.processes import free_port, throwaway_folder, wait_for
from scripts.testing import ROOT
from sla.models import PolicyVersion
from tenants.context import act_as
from tenants.models import Alarm
from tenants.tasks import sweep
from tests.support.processes import Web
from tests.support.world import make_person, token_of
from tickets.models import Ticket

#: Nothing may wait for a server that is away; generous, since test machines are busy.
QUICKLY = 15


class WebWith(Web):
    """The web server with other addresses of its servers."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.changes = environment
        super().__init__(folder)

    def environment(self) -> dict[str, str]:
        """As in production, with the changes."""
        return {**super().environment(), **self.changes}


@dataclass
class Answer:
    """What came back, and after how many seconds."""

    status: int
    body: str
    headers: Message
    seconds: float


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def ask(web: Web, path: str, body: bytes | None = None, **headers: str) -> Answer:
    """An answer of the web server at Acme."""
    named = {"Host": "acme.localhost", **{name.replace("_", "-"): value for name, value in headers.items()}}
    request = urllib.request.Request(f"{web.address}{path}", data=body, headers=named)
    begun = time.monotonic()
    try:
        answer = urllib.request.build_opener(_StayHere).open(request, timeout=60)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        text = answer.read().decode()
        return Answer(answer.status, text, answer.headers, time.monotonic() - begun)


@pytest.fixture
def web_without_redis(transactional_db: None, tmp_path: Path) -> Iterator[WebWith]:
    """The web server with the address of a Redis that is not there."""
    Path(os.environ["DATA_DIR"]).mkdir(parents=True, exist_ok=True)
    web = WebWith(tmp_path, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    web.start()
    yield web
    web.stop()


def cookie_of(person: object) -> str:
    """A session of this person, as a browser would send it."""
    client = Client()
    client.force_login(person, "tenants.backends.PersonBackend")  # type: ignore[arg-type]
    return f"sessionid={client.cookies['sessionid'].value}; csrftoken={'a' * 32}"


def test_with_redis_away_pages_and_filing_go_on_and_what_waits_is_done_when_it_is_back(
    acme, web_without_redis, redis_client, request
):
    with act_as(acme):
        grace = make_person("Grace")
        token, cookie = token_of(grace), cookie_of(grace)
    web = web_without_redis

    pages = [ask(web, path, cookie=cookie) for path in ("/", "/tickets/", "/kb/", "/policy/")]
    by_api = ask(
        web,
        "/api/v1/tickets/",
        json.dumps({"subject": "By API", "description": "Smoke."}).encode(),
        authorization=f"Token {token}",
        content_type="application/json",
    )
    with act_as(acme):
        policy = PolicyVersion.objects.current().policy
    form = {
        "csrfmiddlewaretoken": "a" * 32,
        "category": policy.default_category.key,
        "subject": "The printer of the second floor smokes",
        "description": "Since eight.",
        "priority": policy.default_priority.key,
        **{f"answer-{each.key}": "x" for each in policy.fields_for(policy.default_category.key) if each.required},
    }
    address = f"/tickets/new?category={policy.default_category.key}"
    by_form = ask(web, address, urllib.parse.urlencode(form).encode(), cookie=cookie)

    assert [page.status for page in pages] == [200] * 4
    assert by_api.status == 201, by_api.body
    assert by_form.status == 302, by_form.body
    assert max(answer.seconds for answer in (*pages, by_api, by_form)) < QUICKLY
    with act_as(acme):
        assert Ticket.objects.count() == 2
    waiting = Alarm.objects.filter(at__lte=timezone.now(), parked_at=None)
    assert waiting.exists()
    assert json.loads(ask(web, "/readyz").body)["redis"] != "ok"

    worker = request.getfixturevalue("celery_worker_process")
    sweep()
    wait_for(worker.child, lambda: not waiting.all().exists(), seconds=120, what="the work that waited")


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[tuple[Postgres, dict[str, str]]]:
    """A cluster of this test's own, migrated, with one tenant: to restart the shared one would disturb others."""
    folder = throwaway_folder()
    postgres = Postgres(folder, log=folder / "postgres.log", password="x" * 20, throwaway=True)
    postgres.start()
    try:
        site = Administrator(postgres.url()).make_site("outage", owner_password="y" * 20, app_password="z" * 20)
        environment = {**os.environ, **site.environment, "DJANGO_SETTINGS_MODULE": "helpdesk.settings"}
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=ROOT,
            env={**environment, "DATABASE_URL": site.owner_url},
            check=True,
        )
        with psycopg.connect(site.owner_url, autocommit=True) as owner:
            owner.execute(
                "INSERT INTO tenants_tenant (slug, name, language, languages, timezone, brand, mail_address)"
                " VALUES ('acme', 'Acme', 'en', '{en}', 'UTC', '{}', 'support@acme.example')"
            )
            owner.execute(
                "INSERT INTO tenants_domain (host, tenant_id, is_primary)"
                " SELECT 'acme.localhost', id, true FROM tenants_tenant"
            )
        yield postgres, site.environment
    finally:
        postgres.stop()


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_while_postgres_restarts_pages_say_so_and_come_back_by_themselves(own_postgres, tmp_path, end):
    postgres, environment = own_postgres
    web = WebWith(tmp_path, **environment, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    web.start()
    try:
        assert [ask(web, "/accounts/login/").status for _ in range(5)] == [200] * 5

        getattr(postgres.child, end)()
        page, program = ask(web, "/accounts/login/"), ask(web, "/api/v1/me/")
        probe = ask(web, "/readyz")
        # Long enough that whoever waits twice as long after each attempt would still be waiting.
        time.sleep(9)
        postgres.child.start()
        wait_for(postgres.child, postgres._answers, seconds=120, what="PostgreSQL")
        after = [ask(web, path).status for path in ["/accounts/login/", "/api/v1/me/"] * 10]
    finally:
        web.stop()

    assert (page.status, program.status, probe.status) == (503, 503, 503)
    assert "We will be right back" in page.body
    assert json.loads(program.body)["code"] == "unavailable"
    assert page.headers["Retry-After"] == program.headers["Retry-After"] == "5"
    assert max(page.seconds, program.seconds) < 15
    assert after == [200, 401] * 10
