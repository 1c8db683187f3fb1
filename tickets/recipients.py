"""Who gets the public messages of a ticket: the one who asked, the people in copy, and whoever of their side wrote."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from tenants.addresses import proofs
from tenants.models import Role, User
from tickets.models import Membership, Message, Participant, Ticket

#: More people in copy would be a mailing list.
MOST_IN_COPY = 20
#: Of those who only wrote, and hear of what follows.
MOST_WRITERS = 20


@dataclass(frozen=True)
class Recipient:
    """A person who is sent what staff says on a ticket."""

    person: User
    why: str  # requester, copy, or wrote
    is_new: bool  # nobody has proven yet that the address is theirs: look at it twice
    is_outside: bool  # belongs to none of the people of the ticket's organisation
    since: datetime | None = None  # in copy: of what was said before, no mail goes out any more

    @property
    def address(self) -> str:
        """Where the mail goes."""
        return self.person.email


def of(ticket: Ticket) -> list[Recipient]:
    """Each person once: the requester, people in copy, then others of their side who wrote and may still read it.

    Two queries, and one for each who only wrote.
    """
    copied = dict(Participant.objects.filter(ticket=ticket).values_list("user", "added_at"))
    people = list(_people(ticket, copied))
    found = []
    for person in people:
        why = "requester" if person.pk == ticket.requester_id else "copy" if person.pk in copied else "wrote"
        if why != "wrote" or Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists():
            outside = ticket.organization_id is not None and not person.is_member  # type: ignore[attr-defined]
            since = copied[person.pk] if why == "copy" else None
            found.append(Recipient(person, why, not _is_proven(person), outside, since))
    order = ("requester", "copy", "wrote")
    return sorted(found, key=lambda each: order.index(each.why))[: 1 + MOST_IN_COPY + MOST_WRITERS]


def in_copy(ticket: Ticket) -> QuerySet[User]:
    """The people in copy, those who came first before the others."""
    rows = Participant.objects.filter(ticket=ticket, user=OuterRef("pk"))
    return User.objects.filter(Exists(rows)).select_related("role").order_by("name", "email")


def followers(ticket: Ticket) -> list[User]:
    """Staff who follow a ticket and may still see it. One query, and one for each whose role sees no other teams'."""
    rows = ticket.followers.model._default_manager.filter(ticket=ticket, user=OuterRef("pk"))
    staff = User.objects.filter(Exists(rows), is_active=True).exclude(role__kind=Role.Kind.CUSTOMER)
    return [
        person
        for person in staff.select_related("role").order_by("name", "email")
        if Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()
    ]


def is_proven(person: User) -> bool:
    """Whether the address is known to be this person's: staff, a confirmed address, or somebody who has signed in.

    Anybody can type a stranger's address into a form; a mail to it must not carry what they typed.
    """
    if person.is_staff_member or person.last_login is not None or "has_proven" in person.__dict__:
        return _is_proven(person)
    return User.objects.annotate(has_proven=proofs()).filter(pk=person.pk, has_proven=True).exists()


def proven(people: QuerySet[User]) -> QuerySet[User]:
    """Those of the people whose address is known to be theirs."""
    known = ~Q(role__kind=Role.Kind.CUSTOMER) | Q(last_login__isnull=False) | Q(has_proven=True)
    return people.annotate(has_proven=proofs()).filter(known)


def is_known(ticket: Ticket, person: User) -> bool:
    """Whether mail about a ticket may carry what was typed there: not before who filed it has shown who they are."""
    return not ticket.is_unproven and is_proven(person)


def _is_proven(person: User) -> bool:
    return person.is_staff_member or person.last_login is not None or person.has_proven  # type: ignore[attr-defined]


def _people(ticket: Ticket, copied: Collection[UUID]) -> QuerySet[User]:
    wrote = Message.objects.filter(Q(ticket=ticket) | Q(merged_from=ticket), by_staff=False).values("author")
    wanted = Q(pk=ticket.requester_id) | Q(pk__in=copied) | Q(pk__in=wrote, role__kind=Role.Kind.CUSTOMER)
    members = Membership.objects.filter(user=OuterRef("pk"), organization=ticket.organization_id)
    found = User.objects.filter(wanted, is_active=True).annotate(has_proven=proofs(), is_member=Exists(members))
    return found.select_related("role").order_by("created_at", "pk")
