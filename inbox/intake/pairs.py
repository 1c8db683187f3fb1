"""How much comes from one sender to one mailbox: two programs that answer each other must fall silent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from inbox.models import InboundMail
from tenants.statements import Asked, Statement

#: More mails of one sender to one mailbox in this time get no automatic answer: two programs may be talking.
TIME, MOST = timedelta(minutes=10), 5
_LATEST = Statement(
    lambda sender, mailbox, since: InboundMail.objects.filter(
        sender=sender, mailbox=mailbox, received_at__gt=since
    ).only("pk")[:MOST],
    sender=str,
    mailbox=UUID,
    since=datetime,
)


def is_pair(mail: InboundMail) -> bool:
    """Whether so much came from this sender in a short time that a program may be answering our answers."""
    return len(_LATEST.rows(**_of(mail, mail.sender))) >= MOST


def asked_of(mails: Iterable[tuple[InboundMail, str]]) -> Asked:
    """What is_pair() asks for each of these mails, of these senders."""
    return {_LATEST: [_of(mail, sender) for mail, sender in mails]}


def _of(mail: InboundMail, sender: str) -> dict[str, object]:
    return {"sender": sender, "mailbox": mail.mailbox_id, "since": mail.received_at - TIME}
