"""Clause E18: all contacts are saved and can be viewed later, searched, and taken along."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from tenants import alarms
from tenants.context import act_as
from tenants.models import Alarm, AuditEntry
from tests.policies.clauses import clause
from tests.support.world import make_organization, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions, archive
from tickets.actions import history
from tickets.errors import NotAManager, StillMaking
from tickets.models import Channel, HistoryExport


@pytest.fixture
def grace(at_globex):
    return make_person("Grace")


@pytest.fixture
def hank(at_globex):
    return make_person("Hank", "admin")


@pytest.fixture
def at_globex(globex):
    with act_as(globex):
        yield globex


@pytest.fixture
def as_grace(at_globex, grace):
    return visitor(at_globex, grace)


@pytest.fixture
def ticket(grace, hank):
    """Written on the portal, answered by mail, with a note and files."""
    at = timezone.now() - timedelta(hours=1)
    file = ContentFile(b"the log", name="../../log <1>.txt")
    ticket = make_ticket(grace, "Site shows Error 403", description="Since eight.", at=at, files=[file])
    mail = Channel.objects.filter(is_active=True).exclude(key="portal").first().key
    actions.reply(ticket, author=hank, body="Look at .htaccess", at=at + timedelta(minutes=1), channel=mail)
    actions.note(ticket, author=hank, body="He always breaks it", at=at + timedelta(minutes=2))
    return ticket


def make(person, organization=None):
    export = actions.ask_for_history(person, organization, language="en", at=timezone.now())
    finish()
    export.refresh_from_db()
    return export


def finish():
    for _ in range(20):
        alarms.work_due(timezone.now() + timedelta(minutes=1))


def opened(export):
    with archive.opened(export) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


@clause("E18")
def test_all_contacts_over_all_channels_are_there_later_and_found_by_words_and_channel(as_grace, ticket, grace):
    make_ticket(grace, "Mailbox is full", at=timezone.now())

    everything = text_of(as_grace.get("/history/"))
    assert "Since eight." in everything
    assert "Look at .htaccess" in everything
    assert "Mailbox is full" in everything
    assert "always breaks it" not in everything

    assert "Mailbox" not in text_of(as_grace.get("/history/?q=htaccess"))
    assert "Look at .htaccess" in text_of(as_grace.get("/history/?q=htaccess"))
    by_portal = text_of(as_grace.get("/history/?channel=portal"))
    assert "Since eight." in by_portal
    assert "Look at .htaccess" not in by_portal


@clause("E18")
def test_the_customer_takes_them_along_as_pages_json_and_files(as_grace, ticket, grace):
    as_grace.post("/history/exports", {"of": ""})
    assert "0 of 1 requests are written." in text_of(as_grace.get("/history/"))
    finish()

    export = HistoryExport.objects.get()
    sent = as_grace.get(f"/history/exports/{export.pk}/contacts.zip")
    whole = zipfile.ZipFile(io.BytesIO(b"".join(sent.streaming_content)))

    folder = f"requests/{ticket.number:06d}"
    page = whole.read(f"{folder}/index.html").decode()
    said = json.loads(whole.read("contacts.json"))
    assert whole.testzip() is None
    assert "Site shows Error 403" in whole.read("index.html").decode()
    assert "Look at .htaccess" in page
    assert "always breaks it" not in page + json.dumps(said)
    assert [each["number"] for each in said["requests"]] == [ticket.number]
    assert "http" not in page  # nothing is fetched while it is read offline
    (file,) = [name for name in whole.namelist() if "/files/" in name]
    assert whole.read(file) == b"the log"
    assert ".." not in file
    assert "<" not in file
    acts = set(AuditEntry.objects.filter(subject=export.pk).values_list("act", flat=True))
    assert acts == {"history.export_asked", "history.exported"}


def test_nothing_of_anybody_else_is_in_it(ticket, grace):
    other = make_person("Mallory")
    make_ticket(other, "My salary", at=timezone.now())

    whole = opened(make(grace))

    assert not any("salary" in whole.read(name).decode(errors="replace") for name in whole.namelist())
    assert f"requests/{ticket.number:06d}/index.html" in whole.namelist()


def test_a_company_is_exported_by_who_manages_it_alone(grace, hank):
    bob = make_person("Bob")
    company = make_organization("Initech", grace, scope="manage")
    company.memberships.create(user=bob, scope="all")
    ticket = make_ticket(bob, "Bob's request", organization=company, at=timezone.now())

    with pytest.raises(NotAManager):
        actions.ask_for_history(bob, company, language="en", at=timezone.now())
    export = make(grace, company)

    assert f"requests/{ticket.number:06d}/index.html" in opened(export).namelist()


def test_who_no_longer_manages_it_gets_nothing_more(at_globex, grace):
    company = make_organization("Initech", grace, scope="manage")
    make_ticket(grace, organization=company, at=timezone.now())
    ready = make(grace, company)
    begun = actions.ask_for_history(grace, company, language="en", at=timezone.now())

    company.memberships.update(scope="own")
    finish()

    begun.refresh_from_db()
    assert begun.state == "failed"
    refused = visitor(at_globex, grace).get(f"/history/exports/{ready.pk}/contacts.zip")
    assert refused.status_code == 302


def test_killed_in_the_middle_it_goes_on_without_anything_twice(grace, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(history, "BATCH", 2)
    tickets = [make_ticket(grace, f"Number {n}", at=timezone.now()) for n in range(5)]
    export = actions.ask_for_history(grace, language="en", at=timezone.now())
    history.work(export.pk, timezone.now())
    # The worker died after it had written the next part, and before that was committed.
    export.refresh_from_db()
    archive.write_part(export, 2, [])
    assert (export.written, export.parts) == (2, 1)

    with django_capture_on_commit_callbacks(execute=True):
        finish()

    export.refresh_from_db()
    said = json.loads(opened(export).read("contacts.json"))
    assert [each["number"] for each in said["requests"]] == [each.number for each in tickets]
    assert export.written == 5
    assert not default_storage.exists(archive.path_of(export, "part-00001.zip"))
    history.work(export.pk, timezone.now())  # an alarm that rings once more
    assert not Alarm.objects.filter(kind="history.export").exists()


def test_a_worker_that_dies_before_the_commit_of_the_file_loses_nothing(grace, django_capture_on_commit_callbacks):
    ticket = make_ticket(grace, "Mailbox is full", at=timezone.now())
    export = actions.ask_for_history(grace, language="en", at=timezone.now())
    history.work(export.pk, timezone.now())
    export.refresh_from_db()
    archive.join(export)  # and died: its row says that the parts are still to be joined

    with django_capture_on_commit_callbacks(execute=True):
        history.work(export.pk, timezone.now())

    export.refresh_from_db()
    assert export.state == "done"
    said = json.loads(opened(export).read("contacts.json"))
    assert [each["number"] for each in said["requests"]] == [ticket.number]
    assert not default_storage.exists(archive.path_of(export, "part-00001.zip"))


def test_an_export_without_requests_is_an_empty_list(grace):
    assert json.loads(opened(make(grace)).read("contacts.json"))["requests"] == []


def test_a_new_file_takes_the_place_of_the_former(grace, django_capture_on_commit_callbacks):
    former = make(grace)
    assert default_storage.exists(archive.path_of(former, "contacts.zip"))

    with django_capture_on_commit_callbacks(execute=True):
        latest = make(grace)

    former.refresh_from_db()
    assert (former.state, latest.state) == ("expired", "done")
    assert not default_storage.exists(archive.path_of(former, "contacts.zip"))
    assert default_storage.exists(archive.path_of(latest, "contacts.zip"))
    assert Alarm.objects.filter(kind="history.expire").count() == 1


def test_what_was_given_up_leaves_nothing_behind(grace, django_capture_on_commit_callbacks):
    make_ticket(grace, "Mailbox is full", at=timezone.now())
    export = actions.ask_for_history(grace, language="en", at=timezone.now())
    history.work(export.pk, timezone.now())
    Alarm.objects.filter(kind="history.export").delete()  # parked after it failed too often
    assert default_storage.exists(archive.path_of(export, "part-00001.zip"))

    history.expire(export.pk, timezone.now())
    export.refresh_from_db()
    assert export.state == "working"
    with django_capture_on_commit_callbacks(execute=True):
        alarms.work_due(timezone.now() + history.LONGEST)

    export.refresh_from_db()
    assert export.state == "failed"
    assert not default_storage.exists(archive.path_of(export, "part-00001.zip"))


def test_one_at_a_time(grace):
    actions.ask_for_history(grace, language="en", at=timezone.now())

    with pytest.raises(StillMaking):
        actions.ask_for_history(grace, language="en", at=timezone.now())


def test_the_file_is_kept_a_week_and_then_gone(at_globex, grace, ticket, django_capture_on_commit_callbacks):
    export = make(grace)
    later = export.expires_at + timedelta(minutes=1)

    with django_capture_on_commit_callbacks(execute=True):
        history.expire(export.pk, later)
    with time_machine.travel(later, tick=False):
        page = visitor(at_globex, grace).get(f"/history/exports/{export.pk}/contacts.zip", follow=True)

    assert "no longer kept" in text_of(page)
    assert not default_storage.exists(archive.path_of(export, "contacts.zip"))


def test_nobody_else_fetches_it(at_globex, grace, hank, ticket):
    export = make(grace)

    for other in (hank, make_person("Mallory")):
        client = visitor(at_globex, other)
        assert client.get(f"/history/exports/{export.pk}/contacts.zip").status_code == 404
    assert visitor(at_globex).get(f"/history/exports/{export.pk}/contacts.zip").status_code == 302


def test_what_was_written_is_inert_in_the_pages(grace):
    make_ticket(grace, "<script>alert(1)</script>", description="<img src=x onerror=alert(1)>", at=timezone.now())

    whole = opened(make(grace))

    for name in whole.namelist():
        if name.endswith(".html"):
            page = whole.read(name).decode()
            assert "<script" not in page
            assert "<img" not in page


def test_pages_of_contacts_follow_each_other_without_gaps(as_grace, grace):
    at = timezone.now()
    for n in range(30):
        make_ticket(grace, f"Request <{n:02d}>", at=at)

    first = as_grace.get("/history/")
    second = as_grace.get("/history/" + first.context["next_url"])

    shown = [each.pk for each, _ in (*first.context["contacts"], *second.context["contacts"])]
    assert len(shown) == len(set(shown)) == 30
    assert not second.context["next_url"]


@pytest.mark.parametrize("query", ["before=x&id=y", "before=2026-01-01T00:00:00&id=1", "of=1", "q=%00", "channel=%00"])
def test_wrong_addresses_of_it_are_harmless(as_grace, query):
    assert as_grace.get(f"/history/?{query}").status_code == 200


def test_the_page_costs_the_same_however_much_was_said(as_grace, grace, django_assert_max_num_queries):
    for n in range(3):
        make_ticket(grace, f"Request {n}", at=timezone.now())
    as_grace.get("/history/")

    with django_assert_max_num_queries(16):
        as_grace.get("/history/")
