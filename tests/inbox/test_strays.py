"""Reports and answers whose header names nobody: the envelope, and the ids of our mails, say whose they are."""

from __future__ import annotations

import pytest

from inbox import incoming
from inbox.intake import receiving, routing, together
from inbox.intake.routing import NoMailbox
from inbox.mail import envelope, tokens
from inbox.models import BouncedAddress, OutgoingMail, Sender
from inbox.reactions import tell
from tests.inbox.mails import mail, multipart, part
from tests.inbox.test_bounces import report
from tests.inbox.test_intake import SUPPORT, receive
from tests.support.world import MONDAY_9AM, make_ticket
from tickets.models import Event, Message, Ticket


@pytest.fixture
def sent(at_acme, grace):
    """A receipt of Grace's, which went out."""
    routing.own_mailbox(SUPPORT)
    tell(Event.objects.get(ticket=make_ticket(grace), verb="ticket.created").pk, MONDAY_9AM)
    mail = OutgoingMail.objects.get()
    mail.state = "sent"
    mail.save()
    return mail


def without_to(raw: bytes) -> bytes:
    return b"\r\n".join(line for line in raw.split(b"\r\n") if not line.startswith((b"To: ", b"Delivered-To: ")))


def about(sent, **more) -> bytes:
    """A report that names nobody, with the header of our mail in it."""
    ours = f"Message-ID: {sent.message_id}\r\nSubject: [#1]".encode()
    return without_to(report(to="x@y.example", **more)).replace(b"Subject: [#1]", ours)


def state_of(sent) -> str:
    return OutgoingMail.objects.get(pk=sent.pk).state


@pytest.mark.parametrize("door", ["one", "many"])
def test_our_sign_on_the_envelope_alone_is_believed(sent, door):
    raw, to = without_to(report(to="x@y.example")), envelope.return_path(sent, Sender())
    kept = receive(raw, to=to) if door == "one" else together.receive([raw], to=to, at=MONDAY_9AM)[0].mail

    assert (kept.outcome, kept.reason, kept.ticket) == ("dropped", "bounce", sent.ticket)
    assert (state_of(sent), BouncedAddress.objects.get().address) == ("bounced", sent.address)


def test_the_envelope_is_remembered_by_a_mail_that_is_taken_later(sent):
    raw, to = without_to(report(to="x@y.example")), envelope.return_path(sent, Sender())
    tenant, mailbox = routing.route(raw, to)
    kept, _ = receiving.keep(raw, tenant, mailbox, MONDAY_9AM, to=to)

    receiving.take(tenant, kept.pk, MONDAY_9AM)

    assert state_of(sent) == "bounced"


@pytest.mark.parametrize("to", ["", SUPPORT])
def test_a_report_that_only_names_our_mail_is_shown_with_it_and_does_nothing(sent, to):
    kept = receive(about(sent), to=to)

    assert (kept.outcome, kept.reason, kept.ticket) == ("dropped", "bounce", sent.ticket)
    assert kept.verdict["about"] == str(sent.pk)
    assert (state_of(sent), BouncedAddress.objects.count()) == ("sent", 0)
    assert Ticket.objects.count() == 1
    said = dict(incoming.facts(kept))
    assert "mail of ours that it is about" in said["Matched"] and said["Believed"].startswith("No:")


@pytest.mark.parametrize("field", ["In-Reply-To", "References"])
def test_a_report_is_tied_by_what_it_answers_too(sent, field):
    raw = f"{field}: <0@x> {sent.message_id}\r\n".encode() + without_to(report(to="x@y.example"))

    kept = receive(raw)

    assert (kept.ticket, state_of(sent)) == (sent.ticket, "sent")


def test_of_two_mails_the_report_is_about_the_one_whose_header_it_holds(sent, grace):
    said = {"kind": "reply", "state": "sent", "address": grace.email, "subject": "x", "created_at": MONDAY_9AM}
    other = OutgoingMail.objects.create(message_id="<1@acme.example>", **said)

    kept = receive(b"References: <1@acme.example>\r\n" + about(sent), to=SUPPORT)

    assert kept.verdict["about"] == str(sent.pk) != str(other.pk)


def test_an_answer_that_names_nobody_lands_on_its_ticket(sent, grace):
    raw = without_to(mail("It works.", message_id="<1@pc>", in_reply_to=sent.message_id))

    kept = receive(raw)

    assert (kept.outcome, kept.ticket, kept.message.author) == ("reply", sent.ticket, grace)


def test_a_reply_address_on_the_envelope_alone_is_believed(sent, grace):
    raw = without_to(mail("It works.", message_id="<1@pc>"))

    kept = receive(raw, to=tokens.address(SUPPORT, sent.ticket, grace))

    assert (kept.outcome, kept.ticket, kept.verdict["matched"]) == ("reply", sent.ticket, "token")


def test_strangers_who_name_our_mail_say_nothing_on_its_ticket(sent):
    said = Message.objects.filter(ticket=sent.ticket).count()

    kept = receive(without_to(mail(in_reply_to=sent.message_id, **{"from": "joan@new.example"})))

    assert (kept.outcome, kept.verdict["maybe"]) == ("ticket", sent.ticket.number)
    assert Message.objects.filter(ticket=sent.ticket).count() == said


@pytest.mark.parametrize("message_id", ["<1@acme.example>", "<1@elsewhere.example>", "<@>", "<1@>", "x"])
def test_an_id_that_is_none_of_ours_leads_to_nobody(sent, message_id):
    with pytest.raises(NoMailbox):
        receive(without_to(mail(in_reply_to=message_id)))


def test_an_address_of_nobody_s_is_refused_though_our_mail_is_named(sent):
    with pytest.raises(NoMailbox):
        receive(about(sent), to="nobody@acme.example")


def test_a_note_that_a_mail_was_read_opens_nothing(sent):
    kind = "report; report-type=disposition-notification"
    raw = multipart(part("Read."), kind=kind, in_reply_to=sent.message_id)

    kept = receive(without_to(raw))

    assert (kept.outcome, kept.ticket) == ("dropped", sent.ticket)
    assert Ticket.objects.count() == 1
