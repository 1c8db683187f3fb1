"""A reply that comes too late to reopen its ticket: a new one, linked with the former."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.core.files.base import File

from tenants.models import User
from tickets import answers, events
from tickets.actions.opening import open_ticket
from tickets.models import Membership, Message, Ticket, TicketLink, Upload


def follow_up(
    ticket: Ticket,
    *,
    author: User,
    body: str,
    at: datetime,
    files: Iterable[File | Upload],
    channel: str,
    as_it_is: bool,
) -> Message:
    """File what somebody wrote on a locked ticket as a ticket of its own; both histories tell it.

    Authorisation data goes along with whom it authorises alone: anybody else proves who they are themselves.

    Raises what open_ticket() raises.
    """
    is_theirs = Membership.objects.filter(user=author, organization=ticket.organization_id).exists()
    new = open_ticket(
        requester=author,
        subject=ticket.subject,
        description=body,
        category=ticket.category if ticket.category.is_active else None,
        organization=ticket.organization if is_theirs else None,
        channel=channel,
        answers=answers.identification(ticket, ticket.policy) if author.pk == ticket.requester_id else {},
        files=files,
        as_it_is=as_it_is,
        at=at,
    )
    kind = TicketLink.Kind.RELATES
    TicketLink.objects.create(kind=kind, source=ticket, target=new, made_by=author, made_at=at)
    events.record(ticket, "ticket.followed_up", actor=author, at=at, number=new.number)
    events.record(new, "ticket.follows_up", actor=author, at=at, number=ticket.number)
    return new.messages.get()
