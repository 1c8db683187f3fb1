"""Lists as files: what their pages show, narrowed alike, for who may see them, and no cell a formula."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tenants import tables
from tenants.context import act_as
from tests.support.world import make_organization, make_person, make_ticket
from tickets import actions
from tickets.actions import organizations
from tickets.models import Callback

TABLES = ("people", "organizations", "audit_log", "absences", "callbacks")


@pytest.fixture
def signed_in(at_acme):
    def sign_in(person):
        client = Client(headers={"host": "acme.localhost"})
        client.force_login(person)
        return client

    return sign_in


def rows_of(client, name, **asked):
    response = client.get(reverse(f"desk:export_{name}"), asked)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    heading, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert all(len(row) == len(heading) for row in rows)
    return rows


def test_people_are_those_of_the_page_with_where_they_belong(signed_in, ada, grace):
    make_organization("=Initech", grace)
    client = signed_in(ada)

    customers = {row[1]: row for row in rows_of(client, "people")}
    assert ada.email not in customers
    assert customers[grace.email][0] == "Grace" and customers[grace.email][3] == "'=Initech"
    assert [row[1] for row in rows_of(client, "people", kind="staff", q="Ada")] == [ada.email]


def test_organisations_are_counted_and_narrowed(signed_in, ada, grace):
    make_organization("Initech", grace)
    make_organization("Initrode")

    assert [[row[0], *row[2:]] for row in rows_of(signed_in(ada), "organizations", q="tech")] == [
        ["Initech", "1", "Active"]
    ]


def test_the_audit_log_says_who_changed_what_from_what_to_what(signed_in, root):
    made = organizations.add_organization(name="Initech", actor=root)
    organizations.add_organization(name="Initrode", actor=root)

    (row,) = rows_of(signed_in(root), "audit_log", subject=made.pk)

    assert row[1:3] == ["Root", "Initech"]
    assert "Initech" in row[4]


def test_absences_and_calls_are_those_of_their_pages(signed_in, ada, grace):
    now = timezone.now()
    actions.plan_absence(ada, begins_at=now, reason="+Skiing", actor=ada, at=now)
    ticket = make_ticket(grace, at=now)
    asked = {"requester": grace, "phone": "+855 12 345", "topic": "The screen", "asked_at": now}
    Callback.objects.create(tenant=ticket.tenant, ticket=ticket, at=now + timedelta(hours=1), **asked)
    client = signed_in(ada)

    (absence,) = rows_of(client, "absences")
    assert absence[0] == "Ada" and absence[4] == "'+Skiing"
    (call,) = rows_of(client, "callbacks")
    assert call[1:5] == ["'+855 12 345", "Grace", "The screen", str(ticket.number)]


@pytest.mark.parametrize("name", TABLES)
def test_files_are_for_who_may_see_the_page_and_hold_nothing_of_others(signed_in, ada, root, grace, globex, name):
    with act_as(globex):
        spy = make_person("Spy", "admin")
        make_organization("Spectre")
        actions.plan_absence(spy, begins_at=timezone.now(), reason="", actor=spy, at=timezone.now())
    address = reverse(f"desk:export_{name}")

    assert signed_in(grace).get(address).status_code == 404
    assert signed_in(ada).get(address).status_code == (404 if name == "audit_log" else 200)
    for kind in ("customer", "staff"):
        said = str(rows_of(signed_in(root), name, kind=kind))
        assert "Spy" not in said and "Spectre" not in said


def test_a_file_goes_on_batch_by_batch_and_ends_when_its_reader_may_no_longer(signed_in, ada, monkeypatch):
    monkeypatch.setattr(tables, "BATCH", 2)
    people = [make_person(f"Customer{number}") for number in range(5)]
    client = signed_in(ada)
    assert {row[1] for row in rows_of(client, "people")} == {person.email for person in people}

    lines = client.get(reverse("desk:export_people")).streaming_content
    assert len([next(lines) for _ in range(3)]) == 3
    ada.is_active = False
    ada.save()
    assert list(lines) == []
