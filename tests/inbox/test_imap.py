"""Mail fetched from a real IMAP server: every mail once, whatever breaks in between, and none holds up another."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from django.db import DatabaseError

from inbox.imap import looking, names
from inbox.imap.folder import Folder
from inbox.intake import receiving, routing, together
from inbox.models import ImapAccount, InboundMail, MailRoute, OutgoingMail
from tenants import alarms, sealing
from tenants.context import act_as
from tenants.models import Alarm
from tests.inbox.mails import mail
from tests.support.imap import PASSWORD, USER, imap_server, scripted
from tests.support.world import MONDAY_9AM, make_person
from tickets.models import Ticket

MINUTE = timedelta(minutes=1)
SUPPORT = "support@acme.example"


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def server():
    with imap_server() as server:
        yield server


@pytest.fixture
def mailbox(at_acme):
    return routing.own_mailbox(SUPPORT)


def account_of(mailbox, port, **more) -> ImapAccount:
    values = {"host": "127.0.0.1", "port": port, "security": "none", "user": USER, "start": "all", **more}
    secret = sealing.seal(more.pop("password", PASSWORD))
    values.pop("password", None)
    return ImapAccount.objects.create(mailbox=mailbox, secret=secret, changed_at=MONDAY_9AM, **values)


def letter(number: int, **more) -> bytes:
    return mail(f"It smokes, {number}.", subject=f"Printer {number}", message_id=f"<{number}@pc>", **more)


def look(mailbox, minutes: int = 0) -> looking.Looked:
    looked = looking.look(mailbox, at=MONDAY_9AM + minutes * MINUTE)
    assert looked is not None
    return looked


def subjects() -> list[str]:
    return sorted(Ticket.objects.values_list("subject", flat=True))


def test_new_mail_becomes_requests_and_is_marked_as_read(mailbox, server):
    account = account_of(mailbox, server.port)
    server.put(letter(1), letter(2))

    looked = look(mailbox)
    again = look(mailbox, 1)

    assert (looked.taken, looked.error, again.taken) == (2, "", 0)
    assert subjects() == ["Printer 1", "Printer 2"]
    assert server.flags() == ["\\Seen", "\\Seen"]
    account.refresh_from_db()
    assert (account.taken_at, account.looked_at) == (MONDAY_9AM, MONDAY_9AM + MINUTE)
    assert account.waiting == {}


def test_a_mail_that_a_person_has_read_already_is_taken_all_the_same(mailbox, server):
    account_of(mailbox, server.port)
    server.put(letter(1), flags="\\Seen")

    assert look(mailbox).taken == 1


def test_only_mail_from_now_on_or_what_is_unread_or_all(mailbox, server):
    account = account_of(mailbox, server.port, start="new")
    server.put(letter(1), flags="\\Seen")
    server.put(letter(2))
    look(mailbox)
    server.put(letter(3))
    look(mailbox, 1)
    assert subjects() == ["Printer 3"]

    for start, expected in (("unread", ["Printer 2", "Printer 3"]), ("all", ["Printer 1", "Printer 2", "Printer 3"])):
        ImapAccount.objects.filter(pk=account.pk).update(uidvalidity=None, last_uid=0, start=start)
        # Printer 3 was marked as read, and is known.
        look(mailbox, 2)
        assert subjects() == expected


@pytest.mark.parametrize("afterwards", ["move", "delete"])
def test_what_is_taken_is_moved_or_deleted_and_nothing_else(mailbox, server, afterwards):
    there = '"Erledigt &- fertig &IBQ- &BDMEPgRCBD4EMgQ+-"'
    server.make(there)
    account_of(mailbox, server.port, afterwards=afterwards, done_folder="Erledigt & fertig — готово")
    server.put(letter(1), letter(2))
    server.put(letter(9), flags="\\Deleted", folder=there)

    assert look(mailbox).error == ""

    assert server.flags() == []
    moved = server.flags(there)
    assert len(moved) == (3 if afterwards == "move" else 1)
    assert subjects() == ["Printer 1", "Printer 2"]


def test_a_crash_between_receiving_and_marking_costs_nothing_and_counts_nothing_twice(mailbox, server, monkeypatch):
    account_of(mailbox, server.port, afterwards="delete")
    server.put(letter(1), letter(2), letter(3))
    mark, marked = Folder.mark, []

    def dies(folder, uid):
        if len(marked) == 1:
            raise KeyboardInterrupt
        marked.append(uid)
        return mark(folder, uid)

    monkeypatch.setattr(Folder, "mark", dies)
    monkeypatch.setattr(looking, "_finish", lambda *said: None)  # nor does it come to write anything down
    with pytest.raises(KeyboardInterrupt):
        looking.look(mailbox, at=MONDAY_9AM)
    monkeypatch.undo()
    assert len(server.flags()) == 2
    assert looking.look(mailbox, at=MONDAY_9AM + MINUTE) is None, "the dead look holds the mailbox for its lease"

    looked = look(mailbox, 3)

    assert (looked.taken, looked.copies) == (0, 2), "all three were received before the first was marked"
    assert subjects() == ["Printer 1", "Printer 2", "Printer 3"]
    assert server.flags() == []


def test_a_server_that_numbers_its_mails_anew_brings_back_no_mail_and_hides_none(mailbox, server):
    account = account_of(mailbox, server.port, start="new")
    server.put(letter(1), at=MONDAY_9AM - timedelta(days=30))
    look(mailbox)
    server.put(letter(2), letter(3), at=MONDAY_9AM + MINUTE)
    look(mailbox, 2)
    account.refresh_from_db()
    former = account.uidvalidity

    server.begin_anew()
    server.put(letter(4), at=MONDAY_9AM + 3 * MINUTE)
    looked = look(mailbox, 4)

    account.refresh_from_db()
    assert account.uidvalidity != former
    assert (looked.taken, looked.copies) == (1, 2)
    assert subjects() == ["Printer 2", "Printer 3", "Printer 4"]


def test_one_mail_that_can_t_be_had_holds_up_nobody_and_is_seen_in_the_end(mailbox, server, monkeypatch):
    account = account_of(mailbox, server.port)
    server.put(letter(1), letter(2), letter(3))
    fetch, asked = Folder.fetch, []

    def breaks(folder, uid, part=""):
        asked.append((uid, part))
        if uid == 101 and not part:
            folder.imap.sock.shutdown(socket.SHUT_RDWR)  # the server falls over this mail, every time
        return fetch(folder, uid, part)

    monkeypatch.setattr(Folder, "fetch", breaks)
    first, second = look(mailbox), look(mailbox, 5)

    assert (first.taken, first.error) == (0, "hung_up")
    assert second.taken == 2, "those behind it are taken before it is tried again"
    for minutes in range(10, 100, 10):
        look(mailbox, minutes)
    assert asked.count((101, "")) == looking.MOST_TRIES
    held = InboundMail.objects.get(outcome="held")
    assert (held.reason, held.subject) == ("not_fetched", "Printer 1")
    account.refresh_from_db()
    assert (account.error, account.waiting) == ("", {})


def test_a_mail_that_breaks_what_takes_it_holds_up_nobody(mailbox, server, monkeypatch):
    account_of(mailbox, server.port)
    server.put(letter(1), letter(2))
    decide = receiving.deciding.decide

    def breaks(kept, parsed, *more, **named):
        if parsed.subject == "Printer 1":
            raise ZeroDivisionError
        return decide(kept, parsed, *more, **named)

    monkeypatch.setattr(receiving.deciding, "decide", breaks)

    looked = look(mailbox)

    assert looked.error == ""
    assert subjects() == ["Printer 2"]
    assert InboundMail.objects.get(outcome="held").reason == "failed"
    assert server.flags() == ["\\Seen", "\\Seen"], "it is kept here, so it need not be fetched again"


def test_what_can_t_be_kept_stays_unmarked_and_comes_again(mailbox, server, monkeypatch):
    account = account_of(mailbox, server.port)
    server.put(letter(1))

    def is_down(*said, **more):
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(together, "_keep", is_down)
        looked = look(mailbox)

    assert looked.error == "here"
    assert server.flags() == [""]
    account.refresh_from_db()
    assert account.waiting == {"101": 0}, "the mail is not to blame"
    assert look(mailbox, 2).taken == 1


def test_a_mail_that_is_too_large_is_held_with_its_head_and_left_where_it_is(mailbox, server, monkeypatch):
    monkeypatch.setattr(receiving, "LARGEST", 2_000)
    account_of(mailbox, server.port, afterwards="delete")
    server.put(mail("x" * 5_000, subject="Huge", message_id="<huge@pc>"), letter(2))

    looked = look(mailbox)
    look(mailbox, 1)

    assert (looked.taken, looked.held) == (1, 1)
    held = InboundMail.objects.get(outcome="held")
    assert (held.reason, held.subject, held.sender) == ("too_large", "Huge", "grace@acme.example")
    assert held.size > 5_000
    with held.raw.open("rb") as kept:
        assert b"xxx" not in kept.read()
    assert len(server.flags()) == 1


def test_a_look_takes_some_mails_and_the_next_comes_at_once(mailbox, server, monkeypatch):
    monkeypatch.setattr(looking, "MOST_MAILS", 2)
    account = account_of(mailbox, server.port)
    server.put(*(letter(number) for number in range(5)))

    looks = [look(mailbox, minutes) for minutes in range(3)]

    assert [(each.taken, each.is_more) for each in looks] == [(2, True), (2, True), (1, False)]
    alarm = Alarm.objects.get(kind=looking.LOOK, subject=account.pk)
    assert alarm.at == MONDAY_9AM + 2 * MINUTE + looking.EVERY


def test_a_mail_to_two_tenants_makes_a_request_at_each(acme, globex, server):
    with imap_server() as other:
        for tenant, address, port in ((acme, SUPPORT, server.port), (globex, "help@globex.example", other.port)):
            with act_as(tenant):
                account_of(routing.own_mailbox(address), port)
        server.put(letter(1))
        other.put(letter(1), letter(2))

        for tenant, expected in ((acme, 1), (globex, 2)):
            with act_as(tenant):
                account = ImapAccount.objects.select_related("mailbox").get()
            # As a worker does it: outside of every transaction of the tenant.
            assert looking.look(account.mailbox, at=MONDAY_9AM).taken == expected
            with act_as(tenant):
                assert InboundMail.objects.count() == expected


def test_a_server_that_does_not_answer_is_asked_less_and_less_and_administrators_are_told_once(mailbox, root, ada):
    account = account_of(mailbox, 9)
    at, gaps = MONDAY_9AM, []
    for _ in range(20):
        assert looking.look(mailbox, at=at).error == "refused"
        account.refresh_from_db()
        gaps.append((account.next_at - at) // MINUTE)
        at = account.next_at
    alarms.work_due(at, drop=["mail.send", looking.LOOK])

    assert gaps[:6] == [1, 2, 5, 15, 30, 30]
    told = OutgoingMail.objects.filter(kind="notice")
    assert [each.address for each in told] == [root.email]
    assert SUPPORT in told.get().subject
    assert "nothing listens at port 9" in told.get().text


def test_when_it_works_again_everything_is_forgotten(mailbox, server):
    account = account_of(
        mailbox, server.port, failures=9, error="refused", failing_since=MONDAY_9AM, told_at=MONDAY_9AM
    )

    look(mailbox, 60)

    account.refresh_from_db()
    assert (account.failures, account.error, account.failing_since, account.told_at) == (0, "", None, None)


def test_settings_that_are_changed_during_a_look_win(mailbox, server, monkeypatch):
    account = account_of(mailbox, server.port)
    server.put(letter(1))
    mark = Folder.mark

    def changes(folder, uid):
        ImapAccount.objects.filter(pk=account.pk).update(folder="Other", busy_until=None, last_uid=0, uidvalidity=None)
        return mark(folder, uid)

    monkeypatch.setattr(Folder, "mark", changes)
    look(mailbox)

    account.refresh_from_db()
    assert (account.last_uid, account.uidvalidity, account.looked_at) == (0, None, None)


def test_a_mailbox_that_is_switched_off_is_left_alone(mailbox, server):
    account_of(mailbox, server.port)
    server.put(letter(1))
    mailbox.is_active = False
    mailbox.save()

    assert looking.look(mailbox, at=MONDAY_9AM) is None
    assert server.flags() == [""]


def test_mail_to_a_mailbox_that_is_switched_off_is_refused_and_goes_to_nobody_else(mailbox):
    MailRoute.objects.update(is_active=False)

    with pytest.raises(routing.NoMailbox):
        receiving.receive(letter(1), to=SUPPORT, at=MONDAY_9AM)


def test_a_server_that_says_more_than_any_mail_has_is_hung_up_on(mailbox):
    def floods(command, arguments):
        if command == "CAPABILITY":
            return "* CAPABILITY IMAP4rev1"
        if command == "SELECT":
            return "* 1 EXISTS\n* OK [UIDVALIDITY 1] x\n* OK [UIDNEXT 2] x"
        if command == "UID" and arguments.startswith("SEARCH"):
            return "* SEARCH 1"
        if "RFC822.SIZE" in arguments:
            return "* 1 FETCH (UID 1 RFC822.SIZE 10)"
        if "BODY" in arguments:
            return "* 1 FETCH (UID 1 BODY[] {99999999999}"
        return ""

    with scripted(floods) as port:
        account_of(mailbox, port)
        looked = look(mailbox)

    assert looked.error == "hung_up"
    assert not InboundMail.objects.exists()


def test_names_of_folders_go_there_and_back_and_carry_no_command():
    for name in ("INBOX", "Erledigt & fertig", "Готово/2026", 'a "b" \\c', "日本語", "emoji 🎉 &-"):
        quoted = names.encode(name)
        assert quoted.isascii()
        line = b'(\\HasNoChildren) "/" ' + quoted.encode()
        assert names.listed(line) == name
    assert "\r" not in names.encode("a\r\nb")
    assert names.listed(b'(\\Noselect) "/" "Box"') == ""
    assert names.listed(b"(\\HasNoChildren) NIL INBOX") == "INBOX"


def test_no_alarm_of_another_tenant_s_mailbox_is_touched(mailbox, server, globex):
    account = account_of(mailbox, server.port)
    with act_as(globex):
        assert not ImapAccount.objects.exists()
        alarms.set(looking.LOOK, account.pk, MONDAY_9AM)
        make_person("Zoe", "agent")

    look(mailbox)

    assert Alarm.objects.filter(kind=looking.LOOK, tenant=globex, at=MONDAY_9AM).count() == 1
