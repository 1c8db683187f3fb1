"""Announcements and the status page for programs: who may read and write them, and what is refused."""

from datetime import timedelta

import pytest
import time_machine

from notices.models import Announcement, Component, Incident
from tests.api.client import Api, shape_of
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def monday(at_acme):
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


def at(hours):
    return (MONDAY_9AM + timedelta(hours=hours)).isoformat()


def test_work_is_announced_changed_and_called_off(mary, grace):
    program = Api(mary)
    work = {"title": {"en": "Mail moves", "ru": "Переезд"}, "by_mail": True, "starts_at": at(200), "ends_at": at(202)}

    reach = program.post("announcements/reach/", work).json()
    made = program.post("announcements/", work)
    path = f"announcements/{made.json()['id']}/"
    moved = program.patch(path, {"starts_at": at(300), "ends_at": at(302)})

    assert (made.status_code, moved.status_code, reach) == (201, 200, {"number": 2})
    assert moved.json()["title"] == work["title"]
    assert [each["occasion"] for each in program.get(f"{path}notices/").json()] == ["ahead", "ahead", "begins", "ends"]
    assert Api(grace).get("announcements/").json()["results"][0]["id"] == made.json()["id"]
    assert program.post(f"{path}call-off/").json()["cancelled_at"]
    assert shape_of(program.post(f"{path}call-off/"))["code"] == "not_work"
    assert program.post(f"{path}withdraw/").status_code == 204


def test_a_notice_is_stopped_once(mary, grace):
    program = Api(mary)
    made = program.post("announcements/", {"title": {"en": "Slow"}, "by_mail": True, "shown_from": at(5)}).json()
    (notice,) = program.get(f"announcements/{made['id']}/notices/").json()

    assert Api(grace).post(f"notices/{notice['id']}/stop/").status_code == 403
    assert program.post(f"notices/{notice['id']}/stop/").status_code == 204
    assert shape_of(program.post(f"notices/{notice['id']}/stop/"))["code"] == "notice_over"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"title": {}}, 409),
        ({"title": {"de": "Wartung"}}, 400),
        ({"title": "Mail"}, 400),
        ({"title": {"en": "x" * 161}}, 400),
        ({"starts_at": at(1)}, 409),
        ({"starts_at": at(2), "ends_at": at(1)}, 409),
        ({"audience": "chosen"}, 409),
        ({"starts_at": "2100-01-01T00:00:00Z", "ends_at": "2100-01-02T00:00:00Z"}, 409),
        ({"starts_at": "9999-12-31T00:00:00Z", "ends_at": "9999-12-31T23:59:59Z"}, 400),
        ({"shown_from": "0001-01-01T00:00:00Z"}, 409),
        ({"audience": "nobody"}, 400),
        ({"organizations": ["00000000-0000-7000-8000-000000000000"]}, 400),
        ({"tenant": 1}, 400),
    ],
)
def test_what_makes_no_sense_is_refused(mary, wrong, code):
    answer = Api(mary).post("announcements/", {"title": {"en": "Mail"}, **wrong})

    assert answer.status_code == code
    assert shape_of(answer)["detail"]
    assert not Announcement.objects.exists()


def test_customers_read_what_concerns_them_and_write_nothing(mary, ada, grace):
    company = make_organization("Initech", grace)
    other = make_person("Other")
    Api(mary).post(
        "announcements/", {"title": {"en": "For one"}, "audience": "chosen", "organizations": [str(company.pk)]}
    )
    Api(mary).post("announcements/", {"title": {"en": "For agents"}, "audience": "agents"})

    def titles(person):
        return [each["title"]["en"] for each in Api(person).get("announcements/").json()["results"]]

    assert (titles(grace), titles(other)) == (["For one"], [])
    assert titles(ada) == ["For agents", "For one"]
    for person in (grace, ada):
        assert Api(person).post("announcements/", {"title": {"en": "Mine"}}).status_code == 403
        assert Api(person).post("announcements/reach/", {"title": {"en": "Mine"}}).status_code == 403
        assert Api(person).get("incidents/").status_code == 403
        assert Api(person).get("components/").status_code == 403
    assert Announcement.objects.count() == 2


def test_a_monitor_tells_of_a_disturbance_and_that_it_is_over(root, mary, grace):
    ticket = make_ticket(grace)
    made = Api(root).post("components/", {"name": {"en": "Mail"}, "position": 1})
    component = made.json()["id"]
    states = [{"component": component, "state": "major"}]
    words = {"title": {"en": "Mail is away"}, "body": {"en": "We look"}, "state": "investigating"}

    told = Api(mary).post("incidents/", {**words, "components": states, "ticket": ticket.number})
    path = f"incidents/{told.json()['id']}/"
    over = Api(mary).post(f"{path}updates/", {"body": {"en": "It works"}, "state": "resolved"})

    assert (made.status_code, told.status_code, over.status_code) == (201, 201, 201)
    assert told.json()["components"] == {component: "major"}
    assert over.json()["components"] == {}
    assert [each["state"] for each in Api(mary).get(path).json()["updates"]] == ["resolved", "investigating"]
    again = Api(mary).post(f"{path}updates/", {"body": {"en": "x"}, "state": "resolved"})
    assert shape_of(again)["code"] == "incident_over"
    assert (
        Api(mary).post("incidents/", {**words, "components": [{"component": component, "state": "x"}]}).status_code
        == 400
    )
    assert Api(mary).post("incidents/", {**words, "ticket": 999}).status_code == 404
    assert Api(mary).post("components/", {"name": {"en": "Mine"}}).status_code == 403
    hidden = Api(root).call("PUT", f"components/{component}/", {"name": {"en": "Mail"}, "is_public": False})
    assert hidden.json()["is_public"] is False
    assert Component.objects.get().position == 0
    assert Incident.objects.get().ticket == ticket
