"""Many mails that wait at one address are received together: what is asked and written for one is so for all at once.

Kept first, each as by receiving.receive(). Then those are taken in one transaction that have nothing to do with each
other, nor with anything here: first words of different people. When one of them fails, nothing of that stays done and
each is taken in a transaction of its own, as all others are.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import IntegrityError

from inbox.intake import checking, deciding, filing, pairs, receiving, routing
from inbox.intake.receiving import DECIDED, TAKE, Read, Received
from inbox.intake.senders import Authentication
from inbox.mail import headers, tokens
from inbox.mail.parsing import Automatic, ParsedMail
from inbox.models import InboundMail, Mailbox
from tenants import alarms
from tenants.addresses import asked_of, owner_of
from tenants.bulk import insert, write_many
from tenants.context import act_as
from tenants.models import Tenant, User
from tenants.statements import asked_together
from tickets.actions import newcomers, opening, organizations
from tickets.actions.filing import file_together

#: More than these, and more bytes, are better received in several goes.
MOST, MOST_BYTES = 25, 10 * 1024 * 1024
#: Seconds for reading them; a single mail may take as long.
PATIENCE = 10.0
Outcome = InboundMail.Outcome
log = logging.getLogger(__name__)


def receive(raws: Sequence[bytes], *, to: str = "", mailbox: Mailbox | None = None, at: datetime) -> list[Received]:
    """As receiving.receive() for each of these mails, which were sent `to` one address or lay in one mailbox.

    Those that could not be read in time wait for a worker. Raises what that raises, and keeps none of them then.
    """
    if any(len(raw) > receiving.LARGEST for raw in raws):
        raise receiving.TooLarge
    tenant, mailbox_id = (mailbox.tenant, mailbox.pk) if mailbox else routing.route(b"", to)
    kept = _keep(raws, tenant, mailbox_id, at, to)
    waiting = {mail.pk: raw for (mail, _), raw in zip(kept, raws, strict=True) if mail.outcome == Outcome.WAITING}
    taken = _take_kept(tenant, waiting, at)
    return [taken.get(mail.pk) or Received(mail, None, is_copy=is_copy) for mail, is_copy in kept]


def take(tenant: Tenant, kept: Collection[UUID], at: datetime) -> None:
    """Take those of these mails that still wait, in the order in which they came; as receiving.take() for each."""
    with act_as(tenant):
        waiting = list(InboundMail.objects.filter(pk__in=kept, outcome=Outcome.WAITING).order_by("pk"))
    raws: dict[UUID, bytes] = {}
    for mail in waiting:
        if raws and sum(map(len, raws.values())) + mail.size > MOST_BYTES:
            _take_kept(tenant, raws, at)
            raws = {}
        with mail.raw.open("rb") as file:
            raws[mail.pk] = file.read()
    _take_kept(tenant, raws, at)


def _take_kept(tenant: Tenant, raws: Mapping[UUID, bytes], at: datetime) -> dict[UUID, Received]:
    """As receiving.take_kept() for each of these mails that wait, by its id; those that took long to read are left."""
    reads = _read(tenant, raws, at)
    taken = _take(tenant, _strangers(reads), at)
    for pk, read in reads.items():
        if pk not in taken:
            taken[pk] = receiving.take_kept(tenant, pk, read, at)
    return taken


def _keep(
    raws: Sequence[bytes], tenant: Tenant, mailbox: UUID, at: datetime, to: str
) -> list[tuple[InboundMail, bool]]:
    """As receiving.keep() for each, in one transaction where none came before."""
    named: dict[str, Any] = {"tenant": tenant, "mailbox_id": mailbox, "received_at": at}
    mails = [
        InboundMail(key=receiving.key_of(raw), size=len(raw), verdict=deciding.came_to(to), **named) for raw in raws
    ]
    try:
        with act_as(tenant):
            for mail, raw in zip(mails, raws, strict=True):
                mail.raw.save("", ContentFile(raw), save=False)
            insert(*mails)
            alarms.set_many((TAKE, mail.pk, at + receiving.LEASE) for mail in mails)
    except IntegrityError:  # one of them came before
        for mail in mails:
            mail.raw.storage.delete(str(mail.raw.name))
        return [receiving.keep(raw, tenant, mailbox, at, to=to) for raw in raws]
    return [(mail, False) for mail in mails]


def _read(tenant: Tenant, raws: Mapping[UUID, bytes], at: datetime) -> dict[UUID, Read | None]:
    """Read them, within a time: mails that take long must not hold up their receiver, so a worker takes the rest."""
    reads: dict[UUID, Read | None] = {}
    began = time.monotonic()
    for pk, raw in raws.items():
        if time.monotonic() - began < PATIENCE:
            reads[pk] = receiving.readable(raw)
    if late := [pk for pk in raws if pk not in reads]:
        with act_as(tenant):
            alarms.set_many((TAKE, pk, at) for pk in late)
    return reads


def _strangers(reads: Mapping[UUID, Read | None]) -> dict[UUID, Read]:
    """Those that have nothing to do with each other."""
    found: dict[str, tuple[UUID, Read]] = {}
    for pk, read in reads.items():
        if read is not None and _stands_alone(read[0]):
            found.setdefault(read[0].sender.email.lower(), (pk, read))
    return dict(found.values())


def _stands_alone(parsed: ParsedMail) -> bool:
    came_to = [*(each.email for each in (*parsed.to, *parsed.cc)), *parsed.delivered_to]
    answers = parsed.in_reply_to or parsed.references or tokens.find(came_to)
    is_written = parsed.automatic is Automatic.NOT and parsed.bounce is None
    return is_written and not answers and headers.deliverable(parsed.sender.email)


def _take(tenant: Tenant, reads: Mapping[UUID, Read], at: datetime) -> dict[UUID, Received]:
    """Take in one transaction what can be; nothing of it when anything goes wrong."""
    if len(reads) < 2:
        return {}
    try:
        proofs = _proofs(tenant, reads, at)
        with act_as(tenant), alarms.gathered():
            waiting = InboundMail.objects.filter(pk__in=reads, outcome=Outcome.WAITING).order_by("pk")
            locked = list(waiting.select_for_update(of=("self",)).select_related("mailbox"))
            mails = _decide([(mail, reads[mail.pk], proofs[mail.pk]) for mail in locked], at)
            write_many(InboundMail, DECIDED, [_values(mail) for mail in mails])
            alarms.cancel(TAKE, *(mail.pk for mail in mails))
    except Exception:
        log.exception("Mails could not be taken together; they are taken one by one.")
        return {}
    return {mail.pk: Received(mail, reads[mail.pk][0]) for mail in mails}


def _proofs(tenant: Tenant, reads: Mapping[UUID, Read], at: datetime) -> dict[UUID, Authentication | None]:
    """What we find out of their senders ourselves. DNS may be asked, so no transaction is open."""
    told = next((pk for pk, (parsed, _, _) in reads.items() if parsed.authentication_results), None)
    authserv = receiving.authserv_of(tenant, told, reads[told]) if told else ""
    return {pk: receiving.own_proof(read, authserv, at, checking.check) for pk, read in reads.items()}


def _decide(mails: Sequence[tuple[InboundMail, Read, Authentication | None]], at: datetime) -> list[InboundMail]:
    """Those that were decided: of whose senders so much came that they get no answer, each is looked at alone."""
    emails = [parsed.sender.email for _, (parsed, _, _), _ in mails]
    decided: list[InboundMail] = []
    of_mails = deciding.asked_of([(mail, parsed) for mail, (parsed, _, _), _ in mails])
    with asked_together(asked_of(emails), organizations.asked_of(emails), of_mails):
        known = [person for email in emails if (person := owner_of(email)) is not None]
        later = filing.Later([], _newcomers(mails))
        with asked_together(opening.asked_of([*known, *later.newcomers.values()], at=at)):
            for mail, read, own in mails:
                mail.sender = read[0].sender.email[:320]
                if not pairs.is_pair(mail):
                    mail.attempts += 1
                    deciding.decide(mail, *read, own=own, at=at, later=later)
                    decided.append(mail)
            file_together(later.filings)
    return decided


def _newcomers(mails: Sequence[tuple[InboundMail, Read, Authentication | None]]) -> dict[str, User]:
    """Those whom nobody knows, by their address, to be written if they ask for anything."""
    found = {read[0].sender.email: mail for mail, read, _ in mails if owner_of(read[0].sender.email) is None}
    role = newcomers.customer_role() if found else None
    return {
        email: newcomers.newcomer(email, language=filing.language_of(mail.mailbox), role=role)
        for email, mail in found.items()
    }


def _values(mail: InboundMail) -> list[Any]:
    values = {**vars(mail), "verdict": json.dumps(mail.verdict)}
    return [mail.pk, *(values[InboundMail._meta.get_field(name).attname] for name in DECIDED)]  # type: ignore[union-attr]
