"""Tickets over REST: filed, listed, read."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from sla.models import PolicyVersion
from tests.api.client import Api
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tickets import actions, search
from tickets.models import Channel, Ticket

pytestmark = pytest.mark.django_db


def test_subject_and_description_are_enough_to_file_a_ticket(as_grace, grace):
    answer = as_grace.post("tickets/", {"subject": "Printer on fire", "description": "Smoke since eight."})

    assert answer.status_code == 201
    filed = answer.json()
    ticket = Ticket.objects.get(number=filed["number"])
    policy = PolicyVersion.objects.current().policy
    assert answer["Location"].endswith(f"/api/v1/tickets/{ticket.number}/")
    assert filed["category"]["key"] == policy.default_category.key
    assert filed["priority"]["key"] == policy.priority_of(policy.default_category.key).key
    assert filed["status"]["kind"] == "new"
    assert filed["requester"] == {"id": str(grace.pk), "name": "Grace", "email": grace.email}
    first = next(clock for clock in filed["clocks"] if clock["metric"] == "first_response")
    assert first["state"] == "running"
    assert parse_datetime(first["due_at"]) == ticket.clocks.get(metric="first_response").due_at
    assert 0 < first["remaining_seconds"] <= first["target_seconds"]
    assert first["breached_at"] is first["fulfilled_at"] is None


def test_a_customer_may_say_more_about_a_request(as_grace, grace):
    company = make_organization("Initech", grace)
    make_organization("Initrode", grace)

    answer = as_grace.post(
        "tickets/",
        {
            "subject": "Slow",
            "description": "Every page.",
            "category": "technical",
            "priority": "high",
            "organization": str(company.pk),
            "articles": [5, 5],
        },
    )

    assert answer.status_code == 201, answer.json()
    filed = answer.json()
    assert (filed["category"]["key"], filed["priority"]["key"]) == ("technical", "high")
    assert filed["organization"] == {"id": str(company.pk), "name": "Initech"}


def test_staff_file_for_a_customer_who_called(as_ada, grace):
    answer = as_ada.post(
        "tickets/", {"subject": "Called", "description": "It smokes.", "requester": grace.email, "channel": "phone"}
    )

    assert answer.status_code == 201, answer.json()
    assert answer.json()["requester"]["email"] == grace.email
    assert answer.json()["channel"]["key"] == "phone"


def test_what_a_program_files_comes_by_its_own_channel_unless_the_policy_closed_it(as_grace):
    filed = as_grace.post("tickets/", {"subject": "One", "description": "x"}).json()
    Channel.objects.filter(key="api").update(is_active=False)

    later = as_grace.post("tickets/", {"subject": "Two", "description": "x"}).json()

    assert (filed["channel"]["key"], later["channel"]["key"]) == ("api", "portal")


def test_only_staff_file_for_others(as_grace, ada):
    answer = as_grace.post("tickets/", {"subject": "x", "description": "y", "requester": ada.email, "channel": "phone"})

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"requester", "channel"}
    assert not Ticket.objects.exists()


def test_answers_are_checked_against_the_questions_of_the_category(tenant_on):
    from tenants.context import act_as

    with act_as(tenant_on("justo")):
        api = Api(make_person("Grace"), host="justo.localhost")
        answer = api.post("tickets/", {"subject": "Correo", "description": "No sale.", "answers": {"shoe_size": "45"}})

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == ["answers.shoe_size"]


def test_files_are_kept_and_given_back_only_to_those_who_see_the_ticket(as_grace, as_ada, at_acme):
    stranger = Api(make_person("Eve"))
    filed = as_grace.upload(
        "tickets/",
        {
            "subject": "Log",
            "description": "See file.",
            "files": [SimpleUploadedFile("a.log", b"one"), SimpleUploadedFile("b.log", b"two")],
        },
    )
    assert filed.status_code == 201, filed.json()
    files = filed.json()["timeline"][0]["attachments"] or filed.json()["timeline"][1]["attachments"]

    got = as_ada.get(files[0]["url"], accept="application/octet-stream")

    assert [file["name"] for file in files] == ["a.log", "b.log"]
    assert b"".join(got.streaming_content) == b"one"
    assert got["Content-Disposition"] == 'attachment; filename="a.log"'
    assert stranger.get(files[0]["url"]).status_code == 404


def test_a_file_of_a_note_is_for_staff(as_grace, as_ada, grace):
    ticket = make_ticket(grace)
    noted = as_ada.upload(f"tickets/{ticket.number}/notes/", {"files": SimpleUploadedFile("x.txt", b"inside")})

    url = noted.json()["attachments"][0]["url"]

    assert noted.status_code == 201
    assert as_ada.get(url).status_code == 200
    assert as_grace.get(url).status_code == 404


def test_staff_read_everything_and_customers_what_they_may_know(as_grace, as_ada, grace, ada):
    ticket = make_ticket(grace)
    actions.note(ticket, author=ada, body="The customer shouted.", at=MONDAY_9AM)
    actions.reply(ticket, author=ada, body="Unplug it.", at=MONDAY_9AM + timedelta(hours=1))
    actions.take(ticket, actor=ada, at=MONDAY_9AM)

    for_staff, for_grace = (api.get(f"tickets/{ticket.number}/") for api in (as_ada, as_grace))

    assert "shouted" in for_staff.content.decode()
    assert "Unplug it." in for_grace.content.decode()
    assert "shouted" not in for_grace.content.decode()
    assert ada.email not in for_grace.content.decode()
    assert not any(item["is_internal"] for item in for_grace.json()["timeline"] if item["kind"] == "message")
    assert for_grace.json()["promise"] == for_staff.json()["promise"] != ""
    assert for_grace.json()["assignee"]["name"] == "Ada"


def test_a_customer_finds_own_tickets_and_by_scope_those_of_the_company(as_grace, grace):
    colleague, stranger = make_person("Lin"), make_person("Eve")
    make_organization("Initech", grace, colleague, scope="all")
    own, shared = make_ticket(grace, "mine"), make_ticket(colleague, "ours")
    foreign = make_ticket(stranger, "theirs")

    listed = as_grace.get("tickets/").json()["results"]

    assert {row["number"] for row in listed} == {own.number, shared.number}
    assert as_grace.get(f"tickets/{foreign.number}/").status_code == 404


def test_the_newest_come_first_and_pages_follow_each_other_both_ways(as_ada, grace):
    numbers = [make_ticket(grace, f"Ticket {i}").number for i in range(5)]
    first = as_ada.get("tickets/", {"page_size": 2}).json()
    second = as_ada.get(first["next"]).json()
    third = as_ada.get(second["next"]).json()

    seen = [row["number"] for page in (first, second, third) for row in page["results"]]

    assert seen == sorted(numbers, reverse=True)
    assert first["previous"] is None
    assert third["next"] is None
    assert as_ada.get(second["previous"]).json()["results"] == first["results"]


def test_tickets_without_a_due_time_come_after_the_others(as_ada, grace):
    late, early, never = (make_ticket(grace, name) for name in ("late", "early", "never"))
    now = timezone.now()
    for ticket, due_at in ((late, now + timedelta(hours=9)), (early, now), (never, None)):
        Ticket.objects.filter(pk=ticket.pk).update(due_at=due_at)
    first = as_ada.get("tickets/", {"ordering": "due_at", "page_size": 1}).json()
    second = as_ada.get(first["next"]).json()
    third = as_ada.get(second["next"]).json()

    assert [page["results"][0]["subject"] for page in (first, second, third)] == ["early", "late", "never"]


@pytest.fixture
def some_tickets(grace, ada):
    taken = make_ticket(grace, "taken and slow", at=timezone.now() - timedelta(days=30))
    actions.take(taken, actor=ada, at=timezone.now())
    fresh = make_ticket(make_person("Lin"), "fresh", at=timezone.now())
    actions.change(fresh, actions.Changes(tags=["vip"]), actor=ada, at=timezone.now())
    return taken, fresh


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"taken and slow", "fresh"}),
        ({"assignee": "me"}, {"taken and slow"}),
        ({"assignee": "none"}, {"fresh"}),
        ({"assignee": "ada@acme.example"}, {"taken and slow"}),
        ({"assignee": "nobody@acme.example"}, set()),
        ({"requester": "LIN@acme.example"}, {"fresh"}),
        ({"overdue": "true"}, {"taken and slow"}),
        ({"overdue": "false"}, {"fresh"}),
        ({"status": "new"}, {"taken and slow", "fresh"}),
        ({"status": "no-such-status"}, set()),
        ({"status_kind": "new"}, {"taken and slow", "fresh"}),
        ({"status_kind": "solved"}, set()),
        ({"tier": "tier-1"}, {"taken and slow", "fresh"}),
        ({"updated_since": "2999-01-01T00:00:00Z"}, set()),
        ({"updated_since": "2020-01-01T00:00:00Z"}, {"taken and slow", "fresh"}),
        ({"organization": "00000000-0000-7000-8000-000000000000"}, set()),
        ({"q": "slow"}, {"taken and slow"}),
        ({"q": "slow", "assignee": "none"}, set()),
    ],
)
def test_the_list_is_narrowed_down(as_ada, some_tickets, query, found):
    answer = as_ada.get("tickets/", query)

    assert answer.status_code == 200, answer.json()
    assert {row["subject"] for row in answer.json()["results"]} == found


@pytest.mark.parametrize("more", [{}, {"assignee": "none"}])
def test_a_search_gives_as_many_as_are_asked_for(as_ada, grace, monkeypatch, more):
    monkeypatch.setattr(search, "MAX_HITS", 2)
    for number in range(4):
        make_ticket(grace, f"Printer {number}")

    found = [as_ada.get("tickets/", {"q": "printer", "page_size": size, **more}) for size in (1, 4)]

    assert [len(answer.json()["results"]) for answer in found] == [1, 4]


def test_a_number_is_found_by_its_digits(as_ada, some_tickets):
    taken, _fresh = some_tickets

    answer = as_ada.get("tickets/", {"q": f"#{taken.number}"})

    assert [row["number"] for row in answer.json()["results"]] == [taken.number]


@pytest.mark.parametrize("path", ["tickets/", "tickets/?ordering=due_at", "tickets/?q=printer", "tickets/{number}/"])
def test_lists_and_tickets_cost_few_queries_whatever_they_hold(as_ada, grace, ada, path, django_assert_max_num_queries):
    company = make_organization("Initech", grace)
    for i in range(12):
        ticket = make_ticket(grace, f"Printer {i}", organization=company)
        actions.take(ticket, actor=ada, at=timezone.now())
        actions.reply(ticket, author=ada, body="Unplug it.", at=timezone.now())
        actions.change(ticket, actions.Changes(tags=["a", "b"]), actor=ada, at=timezone.now())
    as_ada.get("me/")

    with django_assert_max_num_queries(16) as queries:  # four of them open and close the tenant's savepoints
        answer = as_ada.get(path.format(number=ticket.number))

    assert answer.status_code == 200
    asked = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= 12, asked


def test_answers_come_in_the_language_of_the_header_or_of_the_person(grace, at_acme):
    ticket = make_ticket(grace)
    grace.language = "es"
    grace.save()
    api = Api(grace)

    own = api.get(f"tickets/{ticket.number}/")
    asked = api.get(f"tickets/{ticket.number}/", accept_language="ru")

    assert own["Content-Language"] == "es"
    assert asked["Content-Language"] == "ru"
    assert own.json()["promise"] != asked.json()["promise"]
