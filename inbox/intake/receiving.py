"""A mail comes: kept first, then read, then taken. None is lost, and none counts twice."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import Error as DatabaseError
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F

from inbox.intake import checking, deciding, routing, senders
from inbox.intake.senders import Authentication
from inbox.mail import headers, reading
from inbox.mail.parsing import ParsedMail, structure
from inbox.mail.reading import Unreadable
from inbox.mail.resolver import NotKnown
from inbox.models import InboundMail, Mailbox
from tenants import alarms
from tenants.bulk import insert, update
from tenants.context import act_as
from tenants.models import Tenant
from tenants.statements import Statement

#: Takes a mail that could not be taken when it came; its subject is the mail.
TAKE = "mail.take"
#: The task that takes one outside of a transaction, how long it has, and how often that is tried.
TASK, LEASE, MOST_TRIES = "inbox.take", timedelta(minutes=2), 5
#: Bytes of a mail that are kept and read; mail servers refuse larger ones long before.
LARGEST = 50 * 1024 * 1024
#: Fields that mail servers add on the way, to each copy others.
_TRACES = ("received", "return-path", "delivered-to", "envelope-to", "x-", "authentication-results", "arc-", "status")

_LOCKED = Statement(
    lambda mail: InboundMail.objects.select_for_update(of=("self",)).select_related("mailbox").filter(pk=mail),
    mail=UUID,
)
#: What is made of a mail.
DECIDED = [
    *("outcome", "reason", "sender", "sender_name", "subject", "quote", "verdict", "ticket", "message"),
    *("attempts", "size"),
]
#: The database is away, or ended a quarrel about locks: what is worth another try.
_AWAY = (OperationalError, InterfaceError)
#: What is read of a mail: it, what its writer wrote now, what is quoted in it.
Read = tuple[ParsedMail, str, str]
Outcome = InboundMail.Outcome
log = logging.getLogger(__name__)


class TooLarge(ValueError):
    """The mail is larger than any that is taken."""


@dataclass(frozen=True)
class Received:
    """A mail that came, what it says, and whether it had come before."""

    mail: InboundMail
    parsed: ParsedMail | None
    is_copy: bool = False


def receive(
    raw: bytes, *, to: str = "", mailbox: Mailbox | None = None, at: datetime, is_inside: bool = False
) -> Received:
    """Take a mail that was sent `to` an address, lay in a mailbox, or was sent to an address that its header names.

    `is_inside` a transaction: should DNS have to be asked about its sender, a worker takes it after that.
    Raises NoMailbox and TooLarge before anything is kept, and what the database raises when it can't be kept.
    """
    tenant, mail, is_copy = accept(raw, to=to, mailbox=mailbox, at=at)
    if is_copy and mail.outcome != Outcome.WAITING:
        return Received(mail, None, is_copy=True)
    return take_kept(tenant, mail.pk, readable(raw), at, is_inside=is_inside)


def accept(
    raw: bytes, *, to: str = "", mailbox: Mailbox | None = None, at: datetime
) -> tuple[Tenant, InboundMail, bool]:
    """Keep a mail as receive() does, for whoever takes it: whose it is, its row, and whether it came before.

    Nobody need take it: its alarm does so a little later. Raises what receive() raises.
    """
    if len(raw) > LARGEST:
        raise TooLarge
    tenant, mailbox_id = (mailbox.tenant, mailbox.pk) if mailbox else routing.route(raw, to)
    return tenant, *keep(raw, tenant, mailbox_id, at, to=to)


def keep_head(head: bytes, *, mailbox: Mailbox, size: int, reason: str, at: datetime) -> InboundMail:
    """Hold a mail of which only the head could be had: `size` bytes lie elsewhere still, for the `reason` shown."""
    mail, is_copy = keep(head, mailbox.tenant, mailbox.pk, at)
    if is_copy:
        return mail
    read = readable(head)
    with act_as(mailbox.tenant):
        mail.size = size
        _hold(mail, read, reason)
    return mail


def rang(mail_id: UUID, now: datetime) -> None:
    """Alarm handler: take a mail that waited. It opens transactions of its own only for what may fail."""
    mail = InboundMail.objects.select_related("mailbox").filter(pk=mail_id, outcome=Outcome.WAITING).first()
    if mail is None:
        return
    with mail.raw.open("rb") as file:
        read = readable(file.read())
    try:
        own = own_proof(read, mail.mailbox.authserv, now, checking.remembered)
    except NotKnown:
        if mail.attempts < MOST_TRIES:
            mail.attempts += 1
            mail.save(update_fields=["attempts"])
            alarms.set(TAKE, mail.pk, now + LEASE)
            _take_later(mail)
            return
        own = None
    try:
        with transaction.atomic():
            mail = _lock(mail_id)  # whoever kept it may be late, and take it now
            if mail.outcome == Outcome.WAITING:
                _take(mail, read, own, now)
    except _AWAY:
        raise
    except Exception:
        _hold_failed(mail_id, read)


def take(tenant: Tenant, mail_id: UUID, at: datetime) -> None:
    """Take a mail that waits, outside of a transaction."""
    with act_as(tenant):
        mail = InboundMail.objects.filter(pk=mail_id, outcome=Outcome.WAITING).first()
    if mail is not None:
        with mail.raw.open("rb") as file:
            raw = file.read()
        take_kept(tenant, mail_id, readable(raw), at)


def put_off(tenant: Tenant, mails: Collection[UUID], at: datetime) -> None:
    """Somebody has these, and takes them soon: their alarms wait as long as if they came now."""
    with act_as(tenant):
        alarms.put_off(TAKE, mails, at + LEASE)


def _take_later(mail: InboundMail) -> None:
    """Have a worker take it once this is committed; should it die, the alarm that is set rings."""
    asked = {"tenant_id": mail.tenant_id, "mail_id": str(mail.pk)}
    send = partial(current_app.send_task, TASK, kwargs=asked, retry=False)
    transaction.on_commit(send, robust=True)


def take_kept(tenant: Tenant, mail_id: UUID, read: Read | None, at: datetime, *, is_inside: bool = False) -> Received:
    """Take a mail that is kept, and was read, in a transaction of its own. `is_inside` another one, as receive()."""
    try:
        own = own_proof(
            read, authserv_of(tenant, mail_id, read), at, checking.remembered if is_inside else checking.check
        )
    except NotKnown:
        with act_as(tenant):
            mail = InboundMail.objects.select_related("mailbox").get(pk=mail_id)
            _take_later(mail)
        return Received(mail, read[0] if read else None)
    try:
        with act_as(tenant):
            mail = _lock(mail_id)
            if mail.outcome == Outcome.WAITING:
                _take(mail, read, own, at)
    except DatabaseError:
        # It is kept, so nobody has to send it again: the alarm that was set with it tries.
        log.exception("A mail could not be taken when it came; it is tried again.")
        with act_as(tenant):
            mail = InboundMail.objects.get(pk=mail_id)
    except Exception:
        with act_as(tenant):
            mail = _hold_failed(mail_id, read)
    return Received(mail, read[0] if read else None)


def own_proof(
    read: Read | None,
    authserv: str,
    at: datetime,
    check: Callable[[ParsedMail, datetime], Authentication | None],
) -> Authentication | None:
    """What we find out of the sender, where no mail server says so that is believed. Raises what `check` raises."""
    return None if read is None or senders.is_said(read[0], authserv) else check(read[0], at)


def authserv_of(tenant: Tenant, mail_id: UUID, read: Read | None) -> str:
    """Whom the mailbox believes; it is only asked where somebody has said something."""
    if read is None or not read[0].authentication_results or not settings.CHECK_SENDERS:
        return ""
    with act_as(tenant):
        return str(InboundMail.objects.values_list("mailbox__authserv", flat=True).get(pk=mail_id))


def _hold_failed(mail_id: UUID, read: Read | None) -> InboundMail:
    """A fault of ours, that trying again would only repeat: somebody finds the mail in the list, and we the cause."""
    log.exception("A mail could not be taken; it is held.")
    mail = _lock(mail_id)
    if mail.outcome == Outcome.WAITING:
        mail.attempts += 1
        _hold(mail, read, "failed")
    return mail


def _hold(mail: InboundMail, read: Read | None, reason: str) -> None:
    if read is not None:
        mail.sender = headers.one_line(read[0].sender.email, 320)
        mail.subject = headers.one_line(read[0].subject, 300)
    deciding.hold(mail, reason)
    update(mail, DECIDED)
    alarms.cancel(TAKE, mail.pk)


def _take(mail: InboundMail, read: Read | None, own: Authentication | None, at: datetime) -> None:
    mail.attempts += 1
    if read is None:
        deciding.hold(mail, "unreadable")
    else:
        deciding.decide(mail, *read, own=own, at=at)
    update(mail, DECIDED)
    alarms.cancel(TAKE, mail.pk)


def _lock(mail_id: UUID) -> InboundMail:
    for mail in _LOCKED.rows(mail=mail_id):
        return mail
    raise InboundMail.DoesNotExist


def readable(raw: bytes) -> Read | None:
    try:
        return reading.read(raw)
    except Unreadable:
        return None


def keep(raw: bytes, tenant: Tenant, mailbox_id: UUID, at: datetime, *, to: str = "") -> tuple[InboundMail, bool]:
    """The mail as a row with its bytes, committed, and whether it was there before. `to`: as the mail server said."""
    mail = InboundMail(tenant=tenant, mailbox_id=mailbox_id, key=key_of(raw), size=len(raw), received_at=at)
    mail.verdict = deciding.came_to(to)
    try:
        with act_as(tenant):
            mail.raw.save("", ContentFile(raw), save=False)
            insert(mail)
            # Should this process end before it is taken, a worker takes it.
            alarms.set(TAKE, mail.pk, at + LEASE)
        return mail, False
    except IntegrityError:  # it came before
        mail.raw.storage.delete(str(mail.raw.name))
    with act_as(tenant):
        known = InboundMail.objects.filter(mailbox=mailbox_id, key=mail.key)
        known.update(copies=F("copies") + 1)
        return known.select_related("mailbox", "ticket").get(), True


def key_of(raw: bytes) -> str:
    """What copies of one mail have in common, and nobody else's: its id alone would let a stranger take it first."""
    fields, body, _ = structure.cut_header(raw)
    named = {"message-id", "from", "date", "subject"}
    if not any(name == "message-id" for name, _ in fields):
        named = {name for name, _ in fields if not name.startswith(_TRACES)}
    digest = hashlib.sha256()
    for name, value in sorted((name, value) for name, value in fields if name in named):
        digest.update(name.encode() + b":" + value + b"\0")
    digest.update(body.replace(b"\r\n", b"\n").strip())
    return digest.hexdigest()
