"""Mail fetched from Dovecot, which most providers run; test_imap.py asks a server in Python for every detail."""

from __future__ import annotations

import threading

import pytest

from inbox.imap import idling, trying
from inbox.imap.connection import opened
from inbox.imap.settings import Settings
from inbox.intake import routing
from inbox.models import ImapAccount, InboundMail
from scripts import dovecot
from tests.inbox.sockets import certificate_for
from tests.inbox.test_imap import account_of, letter, look, subjects
from tests.support.imap import PASSWORD, USER, Server
from tests.support.world import MONDAY_9AM

#: A folder as a person writes it, and as servers do.
DONE, DONE_THERE = "Erledigt & fertig — готово", '"Erledigt &- fertig &IBQ- &BDMEPgRCBD4EMgQ+-"'

pytestmark = pytest.mark.skipif(dovecot.find() is None, reason=dovecot.MISSING)


@pytest.fixture
def server(tmp_path, settings, monkeypatch):
    """One of its own for each test, with a certificate that is trusted."""
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8", "::1/128"]
    _, file = certificate_for(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with dovecot.Dovecot({USER: PASSWORD}, certificate=(file, tmp_path / "key.pem")) as started:
        yield Server(started.port, has_tls=None)


@pytest.fixture
def mailbox(at_acme):
    return routing.own_mailbox("support@acme.example")


@pytest.mark.parametrize("security", ["none", "starttls"])
@pytest.mark.parametrize("afterwards", ["seen", "move", "delete"])
def test_each_mail_becomes_one_request_and_goes_where_it_is_to_go(mailbox, server, afterwards, security):
    server.make(DONE_THERE)
    where = {"host": "localhost", "security": security}
    account_of(mailbox, server.port, **where, afterwards=afterwards, done_folder=DONE)
    server.put(letter(1), letter(2))

    first, second = look(mailbox), look(mailbox, 1)

    assert (first.taken, first.error, second.taken, second.copies, second.error) == (2, "", 0, 0, "")
    assert subjects() == ["Printer 1", "Printer 2"]
    assert server.flags() == (["\\Seen", "\\Seen"] if afterwards == "seen" else [])
    assert len(server.flags(DONE_THERE)) == (2 if afterwards == "move" else 0)
    assert InboundMail.objects.count() == 2


def test_only_mail_from_now_on(mailbox, server):
    account_of(mailbox, server.port, start="new")
    server.put(letter(1))
    look(mailbox)
    server.put(letter(2))

    looked = look(mailbox, 1)

    assert (looked.taken, looked.error) == (1, "")
    assert subjects() == ["Printer 2"]


def test_it_says_when_a_mail_has_come(mailbox, server):
    account = account_of(mailbox, server.port)
    with opened(Settings.of(account, MONDAY_9AM), seconds=None) as imap:
        assert idling.can_idle(imap)
        assert not idling.wait(imap, is_enough=lambda: False, seconds=1)
        later = threading.Timer(1, server.put, [letter(1)])
        later.start()

        assert idling.wait(imap, is_enough=lambda: False, seconds=60)

        later.join()
        assert not idling.wait(imap, is_enough=lambda: False, seconds=1), "it says so once"
    assert look(mailbox).taken == 1


def test_what_is_typed_is_tried(mailbox, server):
    def told(**more) -> tuple[str, str]:
        ImapAccount.objects.all().delete()
        outcome = trying.try_out(account_of(mailbox, server.port, **more), MONDAY_9AM)
        return outcome.what, outcome.sentence

    server.put(letter(1))
    server.make("Archive")

    assert told() == ("", "It works: the folder “INBOX” is open, and holds 1 mail.")
    assert told(password="wrong")[0] == "password"
    assert told(host="localhost", security="tls")[0] == "encryption"
    what, sentence = told(folder="Nowhere")
    assert what == "folder"
    assert "There are: Archive, INBOX" in sentence
