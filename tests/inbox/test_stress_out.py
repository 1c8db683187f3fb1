"""Mail that leaves, in numbers: each once, in order, steered by nothing that was typed. `make stress-mail`: in full."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import timedelta
from email import message_from_bytes

import pytest
from django.utils import timezone

from inbox.actions import SEND, post
from inbox.intake import receiving
from inbox.mail import envelope, servers
from inbox.mail.message import message_of
from inbox.models import BouncedAddress, OutgoingMail, Sender
from tenants import alarms
from tenants.context import act_as
from tenants.fields import uuid7
from tenants.models import Alarm
from tests.inbox.sockets import mail_server as real_server
from tests.inbox.stress import killed_again_and_again, sized, tell
from tests.inbox.test_bounces import report
from tests.support.world import MONDAY_9AM, commit_tenant, make_person, make_ticket, set_up_desk
from tickets import actions
from tickets.models import Event, Ticket

HOUR = timedelta(hours=1)
#: What ends a header line for somebody, or turns it round.
BREAKING = ("\r", "\n", "\r\n", "\r\nBcc: mallory@evil.example\r\n", "\u2028", "\u2029", "\0", "\x0b", "\x85", "\u202e")


def letters(count: int, at) -> list[OutgoingMail]:
    """Mails that wait, to as many people."""
    return [
        OutgoingMail(
            id=(pk := uuid7()),
            kind=OutgoingMail.Kind.NOTICE,
            address=f"person{number}@new.example",
            language="en",
            subject=f"Letter {number}",
            text="Nothing new.",
            message_id=f"<{pk}@acme.example>",
            created_at=at,
        )
        for number in range(count)
    ]


@pytest.fixture
def acme_committed(transactional_db, redis_client, owner_url, settings):
    settings.REACHABLE_NETWORKS = ["127.0.0.0/8"]
    acme = commit_tenant(owner_url, "acme")
    set_up_desk(acme, "ione")
    servers.forget()
    yield acme
    servers.forget()


def test_r36_a_sender_that_is_killed_sends_all_and_hardly_any_twice(acme_committed, monkeypatch, settings):
    count, kills = sized(60, 5_000), sized(5, 100)
    monkeypatch.setattr(servers, "PAUSE_SECONDS", 0)
    with real_server() as door:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", door.port
        with act_as(acme_committed):
            post(letters(count, timezone.now()), timezone.now())

        def send() -> None:
            servers.forget()
            while True:
                with act_as(acme_committed):
                    waiting = Alarm.objects.filter(kind=SEND).order_by("at").values_list("pk", flat=True)
                    batch = list(waiting[:20])
                    # A mail that its sender died of is due again by itself later; here nobody waits for that.
                    Alarm.objects.filter(kind=SEND).update(at=timezone.now(), attempts=0, parked_at=None)
                if not batch:
                    return
                alarms.work(acme_committed, batch)

        killed_again_and_again(send, kills=kills, seed=36, pause=(0.05, sized(1, 2)))
        arrived = Counter(each.message["Message-ID"] for each in door.handler.taken)
    with act_as(acme_committed):
        written = set(OutgoingMail.objects.values_list("message_id", flat=True))
        states = set(OutgoingMail.objects.values_list("state", flat=True))
    twice = sum(arrived.values()) - len(arrived)
    tell(
        "R-36",
        f"{count:,} mails, their sender killed {kills} times: none missing, at most one twice a kill, by the same id",
        f"{len(arrived):,} ids arrived, {len(written - set(arrived))} missing, {twice} twice",
        kept=set(arrived) == written and len(written) == count and twice <= kills and states == {"sent"},
    )


def test_r37_a_server_that_refuses_for_two_hours_gets_all_in_order(at_acme, ada, mail_server, monkeypatch):
    monkeypatch.setattr(servers, "PAUSE_SECONDS", 0)
    count, words = sized(5, 200), 3
    mail_server.refuse = ConnectionRefusedError()
    customers = [make_person(f"Customer{number}") for number in range(count)]
    tickets = [make_ticket(each, at=MONDAY_9AM) for each in customers]
    for minute in range(1, words + 1):
        for ticket in tickets:
            actions.reply(ticket, author=ada, body=f"Word {minute}.", at=MONDAY_9AM + minute * timedelta(minutes=1))
    longest = _live(MONDAY_9AM + 2 * HOUR)
    assert not mail_server.arrived
    mail_server.refuse = None
    longest = max(longest, _live(MONDAY_9AM + 2 * HOUR + timedelta(minutes=30)))
    sent = OutgoingMail.objects.filter(state="sent").count()
    tries = max(OutgoingMail.objects.values_list("attempts", flat=True))
    disordered = 0
    for ticket in tickets:
        said = [str(each.get_payload(0)) for each in mail_server.arrived if f"[#{ticket.number}]" in each["Subject"]]
        places = [next(n for n, text in enumerate(said) if f"Word {word}." in text) for word in range(1, words + 1)]
        disordered += places != sorted(places)
    wanted = count * (words + 1)
    tell(
        "R-37",
        f"a server that refuses for 2 hours, {wanted:,} mails: all sent 30 minutes after, in order, at most 20 tries,"
        " no worker held up for 30 s",
        f"{sent:,} sent, {disordered} tickets out of order, {tries} tries at most, the longest took {longest:.2f} s",
        kept=sent == wanted and not disordered and tries <= 20 and longest < 30,
    )


def _live(until) -> float:
    """Work what is due, alarm by alarm; the longest of them in seconds."""
    longest = 0.0
    due = Alarm.objects.filter(at__lte=until, parked_at=None).exclude(kind__startswith="clock").order_by("at", "id")
    # Many are looked up at once: in the one transaction of a test, every look walks over all that were worked before.
    while found := list(due[:200]):
        for alarm in found:
            as_it_is = Alarm.objects.filter(pk=alarm.pk, at=alarm.at, parked_at=None)
            if as_it_is.exists():
                began = time.monotonic()
                alarms.handler(alarm.kind)(alarm.subject, alarm.at)
                as_it_is.delete()
                longest = max(longest, time.monotonic() - began)
    return longest


def test_r38_what_comes_back_marks_its_own_address_and_does_nothing_else(at_acme, mail_server):
    count = sized(40, 1_000)
    post(letters(count, MONDAY_9AM), MONDAY_9AM)
    alarms.work_due(MONDAY_9AM + timedelta(minutes=1))
    before = (Ticket.objects.count(), Event.objects.count(), OutgoingMail.objects.count())
    wanted = set()
    for number, mail in enumerate(OutgoingMail.objects.order_by("created_at", "id")):
        path = envelope.return_path(mail, None)
        kind = number % 4
        if kind == 0:
            wanted.add(mail.address)
            raw, to = report(to=path, about=mail.address), path
        elif kind == 1:
            raw, to = report(to=path, status="4.2.2", said="smtp; 452 4.2.2 full", about=mail.address), path
        elif kind == 2:  # nobody's sign stands in it
            raw, to = report(to="support@acme.example", about=mail.address), "support@acme.example"
        else:  # a sign that was changed
            local, _, host = path.partition("@")
            forged = f"{local[:-5]}{'b' if local[-5] == 'a' else 'a'}{local[-4:]}@{host}"
            raw, to = report(to=forged, about=mail.address), forged
        receiving.receive(raw, to=to, at=MONDAY_9AM + HOUR)
    alarms.work_due(MONDAY_9AM + 2 * HOUR)
    marked = set(BouncedAddress.objects.values_list("address", flat=True))
    after = (Ticket.objects.count(), Event.objects.count(), OutgoingMail.objects.count())
    tell(
        "R-38",
        f"{count:,} reports: lasting ones mark their address at once, passing ones and those without our sign never,"
        " and none opens, reopens or answers anything",
        f"{len(marked & wanted)} of {len(wanted)} marked, {len(marked - wanted)} others; tickets, events and mails"
        f" were {before}, are {after}",
        kept=marked == wanted and before == after,
    )


def test_r39_nothing_that_is_typed_becomes_a_header_or_a_recipient(at_acme, grace):
    count = sized(300, 10_000)
    ticket = make_ticket(grace)
    chance = random.Random(39)
    sender = Sender(changed_at=MONDAY_9AM)
    known: set[str] = set()
    extra, recipients, sent = 0, 0, 0
    for number in range(count):
        typed = ["".join(chance.choices([*BREAKING, "a", "ö", " ", ":", "<", ">", ",", '"'], k=10)) for _ in range(4)]
        sender.name, at_acme.name = typed[0][:100], typed[1]
        mail = letters(1, MONDAY_9AM)[0]
        mail.ticket, mail.recipient, mail.subject = ticket, grace, typed[2][:300]
        mail.address = grace.email if number % 2 else f"grace{typed[3]}@acme.example"
        try:
            message = message_of(mail, sender)
            raw = message.message().as_bytes()
        except (ValueError, UnicodeError):
            continue  # it is refused: nothing leaves
        sent += 1
        parsed = message_from_bytes(raw)
        names = [name.lower() for name in parsed]
        if not known:
            known = set(names)
        extra += len(set(names) - known) + len(names) - len(set(names))
        recipients += message.recipients() != [mail.address]
        recipients += "\n" in mail.address or "bcc" in names
    tell(
        "R-39",
        f"{count:,} mails with line ends in subject, names, address and the desk's name: no header, no recipient more",
        f"{sent:,} were put together, {extra} headers and {recipients} recipients too many",
        kept=extra == recipients == 0 and sent >= count // 2,
    )
