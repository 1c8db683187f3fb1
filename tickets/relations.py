"""What a reader may know of how a ticket belongs together with others."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from tenants.models import User
from tickets import relaying
from tickets.actions.linking import Role, role_of
from tickets.errors import NotLinked, TicketClosed
from tickets.models import Relay, Status, Ticket, TicketLink

#: Links that are listed; an incident's children beyond are counted.
MOST_LISTED = 50


@dataclass(frozen=True)
class Linked:
    """The other end of a link, and what it is to this ticket."""

    role: Role
    ticket: Ticket


@dataclass(frozen=True)
class Children:
    """An incident's children in numbers, and how far its last answer has come."""

    total: int
    active: int
    solvable: int  # by the reader: open, and within their sight
    reached: int
    waiting: int
    refused: int  # closed before it came there
    unlinked: int  # or no longer a part then

    @property
    def finished(self) -> int:
        return self.total - self.active


def linked_to(ticket: Ticket, person: User) -> list[Linked]:
    """The linked tickets that a person may see, the parent first, children last. Two queries."""
    links = TicketLink.objects.filter(Q(source=ticket) | Q(target=ticket)).order_by("-made_at", "-id")[:MOST_LISTED]
    roles = {link.target_id if link.source_id == ticket.pk else link.source_id: role_of(link, ticket) for link in links}
    seen = Ticket.objects.visible_to(person).filter(pk__in=roles).select_related("status", "requester")
    found = [Linked(Role(roles[each.pk]), each) for each in seen.defer("description", "answers")]
    return sorted(found, key=lambda each: (_ORDER.index(each.role), each.ticket.number))


_ORDER = [Role.PARENT, Role.DUPLICATE, Role.RELATES, Role.CHILD]


def children_in_numbers(incident: Ticket, person: User) -> Children | None:
    """For one reader; None when a ticket has no children. Three queries at most."""
    seen = Q(is_active=True, pk__in=Ticket.objects.visible_to(person).values("pk"))
    counted = relaying.children_of(incident).aggregate(
        total=Count("pk"), active=Count("pk", filter=Q(is_active=True)), solvable=Count("pk", filter=seen)
    )
    if not counted["total"]:
        return None
    last = Relay.objects.filter(incident=incident).order_by("-asked_at", "-id").first()
    if last is None:
        return Children(**counted, reached=0, waiting=0, refused=0, unlinked=0)
    relays = Relay.objects.filter(incident=incident, asked_at=last.asked_at).aggregate(
        reached=Count("pk", filter=Q(done_at__isnull=False, refused="")),
        waiting=Count("pk", filter=Q(done_at=None)),
        unlinked=Count("pk", filter=Q(refused=NotLinked.code)),
        # The last: what follows would mean this count, and not the column.
        refused=Count("pk", filter=Q(refused=TicketClosed.code)),
    )
    return Children(**counted, **relays)


def may_solve(incident: Ticket, children: Children | None) -> bool:
    """Whether to offer that the children are solved too: what they waited for is over."""
    return (
        children is not None
        and children.solvable > 0
        and incident.status.kind
        in (
            Status.Kind.SOLVED,
            Status.Kind.CLOSED,
        )
    )
