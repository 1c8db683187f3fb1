"""The support policy over REST: versions, what they changed, and what holds under one's own contract."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from helpdesk.policy.apply import apply
from sla.document import SupportPolicy
from tests.support.world import make_organization, policy_file

LATER = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def second_version(at_acme, mary):
    """Acme promises an answer to high priority an hour later."""
    _, text = policy_file("ione")
    text = text.replace("first_response: 4h", "first_response: 5h", 1)
    apply(SupportPolicy.load(text), source=text, at=LATER, actor=mary)


def test_versions_tell_what_they_changed_and_to_staff_who_applied_them(second_version, as_grace, as_ada):
    latest, first = as_grace.get("policy/versions/").json()["results"]
    for_staff = as_ada.get("policy/versions/").json()["results"][0]

    assert (latest["number"], latest["until"], latest["applied_by"]) == (2, None, None)
    assert latest["changes"] == [
        {"heading": "How soon we answer", "lines": ["High, First response: 4 hours before, 5 hours now"]}
    ]
    assert first["until"] == latest["applied_at"]
    assert (first["changes"], latest["fields_changed"]) == ([], [])
    assert for_staff["applied_by"] == "Mary"
    assert any("first_response" in line for line in for_staff["fields_changed"])


def test_a_page_of_one_version_still_knows_its_neighbours(second_version, as_grace):
    page = as_grace.get("policy/versions/", {"page_size": 1}).json()
    last = as_grace.get(page["next"].partition("/api/v1/")[2]).json()["results"][0]

    assert page["results"][0]["changes"]
    assert (last["number"], last["until"] is None) == (1, False)


def test_an_old_version_says_what_it_said_and_that_it_is_over(second_version, as_grace):
    old, now = as_grace.get("policy/versions/1/").json(), as_grace.get("policy/").json()

    def answer(policy):
        found = [each for each in policy["targets"] if (each["priority"], each["metric"]) == ("high", "first_response")]
        return found[0]["seconds"]

    assert (old["in_force"], answer(old)) == (False, 4 * 3600)
    assert (now["in_force"], answer(now)) == (True, 5 * 3600)
    assert as_grace.get("policy/versions/3/").status_code == 404


def test_a_customer_reads_the_exclusions_of_their_own_contract(at_acme, grace, as_grace, as_ada):
    make_organization("Initech", grace, contract="with-hardware")

    own, all_of_it = as_grace.get("policy/").json(), as_ada.get("policy/").json()

    assert own["contract"]["key"] == "with-hardware"
    assert "hardware" not in {each["key"] for each in own["exclusions"]}
    assert "hardware" in {each["key"] for each in all_of_it["exclusions"]}
    assert all_of_it["contract"] is None
