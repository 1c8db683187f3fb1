"""What actions ask before they write."""

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from tenants.errors import NotPermitted
from tenants.models import User
from tenants.text import say
from tickets import answers
from tickets.errors import ConversationChanged, FieldsMissing, TicketClosed, TicketMerged, TicketNotActive
from tickets.models import Event, Ticket

#: How long a merge can be undone.
UNDO = timedelta(days=30)


def require(person: User | None, permission: str) -> None:
    """Raise NotPermitted unless the person's role allows it. None is the helpdesk itself, which its rules allow."""
    if person is not None and not person.may(permission):
        raise NotPermitted


def closed(ticket: Ticket, actor: User | None) -> TicketClosed:
    """What to raise where a ticket is closed for good: staff read where a merged one went on, and how to undo it."""
    if ticket.merged_into is None or actor is None or not actor.is_staff_member:
        return TicketClosed(number=ticket.number)
    return TicketMerged(number=ticket.number, into=ticket.merged_into.number, days=UNDO.days)


def require_active(ticket: Ticket) -> None:
    """Raise TicketNotActive for a solved, closed or refused ticket."""
    if not ticket.is_active:
        raise TicketNotActive


#: What the writer of a reply should have read before.
CONVERSATION = (
    "message.posted",
    "status.changed",
    "ticket.escalated",
    "ticket.handed_back",
    "ticket.merged",
    "ticket.absorbed",
    "ticket.unmerged",
    "ticket.released",
    "ticket.not_covered",
    "ticket.refused",
    "ticket.reopened",
)


def unseen(ticket: Ticket, person: User, seen: UUID) -> QuerySet[Event]:
    """What others said or decided on a ticket after the event that a person saw last."""
    return Event.objects.filter(ticket=ticket, verb__in=CONVERSATION, id__gt=seen).exclude(actor=person)


def require_seen(ticket: Ticket, person: User, seen: UUID | None) -> None:
    """Raise ConversationChanged when a locked ticket has moved on; None asks for no such check."""
    if seen is not None and unseen(ticket, person, seen).exists():
        raise ConversationChanged


def require_filled(ticket: Ticket) -> None:
    """Raise FieldsMissing for a ticket whose policy wants fields filled in before it is solved."""
    if missing := answers.missing_to_solve(ticket, ticket.policy):
        raise FieldsMissing(fields=", ".join(say(each.name) for each in missing))
