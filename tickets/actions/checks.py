"""What actions ask before they write."""

from uuid import UUID

from django.db.models import QuerySet

from tenants.errors import NotPermitted
from tenants.models import User
from tenants.text import say
from tickets import answers
from tickets.errors import ConversationChanged, FieldsMissing, TicketNotActive
from tickets.models import Event, Ticket


def require(person: User | None, permission: str) -> None:
    """Raise NotPermitted unless the person's role allows it. None is the helpdesk itself, which its rules allow."""
    if person is not None and not person.may(permission):
        raise NotPermitted


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
