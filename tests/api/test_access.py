"""Who may call the API, and how often."""

import pytest
from django.test import Client

from helpdesk.api.throttling import PersonThrottle
from tenants.context import act_as
from tests.api.client import Api, shape_of
from tests.support.world import make_person, token_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("header", ["Token", "Token x", "Token a b", "Token \xff", "Bearer x", "Basic eDp5"])
def test_a_wrong_token_is_a_401(at_acme, header):
    answer = Client(headers={"host": "acme.localhost", "authorization": header}).get("/api/v1/tickets/")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    shape_of(answer)


def test_another_tenants_token_is_unknown(at_acme, globex):
    with act_as(globex):
        token = token_of(make_person("Hank", "admin"))

    assert Api(token=token).get("me/").status_code == 401


def test_a_person_who_was_put_out_gets_no_further(as_ada, ada):
    ada.is_active = False
    ada.save()

    assert as_ada.get("me/").status_code == 401


def test_many_requests_in_a_minute_are_held_back(as_grace, monkeypatch):
    monkeypatch.setattr(PersonThrottle, "THROTTLE_RATES", {"person": "2/min"})
    codes = [as_grace.get("me/").status_code for _ in range(3)]
    held = as_grace.get("me/")

    assert codes == [200, 200, 429]
    assert int(held["Retry-After"]) > 0
    assert shape_of(held)["code"] == "throttled"


def test_a_session_needs_the_token_against_forged_requests(at_acme, grace):
    client = Client(headers={"host": "acme.localhost"}, enforce_csrf_checks=True)
    client.force_login(grace)

    read = client.get("/api/v1/me/")
    forged = client.post("/api/v1/tickets/", {"subject": "x", "description": "y"}, content_type="application/json")

    assert read.status_code == 200
    assert forged.status_code == 403
    shape_of(forged)
