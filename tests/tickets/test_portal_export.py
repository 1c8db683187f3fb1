"""Customers' lists as files for spreadsheets: what the list shows, all of it, and no more than its reader sees."""

import csv
import io
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tenants.context import act_as
from tests.support.world import make_organization, make_person, make_ticket
from tests.tickets.portal import visitor
from tickets import actions
from tickets.models import Membership, Participant

EXPORT = "/tickets/export.csv"


def rows_of(client, path=EXPORT, **asked):
    response = client.get(path, asked)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    heading, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    return [dict(zip(heading, row, strict=True)) for row in rows]


def numbers(rows):
    return [int(row["Number"]) for row in rows]


def test_my_tickets_are_exported_as_the_list_says_them(at_acme, as_grace, grace):
    ticket = make_ticket(grace, subject="Printer on fire", at=timezone.now())

    (row,) = rows_of(as_grace)

    assert (row["Number"], row["Subject"], row["Customer"]) == (str(ticket.number), "Printer on fire", "Grace")
    shown = as_grace.get("/tickets/").context["rows"][0]
    assert row["State"] == shown.status
    assert row["What is promised"] == shown.promise.name
    assert row["How it stands"] == shown.promise.word
    assert row["Due"] == f"{shown.promise.due_at.astimezone(ZoneInfo(at_acme.timezone)):%Y-%m-%d %H:%M}"


def test_all_pages_are_in_it_and_no_cell_is_a_formula(as_grace, grace):
    for number in range(28):
        make_ticket(grace, subject=f'=HYPERLINK("http://x/{number}")', at=timezone.now())

    rows = rows_of(as_grace)

    assert len(rows) == 28
    assert all(row["Subject"].startswith("'=") for row in rows)


def test_the_link_on_the_page_exports_what_the_page_shows(as_grace, grace):
    initech, initrode = make_organization("Initech", grace), make_organization("Initrode", grace)
    here = make_ticket(grace, organization=initech, at=timezone.now())
    there = make_ticket(grace, organization=initrode, at=timezone.now())
    over = make_ticket(grace, organization=initech, at=timezone.now())
    actions.solve_by_requester(over, actor=grace, at=timezone.now())

    def exported(path):
        return numbers(rows_of(as_grace, as_grace.get(path).context["export_url"]))

    assert exported("/tickets/") == [here.number, there.number]
    assert exported(f"/tickets/?organization={initrode.pk}") == [there.number]
    assert exported("/tickets/?show=finished") == [over.number]
    assert EXPORT in as_grace.get("/tickets/").content.decode()


@pytest.mark.parametrize("scope", [Membership.Scope.ALL, Membership.Scope.OWN])
def test_of_an_organisation_only_what_the_membership_shows(at_acme, as_grace, grace, scope):
    linus = make_person("Linus")
    initech = make_organization("Initech", grace, linus)
    Membership.objects.filter(user=grace).update(scope=scope)
    theirs = make_ticket(linus, organization=initech, at=timezone.now())
    make_ticket(make_person("Outsider"), at=timezone.now())

    found = numbers(rows_of(as_grace, list="organization"))

    assert found == ([theirs.number] if scope == Membership.Scope.ALL else [])
    assert numbers(rows_of(as_grace)) == []


def test_what_one_is_in_copy_of_is_a_list_of_its_own(as_grace, grace):
    linus = make_person("Linus")
    ticket = make_ticket(linus, at=timezone.now())
    Participant.objects.create(ticket=ticket, user=grace, added_by=grace, added_at=timezone.now())

    assert numbers(rows_of(as_grace, list="copies")) == [ticket.number]
    assert numbers(rows_of(as_grace)) == []


def test_nobody_else_exports_it_and_an_unknown_list_is_not_found(at_acme, globex, as_grace, grace):
    make_ticket(grace, at=timezone.now())

    assert visitor(at_acme).get(EXPORT).status_code == 302
    assert rows_of(visitor(at_acme, make_person("Linus"))) == []
    assert as_grace.get(EXPORT, {"list": "everything"}).status_code == 404
    assert len(rows_of(as_grace, organization="\0")) == 1
    with act_as(globex):
        stranger = visitor(globex, make_person("Stranger"))
    assert rows_of(stranger) == []


def test_a_person_who_may_not_sign_in_any_more_reads_no_further(as_grace, grace):
    make_ticket(grace, at=timezone.now())
    response = as_grace.get(EXPORT)
    grace.is_active = False
    grace.save(update_fields=["is_active"])

    assert b"".join(response.streaming_content).decode().count("\r\n") == 1
