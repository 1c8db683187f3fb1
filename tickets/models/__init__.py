"""The heart: tickets, what is said about them, who asks, and how the desk is set up."""

from tickets.models.desk import (
    Category,
    Channel,
    Exclusion,
    RefusalReason,
    Status,
    Tag,
    Team,
    TeamMembership,
    Tier,
)
from tickets.models.history import Clock, Event
from tickets.models.people import (
    LiftedExclusion,
    Membership,
    Organization,
    OrganizationAddress,
)
from tickets.models.search import SearchEntry
from tickets.models.ticket import Attachment, Message, Ticket, TicketCounter, TicketTag
from tickets.models.windows import AffectedOrganization, ServiceWindow

__all__ = [
    "AffectedOrganization",
    "Attachment",
    "Category",
    "Channel",
    "Clock",
    "Event",
    "Exclusion",
    "LiftedExclusion",
    "Membership",
    "Message",
    "Organization",
    "OrganizationAddress",
    "RefusalReason",
    "SearchEntry",
    "ServiceWindow",
    "Status",
    "Tag",
    "Team",
    "TeamMembership",
    "Ticket",
    "TicketCounter",
    "TicketTag",
    "Tier",
]
