"""The same change on many tickets by a program: begun once, looked at, put back; never past what its person may."""

import pytest
from django.utils import timezone

from tenants import alarms
from tenants.models import Role
from tests.api.client import Api
from tests.support.world import make_person, make_ticket
from tickets.actions import bulk
from tickets.models import BulkChange, Tag, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(grace):
    return [make_ticket(grace, f"Printer {number}", at=timezone.now()) for number in range(3)]


def numbers(tickets):
    return [ticket.number for ticket in tickets]


@pytest.mark.parametrize(
    ("change", "act"),
    [
        ({"status": "solved"}, "status"),
        ({"priority": "critical", "reason": "All of it burns."}, "priority"),
        ({"team": "billing-desk", "reason": "Money."}, "team"),
        ({"assignee": "me"}, "assign"),
        ({"add_tag": "Fire"}, "tag"),
    ],
)
def test_tickets_are_changed_by_number_and_put_back(as_ada, three, change, act):
    before = [(row.status, row.priority, row.team, row.assignee) for row in Ticket.objects.order_by("number")]

    begun = as_ada.post("tickets/bulk/", {"numbers": numbers(three)[:2], **change})

    assert begun.status_code == 202, begun.json()
    told = begun.json()
    assert begun["Location"] == told["url"]
    assert (told["act"], told["state"], told["total"]) == (act, "done", 2)
    assert told["outcomes"]["changed"] == 2 and told["can_undo"] is True
    assert as_ada.get(told["url"]).json() == told
    undone = as_ada.post(f"tickets/bulk/{told['id']}/undo/")
    assert (undone.status_code, undone.json()["state"], undone.json()["outcomes"]["undone"]) == (202, "undone", 2)
    assert [(row.status, row.priority, row.team, row.assignee) for row in Ticket.objects.order_by("number")] == before
    assert as_ada.post(f"tickets/bulk/{told['id']}/undo/").json()["code"] == "too_late_to_undo"


def test_a_query_means_what_is_found_now_and_many_go_in_the_background(as_ada, three, grace, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    make_ticket(grace, "Scanner", at=timezone.now())

    begun = as_ada.post("tickets/bulk/", {"query": "printer status:new", "add_tag": "fire"}, idempotency_key="one")
    again = as_ada.post("tickets/bulk/", {"query": "printer status:new", "add_tag": "fire"}, idempotency_key="one")

    assert (begun.status_code, begun.json()["state"], begun.json()["outcomes"]["waiting"]) == (202, "working", 3)
    assert again.json() == begun.json() and BulkChange.objects.count() == 1
    alarms.work_due(timezone.now())
    seen = as_ada.get(f"tickets/bulk/{begun.json()['id']}/").json()
    assert (seen["state"], seen["outcomes"]["changed"]) == ("done", 3)
    assert set(Tag.objects.get(name="fire").tickets.all()) == set(three)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"numbers": [1]}, "status"),
        ({"numbers": [1], "status": "solved", "add_tag": "x"}, "add_tag"),
        ({"status": "solved"}, "numbers"),
        ({"numbers": [1], "query": "x", "status": "solved"}, "numbers"),
        ({"numbers": [], "status": "solved"}, "numbers"),
        ({"numbers": [1], "status": "nowhere"}, "status"),
        ({"numbers": [1], "status": "solved", "reason": "x"}, "reason"),
        ({"query": "is:nonsense", "status": "solved"}, "query"),
        ({"numbers": list(range(1, bulk.MOST + 2)), "status": "solved"}, "numbers"),
        ({"numbers": ["x"], "status": "solved"}, "numbers.0"),
        ({"numbers": [1], "status": "solved", "odd": 1}, "odd"),
    ],
)
def test_what_is_not_understood_is_said_at_its_field(as_ada, three, body, field):
    answer = as_ada.post("tickets/bulk/", body)

    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not BulkChange.objects.exists()


def test_a_priority_needs_a_reason(as_ada, three):
    answer = as_ada.post("tickets/bulk/", {"numbers": numbers(three), "priority": "critical"})

    assert (answer.status_code, answer.json()["code"]) == (409, "reason_missing")


def test_nobody_changes_what_they_do_not_see_or_may_not_change_or_looks_at_others_changes(as_ada, as_grace, three):
    narrow = make_person("Narrow", "agent")
    narrow.role = Role.objects.create(kind="agent", name="Narrow", permissions=["ticket.change"])
    narrow.save()
    mine = as_ada.post("tickets/bulk/", {"numbers": numbers(three), "add_tag": "fire"}).json()

    unseen = Api(narrow).post("tickets/bulk/", {"numbers": numbers(three), "add_tag": "mine"})
    everything = Api(narrow).post("tickets/bulk/", {"query": "is:active", "add_tag": "mine"})
    forbidden = Api(narrow).post("tickets/bulk/", {"numbers": numbers(three), "assignee": "me"})

    assert (unseen.json()["total"], everything.json()["total"], forbidden.status_code) == (0, 0, 403)
    assert not Tag.objects.filter(name="mine").exists()
    assert Api(narrow).get(f"tickets/bulk/{mine['id']}/").status_code == 404
    assert Api(narrow).post(f"tickets/bulk/{mine['id']}/undo/").status_code == 404
    assert as_grace.post("tickets/bulk/", {"numbers": numbers(three), "add_tag": "x"}).status_code == 404
    assert as_grace.get(f"tickets/bulk/{mine['id']}/").status_code == 404


def test_what_refuses_is_named(as_ada, three, ada):
    from tickets import actions

    actions.merge(three[0], into=three[1], actor=ada, at=timezone.now())

    told = as_ada.post("tickets/bulk/", {"numbers": numbers(three), "priority": "critical", "reason": "Fire."}).json()

    assert [each["number"] for each in told["refused"]] == [three[0].number]
    assert told["refused"][0]["detail"]
    assert told["outcomes"]["refused"] == 1
