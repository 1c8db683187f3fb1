"""Reading approvals: what a ticket waits for, what waits for a person, and who can be asked."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from tenants.models import Role, User
from tenants.statements import Statement
from tickets.models import Approval, Approver, Membership, Participant, Ticket

#: What a person is asked, as it is listed on their first page.
MOST_AWAITED = 20
#: People who are suggested for a part of a name.
MOST_SUGGESTED = 8


def of(ticket: Ticket) -> list[Approval]:
    """All approvals of a ticket, the latest first, each with its approvers. Two queries."""
    found = Approval.objects.filter(ticket=ticket).select_related("asked_by").order_by("-asked_at", "-id")
    return list(found.prefetch_related("approvers__person__role"))


def awaited_of(person: User) -> list[Approver]:
    """What waits for this person's answer, what is due first before the others. One query."""
    return _AWAITED.rows(person=person.pk)


def _awaited(person: UUID) -> QuerySet[Approver]:
    found = Approver.objects.filter(person=person, is_awaited=True)
    shown = found.select_related("approval__ticket", "approval__asked_by")
    return shown.order_by("approval__due_at", "approval__asked_at")[:MOST_AWAITED]


_AWAITED = Statement(_awaited, person=UUID)


def awaited_on(ticket: Ticket, person: User) -> list[Approver]:
    """What waits for this person's answer on a ticket. One query."""
    found = Approver.objects.filter(person=person, is_awaited=True, approval__ticket=ticket)
    return list(found.select_related("approval"))


def asked_of(person: User, pk: UUID) -> Approver | None:
    """What a person was asked in an approval, with its ticket; None when it is somebody else's."""
    found = Approver.objects.filter(approval=pk, person=person)
    return found.select_related("approval__ticket", "approval__asked_by__role", "person__role").first()


def may_be_asked(ticket: Ticket, person: User) -> tuple[QuerySet[User], QuerySet[User]]:
    """Colleagues, and people of the customer's side, but not the one who asks."""
    known = User.objects.filter(is_active=True).exclude(pk=person.pk).select_related("role").order_by("name", "email")
    members = Membership.objects.filter(organization=ticket.organization_id) if ticket.organization_id else None
    side = Q(pk=ticket.requester_id) | Q(pk__in=Participant.objects.filter(ticket=ticket).values("user"))
    if members is not None:
        side |= Q(pk__in=members.values("user"))
    staff = Role.objects.exclude(kind=Role.Kind.CUSTOMER).values("pk")
    return known.filter(role__in=staff), known.filter(side).exclude(role__in=staff)


def suggested(ticket: Ticket, person: User, words: str) -> list[User]:
    """Who can be asked and has these words in name or address, the customer's side first; two queries."""
    part = Q(name__icontains=words) | Q(email__icontains=words)
    staff, side = may_be_asked(ticket, person)
    return [*side.filter(part)[:MOST_SUGGESTED], *staff.filter(part)[:MOST_SUGGESTED]][:MOST_SUGGESTED]
