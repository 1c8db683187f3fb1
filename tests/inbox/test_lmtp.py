"""Mail servers hand mail over by LMTP: an answer for each recipient, and none before the mail is kept."""

from __future__ import annotations

import asyncio
import json
import smtplib
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from django.db import OperationalError, connections
from django.utils import timezone

from inbox.actions.senders import save_sender
from inbox.intake import lmtp, receiving, routing, together
from inbox.mail import envelope
from inbox.models import BouncedAddress, InboundMail, OutgoingMail
from scripts.installation import ROOT
from scripts.processes import wait_for
from tenants import alarms
from tenants.context import act_as
from tenants.models import Alarm, Tenant
from tests.inbox.mails import mail
from tests.inbox.test_bounces import report
from tests.support.world import MONDAY_9AM, commit_tenant, make_person, set_up_desk
from tickets.models import Ticket

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


def taken(door, desk):
    """What was made of the mails: each is answered when it is kept, and taken a moment later."""
    wait_for(door.child, lambda: all(each.outcome != "waiting" for each in kept(desk)), seconds=60, what="a taken mail")
    return kept(desk)


def test_a_mail_to_three_is_answered_three_times_and_is_a_request_at_each_desk(desks, mail_door):
    with conversation(mail_door.port) as client:
        raw = mail("It smokes.\r\n.\r\nSince eight.", message_id="<1@pc>", **{"from": f"Joan <{SENDER}>"})
        to = ("support@acme.example", "nobody@acme.example", "support@globex.example")
        said = hand_over(client, raw, *to)

        assert list(said.values()) == [250, 550, 250]
        # The same mail once more, on the same connection: taken, and nothing new.
        assert hand_over(client, raw, to[0]) == {to[0]: 250}

    for desk in desks:
        (only,) = taken(mail_door, desk)
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
        (only,) = taken(mail_door, desk)
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
        (routing.NoMailbox(), "550"),
        (receiving.TooLarge(), "552"),
    ],
)
def test_each_trouble_has_its_answer(monkeypatch, trouble, answer):
    acme, waits = Tenant(pk=1), InboundMail(outcome="waiting")

    def accept(raw, **more):
        if trouble is not None:
            raise trouble
        return acme, waits, False

    monkeypatch.setattr(receiving, "accept", accept)
    monkeypatch.setattr(lmtp, "close_old_connections", lambda: None)
    to_take = []

    assert lmtp._keep(b"", "support@acme.example", to_take).startswith(answer)
    assert to_take == ([(acme, waits.pk)] if trouble is None else [])


def test_a_burst_is_taken_together_in_the_order_in_which_it_came(desks, mail_door):
    """Twenty people, five of whom write twice."""
    writers = [f"person{number % 20}@new.example" for number in range(25)]
    with conversation(mail_door.port) as client:
        for number, writer in enumerate(writers):
            raw = mail(f"Number {number}.", message_id=f"<b{number}@pc>", **{"from": writer})
            assert hand_over(client, raw, "support@acme.example") == {"support@acme.example": 250}

    found = taken(mail_door, desks[0])

    assert [each.outcome for each in found] == ["ticket"] * 25
    assert [each.ticket.number for each in found] == sorted(each.ticket.number for each in found)
    assert [each.ticket.description for each in found] == [f"Number {number}." for number in range(25)]
    with act_as(desks[0]):
        assert not Alarm.objects.filter(kind=receiving.TAKE).exists()


def test_what_a_door_that_was_killed_had_kept_is_taken_once(desks, mail_door):
    with conversation(mail_door.port) as client:
        for number in range(10):
            raw = mail(f"Number {number}.", message_id=f"<k{number}@pc>", **{"from": f"person{number}@new.example"})
            hand_over(client, raw, "support@acme.example")
        mail_door.child.kill()
    acme = desks[0]
    with act_as(acme):
        Alarm.objects.filter(kind=receiving.TAKE).update(at=timezone.now())
        waiting = list(Alarm.objects.filter(kind=receiving.TAKE).values_list("pk", flat=True))

    alarms.work(acme, waiting)

    assert [each.outcome for each in kept(acme)] == ["ticket"] * 10
    assert len({each.ticket_id for each in kept(acme)}) == 10


def test_what_waits_at_a_busy_door_is_left_to_it(monkeypatch):
    """Their alarms are put off again and again, and it rests between its goes; what comes then waits for that too."""
    acme, mails, goes = Tenant(pk=1), [UUID(int=number) for number in range(150)], []
    monkeypatch.setattr(receiving, "LEASE", timedelta(seconds=0.1))

    def take(tenant, some, others):
        goes.append((time.monotonic(), some, others))
        time.sleep(0.05)

    monkeypatch.setattr(lmtp, "_take", take)

    async def burst():
        with ThreadPoolExecutor(4) as threads:
            taker = lmtp.Taker(threads)
            for each in mails:
                taker.take(acme, each)
                await asyncio.sleep(0.002)
            while sum(len(some) for _, some, _ in goes) < len(mails) or taker.busy:
                await asyncio.sleep(0.01)

    asyncio.run(burst())

    assert [mail for _, some, _ in goes for mail in some] == mails
    assert min(later - now for (now, *_), (later, *_) in pairwise(goes)) > 0.05 * (1 + lmtp.RESTS)
    assert sum(bool(others) for *_, others in goes) > 1
    for index, (_, _, others) in enumerate(goes):
        assert set(others) <= {mail for _, some, _ in goes[index + 1 :] for mail in some}


def test_mails_that_a_door_has_wait_as_if_they_came_now(at_acme):
    _, waits, _ = receiving.accept(mail(message_id="<p@pc>"), to="support@acme.example", at=MONDAY_9AM)
    later = MONDAY_9AM + timedelta(minutes=1)

    receiving.put_off(at_acme, [waits.pk], later)

    assert Alarm.objects.get(kind=receiving.TAKE, subject=waits.pk).at == later + receiving.LEASE


def test_its_alarm_and_its_door_do_not_take_a_mail_both(desks, monkeypatch):
    """The door is late: the alarm rings, reads, and meanwhile the door has taken it."""
    acme = desks[0]
    _, waits, _ = receiving.accept(mail(message_id="<l@pc>"), to="support@acme.example", at=MONDAY_9AM)
    real_read, door = receiving.readable, []

    def read_slowly(raw):
        if not door:
            door.append(threading.Thread(target=_as_the_door, args=(acme, waits.pk)))
            door[0].start()
            door[0].join()
        return real_read(raw)

    monkeypatch.setattr(receiving, "readable", read_slowly)
    with act_as(acme):
        receiving.rang(waits.pk, MONDAY_9AM)

    (only,) = kept(acme)
    with act_as(acme):
        assert (only.outcome, Ticket.objects.count()) == ("ticket", 1)


def _as_the_door(tenant, mail_id):
    together.take(tenant, [mail_id], MONDAY_9AM)
    connections.close_all()


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
