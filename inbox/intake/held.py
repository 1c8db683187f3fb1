"""What a person decides about a mail that is held or was set aside: a request, a note on one, or nothing."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from inbox.errors import NobodyToAnswer, NotHeld
from inbox.intake import filing
from inbox.mail import headers, reading
from inbox.mail.parsing import ParsedMail
from inbox.mail.reading import Unreadable
from inbox.models import InboundMail
from tenants.addresses import owner_of
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import actions, recipients
from tickets.actions import organizations
from tickets.models import Ticket

Outcome = InboundMail.Outcome


def release(mail: InboundMail, *, actor: User, at: datetime) -> Ticket:
    """Make a request of it, in its sender's name. Who they are is not proven by that: mails about it say little.

    Raises NotPermitted, NotHeld, NobodyToAnswer, and what open_ticket() raises.
    """
    mail = _lock(mail, actor)
    parsed = read(mail)
    if parsed is None or not headers.deliverable(parsed.sender.email):
        raise NobodyToAnswer
    sender = owner_of(parsed.sender.email)
    is_proven = mail.reason not in ("forged", "unsigned") and sender is not None and recipients.is_proven(sender)
    organization = organizations.authorized_company(parsed.sender.email) if is_proven else None
    ticket = filing.file(mail, parsed, is_proven=is_proven, organization=organization, at=at)
    _decided(mail, actor, at)
    return ticket


def attach(mail: InboundMail, ticket: Ticket, *, actor: User, at: datetime) -> None:
    """Put it on a ticket as a note of the actor's: that somebody put it there says nothing of who wrote it.

    Raises NotPermitted, NotHeld, NobodyToAnswer, and what note() raises.
    """
    mail = _lock(mail, actor)
    if not Ticket.objects.visible_to(actor).filter(pk=ticket.pk).exists():
        raise NotPermitted
    parsed = read(mail)
    if parsed is None:
        raise NobodyToAnswer
    files, left = filing.files_of(parsed)
    head = _("A mail from %(sender)s, put here by hand:") % {"sender": mail.sender or _("an unknown address")}
    body = "\n\n".join(each for each in (head, parsed.text.strip()) if each)
    mail.message = actions.note(ticket, author=actor, body=body, at=at, files=files, channel="email")
    mail.outcome, mail.ticket = Outcome.REPLY, ticket
    if left:
        mail.verdict["left"] = left
    _decided(mail, actor, at)


def discard(mail: InboundMail, *, actor: User, at: datetime) -> None:
    """Set it aside for good; it stays in the list. Raises NotPermitted, NotHeld."""
    mail = _lock(mail, actor)
    if mail.outcome != Outcome.HELD:
        raise NotHeld
    mail.outcome = Outcome.DROPPED
    mail.verdict["held_for"], mail.reason = mail.reason, "discarded"
    _decided(mail, actor, at)


def read(mail: InboundMail) -> ParsedMail | None:
    """The mail once more from its bytes; None where it can't be read."""
    try:
        with mail.raw.open("rb") as raw:
            return reading.read(raw.read())[0]
    except (Unreadable, FileNotFoundError):
        return None


def _lock(mail: InboundMail, actor: User) -> InboundMail:
    if not (actor.may(Permission.REPLY) and actor.may(Permission.SEE_ALL_TICKETS)):
        raise NotPermitted
    shown = InboundMail.objects.shown_to(actor).filter(pk=mail.pk)
    locked = shown.select_for_update(of=("self",)).select_related("mailbox").first()
    if locked is None:
        raise NotPermitted
    if locked.outcome not in (Outcome.HELD, Outcome.DROPPED):
        raise NotHeld
    return locked


def _decided(mail: InboundMail, actor: User, at: datetime) -> None:
    mail.decided_by, mail.decided_at = actor, at
    mail.save()
