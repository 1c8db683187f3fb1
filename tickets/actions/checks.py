"""What actions ask before they write."""

from tenants.errors import NotPermitted
from tenants.models import User
from tickets.errors import TicketNotActive
from tickets.models import Ticket


def require(person: User | None, permission: str) -> None:
    """Raise NotPermitted unless the person's role allows it. None is the helpdesk itself, which its rules allow."""
    if person is not None and not person.may(permission):
        raise NotPermitted


def require_active(ticket: Ticket) -> None:
    """Raise TicketNotActive for a solved, closed or refused ticket."""
    if not ticket.is_active:
        raise TicketNotActive
