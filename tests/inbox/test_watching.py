"""Mailboxes that are waited for: a mail is a request the moment it comes, and no server holds up another's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from inbox.imap import looking, watching
from inbox.intake import routing
from inbox.models import ImapAccount
from tenants import alarms, sealing
from tenants.context import act_as
from tenants.models import Alarm
from tests.inbox.mails import mail
from tests.support.imap import PASSWORD, USER, imap_server
from tests.support.processes import MailWatch
from tests.support.world import commit_tenant, set_up_desk
from tickets.models import Ticket


@pytest.fixture
def desks(transactional_db, redis_client, owner_url, settings):
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8"]
    found = [commit_tenant(owner_url, slug) for slug in ("acme", "globex")]
    for each in found:
        set_up_desk(each, "ione")
    return found


def fetches(desk, port, **more) -> ImapAccount:
    """The desk's own mailbox is fetched from a port of this machine."""
    with act_as(desk):
        values = {"host": "127.0.0.1", "port": port, "security": "none", "user": USER, "start": "all", **more}
        account = ImapAccount.objects.create(
            mailbox=routing.own_mailbox(desk.mail_address),
            secret=sealing.seal(PASSWORD),
            changed_at=timezone.now(),
            **values,
        )
        # Nobody looks but the one who watches.
        alarms.set(looking.LOOK, account.pk, timezone.now() + timedelta(hours=1))
        return account


def soon(question: Callable[[], bool], seconds: float = 40) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if question():
            return True
        time.sleep(0.1)
    return False


def requests(desk) -> list[str]:
    with act_as(desk):
        return sorted(Ticket.objects.values_list("subject", flat=True))


@pytest.fixture
def watch(desks, monkeypatch):
    """Watches in this process, with short rounds."""
    monkeypatch.setattr(watching, "SECONDS_A_ROUND", 0.3)
    watch = watching.Watch()

    def run():
        try:
            watch.run()
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield watch
    watch.stop()
    thread.join(30)
    assert not thread.is_alive()


def test_a_mail_is_a_request_the_moment_it_comes_while_another_s_server_says_nothing(desks, tmp_path):
    process = MailWatch(tmp_path)
    acme, globex = desks
    with imap_server() as server:
        fetches(acme, server.port)
        fetches(globex, 9)
        server.put(mail(subject="There already", message_id="<1@pc>"))
        process.start()
        try:
            assert soon(lambda: requests(acme) == ["There already"])
            assert soon(lambda: watched(acme))
            time.sleep(1.5)  # it has come to its IDLE
            for subject in ("New 2", "New 3"):
                began = time.monotonic()
                server.put(mail(subject=subject, message_id=f"<{subject[-1]}@pc>"))
                assert soon(lambda wanted=subject: wanted in requests(acme))
                assert time.monotonic() - began < 15, "no look of an alarm was due"
            with act_as(globex):
                assert ImapAccount.objects.get().error == "refused"
        finally:
            ended = process.stop()
    assert ended, "it ends by itself when it is asked to"
    assert "Traceback" not in process.log
    assert not watched(acme)


def watched(desk) -> bool:
    with act_as(desk):
        return ImapAccount.objects.filter(watched_until__gt=timezone.now()).exists()


def test_a_mailbox_that_is_moved_to_another_server_is_followed(desks, watch):
    acme, _ = desks
    with imap_server() as old, imap_server() as new:
        account = fetches(acme, old.port)
        assert soon(lambda: watched(acme))
        with act_as(acme):
            ImapAccount.objects.filter(pk=account.pk).update(
                port=new.port, changed_at=timezone.now(), uidvalidity=None, last_uid=0, waiting={}
            )
        new.put(mail(subject="At the new one", message_id="<1@pc>"))
        assert soon(lambda: requests(acme) == ["At the new one"])

        with act_as(acme):
            ImapAccount.objects.filter(pk=account.pk).update(is_on=False, changed_at=timezone.now())
        assert soon(lambda: not watched(acme))
        watch.stop()


def test_a_server_without_news_is_left_to_the_alarms(desks, watch):
    acme, _ = desks
    with imap_server(has_idle=False) as server:
        account = fetches(acme, server.port)

        def is_left() -> bool:
            with act_as(acme):
                alarm = Alarm.objects.get(kind=looking.LOOK, subject=account.pk)
                looked = ImapAccount.objects.get(pk=account.pk).looked_at
                return bool(looked) and alarm.at < timezone.now() + 2 * looking.EVERY and not watched(acme)

        assert soon(is_left)
        watch.stop()


def test_two_processes_share_the_mailboxes(desks, watch):
    acme, _ = desks
    with imap_server() as server:
        account = fetches(acme, server.port)
        assert soon(lambda: watched(acme))

        other = watching.Watch()
        assert not other._hold(acme, account.pk, is_new=True)

        watch.stop()
        assert soon(lambda: not watched(acme))
        assert other._hold(acme, account.pk, is_new=True)
