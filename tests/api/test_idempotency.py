"""A POST that is sent again does nothing twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from tenants.context import act_as
from tenants.models import IdempotentRequest
from tests.api.client import Api
from tests.inbox.stress import sized, tell
from tests.support.world import make_person, make_ticket, token_of
from tickets.models import Message, Ticket

BODY = {"subject": "Printer on fire", "description": "Smoke."}


@pytest.mark.django_db
def test_the_same_request_gets_the_first_answer(as_grace):
    first = as_grace.post("tickets/", BODY, idempotency_key="one")
    again = as_grace.post("tickets/", BODY, idempotency_key="one")

    assert Ticket.objects.count() == 1
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first


@pytest.mark.django_db
def test_another_request_under_the_same_key_is_refused(as_grace):
    as_grace.post("tickets/", BODY, idempotency_key="one")

    other_body = as_grace.post("tickets/", {**BODY, "subject": "Other"}, idempotency_key="one")
    other_address = as_grace.post("tickets/1/messages/", {"body": "x"}, idempotency_key="one")

    for refused in (other_body, other_address):
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert Ticket.objects.count() == 1
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_other_files_are_another_request(as_grace):
    def send(content: bytes):
        files = {**BODY, "files": SimpleUploadedFile("a.log", content)}
        return as_grace.upload("tickets/", files, idempotency_key="one").status_code

    assert [send(b"one"), send(b"one"), send(b"two")] == [201, 201, 422]
    assert Ticket.objects.count() == 1


@pytest.mark.django_db
def test_keys_are_of_one_person(as_grace, as_ada):
    for api in (as_grace, as_ada):
        assert api.post("tickets/", BODY, idempotency_key="one").status_code == 201

    assert Ticket.objects.count() == 2


@pytest.mark.django_db
def test_what_was_refused_may_be_corrected_under_the_same_key(as_grace):
    refused = as_grace.post("tickets/", {"subject": "x"}, idempotency_key="one")
    corrected = as_grace.post("tickets/", BODY, idempotency_key="one")

    assert (refused.status_code, corrected.status_code) == (400, 201)


@pytest.mark.django_db
def test_every_act_can_be_sent_again(as_ada, grace):
    ticket = make_ticket(grace)

    for _ in range(2):
        answer = as_ada.post(f"tickets/{ticket.number}/notes/", {"body": "Once."}, idempotency_key="n")
        assert answer.status_code == 201
        assert as_ada.post(f"tickets/{ticket.number}/take/", idempotency_key="t").status_code == 200

    assert Message.objects.filter(body="Once.").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", " ", "x" * 201, "ключ".encode().decode("latin-1"), "a\tb"])
def test_a_key_is_visible_ascii(as_grace, key):
    answer = as_grace.post("tickets/", BODY, idempotency_key=key)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
    assert not Ticket.objects.exists()


@pytest.mark.django_db
def test_odd_bodies_under_a_key_are_told_as_without(as_grace):
    for body in (b"[{}, {}]", b'"x"', b"7", b"null", b"{"):
        assert as_grace.call("POST", "tickets/", body, idempotency_key="one").status_code == 400

    assert not IdempotentRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_three_parallel_requests_with_one_key_make_one_ticket(acme, globex):
    tokens = {}
    for tenant in (acme, globex):
        with act_as(tenant):
            tokens[tenant.slug] = token_of(make_person("Grace"))
    rounds, together = sized(5, 1_000), Barrier(6)

    def send(slug: str) -> list[tuple[int, int]]:
        api = Api(host=f"{slug}.localhost", token=tokens[slug])
        try:
            answers = []
            for i in range(rounds):
                together.wait(120)
                answer = api.post("tickets/", BODY, idempotency_key=f"key-{i}")
                answers.append((answer.status_code, answer.json()["number"]))
            return answers
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, ["acme", "globex"] * 3))

    for slug, of_tenant in (("acme", answers[::2]), ("globex", answers[1::2])):
        assert of_tenant[0] == of_tenant[1] == of_tenant[2], slug
        assert {status for status, _number in of_tenant[0]} == {201}
    made = []
    for tenant in (acme, globex):
        with act_as(tenant):
            made.append(Ticket.objects.count())
    tell(
        "R-06",
        f"{rounds:,} requests, each sent three times at once under one key, at each of two tenants: a ticket each",
        f"{made[0]:,} and {made[1]:,} tickets",
        kept=made == [rounds, rounds],
    )
