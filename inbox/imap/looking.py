"""A look into a mailbox: what is new is received, and only then marked. No mail is lost, and none counts twice.

What ends a look in between (a crash, a connection that breaks) leaves mails that were received and not marked: they are
fetched again, and the intake knows them. A mail that can't be had does not hold up those behind it: it is tried
MOST_TRIES times, behind the others, and then held with its head alone.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import Error as DatabaseError

from inbox.imap import connection, tokens
from inbox.imap.connection import opened
from inbox.imap.folder import Folder, NotGiven
from inbox.imap.settings import Settings
from inbox.imap.troubles import PASSING, Trouble
from inbox.intake import receiving, together
from inbox.mail.faults import code_of
from inbox.models import ImapAccount, Mailbox
from tenants import alarms, sealing
from tenants.context import act_as
from tenants.errors import Refused

#: Looks into one mailbox, and tells administrators of one that fails; their subject is the account.
LOOK, TELL = "mailbox.look", "mailbox.tell"
#: Mails that are taken in one look; what is left comes at once with the next.
MOST_MAILS, MOST_TRIES = 50, 5
#: How often a mailbox is looked into, and where a process waits for its news.
EVERY, EVERY_WATCHED = timedelta(minutes=1), timedelta(minutes=10)
#: A look that is not over by then was one of a process that died.
LEASE = timedelta(minutes=2)
_PAUSES = [timedelta(minutes=each) for each in (1, 2, 5, 15, 30)]
#: How long it may go wrong before administrators are told: what passes by itself, and what does not.
_PATIENCE_PASSING, _PATIENCE = timedelta(hours=4), timedelta(minutes=30)

log = logging.getLogger(__name__)


@dataclass
class Looked:
    """What a look did: mails received, mails that had come before, mails held with their head; and what went wrong."""

    taken: int = 0
    copies: int = 0
    held: int = 0
    is_more: bool = False
    error: str = ""
    said: str = ""


@dataclass
class _Progress:
    """How far a mailbox is read: the fields of an account that a look writes."""

    began_at: datetime | None
    uidvalidity: int | None
    last_uid: int
    waiting: dict[str, int]
    granted: tokens.Granted | None = None


@dataclass
class _Fetched:
    """Mails that are fetched and not kept yet, by their ids."""

    raws: dict[int, bytes] = field(default_factory=dict)

    @property
    def is_much(self) -> bool:
        """Whether it is time to receive them."""
        return len(self.raws) >= together.MOST or sum(map(len, self.raws.values())) >= together.MOST_BYTES


def look(mailbox: Mailbox, *, at: datetime) -> Looked | None:
    """Take what is new in a mailbox; None where nothing is fetched, or another look is going on.

    To be called outside of a transaction: the network is asked while none is open.
    """
    with act_as(mailbox.tenant):
        account = ImapAccount.objects.filter(mailbox=mailbox, mailbox__is_active=True).first()
        if account is None or not _claim(account, at):
            return None
    looked, progress = Looked(), None
    try:
        with act_as(mailbox.tenant):
            settings = Settings.of(account, at)
        progress = _Progress(account.began_at, account.uidvalidity, account.last_uid, dict(account.waiting))
        _look(settings, account, mailbox, progress, looked, at)
    except Trouble as trouble:
        looked.error, looked.said = trouble.code, trouble.said
    except Refused as error:
        looked.error = code_of(error)
    except BaseException:
        looked.error = "here"
        raise
    finally:
        with act_as(mailbox.tenant):
            _finish(account, progress, looked, at)
    return looked


def _claim(account: ImapAccount, at: datetime) -> bool:
    """Take the account for a look, should nobody look already."""
    free = ImapAccount.objects.filter(pk=account.pk, is_on=True).exclude(busy_until__gt=at)
    account.busy_until = at + LEASE
    return bool(free.update(busy_until=account.busy_until))


def _look(
    settings: Settings, account: ImapAccount, mailbox: Mailbox, progress: _Progress, looked: Looked, at: datetime
) -> None:
    token = settings.access_token
    if account.signs_in_by_token and not token:
        progress.granted = tokens.fetch(settings)
        token = progress.granted.access_token
    with opened(settings, token) as imap:
        folder = Folder(imap, settings)
        folder.require_done_folder()
        uids = _plan(folder, account, progress, at)
        now, later = uids[:MOST_MAILS], uids[MOST_MAILS:]
        looked.is_more = bool(later)
        sizes = folder.sizes(now)
        began, fetched = time.monotonic(), _Fetched()
        try:
            for uid in now:
                if time.monotonic() - began > connection.SECONDS_A_LOOK / 2:
                    looked.is_more = True
                    break
                progress.last_uid = max(progress.last_uid, uid)
                if uid in sizes:
                    _fetch(folder, uid, sizes[uid], mailbox, progress, looked, fetched, at)
                else:
                    progress.waiting.pop(str(uid), None)  # somebody else has taken it away
                if fetched.is_much:
                    _take(folder, fetched, mailbox, progress, looked, at)
        finally:  # whatever became of the conversation: those are not to blame
            _take(folder, fetched, mailbox, progress, looked, at)


def _plan(folder: Folder, account: ImapAccount, progress: _Progress, at: datetime) -> list[int]:
    """Ids of what is to be taken: the new ones first, then those of which some failed before."""
    Start = ImapAccount.Start
    if progress.uidvalidity != folder.uidvalidity:
        is_first = progress.uidvalidity is None
        # The server numbers its mails anew: what came since the beginning is taken, and the intake knows most of it.
        progress.uidvalidity, progress.waiting = folder.uidvalidity, {}
        progress.began_at = progress.began_at or at
        progress.last_uid = 0 if account.start == Start.ALL else folder.newest()
        if account.start != Start.ALL:
            wanted = set(folder.find("UNSEEN")) if account.start == Start.UNREAD else set()
            if not is_first:
                wanted |= set(folder.arrived_since(progress.began_at))
            progress.waiting = {str(uid): 0 for uid in sorted(wanted) if uid <= progress.last_uid}
    waiting = sorted(progress.waiting, key=lambda uid: (progress.waiting[uid], int(uid)))
    fresh = [int(uid) for uid in waiting if not progress.waiting[uid]]
    failed = [int(uid) for uid in waiting if progress.waiting[uid]]
    return [*fresh, *folder.after(progress.last_uid), *failed]


def _fetch(
    folder: Folder,
    uid: int,
    size: int,
    mailbox: Mailbox,
    progress: _Progress,
    looked: Looked,
    fetched: _Fetched,
    at: datetime,
) -> None:
    tries = progress.waiting.pop(str(uid), 0)
    if size > receiving.LARGEST or tries >= MOST_TRIES:
        reason = "too_large" if size > receiving.LARGEST else "not_fetched"
        _hold(folder, uid, size, reason, mailbox, at)
        looked.held += 1
        return
    # Counted before it is tried: should it end the conversation, the next look begins with the mails behind it.
    progress.waiting[str(uid)] = tries + 1
    try:
        fetched.raws[uid] = folder.fetch(uid)
    except NotGiven:
        return
    progress.waiting[str(uid)] = tries  # should it not be kept, that is no fault of the mail


def _take(
    folder: Folder, fetched: _Fetched, mailbox: Mailbox, progress: _Progress, looked: Looked, at: datetime
) -> None:
    """Receive what is fetched, then mark it."""
    raws, fetched.raws = fetched.raws, {}
    if not raws:
        return
    try:
        received = together.receive(list(raws.values()), mailbox=mailbox, at=at)
    except (DatabaseError, OSError):
        log.exception("Mails that were fetched could not be kept; they are fetched again.")
        raise Trouble("here") from None
    for uid in raws:
        progress.waiting.pop(str(uid))
    looked.copies += sum(each.is_copy for each in received)
    looked.taken += sum(not each.is_copy for each in received)
    for uid in raws:
        if said := folder.mark(uid):
            looked.error, looked.said = "mark", said


def _hold(folder: Folder, uid: int, size: int, reason: str, mailbox: Mailbox, at: datetime) -> None:
    """Keep the head of a mail that is not taken, so that somebody sees it; the mail stays where it is, unmarked."""
    try:
        head = folder.fetch(uid, "HEADER")
    except NotGiven:
        head = f"Message-ID: <{folder.uidvalidity}.{uid}@{folder.settings.host}>\r\n\r\n".encode()
    try:
        receiving.keep_head(head, mailbox=mailbox, size=size, reason=reason, at=at)
    except (DatabaseError, OSError):
        log.exception("The head of a mail could not be kept; it is fetched again.")
        raise Trouble("here") from None


def _finish(account: ImapAccount, progress: _Progress | None, looked: Looked, at: datetime) -> None:
    """Write down how it went, and when to look again; nothing where the settings have changed meanwhile."""
    values: dict[str, object] = {"busy_until": None, "looked_at": at, "error": looked.error, "said": looked.said}
    if progress is not None:
        values |= {
            name: getattr(progress, name) for name in ("began_at", "uidvalidity", "last_uid", "waiting")
        } | _of_token(progress.granted, looked, at)
    if looked.taken:
        values["taken_at"] = at
    is_failure = bool(looked.error) and looked.error != "mark"
    failures = account.failures + 1 if is_failure else 0
    since = (account.failing_since or at) if looked.error else None
    told = account.told_at if looked.error else None
    if since and told is None and at - since >= (_PATIENCE_PASSING if looked.error in PASSING else _PATIENCE):
        told = at
        alarms.set(TELL, account.pk, at)
    if is_failure:
        next_at = at + _PAUSES[min(failures, len(_PAUSES)) - 1]
    elif looked.is_more:
        next_at = at
    else:
        is_watched = account.watched_until is not None and account.watched_until > at
        next_at = at + (EVERY_WATCHED if is_watched else EVERY)
    values |= {"failures": failures, "failing_since": since, "told_at": told, "next_at": next_at}
    ours = ImapAccount.objects.filter(pk=account.pk, busy_until=account.busy_until)
    if ours.update(**values):
        alarms.set(LOOK, account.pk, next_at)


def _of_token(granted: tokens.Granted | None, looked: Looked, at: datetime) -> dict[str, object]:
    if looked.error in ("token_refused", "token"):
        return {"access_token": "", "access_until": None}
    if granted is None:
        return {}
    until = at + timedelta(seconds=max(min(granted.seconds, 86_400) - 120, 0))
    values: dict[str, object] = {"access_token": sealing.seal(granted.access_token), "access_until": until}
    if granted.refresh_token:
        values["refresh_token"] = sealing.seal(granted.refresh_token)
    return values


def forget(account_id: UUID) -> None:
    """Look no more into a mailbox."""
    alarms.cancel(LOOK, account_id)
    alarms.cancel(TELL, account_id)
