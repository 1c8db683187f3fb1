"""What is said on a ticket: replies to the customer, the customer's comments, notes among agents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.files.base import File

from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import clocks, desk, events, search
from tickets.actions.changing import apply_status
from tickets.actions.checks import require, require_seen
from tickets.attachments import attach
from tickets.errors import EmptyMessage, TicketClosed
from tickets.models import Message, Status, Ticket

Kind = Status.Kind


def reply(
    ticket: Ticket,
    *,
    author: User,
    body: str,
    at: datetime,
    status: Status | None = None,
    files: Iterable[File] = (),
    channel: str = "portal",
    seen: UUID | None = None,
) -> Message:
    """Post an agent's public reply, and set a status with it; a new ticket becomes open by being answered.

    `seen` is the last event that the author had read. Raises NotPermitted, EmptyMessage, TicketClosed,
    ConversationChanged, FileTooLarge, TooManyFiles.
    """
    require(author, Permission.REPLY)
    ticket = desk.lock(ticket)
    _require_talk(ticket)
    require_seen(ticket, author, seen)
    message = _post(ticket, author=author, body=body, at=at, kind=Message.Kind.PUBLIC, files=files, channel=channel)
    if status is None and ticket.status.kind == Kind.NEW:
        status = desk.status_of(Kind.OPEN)
    if status is not None and status.pk != ticket.status_id:
        apply_status(ticket, status, actor=author, at=at)
    clocks.refresh(ticket, at=at)
    return message


def comment(
    ticket: Ticket, *, author: User, body: str, at: datetime, files: Iterable[File] = (), channel: str = "portal"
) -> Message:
    """Post what a customer writes; a ticket that waited for them, or was solved, is open again at that instant.

    On a refused ticket it is an appeal, which waits in the agents' view for an answer.
    Raises NotPermitted, EmptyMessage, TicketClosed, FileTooLarge, TooManyFiles.
    """
    if not Ticket.objects.visible_to(author).filter(pk=ticket.pk).exists():
        raise NotPermitted
    ticket = desk.lock(ticket)
    _require_talk(ticket)
    message = _post(
        ticket, author=author, body=body, at=at, kind=Message.Kind.PUBLIC, files=files, channel=channel, by_staff=False
    )
    if ticket.status.kind in (Kind.PENDING, Kind.ON_HOLD, Kind.SOLVED):
        apply_status(ticket, desk.status_of(Kind.OPEN), actor=author, at=at, because="comment")
    elif ticket.status.kind == Kind.REFUSED:
        # No clock runs and nobody may hold it any more: the view of appeals shows it until staff answers.
        events.record(ticket, "refusal.appealed", actor=author, at=at)
    clocks.refresh(ticket, at=at)
    return message


def note(
    ticket: Ticket, *, author: User, body: str, at: datetime, files: Iterable[File] = (), channel: str = "portal"
) -> Message:
    """Write an internal note, which no customer ever sees. Raises NotPermitted, EmptyMessage, FileTooLarge."""
    require(author, Permission.REPLY)
    ticket = desk.lock(ticket)
    return _post(ticket, author=author, body=body, at=at, kind=Message.Kind.INTERNAL, files=files, channel=channel)


def _require_talk(ticket: Ticket) -> None:
    if ticket.status.kind == Kind.CLOSED or ticket.merged_into_id is not None:
        raise TicketClosed(number=ticket.number)


def _post(
    ticket: Ticket,
    *,
    author: User,
    body: str,
    at: datetime,
    kind: str,
    files: Iterable[File],
    channel: str,
    by_staff: bool = True,
) -> Message:
    files = list(files)
    if not body.strip() and not files:
        raise EmptyMessage
    message = Message.objects.create(
        ticket=ticket,
        author=author,
        kind=kind,
        by_staff=by_staff,
        channel=desk.channel_named(channel),
        body=body.strip(),
        posted_at=at,
    )
    attach(message, files)
    search.add(message)
    is_public = kind == Message.Kind.PUBLIC
    events.record(
        ticket,
        "message.posted",
        actor=author,
        at=at,
        is_public=is_public,
        message=str(message.pk),
        kind=kind,
        by="agent" if by_staff else "customer",
    )
    touch(ticket, at)
    return message


def touch(ticket: Ticket, at: datetime) -> None:
    """Remember when something last happened that people see."""
    ticket.updated_at = at
    Ticket.objects.filter(pk=ticket.pk).update(updated_at=at)
