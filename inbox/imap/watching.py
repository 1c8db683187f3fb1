"""A process that waits for news of all mailboxes at once: one thread a mailbox, so that none waits for another.

Where a server has no IDLE, or does not answer, the alarms of the mailbox go on looking as if nobody watched.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.db.models import Q
from django.utils import timezone

from inbox.imap import idling, looking, tokens
from inbox.imap.connection import opened
from inbox.imap.settings import Settings
from inbox.imap.troubles import Trouble
from inbox.models import ImapAccount
from tenants import alarms
from tenants.context import act_as
from tenants.errors import Refused
from tenants.models import Alarm, Tenant

#: Mailboxes that one process watches, and looks that it has going on at once.
MOST_MAILBOXES, MOST_LOOKS = 500, 16
#: How often new mailboxes are looked for, and each is asked whether its settings have changed.
SECONDS_A_ROUND = 20.0
#: For how long a mailbox is this process's; renewed each round.
HELD = timedelta(seconds=90)

log = logging.getLogger(__name__)


class Watch:
    """The mailboxes that this process watches."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self._looks = threading.Semaphore(MOST_LOOKS)
        self._threads: dict[UUID, threading.Thread] = {}

    def run(self) -> None:
        """Watch until stop() is called. What can't be reached is tried again, the database too."""
        while not self.stopped.is_set():
            try:
                self._begin_new()
            except DatabaseError:
                log.warning("The database does not answer; mailboxes are looked for again in a moment.")
            finally:
                close_old_connections()
            self.stopped.wait(SECONDS_A_ROUND)
        for thread in self._threads.values():
            thread.join(idling.SECONDS_A_SLICE + 20)

    def stop(self) -> None:
        """End after what is going on."""
        self.stopped.set()

    def _begin_new(self) -> None:
        self._threads = {pk: thread for pk, thread in self._threads.items() if thread.is_alive()}
        # Every mailbox that is fetched has an alarm; they are the one table that knows them across tenants.
        found = Alarm.objects.filter(kind=looking.LOOK, parked_at=None).exclude(subject__in=list(self._threads))
        free = MOST_MAILBOXES - len(self._threads)
        for tenant_id, account_id in found.order_by("subject").values_list("tenant_id", "subject")[:free]:
            tenant = Tenant.objects.get(pk=tenant_id)
            if self._hold(tenant, account_id, is_new=True):
                thread = threading.Thread(target=self._watch, args=[tenant, account_id], daemon=True)
                self._threads[account_id] = thread
                thread.start()

    def _hold(self, tenant: Tenant, account_id: UUID, *, is_new: bool = False) -> bool:
        """Make a mailbox this process's for a while; not one that another process has, or that is in trouble."""
        now = timezone.now()
        with act_as(tenant):
            ours = ImapAccount.objects.filter(pk=account_id, is_on=True, mailbox__is_active=True, failures=0)
            if is_new:
                ours = ours.filter(Q(watched_until=None) | Q(watched_until__lt=now))
            # A sub-query, since an update joins nothing.
            held = ImapAccount.objects.filter(pk__in=ours.values("pk"))
            return bool(held.update(watched_until=now + HELD))

    def _watch(self, tenant: Tenant, account_id: UUID) -> None:
        """Hold one mailbox until its settings change, it is in trouble, or the process ends."""
        try:
            self._idle(tenant, account_id)
        except (Trouble, Refused, DatabaseError, OSError) as error:
            # Its next look finds out what is wrong, says so and waits; a later round begins anew once it works.
            log.info("A mailbox is watched no more for now: %s", type(error).__name__)
        finally:
            try:
                with _acting(tenant):
                    ImapAccount.objects.filter(pk=account_id).update(watched_until=None)
            except DatabaseError:
                log.warning("The database does not answer; a mailbox is free again after a while.")

    def _idle(self, tenant: Tenant, account_id: UUID) -> None:
        account = self._look(tenant, account_id)
        if account is None or account.error:
            return
        with _acting(tenant):
            settings = Settings.of(account, timezone.now())
        token = settings.access_token
        if account.signs_in_by_token and not token:
            token = tokens.fetch(settings).access_token
        is_over = _Round(lambda: self._is_over(tenant, account))
        with opened(settings, token, seconds=None) as imap:
            if not idling.can_idle(imap):
                self._leave(tenant, account)
                return
            # What came between the look and now.
            self._look(tenant, account_id)
            while not is_over.is_enough() and not self.stopped.is_set():
                if idling.wait(imap, is_enough=lambda: self.stopped.is_set() or is_over.is_enough()):
                    self._look(tenant, account_id)

    def _look(self, tenant: Tenant, account_id: UUID) -> ImapAccount | None:
        """Take all that is there, as its alarm does it. Returns the account as it is then, None when it is over."""
        is_more = True
        while True:
            with _acting(tenant):
                found = ImapAccount.objects.select_related("mailbox__tenant").filter(pk=account_id, is_on=True)
                account = found.filter(mailbox__is_active=True).first()
            if account is None or self.stopped.is_set() or not is_more:
                return account
            with self._looks:
                try:
                    looked = looking.look(account.mailbox, at=timezone.now())
                finally:
                    connection.close()
            if looked is None:
                # Another look goes on, and may be past what we were told of.
                self.stopped.wait(1)
            else:
                is_more = looked.is_more and not looked.error

    def _is_over(self, tenant: Tenant, account: ImapAccount) -> bool:
        """Whether to let go of a mailbox, as its settings are others; else it is ours for longer."""
        with _acting(tenant):
            is_same = ImapAccount.objects.filter(pk=account.pk, changed_at=account.changed_at).exists()
            return not (is_same and self._hold(tenant, account.pk))

    def _leave(self, tenant: Tenant, account: ImapAccount) -> None:
        """Leave a mailbox whose server tells no news to its alarms, until its settings change."""
        with _acting(tenant):
            ImapAccount.objects.filter(pk=account.pk).update(watched_until=None)
            alarms.set(looking.LOOK, account.pk, timezone.now() + looking.EVERY)
        while not self.stopped.wait(SECONDS_A_ROUND):
            with _acting(tenant):
                if not ImapAccount.objects.filter(pk=account.pk, changed_at=account.changed_at).exists():
                    return


class _Round:
    """Asks a question that costs something once a round."""

    def __init__(self, question: Callable[[], bool]) -> None:
        self.question = question
        self.next = 0.0
        self.said = False

    def is_enough(self) -> bool:
        """The answer, not older than a round."""
        if not self.said and time.monotonic() >= self.next:
            self.said = self.question()
            self.next = time.monotonic() + SECONDS_A_ROUND
        return self.said


@contextmanager
def _acting(tenant: Tenant) -> Iterator[None]:
    """Act as a tenant, and give the connection back: hundreds of threads wait, and few ask the database."""
    try:
        with act_as(tenant):
            yield
    finally:
        connection.close()
