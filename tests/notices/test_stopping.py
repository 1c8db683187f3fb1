"""Who does not want announcements by mail stops them by the mail itself (RFC 8058), and nothing else with them."""

import re
from datetime import timedelta

import pytest
import time_machine

from inbox.models import OutgoingMail, StoppedMail
from notices import actions
from notices.actions import Content
from tenants import alarms
from tests.inbox.conftest import mail_server  # noqa: F401
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tests.tickets.portal import visitor

MINUTE = timedelta(minutes=1)


@pytest.fixture
def announced(at_acme, mary, grace, mail_server):  # noqa: F811
    announce(mary)
    alarms.work_due(MONDAY_9AM + MINUTE)
    (mail,) = mail_server.to(grace)
    return mail


def announce(mary, title="The mail servers move", at=MONDAY_9AM):
    words = dict.fromkeys(("en", "ru", "es"), title)
    return actions.publish(Content(title=words, shown_from=at, by_mail=True), author=mary, at=at)


def path_of(mail):
    return re.fullmatch(r"<http://acme\.localhost(/stop-mail/[\w.-]+/)>", mail["List-Unsubscribe"])[1]


@time_machine.travel(MONDAY_9AM + MINUTE, tick=False)
def test_one_click_of_a_mail_program_stops_announcements_and_no_other_mail(
    at_acme,
    announced,
    mary,
    grace,
    mail_server,  # noqa: F811
):
    assert announced["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    answer = visitor(at_acme, enforce_csrf_checks=True).post(path_of(announced), {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    announce(mary, "Another one", at=MONDAY_9AM + MINUTE)
    make_ticket(grace, at=MONDAY_9AM + MINUTE)
    alarms.work_due(MONDAY_9AM + 5 * MINUTE)
    assert [mail.kind for mail in OutgoingMail.objects.filter(address=grace.email).order_by("created_at", "id")] == [
        "announced",
        "receipt",
    ]


@time_machine.travel(MONDAY_9AM + MINUTE, tick=False)
def test_looking_at_the_page_stops_nothing_and_stopping_is_taken_back_there(at_acme, announced, grace):
    client, path = visitor(at_acme), path_of(announced)

    assert "You get our announcements by mail." in client.get(path).content.decode()
    assert not StoppedMail.objects.exists()
    assert "You get no more announcements" in client.post(path).content.decode()
    client.post(path, {"again": "yes"})

    assert not StoppedMail.objects.exists()


@time_machine.travel(MONDAY_9AM + MINUTE, tick=False)
def test_an_altered_address_stops_nobody(at_acme, globex, announced):
    path = path_of(announced)

    assert visitor(at_acme).post(path[:-4] + "xyz/").status_code == 404
    assert visitor(globex).post(path).status_code == 404
    assert not StoppedMail.objects.exists()


def test_the_words_of_the_mail_lead_there_and_mail_about_requests_has_no_such_button(at_acme, announced, mail_server):  # noqa: F811
    linus = make_person("Linus")
    make_ticket(linus)
    alarms.work_due(MONDAY_9AM + 2 * MINUTE)

    (receipt,) = mail_server.to(linus)[-1:]
    assert path_of(announced) in announced.get_payload(0).get_payload(decode=True).decode()
    assert receipt["List-Unsubscribe"] is None
