"""Mail servers hand mail over by LMTP: an answer for each recipient, and none before the mail is kept."""

from __future__ import annotations

import smtplib
import socket
import threading
from contextlib import contextmanager

import pytest
from django.db import OperationalError

from inbox.intake import lmtp, receiving
from inbox.models import InboundMail
from tenants.context import act_as
from tests.inbox.mails import mail
from tests.support.world import commit_tenant, set_up_desk

SENDER = "joan@new.example"


@pytest.fixture
def desks(mail_door, owner_url):
    """Two desks, whose own addresses are mailboxes."""
    found = [commit_tenant(owner_url, slug) for slug in ("acme", "globex")]
    for each in found:
        set_up_desk(each, "ione")
    return found


@contextmanager
def conversation(port):
    """Somebody's mail server at our door."""
    with smtplib.LMTP("127.0.0.1", port, timeout=60) as client:
        client.ehlo_or_helo_if_needed()
        yield client


def hand_over(client, raw, *recipients):
    """What is answered to each recipient: at once, or after the mail."""
    client.mail(SENDER)
    said = {each: client.rcpt(each)[0] for each in recipients}
    taken = [each for each, code in said.items() if code == 250]
    if taken:
        client.putcmd("data")
        assert client.getreply()[0] == 354
        client.send(raw.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n")
        said |= {each: client.getreply()[0] for each in taken}
    return said


def kept(desk):
    with act_as(desk):
        return list(InboundMail.objects.select_related("ticket").order_by("received_at"))


def test_a_mail_to_three_is_answered_three_times_and_is_a_request_at_each_desk(desks, mail_door):
    with conversation(mail_door.port) as client:
        raw = mail("It smokes.\r\n.\r\nSince eight.", message_id="<1@pc>", **{"from": f"Joan <{SENDER}>"})
        to = ("support@acme.example", "nobody@acme.example", "support@globex.example")
        said = hand_over(client, raw, *to)

        assert list(said.values()) == [250, 550, 250]
        # The same mail once more, on the same connection: taken, and nothing new.
        assert hand_over(client, raw, to[0]) == {to[0]: 250}

    for desk in desks:
        (only,) = kept(desk)
        assert only.outcome == "ticket"
        assert only.ticket.description == "It smokes.\n.\nSince eight."
    assert kept(desks[0])[0].copies == 1


def test_a_mail_that_comes_while_it_is_told_to_end_is_taken_and_answered(desks, mail_door):
    with conversation(mail_door.port) as client:
        client.mail(SENDER)
        client.rcpt("support@acme.example")
        client.putcmd("data")
        client.getreply()
        client.send(mail("x" * 200_000, message_id="<2@pc>") + b"\r\n.\r\n")
        stopped = threading.Thread(target=mail_door.stop)
        stopped.start()

        assert client.getreply()[0] == 250

        stopped.join(timeout=60)
    assert mail_door.child.exit_code == 0
    assert len(kept(desks[0])) == 1
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", mail_door.port), timeout=5):
        pass


@pytest.mark.parametrize(
    ("trouble", "answer"),
    [
        (None, "250"),
        (OperationalError("gone"), "451"),
        (OSError(28, "No space left on device"), "451"),
        (KeyError("a fault of ours"), "451"),
        (receiving.NoMailbox(), "550"),
        (receiving.TooLarge(), "552"),
    ],
)
def test_each_trouble_has_its_answer(monkeypatch, trouble, answer):
    def receive(raw, **more):
        if trouble is not None:
            raise trouble

    monkeypatch.setattr(receiving, "receive", receive)
    monkeypatch.setattr(lmtp, "close_old_connections", lambda: None)

    assert lmtp._take(b"", "support@acme.example").startswith(answer)


def test_too_large_a_mail_is_refused_for_each_recipient_and_the_conversation_goes_on(desks, mail_door):
    with conversation(mail_door.port) as client:
        to = ("support@acme.example", "support@globex.example")
        assert set(hand_over(client, b"x" * (receiving.LARGEST + 10), *to).values()) == {552}
        assert client.mail(SENDER, [f"SIZE={receiving.LARGEST + 1}"])[0] == 552
        assert client.noop()[0] == 250
    assert not kept(desks[0])
