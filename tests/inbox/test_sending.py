"""A mail is sent once, in order, with the same headers however often it is tried; a lost server is waited for."""

import random
import smtplib
from datetime import timedelta

import pytest

from inbox import reactions
from inbox.mail import headers, servers
from inbox.models import OutgoingMail
from tenants import alarms
from tenants.models import Alarm
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tickets import actions
from tickets.models import Event

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def live_through(until):
    """All alarms up to an instant; the server is asked again by each mail, as after a pause."""
    alarms.work_due(until)


@pytest.fixture
def patient(monkeypatch):
    """Time in tests jumps, and the pause after an outage is counted in real seconds."""
    monkeypatch.setattr(servers, "PAUSE_SECONDS", 0)


def test_a_reaction_that_runs_twice_makes_one_mail(at_acme, grace, mail_server):
    ticket = make_ticket(grace)
    created = Event.objects.get(ticket=ticket, verb="ticket.created")

    reactions.tell(created.pk, MONDAY_9AM)
    reactions.tell(created.pk, MONDAY_9AM)
    live_through(MONDAY_9AM + MINUTE)

    assert OutgoingMail.objects.filter(event=created).count() == 1
    assert len(mail_server.to(grace)) == 1


def test_a_mail_that_is_sent_is_not_sent_again(at_acme, grace, mail_server):
    make_ticket(grace)
    live_through(MONDAY_9AM + MINUTE)

    reactions.send(OutgoingMail.objects.get().pk, MONDAY_9AM + HOUR)

    assert len(mail_server.arrived) == 1


def test_a_worker_that_dies_after_the_server_s_yes_sends_the_same_message_id_again(at_acme, grace, mail_server):
    make_ticket(grace)
    mail_server.forgets_to_answer = True

    with pytest.raises(KeyboardInterrupt):
        live_through(MONDAY_9AM + MINUTE)
    live_through(MONDAY_9AM + MINUTE)

    first, second = mail_server.arrived
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]
    assert OutgoingMail.objects.get().state == "sent"


@pytest.mark.parametrize(
    "outage",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        smtplib.SMTPServerDisconnected("bye"),
        smtplib.SMTPConnectError(554, b"no"),
    ],
)
def test_a_server_that_is_away_for_two_hours_gets_all_mail_in_order_when_it_is_back(
    at_acme, ada, grace, mail_server, patient, outage
):
    mail_server.refuse = outage
    tickets = [make_ticket(grace, f"Ticket {n}", at=MONDAY_9AM + n * MINUTE) for n in range(3)]
    for minute in range(4):
        for ticket in tickets:
            actions.reply(ticket, author=ada, body=f"Word {minute}", at=MONDAY_9AM + (10 + minute) * MINUTE)
    live_through(MONDAY_9AM + 2 * HOUR)
    assert mail_server.arrived == []
    assert max(OutgoingMail.objects.values_list("attempts", flat=True)) <= 20

    mail_server.refuse = None
    live_through(MONDAY_9AM + 2 * HOUR + 30 * MINUTE)

    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"sent"}
    for ticket in tickets:
        mine = [m for m in mail_server.arrived if f"[#{ticket.number}]" in m["Subject"]]
        said = [m.get_payload(0).get_payload(decode=True).decode() for m in mine]
        assert "We have your request" in said[0]
        assert [f"Word {n}" in text for n, text in enumerate(said[1:])] == [True] * 4


def test_while_the_server_is_away_only_one_mail_waits_for_it(at_acme, mail_server):
    mail_server.refuse = TimeoutError()
    for n in range(10):
        make_ticket(make_person(f"Person{n}"))

    live_through(MONDAY_9AM + MINUTE / 2)

    assert mail_server.tries == 1
    assert OutgoingMail.objects.filter(state="waiting").count() == 10


def test_an_address_that_is_refused_for_good_is_not_tried_again(at_acme, grace, mail_server):
    mail_server.refuse = smtplib.SMTPRecipientsRefused({grace.email: (550, b"5.1.1 No such user\r\nhere")})
    make_ticket(grace)

    live_through(MONDAY_9AM + 5 * DAY)

    mail = OutgoingMail.objects.get(kind="receipt")
    assert (mail.state, mail.attempts, mail.error) == ("failed", 1, "550 5.1.1 No such user here")
    assert not Alarm.objects.filter(kind="mail.send", subject=mail.pk).exists()


def test_a_full_mailbox_is_tried_for_days_and_then_given_up(at_acme, grace, mail_server):
    mail_server.refuse = smtplib.SMTPRecipientsRefused({grace.email: (452, b"Mailbox full")})
    make_ticket(grace)

    live_through(MONDAY_9AM + 4 * DAY)
    assert OutgoingMail.objects.get(kind="receipt").state == "waiting"
    live_through(MONDAY_9AM + 5 * DAY)

    mail = OutgoingMail.objects.get(kind="receipt")
    assert (mail.state, mail.error) == ("failed", "452 Mailbox full")
    assert 20 < mail.attempts < 70
    assert not Alarm.objects.filter(kind="mail.send", subject=mail.pk).exists()


def test_the_words_of_a_login_that_fails_are_not_kept(at_acme, grace, mail_server):
    mail_server.refuse = smtplib.SMTPAuthenticationError(535, b"bad password hunter2 for mailer")
    make_ticket(grace)

    live_through(MONDAY_9AM + MINUTE / 2)

    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.error) == ("waiting", "SMTPAuthenticationError 535")


def test_mails_of_a_ticket_hang_together(at_acme, ada, grace, mail_server):
    ticket = make_ticket(grace)
    for minute in (1, 2):
        actions.reply(ticket, author=ada, body="Unplug it.", at=MONDAY_9AM + minute * MINUTE)

    live_through(MONDAY_9AM + HOUR)

    first, second, third = mail_server.arrived
    assert [m["Subject"][: len("Re: [#1]")] for m in (first, second, third)] == ["[#1] Pri", "Re: [#1]", "Re: [#1]"]
    assert first["In-Reply-To"] is None
    assert second["In-Reply-To"] == first["Message-ID"]
    assert third["In-Reply-To"] == second["Message-ID"]
    assert third["References"].split()[-2:] == [first["Message-ID"], second["Message-ID"]]
    assert all(
        m["Message-ID"].startswith(f"<{ticket.pk}.") and m["Message-ID"].endswith("@acme.example>")
        for m in mail_server.arrived
    )


@pytest.fixture
def answered(at_acme, ada, grace):
    """The mails of a request to its sender, receipt and answer, written and not sent."""
    ticket = make_ticket(grace)
    actions.reply(ticket, author=ada, body="Unplug it.", at=MONDAY_9AM)
    for event in Event.objects.filter(ticket=ticket, verb__in=["ticket.created", "message.posted"]):
        reactions.tell(event.pk, MONDAY_9AM)
        alarms.cancel("mail.tell", event.pk)
    return OutgoingMail.objects.filter(address=grace.email).order_by("event")


def rings_at(mail):
    return Alarm.objects.get(kind="mail.send", subject=mail.pk).at


def test_a_mail_is_back_in_a_moment_when_the_one_before_it_is_being_sent(answered, mail_server):
    _receipt, answer = answered

    reactions.send(answer.pk, MONDAY_9AM)

    assert mail_server.arrived == []
    assert rings_at(answer) == MONDAY_9AM + reactions.TURN


def test_a_mail_is_back_in_a_moment_when_the_one_before_it_is_being_written(answered, mail_server):
    receipt, answer = answered
    alarms.cancel("mail.send", receipt.pk)
    alarms.set("mail.tell", receipt.event_id, MONDAY_9AM)
    receipt.delete()

    reactions.send(answer.pk, MONDAY_9AM)

    assert mail_server.arrived == []
    assert rings_at(answer) == MONDAY_9AM + reactions.TURN


def test_a_mail_is_back_in_a_moment_when_the_one_before_it_is_sent_while_it_is_asked_for(answered, mail_server):
    receipt, answer = answered
    alarms.cancel("mail.send", receipt.pk)  # what the other worker has committed after the first question

    reactions.send(answer.pk, MONDAY_9AM)

    assert rings_at(answer) == MONDAY_9AM + reactions.TURN


def test_a_mail_behind_one_that_is_tried_again_later_rests_until_that_one_rings(answered, mail_server):
    receipt, answer = answered
    alarms.set("mail.send", receipt.pk, MONDAY_9AM + HOUR)

    reactions.send(answer.pk, MONDAY_9AM)
    assert rings_at(answer) == MONDAY_9AM + reactions.BEHIND
    reactions.send(receipt.pk, MONDAY_9AM + 2 * MINUTE)

    assert rings_at(answer) == MONDAY_9AM + 2 * MINUTE


def test_while_a_server_is_away_a_mail_behind_another_is_looked_at_as_often_as_that_one_is_tried(answered, mail_server):
    receipt, answer = answered
    alarms.set("mail.send", receipt.pk, MONDAY_9AM + 4 * MINUTE)

    reactions.send(answer.pk, MONDAY_9AM)

    assert rings_at(answer) == MONDAY_9AM + 4 * MINUTE + reactions.TURN


def test_a_mail_behind_one_that_failed_for_good_looks_again_now_and_then(answered, mail_server):
    receipt, answer = answered
    Alarm.objects.filter(kind="mail.send", subject=receipt.pk).update(parked_at=MONDAY_9AM)

    reactions.send(answer.pk, MONDAY_9AM)

    assert rings_at(answer) == MONDAY_9AM + reactions.BEHIND


def test_automatic_mail_says_so_and_a_person_s_does_not(at_acme, ada, grace, mail_server):
    ticket = make_ticket(grace)
    actions.reply(ticket, author=ada, body="Unplug it.", at=MONDAY_9AM + MINUTE)

    live_through(MONDAY_9AM + HOUR)

    receipt, reply = mail_server.arrived
    assert receipt["Auto-Submitted"] == "auto-replied"
    assert receipt["X-Auto-Response-Suppress"] == "All"
    assert reply["Auto-Submitted"] is None
    assert receipt["From"] == "I One Tech Solutions <support@acme.example>"
    assert [part.get_content_type() for part in receipt.get_payload()] == ["text/plain", "text/html"]


def test_a_flood_of_comments_does_not_become_a_flood_of_automatic_mail(at_acme, ada, grace, mail_server):
    ticket = make_ticket(grace)
    low, high = ticket.priority, type(ticket.priority).objects.exclude(pk=ticket.priority_id).first()
    for n in range(40):
        to = high if n % 2 == 0 else low
        ticket = actions.change_priority(ticket, to, actor=ada, at=MONDAY_9AM + n * MINUTE / 2, reason="Ping.")

    live_through(MONDAY_9AM + HOUR / 2)

    assert len(mail_server.to(grace)) == 12
    assert OutgoingMail.objects.filter(state="withheld", error="TooManyMails").count() == 29


HOSTILE = [
    "\r\nBcc: victim@elsewhere.example",
    "\n\nBody",
    "\u2028Bcc: x@y.example",
    "\u2029",
    "\x0b",
    "\x85",
    "\x1c",
    "\u202e",
    "\r",
    "é",
    "😀",
    '"',
    "<",
    ">",
    ",",
    ";",
    "=?utf-8?q?x?=",
    "\\",
]


def test_nothing_that_is_typed_into_a_name_or_subject_becomes_a_header(at_acme, ada, grace, mail_server):
    chance = random.Random(39)
    for n in range(25):
        typed = "".join(chance.choice([*HOSTILE, "a", " ", ":"]) for _ in range(12)).strip() or "x"
        at_acme.name = grace.name = ada.name = typed[:100]
        grace.save()
        at = MONDAY_9AM + n * HOUR
        actions.reply(make_ticket(grace, typed, at=at), author=ada, body=typed, at=at + MINUTE)
        live_through(at + 2 * MINUTE)

    assert len(mail_server.arrived) == 50
    for message in mail_server.arrived:
        assert message["To"] == grace.email
        assert {name.lower() for name in message} <= {
            "content-type",
            "mime-version",
            "subject",
            "from",
            "to",
            "reply-to",
            "message-id",
            "date",
            "content-language",
            "in-reply-to",
            "references",
            "auto-submitted",
            "thread-topic",
            "thread-index",
            "x-auto-response-suppress",
        }
        assert message.as_bytes().count(b"\nSubject:") == 1


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\nBcc: c@d.example",
        "a@b.example,c@d.example",
        '"a\rb"@c.example',
        "a b@c.example",
        "a@b.example\u2028",
        "<a@b.example>",
        "nobody",
        "a@b@c.example",
    ],
)
def test_an_address_that_is_more_than_one_plain_address_gets_nothing(at_acme, grace, mail_server, address):
    grace.email = address
    grace.save()
    make_ticket(grace)

    live_through(MONDAY_9AM + MINUTE)

    assert mail_server.arrived == []
    assert OutgoingMail.objects.get().error == "BadAddress"


def test_headers_are_one_line_whatever_was_typed():
    for character in map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xD800, 0x202E]):
        assert headers.one_line(f"a{character}b") in ("a b", "ab")
