"""The API tells what it takes and gives, and keeps to it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import jsonschema
import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks

from helpdesk.api.throttling import PersonThrottle
from tests.support.world import make_organization, make_ticket, token_of

#: Examples for each operation; 'make stress' is the place for thousands.
EXAMPLES = 12
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]


def test_the_schema_is_valid_and_has_no_gaps(capsys):
    call_command("spectacular", "--validate", "--fail-on-warn")

    assert "openapi: 3.1" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        ("", "*/*", "application/vnd.oai.openapi"),
        ("?format=json", "*/*", "application/vnd.oai.openapi+json"),
        ("", "application/json", "application/json"),
        ("?format=yaml", "*/*", "application/vnd.oai.openapi"),
    ],
)
def test_the_schema_comes_as_yaml_and_as_json(acme, query, accept, media_type):
    answer = Client(headers={"host": "acme.localhost", "accept": accept}).get(f"/api/v1/schema/{query}")

    assert answer.status_code == 200
    assert answer["Content-Type"].partition(";")[0] == media_type


@pytest.mark.django_db
def test_every_operation_is_protected_and_tells_its_errors(acme):
    schema = Client(headers={"host": "acme.localhost"}).get("/api/v1/schema/?format=json").json()
    jsonschema.Draft202012Validator.check_schema(schema["components"]["schemas"]["Ticket"])

    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    assert len(operations) > 20
    for operation in operations:
        assert {"token": []} in operation["security"]
        assert {"400", "401", "404", "default"} <= operation["responses"].keys()
        assert operation["description"]


@pytest.mark.django_db
def test_the_page_for_people_loads_nothing_from_elsewhere(acme):
    answer = Client(headers={"host": "acme.localhost"}).get("/api/v1/docs/")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "<script>" not in page
    assert "<style" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_the_page_for_people_draws_the_schema_under_our_content_security_policy(live_site, tenant_on, page):
    tenant_on("ione", slug="acme")
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    foreign: list[str] = []
    page.on(
        "request",
        lambda sent: None if "acme.localhost" in sent.url or sent.url.startswith("data:") else foreign.append(sent.url),
    )

    page.goto(live_site.url("acme.localhost", "/api/v1/docs/"))
    page.get_by_text("/api/v1/tickets/{number}/escalate/").wait_for(timeout=60_000)

    assert foreign == []
    assert complaints == []


@contextmanager
def one_connection() -> Iterator[None]:
    """A request closes connections that are in a transaction, as the test's is; Django's own client sees to that."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.parametrize("mode", GenerationMode)
def test_the_api_keeps_to_its_schema_whatever_is_sent(acme, mary, grace, monkeypatch, mode):
    monkeypatch.setattr(PersonThrottle, "THROTTLE_RATES", {"person": "1000000/min"})
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    headers = {"Host": "acme.localhost", "Accept-Encoding": "identity", "Authorization": f"Token {token_of(mary)}"}
    there = {
        "number": make_ticket(grace).number,
        "people": str(grace.pk),
        "organizations": str(make_organization("Initech", grace).pk),
    }
    document = Client(headers=headers).get("/api/v1/schema/?format=json").json()
    schema = schemathesis.openapi.from_dict(document)
    schema.app = get_wsgi_application()
    operations = [found.ok() for found in schema.get_all_operations()]
    if mode == GenerationMode.NEGATIVE:  # where nothing is taken, nothing can be wrong
        told = document["paths"]
        operations = [
            each for each in operations if told[each.path][each.method].keys() & {"parameters", "requestBody"}
        ]

    with one_connection():
        for operation in operations:
            _try_out(operation, mode, headers, there if mode == GenerationMode.POSITIVE else {})

    assert len(operations) > 20


def _try_out(operation, mode, headers, there) -> None:
    """Examples of one operation, valid ones on rows that are there."""
    name = next((name for name in ("people", "organizations", "number") if f"/{name}/{{" in operation.path), "number")
    known = {"number": there.get("number")} if "{number}" in operation.path else {"pk": there.get(name)}
    options = {"path_parameters": known} if there and "{" in operation.path and all(known.values()) else {}

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode, **options))
    def try_out(case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    try_out()
