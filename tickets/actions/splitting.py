"""Making a ticket of its own out of what somebody wrote on another one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from tenants.models import User
from tenants.permissions import Permission
from tickets import answers, clocks, desk, disclosure, events, search
from tickets.actions.checks import require
from tickets.actions.linking import Role, link
from tickets.actions.opening import open_ticket
from tickets.attachments import share
from tickets.errors import NothingToSplit
from tickets.models import Category, Membership, Message, Organization, Ticket


def split(
    ticket: Ticket,
    *,
    messages: Collection[UUID],
    subject: str,
    actor: User,
    at: datetime,
    category: Category | None = None,
) -> Ticket:
    """File a new ticket with copies of some of a ticket's public messages, files included; both are linked.

    It is the first customer's among their authors, and its clocks run from when the first message was posted: that
    long its author has waited. Nothing is taken away here. Raises NotPermitted, NothingToSplit, EmptyMessage and what
    filing raises.
    """
    require(actor, Permission.MERGE)
    ticket = desk.lock(ticket)
    found = Message.objects.filter(ticket=ticket, pk__in=messages, kind=Message.Kind.PUBLIC)
    said = list(found.select_related("author__role", "channel").order_by("posted_at", "id"))
    if not said:
        raise NothingToSplit
    requester = next((each.author for each in said if not each.by_staff), ticket.requester)
    first = said[0]
    new = open_ticket(
        requester=requester,
        author=None if not first.by_staff else first.author,
        subject=subject,
        description=first.body or subject,
        category=category or ticket.category,
        channel=first.channel.key,
        # Authorisation data is of the requester alone; a colleague's request waits for theirs.
        answers=answers.identification(ticket, ticket.policy) if requester.pk == ticket.requester_id else {},
        organization=_organization(requester, ticket),
        at=first.posted_at,
    )
    share(new.messages.get(), first)
    for each in said[1:]:
        _copy(each, new)
    clocks.refresh(new, at=at)
    Ticket.objects.filter(pk=new.pk).update(updated_at=at)
    events.record(new, "ticket.split_off", actor=actor, at=at, number=ticket.number, messages=len(said))
    # Colleagues who take part here may not see a request of somebody else's.
    apart = not disclosure.may_see(ticket.requester, new)
    events.record(ticket, "ticket.split", actor=actor, at=at, number=new.number, messages=len(said), apart=apart)
    link(ticket, new, Role.RELATES, actor=actor, at=at)
    return new


def _organization(requester: User, ticket: Ticket) -> Organization | None:
    """On whose behalf it was, where the requester still belongs there."""
    is_theirs = Membership.objects.filter(user=requester, organization=ticket.organization_id).exists()
    return ticket.organization if is_theirs else None


def _copy(message: Message, to: Ticket) -> None:
    """Said at its own time, so that an answer among the copies counts as one; nobody is told of it again."""
    copy = Message.objects.create(
        ticket=to,
        author=message.author,
        by_staff=message.by_staff,
        channel=message.channel,
        body=message.body,
        posted_at=message.posted_at,
    )
    share(copy, message)
    search.add(copy)
    events.write_down(
        [
            events.told(
                to,
                "message.copied",
                actor=message.author,
                at=message.posted_at,
                is_public=False,
                message=str(copy.pk),
                kind=message.kind,
                by="agent" if message.by_staff else "customer",
            )
        ]
    )
