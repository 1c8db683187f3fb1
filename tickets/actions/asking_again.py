"""Contact about a ticket that there is already: over chat, phone and callback, or with a second request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import File

from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk
from tickets.actions.checks import require
from tickets.actions.nudging import nudge
from tickets.actions.talking import comment, note
from tickets.errors import NotWaiting
from tickets.fairuse.contact import Contact, contact_about
from tickets.models import Message, Ticket, Upload


@dataclass(frozen=True)
class Asked:
    """How it stands with contact about a ticket, and the comment that what was typed became."""

    contact: Contact
    message: Message | None = None


def ask_again(
    ticket: Ticket,
    *,
    author: User,
    at: datetime,
    body: str = "",
    files: Iterable[File] = (),
    channel: str = "portal",
    as_it_is: bool = False,
) -> Asked:
    """What a chat, a call or a callback about a ticket begins with. Clause D7.

    While the policy's pause lasts, what was typed becomes a comment on the ticket, which is a nudge when it brings
    nothing new, and `contact` says when to come back. Once it has passed nothing is written: the caller goes on with
    the contact itself, with what was typed. Raises NotPermitted, and what comment() raises.
    """
    if not Ticket.objects.visible_to(author).filter(pk=ticket.pk).exists():
        raise NotPermitted
    ticket = desk.lock(ticket)
    contact = contact_about(ticket, at=at)
    if contact.is_open:
        return Asked(contact)
    files = list(files)
    if body.strip() or files:
        said = comment(ticket, author=author, body=body, files=files, channel=channel, as_it_is=as_it_is, at=at)
        return Asked(contact, said)
    if desk.current_policy().policy.fair_use.nudges is not None:
        nudge(ticket, person=author, channel=channel, at=at)
    return Asked(contact)


def log_contact(
    ticket: Ticket, *, channel: str, actor: User, at: datetime, words: str = "", person: User | None = None
) -> Ticket:
    """An agent notes that the customer asked again, as by phone; `words` become an internal note.

    `person` is who asked; the requester if left out. Raises NotPermitted, NotWaiting.
    """
    require(actor, Permission.REPLY)
    ticket = desk.lock(ticket)
    if not ticket.is_active:
        raise NotWaiting
    if words.strip():
        note(ticket, author=actor, body=words, at=at, channel=channel)
    nudge(ticket, person=person or ticket.requester, channel=channel, at=at, by=actor)
    return ticket


def join(
    ticket: Ticket,
    *,
    author: User,
    subject: str,
    description: str,
    at: datetime,
    files: Iterable[File | Upload] = (),
    channel: str = "portal",
    as_it_is: bool = False,
) -> Message:
    """Put what was typed as a new request on a ticket about the same, instead of filing it. Clause D6.

    Raises NotPermitted, TicketClosed, and what comment() raises.
    """
    body = description if subject.strip() == ticket.subject.strip() else f"{subject.strip()}\n\n{description}"
    return comment(ticket, author=author, body=body, files=files, channel=channel, as_it_is=as_it_is, at=at)
