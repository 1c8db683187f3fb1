"""A tenant's own mail server, on real sockets: what leaves, with which headers, what one slow server costs others."""

import asyncio
import smtplib
import time
from base64 import b64decode
from datetime import timedelta

import dkim
import pytest
from django.utils import timezone

from inbox import reactions
from inbox.mail import envelope, servers, signature, smtp, tokens
from inbox.models import OutgoingMail, Sender
from tenants import alarms, sealing
from tenants.context import act_as
from tenants.models import Alarm
from tests.inbox.sockets import Handler, certificate_for, mail_server, silent_server
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tickets import actions

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8"]
    servers.forget()
    yield
    servers.forget()


def sends_by(port, **given):
    values = {"way": "smtp", "host": "127.0.0.1", "port": port, "security": "none", "changed_at": MONDAY_9AM, **given}
    return Sender.objects.create(**values)


def test_a_mail_leaves_by_the_tenant_s_own_server_with_an_address_that_ties_what_comes_back(at_acme, ada, grace):
    with mail_server() as door:
        sends_by(door.port, name="Acme Care")
        ticket = make_ticket(grace)
        actions.reply(ticket, author=ada, body="Unplug it.", at=MONDAY_9AM + MINUTE)
        alarms.work_due(MONDAY_9AM + 2 * MINUTE)

    receipt, reply = door.handler.taken
    mails = list(OutgoingMail.objects.filter(ticket=ticket).order_by("created_at"))
    assert [envelope.find([each.sender]) for each in (receipt, reply)] == [mail.pk for mail in mails]
    assert envelope.bare(receipt.sender) == "support@acme.example"
    assert receipt.message["From"] == "Acme Care <support@acme.example>"
    for each in (receipt, reply):
        answered = tokens.find([each.message["Reply-To"].partition("<")[2].strip(">")])
        assert answered.is_for(ticket, grace)
        assert not answered.is_for(ticket, ada)


def test_mails_of_a_ticket_are_one_conversation_in_outlook_too(at_acme, ada, grace):
    with mail_server() as door:
        sends_by(door.port)
        ticket, other = make_ticket(grace), make_ticket(grace, "Printer on fire")
        for minute in (1, 2):
            actions.reply(ticket, author=ada, body="Unplug it.", at=MONDAY_9AM + minute * MINUTE)
        alarms.work_due(MONDAY_9AM + 3 * MINUTE)

    of = {
        number: [each.message for each in door.handler.taken if f"[#{number}]" in each.message["Subject"]]
        for number in (ticket.number, other.number)
    }
    indexes = [b64decode(message["Thread-Index"]) for message in of[ticket.number]]
    assert [len(index) for index in indexes] == [22, 27, 27]
    assert len({index[:22] for index in indexes}) == 1
    assert indexes[0][0] == 1
    assert indexes[1][22:] < indexes[2][22:]
    assert b64decode(of[other.number][0]["Thread-Index"])[:22] != indexes[0][:22]
    assert len({message["Thread-Topic"] for message in of[ticket.number]}) == 1
    assert {m["References"].split()[0] for m in of[ticket.number]} == {f"<{ticket.pk}@acme.example>"}


def test_a_signed_mail_verifies_by_the_key_in_dns_and_not_when_a_word_is_changed(at_acme, ada, grace):
    private, public = signature.new_key()
    with mail_server() as door:
        sends_by(door.port, signs=True, selector="desk1", private_key=sealing.seal(private), public_key=public)
        ticket = make_ticket(grace, "Принтер горит", description="Дым идёт с восьми утра. " * 60)
        actions.reply(ticket, author=ada, body="Выдерните вилку.\n.\nВот так.", at=MONDAY_9AM + MINUTE)
        alarms.work_due(MONDAY_9AM + 2 * MINUTE)

    asked = []

    def dns(name, timeout=5):
        asked.append(name)
        return f"v=DKIM1; k=rsa; p={public}".encode()

    assert len(door.handler.taken) == 2
    for each in door.handler.taken:
        assert dkim.verify(each.content, dnsfunc=dns)
        assert not dkim.verify(each.content.replace(b"support@acme", b"sales@acme"), dnsfunc=dns)
        assert not dkim.verify(b"From: ceo@acme.example\r\n" + each.content, dnsfunc=dns)
        assert max(map(len, each.content.split(b"\r\n"))) < 998
        assert each.content.isascii()
    assert set(asked) == {b"desk1._domainkey.acme.example."}


def test_tls_and_password_go_with_a_certificate_that_is_trusted(at_acme, grace, tmp_path, monkeypatch):
    context, file = certificate_for(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mail_server(tls=context, password="s3cret") as door:
        sends_by(door.port, host="localhost", security="starttls", user="acme", secret=sealing.seal("s3cret"))
        make_ticket(grace)
        alarms.work_due(MONDAY_9AM + MINUTE)

    assert len(door.handler.taken) == 1


def test_nothing_is_said_to_a_server_whose_certificate_is_not_trusted(at_acme, grace, tmp_path):
    context, _ = certificate_for(tmp_path, "localhost")
    with mail_server(tls=context, password="s3cret") as door:
        sends_by(door.port, host="localhost", security="starttls", user="acme", secret=sealing.seal("s3cret"))
        make_ticket(grace)
        alarms.work_due(MONDAY_9AM + MINUTE / 2)

    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.error) == ("waiting", "SSLCertVerificationError")
    assert door.handler.taken == []


def test_a_server_on_our_side_of_the_wall_is_not_gone_to(at_acme, grace, settings):
    settings.PRIVATE_NETWORKS = []
    with mail_server() as door:
        sends_by(door.port)
        make_ticket(grace)
        alarms.work_due(MONDAY_9AM + MINUTE / 2)

    assert door.handler.taken == []
    assert OutgoingMail.objects.get().error == "ForbiddenHost"


def test_a_silent_server_of_one_tenant_costs_the_others_one_wait_and_no_more(
    acme, globex, settings, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(smtp, "SECONDS_AN_ANSWER", 3.0)
    with silent_server() as port, mail_server() as door:
        for tenant, where in ((acme, port), (globex, door.port)):
            with act_as(tenant):
                sends_by(where)
                for number in range(20):
                    make_ticket(make_person(f"Person{number}"), at=timezone.now())
        began = time.monotonic()
        with act_as(acme):
            alarms.work_due(timezone.now())
        with act_as(globex):
            alarms.work_due(timezone.now())
        took = time.monotonic() - began

    assert len(door.handler.taken) == 20
    with act_as(acme):
        assert OutgoingMail.objects.filter(attempts=1).count() == 1
        assert OutgoingMail.objects.filter(state="waiting").count() == 20
    assert took < 40


def test_a_server_that_sends_a_byte_now_and_then_is_hung_up_on(at_acme, grace, monkeypatch):
    monkeypatch.setattr(smtp, "SECONDS_A_MAIL", 1.5)

    class Dawdler:
        async def handle_EHLO(self, server, session, envelope, hostname, responses):
            for _ in range(100):
                await server.push("250-wait")
                await asyncio.sleep(0.3)
            return responses

    with mail_server(Dawdler()) as door:
        sends_by(door.port)
        make_ticket(grace)
        began = time.monotonic()
        alarms.work_due(MONDAY_9AM + MINUTE / 2)
        took = time.monotonic() - began

    assert took < 20  # of the 30 seconds that it would talk
    assert OutgoingMail.objects.get().state == "waiting"


def test_after_a_slow_answer_a_server_rests_and_its_next_mail_waits_for_its_turn(at_acme, grace, monkeypatch):
    monkeypatch.setattr(servers, "SLOW_SECONDS", 0.5)

    class Slow(Handler):
        async def handle_DATA(self, server, session, envelope):
            await asyncio.sleep(2)
            return await super().handle_DATA(server, session, envelope)

    with mail_server(Slow()) as door:
        sends_by(door.port)
        tickets = [make_ticket(grace), make_ticket(make_person("Linus"))]
        alarms.work_due(MONDAY_9AM)

    assert len(door.handler.taken) == 1
    assert len(tickets) == 2
    assert Alarm.objects.get(kind="mail.send").at == MONDAY_9AM + reactions.TURN


def test_a_mail_that_was_in_the_hands_of_a_worker_that_died_is_noted(at_acme, grace):
    ticket = make_ticket(grace)
    alarms.work_due(MONDAY_9AM, drop=["mail.send"])
    mail = OutgoingMail.objects.get(ticket=ticket)

    reactions.begin(mail.pk, MONDAY_9AM)
    mail.refresh_from_db()
    assert not mail.is_doubtful
    # The worker dies here; another one takes the mail.
    reactions.begin(mail.pk, MONDAY_9AM + MINUTE)
    mail.refresh_from_db()

    assert mail.is_doubtful


def test_a_mail_that_only_waits_for_its_turn_is_not_doubted(at_acme, grace, monkeypatch):
    monkeypatch.setattr(servers, "is_busy", lambda sender: True)
    make_ticket(grace)
    alarms.work_due(MONDAY_9AM, drop=["mail.send"])
    mail = OutgoingMail.objects.get()

    for seconds in range(3):
        reactions.begin(mail.pk, MONDAY_9AM + timedelta(seconds=seconds))
        reactions.send(mail.pk, MONDAY_9AM + timedelta(seconds=seconds))

    mail.refresh_from_db()
    assert (mail.begun_at, mail.is_doubtful, mail.state) == (None, False, "waiting")


def test_the_sign_of_one_tenant_s_mail_means_nothing_at_another(acme, globex):
    with act_as(acme):
        mail = OutgoingMail(address="grace@acme.example")
        path = envelope.return_path(mail, None)
        assert envelope.find([path.upper()]) == mail.pk
        assert tokens.bare(path) == "support@acme.example"
        assert envelope.find([f"<{envelope.signed(mail.pk)}>"]) == mail.pk

    with act_as(globex):
        assert envelope.find([path]) is None
    with act_as(acme):
        forged = path.replace(path[10], "a" if path[10] != "a" else "b")
        assert envelope.find([forged, "support@acme.example", "", "+@"]) is None


def test_where_mail_goes_that_comes_back_is_the_admin_s_choice(at_acme):
    mail = OutgoingMail(address="grace@acme.example")

    assert envelope.return_path(mail, Sender(return_path="plain")) == "support@acme.example"
    own = envelope.return_path(mail, Sender(return_path="domain", bounce_domain="bounces.acme.example"))
    assert own.endswith("@bounces.acme.example")
    assert envelope.find([own]) == mail.pk
    at_acme.mail_address = f"{'long' * 8}@acme.example"
    assert envelope.return_path(mail, None) == at_acme.mail_address


def test_a_refused_login_keeps_none_of_the_server_s_words(at_acme, grace, tmp_path, monkeypatch):
    context, file = certificate_for(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mail_server(tls=context, password="s3cret") as door:
        sends_by(door.port, host="localhost", security="starttls", user="acme", secret=sealing.seal("wrong"))
        make_ticket(grace)
        alarms.work_due(MONDAY_9AM + MINUTE / 2)

    assert OutgoingMail.objects.get().error == f"{smtplib.SMTPAuthenticationError.__name__} 535"
