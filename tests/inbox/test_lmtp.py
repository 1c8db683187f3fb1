"""Mail servers hand mail over by LMTP: an answer for each recipient, and none before the mail is kept."""

from __future__ import annotations

import json
import smtplib
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager

import pytest
from django.db import OperationalError

from inbox.actions.senders import save_sender
from inbox.intake import lmtp, receiving
from inbox.mail import envelope
from inbox.models import BouncedAddress, InboundMail, OutgoingMail
from scripts.installation import ROOT
from scripts.processes import wait_for
from tenants.context import act_as
from tests.inbox.mails import mail
from tests.inbox.test_bounces import report
from tests.support.world import MONDAY_9AM, commit_tenant, make_person, set_up_desk

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


def test_what_comes_back_to_a_domain_of_its_own_is_taken_for_whoever_sent_it(desks, mail_door):
    """Both desks name one domain, as those of one company may: the sign says whose report it is."""
    with conversation(mail_door.port) as client:
        addresses = [address_for_what_comes_back(desk) for desk in desks]
        for address in addresses:
            assert hand_over(client, report(to=address), address) == {address: 250}
        for nobodys in ("b-zzz@bounces.example", addresses[0].replace("b-", "b-a", 1), f"x{addresses[0]}"):
            assert hand_over(client, report(to=nobodys), nobodys) == {nobodys: 550}
        elsewhere = addresses[0].replace("@", "@other.")
        assert hand_over(client, report(to=elsewhere), elsewhere) == {elsewhere: 550}

    for desk in desks:
        (only,) = kept(desk)
        assert (only.outcome, only.reason) == ("dropped", "bounce")
        with act_as(desk):
            assert OutgoingMail.objects.get().state == "bounced"
            assert BouncedAddress.objects.get().address == f"grace@{desk.slug}.example"


def address_for_what_comes_back(desk):
    """The sender on the envelope of a mail that this desk has sent to Grace."""
    with act_as(desk):
        sender = save_sender(
            actor=make_person("Root", kind="admin"),
            at=MONDAY_9AM,
            address=desk.mail_address,
            return_path="domain",
            bounce_domain="Bounces.example",
        )
        sent = OutgoingMail.objects.create(
            kind="news", state="sent", address=f"grace@{desk.slug}.example", subject="x", created_at=MONDAY_9AM
        )
        return envelope.return_path(sent, sender)


def test_a_mail_that_comes_while_it_is_told_to_end_is_taken_and_answered(desks, mail_door):
    with conversation(mail_door.port) as client:
        client.mail(SENDER)
        client.rcpt("support@acme.example")
        client.putcmd("data")
        client.getreply()
        client.send(mail("x" * 200_000, message_id="<2@pc>") + b"\r\n.\r\n")
        # What has not reached the door yet when it ends is no mail that is being taken.
        wait_for(mail_door.child, lambda: kept(desks[0]), seconds=60, what="a mail that is being taken")
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


def begin(client, raw: bytes) -> None:
    """Everything but the end of a mail, as somebody does whose line is slow."""
    client.mail(SENDER)
    assert client.rcpt("support@acme.example")[0] == 250
    client.putcmd("data")
    assert client.getreply()[0] == 354
    client.send(raw[: len(raw) // 2])


def test_who_sends_slowly_holds_up_nobody(desks, mail_door):
    """More slow senders than mails are taken at once, and one who only connects and says nothing."""
    with ExitStack() as stack:
        slow = [(stack.enter_context(conversation(mail_door.port)), mail(message_id=f"<s{n}@pc>")) for n in range(6)]
        for client, raw in slow:
            begin(client, raw)
        stack.enter_context(socket.create_connection(("127.0.0.1", mail_door.port), timeout=60))
        quick = stack.enter_context(conversation(mail_door.port))
        hand_over(quick, mail(message_id="<0@pc>"), "support@acme.example")  # the reader of mails is started by it

        began = time.monotonic()
        for number in range(5):
            raw = mail(message_id=f"<q{number}@pc>")
            assert hand_over(quick, raw, "support@acme.example") == {"support@acme.example": 250}
        taken_in = time.monotonic() - began

        assert taken_in < 20, taken_in
        assert len(kept(desks[0])) == 6
        for client, raw in slow:
            client.send(raw[len(raw) // 2 :] + b"\r\n.\r\n")
        assert [client.getreply()[0] for client, _ in slow] == [250] * 6
    assert len(kept(desks[0])) == 12


def test_a_pipe_that_is_slow_holds_up_no_other(desks):
    """Each mail has a process of its own, and they share no lock."""
    command = [sys.executable, "manage.py", "receive_mail", "--mailbox", "support@acme.example"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as slow:
        try:
            slow.stdin.write(mail(message_id="<1@pc>")[:40])
            slow.stdin.flush()
            quick = subprocess.run(
                command, cwd=ROOT, input=mail(message_id="<2@pc>"), stdout=subprocess.PIPE, timeout=120, check=True
            )
            assert json.loads(quick.stdout)["outcome"] == "ticket"
            assert slow.poll() is None

            said, _ = slow.communicate(mail(message_id="<1@pc>")[40:], timeout=120)
        finally:
            slow.kill()
    assert (slow.returncode, json.loads(said)["outcome"]) == (0, "ticket")
    assert len(kept(desks[0])) == 2
