"""Mail that came back: what a report does to a mail and its address, and taking the mark off again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from inbox.mail import envelope
from inbox.mail.headers import one_line
from inbox.mail.parsing import Bounce
from inbox.models import BouncedAddress, OutgoingMail
from tenants import audit
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission

State = OutgoingMail.State
#: Answers at the door that speak of the address, not of the mail (RFC 3463, 3.2).
_NO_SUCH_ADDRESS = re.compile(r"5\d\d 5\.1\.(?P<detail>[0-9]+)")


def take_report(report: Bounce, *, came_to: Iterable[str], at: datetime) -> OutgoingMail | None:
    """Do what a delivery report says. Returns the mail that it is about, None when our sign does not stand in it.

    It counts for the mail alone that our sign names; letters of servers that write no report say nothing certain.
    `came_to` are the addresses that the report was delivered to. Nothing is ever sent, opened or reopened by it.
    """
    mail_id = envelope.find([*came_to, report.envelope_id]) if report.action else None
    mail = OutgoingMail.objects.select_for_update(of=("self",)).filter(pk=mail_id).first() if mail_id else None
    if mail is None or not (mail.is_out or mail.state == State.WAITING):
        return mail
    _believe(mail, report, at)
    mail.reported_at = at
    mail.save(update_fields=["state", "error", "reported_at"])
    return mail


def take_complaint(envelope_id: str, said: str, *, at: datetime) -> OutgoingMail | None:
    """The recipient called a mail of ours spam: it had arrived, but nothing more goes there. Returns the mail."""
    mail_id = envelope.find([envelope_id])
    mail = OutgoingMail.objects.select_for_update(of=("self",)).filter(pk=mail_id).first() if mail_id else None
    if mail is not None and mail.is_out:
        mark(mail, status="", said=said, at=at)
        mail.reported_at = at
        mail.save(update_fields=["reported_at"])
    return mail


def _believe(mail: OutgoingMail, report: Bounce, at: datetime) -> None:
    if report.action == "delivered" and mail.state == State.SENT:
        mail.state = State.DELIVERED
    elif report.action == "failed":
        mail.state, mail.error = State.BOUNCED, one_line(report.explanation or report.status)
        if report.is_final:
            mark(mail, status=report.status, said=report.explanation, at=at)


def mark(mail: OutgoingMail, *, status: str, said: str, at: datetime) -> None:
    """Send nothing more to the mail's address until somebody says that it works again."""
    BouncedAddress.objects.bulk_create(
        [
            BouncedAddress(
                address=mail.address.lower(), mail=mail, status=status[:12], said=one_line(said, 300), bounced_at=at
            )
        ],
        ignore_conflicts=True,
    )


def mark_refused(mail: OutgoingMail, answer: str, *, at: datetime) -> None:
    """The same where the tenant's server said at once that there is no such address."""
    if found := _NO_SUCH_ADDRESS.match(answer):
        mark(mail, status=f"5.1.{found['detail']}", said=answer, at=at)


def clear_address(bounced: BouncedAddress, *, actor: User, at: datetime) -> None:
    """Mail may be sent there again, say staff who answer customers, or whose address it is. Raises NotPermitted."""
    if not actor.may(Permission.REPLY) and actor.email.lower() != bounced.address:
        raise NotPermitted
    cleared = BouncedAddress.objects.standing().filter(pk=bounced.pk).update(cleared_at=at, cleared_by=actor)
    if cleared:
        audit.record("address.cleared", bounced, actor=actor, after={"address": bounced.address})
