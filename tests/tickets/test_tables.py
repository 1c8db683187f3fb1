"""Lists as files: what their pages show, narrowed alike, for who may see them, and no cell a formula."""

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inbox.models import BouncedAddress, Mailbox
from tenants import tables
from tenants.context import act_as, active_tenant
from tenants.models import Alarm, ApiToken
from tests.support.world import join, make_organization, make_person, make_ticket
from tickets import actions
from tickets.actions import organizations
from tickets.models import Callback, Macro, SavedView, Suspension, Tag, Team, TicketTemplate

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


def furnish(owner, customer, name):
    """One of each thing that a desk keeps ready, called so."""
    now, address = timezone.now(), f"{name.strip('=').lower()}@acme.example"
    Macro.objects.create(owner=owner, name=name, text={"en": "Unplug it."}, audience="everybody")
    SavedView.objects.create(owner=owner, name=name, audience="everybody")
    TicketTemplate.objects.create(name=name, subject="Backups", description="Look at them.")
    ApiToken.issue(owner, name)
    Tag.objects.create(name=name.lower())
    Mailbox.objects.create(address=address)
    BouncedAddress.objects.create(address=address, said=f"{name} does not exist", bounced_at=now)
    Suspension.objects.create(person=customer, words=name, since=now, made_at=now)
    join(owner, Team.objects.earliest("pk"))
    failed = {"kind": "mail.tell", "subject": uuid4(), "at": now, "parked_at": now, "error": name}
    Alarm.objects.create(tenant=active_tenant(), **failed)


@pytest.mark.parametrize(
    ("name", "lowest", "said"),
    [
        ("macros", "agent", "'=Own"),
        ("saved_views", "agent", "'=Own"),
        ("templates", "agent", "'=Own"),
        ("tokens", "agent", "'=Own"),
        ("measures", "agent", "Solved"),
        ("bounced", "agent", "'=Own does not exist"),
        ("fair_use", "manager", "'=Own"),
        ("teams", "admin", "Ada"),
        ("tags", "admin", "'=own"),
        ("mailboxes", "admin", "own@acme.example"),
        ("failed_work", "admin", "'=Own"),
    ],
)
def test_what_a_desk_keeps_ready_is_a_file_for_who_sees_its_page(
    signed_in, ada, mary, root, grace, globex, name, lowest, said
):
    people = {"customer": grace, "agent": ada, "manager": mary, "admin": root}
    reader, address = people[lowest], reverse(f"desk:export_{name}")
    furnish(ada if name == "teams" else reader, grace, "=Own")
    with act_as(globex):
        furnish(make_person("Spy", "admin"), make_person("Agent Spectre"), "Spectre")

    rows = rows_of(signed_in(reader), name)

    assert any(cell.startswith(said) for row in rows for cell in row), rows
    assert "Spectre" not in str(rows) and "Spy" not in str(rows)
    assert ApiToken.objects.get().digest not in str(rows)
    ranks = list(people)
    for lower in ranks[: ranks.index(lowest)]:
        assert signed_in(people[lower]).get(address).status_code == 404
    page = {"bounced": "bounced", "fair_use": "to_decide", "templates": "ticket_templates"}.get(name, name)
    assert f'href="{address}' in signed_in(reader).get(reverse(f"desk:{page}")).content.decode()


def test_nobody_exports_what_a_colleague_keeps_for_themselves(signed_in, ada, mary):
    for kept in (Macro, SavedView):
        kept.objects.create(owner=mary, name="Mine alone")
    ApiToken.issue(mary, "Mine alone")

    for name in ("macros", "saved_views", "tokens"):
        assert rows_of(signed_in(ada), name) == []


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
