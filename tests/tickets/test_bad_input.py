"""Far too much of everything: each has its sentence, costs little, and nothing typed is lost."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenants.errors import NotPermitted
from tenants.models import User
from tests.api.client import Api
from tests.support.world import MONDAY_9AM, make_ticket
from tests.tickets.portal import request_form, text_of, visitor
from tickets import actions
from tickets.actions import absences
from tickets.errors import TooManyInCopy
from tickets.models import Attachment, Message, Participant, Ticket

CROWD = [f"person.{number}@a-rather-long-name-of-a-company.example" for number in range(200)]
LONG = "Printer on fire " * 625
FORM = "/tickets/new?category=technical"


@pytest.fixture
def ticket(grace):
    return make_ticket(grace)


def test_two_hundred_people_are_too_many_to_be_put_in_copy_and_cost_few_queries(ticket, ada):
    client, where = visitor(ticket.tenant, ada), reverse("desk:copy", args=[ticket.number])

    with CaptureQueriesContext(connection) as captured, pytest.raises(TooManyInCopy):
        actions.add_participants(ticket, CROWD, actor=ada, at=MONDAY_9AM)
    assert len(captured) < 12
    asked = client.post(where, {"emails": ", ".join(CROWD), "enter": "on"})
    called = Api(ada).post(f"tickets/{ticket.number}/participants/", {"emails": CROWD})

    assert asked.status_code == 422
    assert "200 addresses are too many: 20 people can be in copy." in text_of(asked)
    assert CROWD[199] in asked.content.decode()
    assert called.status_code == 400
    assert not Participant.objects.exists()
    assert not User.objects.filter(email__startswith="person.").exists()


def test_one_more_than_can_be_in_copy_is_refused_though_most_are_there(ticket, ada):
    actions.add_participants(ticket, CROWD[:19], actor=ada, at=MONDAY_9AM)

    actions.add_participants(ticket, CROWD[:20], actor=ada, at=MONDAY_9AM)
    with pytest.raises(TooManyInCopy, match="20"):
        actions.add_participants(ticket, [CROWD[0], CROWD[20]], actor=ada, at=MONDAY_9AM)

    assert Participant.objects.count() == 20
    assert not User.objects.filter(email=CROWD[20]).exists()


def test_a_subject_of_ten_thousand_characters_has_its_sentence_and_comes_back(at_acme, ada, grace):
    portal = visitor(at_acme, grace).post(FORM, request_form(subject=LONG))
    desk = visitor(at_acme, ada).post(reverse("desk:new_ticket"), {"subject": LONG, "description": "Smoke."})
    api = Api(grace).post("tickets/", {"subject": LONG, "description": "Smoke."})

    assert len(LONG) == 10_000
    for page in (portal, desk):
        assert page.status_code == 422
        assert "at most 200 characters" in text_of(page)
        assert page.content.decode().count("Printer on fire") >= 625
    assert api.status_code == 400 and "subject" in api.json()["fields"]
    assert not Ticket.objects.exists()


def test_a_file_named_like_a_path_is_only_a_name_wherever_it_comes_in(at_acme, ada, grace):
    visitor(at_acme, grace).post(FORM, {**request_form(), "files": [named("../../x")]})
    ticket = Ticket.objects.get()
    Api(grace).upload(f"tickets/{ticket.number}/messages/", {"body": "This.", "files": named("..\\..\\x")})
    visitor(at_acme, ada).post(
        f"/desk/tickets/{ticket.number}/send", {"kind": "note", "body": "And.", "files": [named("/etc/x")]}
    )

    kept = list(Attachment.objects.all())
    assert len(kept) == 3
    for each in kept:
        assert each.name == "x"
        assert each.file.name == f"{each.tenant_id}/{each.key}"
    download = visitor(at_acme, ada).get(reverse("portal:attachment", args=[kept[0].pk]))
    assert ".." not in download["Content-Disposition"]


def test_a_file_of_25_megabytes_has_its_sentence_and_the_request_comes_back(at_acme, grace):
    photo = SimpleUploadedFile("photo.png", bytes(25 * 1024 * 1024), content_type="image/png")

    page = visitor(at_acme, grace).post(FORM, {**request_form(subject="Smoke in room 7"), "files": [photo]})

    assert page.status_code == 422
    assert "photo.png is larger than 20" in text_of(page)
    assert "Smoke in room 7" in page.content.decode()
    assert not Ticket.objects.exists() and not Attachment.objects.exists()


def send(client, ticket, **fields):
    said = {"kind": "reply", "body": "Unplug the router.", "status": "", "seen": "", **fields}
    # A browser says from which site a form comes: what another site sends is not shown.
    headers = {"origin": "http://acme.localhost"}
    return client.post(reverse("desk:send", args=[ticket.number]), said, headers=headers)


def test_an_agent_who_may_no_longer_reply_is_told_and_keeps_the_words(ticket, ada):
    client = visitor(ticket.tenant, ada)
    assert "Unplug" not in client.get(reverse("desk:ticket", args=[ticket.number])).content.decode()
    ada.role.permissions = [each for each in ada.role.permissions if each != "ticket.reply"]
    ada.role.save()

    page = send(client, ticket)

    assert page.status_code in (403, 422)
    assert str(NotPermitted()) in text_of(page)
    assert "Unplug the router." in page.content.decode()
    assert not Message.objects.filter(ticket=ticket, by_staff=True).exists()


def test_an_agent_whose_account_is_closed_meanwhile_keeps_the_words(ticket, ada, root):
    client = visitor(ticket.tenant, ada)
    client.get(reverse("desk:ticket", args=[ticket.number]))
    absences.close_account(ada, actor=root, at=MONDAY_9AM)

    page = send(client, ticket)

    assert page.status_code == 403
    assert "Unplug the router." in page.content.decode()
    assert not Message.objects.filter(ticket=ticket, by_staff=True).exists()


def test_a_ticket_that_was_given_to_somebody_else_meanwhile_takes_the_answer_and_stays_theirs(ticket, ada, mary):
    actions.take(ticket, actor=ada, at=MONDAY_9AM)
    client = visitor(ticket.tenant, ada)
    seen = client.get(reverse("desk:ticket", args=[ticket.number])).context["composer"]["seen"].value()
    actions.assign(Ticket.objects.get(pk=ticket.pk), mary, actor=mary, at=MONDAY_9AM)

    send(client, ticket, seen=seen or "")

    ticket.refresh_from_db()
    assert ticket.assignee == mary
    assert Message.objects.filter(ticket=ticket, by_staff=True).count() == 1


def named(name):
    """A file whose name goes as it is; Django's own class would take the folders off."""
    file = SimpleUploadedFile("x", b"content", "text/plain")
    file._name = name
    return file
