"""What can be done with outgoing mail: have it sent, try it again, and take the account mails of allauth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from inbox.errors import MailSent, MailWiped
from inbox.mail import headers, writing
from inbox.models import OutgoingMail
from tenants import alarms
from tenants.context import active_tenant
from tenants.errors import NotPermitted
from tenants.fields import uuid7
from tenants.models import User
from tenants.permissions import Permission

#: Sends one mail; its subject is the mail.
SEND = "mail.send"


def post(mails: Iterable[OutgoingMail], now: datetime) -> None:
    """Keep mails as rows and have them sent; a mail that is there already is not written again."""
    written = OutgoingMail.objects.bulk_create(mails, ignore_conflicts=True)
    kept = OutgoingMail.objects.filter(pk__in=[mail.pk for mail in written], state=OutgoingMail.State.WAITING)
    alarms.set_many((SEND, pk, at or now) for pk, at in kept.order_by("id").values_list("pk", "not_before"))


def post_account_mail(address: str, *, subject: str, text: str, context: Mapping[str, Any], at: datetime) -> None:
    """Keep a mail of allauth as a row, so that signing in does not wait for the mail server, nor fail with it.

    It carries a code or link for its recipient alone: its words are wiped once it is sent, and no page shows them.
    """
    tenant, pk = active_tenant(), uuid7()
    values = {"paragraphs": text.split("\n\n"), "code": context.get("code", ""), "subject": subject}
    mail = OutgoingMail(
        id=pk,
        recipient=User.objects.filter(email__iexact=address, is_active=True).first(),
        kind=OutgoingMail.Kind.ACCOUNT,
        address=address,
        language=get_language() or tenant.language,
        subject=headers.one_line(subject, 250),
        **writing.rendered("account", values),
        message_id=f"<{pk}@{headers.host(tenant)}>",
        created_at=at,
    )
    if headers.deliverable(address):
        post([mail], at)


def withhold_batch(batch: UUID, at: datetime) -> int:
    """Do not send what still waits of the mails that were written together. Returns how many that were."""
    waiting = OutgoingMail.objects.select_for_update(of=("self",), skip_locked=True)
    found = list(waiting.filter(batch=batch, state=OutgoingMail.State.WAITING).values_list("pk", flat=True))
    OutgoingMail.objects.filter(pk__in=found).update(state=OutgoingMail.State.WITHHELD, error="Stopped", tried_at=at)
    alarms.cancel(SEND, *found)
    return len(found)


def send_again(mail: OutgoingMail, *, actor: User, at: datetime) -> OutgoingMail:
    """Try a mail that waits, failed or was withheld once more, from now. Raises NotPermitted, MailSent, MailWiped."""
    if not actor.may(Permission.SEE_SYSTEM):
        raise NotPermitted
    mail = OutgoingMail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
    if mail.is_out:
        raise MailSent
    if not mail.text:
        raise MailWiped
    mail.state, mail.error = OutgoingMail.State.WAITING, ""
    mail.save(update_fields=["state", "error"])
    alarms.set(SEND, mail.pk, at)
    return mail
