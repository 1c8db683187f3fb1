"""Who is told about what happens to a ticket, and how each of them reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from tenants.context import active_tenant
from tenants.models import Role, User
from tickets.models import Message, Ticket

#: A team or company larger than this is not told person by person.
MOST_READERS = 20


def customers(ticket: Ticket, *, but: User | None) -> list[User]:
    """The requester and everyone of their side who wrote, may still see the ticket, and did not do this themselves."""
    wrote = Message.objects.filter(Q(ticket=ticket) | Q(merged_from=ticket), by_staff=False)
    people = User.objects.filter(is_active=True).filter(
        Q(pk=ticket.requester_id) | Q(pk__in=wrote.values("author"), role__kind=Role.Kind.CUSTOMER)
    )
    found = _but(people, but)
    return [
        person
        for person in found
        if person.pk == ticket.requester_id or Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()
    ]


def in_charge(ticket: Ticket, *, but: User | None) -> list[User]:
    """The assignee; the team when nobody has the ticket."""
    return staff(ticket, ["assignee"] if _has_assignee(ticket) else ["team"], but=but)


def staff(ticket: Ticket, groups: Iterable[str], *, but: User | None) -> list[User]:
    """Staff as a rule names them: assignee, team, managers. Each person once."""
    wanted = Q(pk=None)
    for group in groups:
        if group == "assignee":
            wanted |= Q(pk=ticket.assignee_id)
        elif group == "team":
            wanted |= Q(team_memberships__team=ticket.team_id)
        elif group == "managers":
            wanted |= Q(role__kind=Role.Kind.MANAGER)
    return _but(User.objects.filter(wanted, is_active=True).exclude(role__kind=Role.Kind.CUSTOMER).distinct(), but)


def _has_assignee(ticket: Ticket) -> bool:
    return ticket.assignee is not None and ticket.assignee.is_active


def _but(people: QuerySet[User], actor: User | None) -> list[User]:
    found = people.exclude(pk=actor.pk) if actor is not None else people
    return list(found.select_related("role").order_by("created_at", "pk")[:MOST_READERS])


def is_proven(person: User) -> bool:
    """Whether the address is known to be this person's: staff, a confirmed address, or somebody who has signed in.

    Anybody can type a stranger's address into a form; a mail to it must not carry what they typed.
    """
    if person.is_staff_member or person.last_login is not None:
        return True
    return EmailAddress.objects.filter(user=person, email__iexact=person.email, verified=True).exists()


def language(person: User) -> str:
    """The person's language where the tenant offers it, else the tenant's."""
    tenant = active_tenant()
    offered = tenant.languages or [code for code, _ in settings.LANGUAGES]
    return person.language if person.language in offered else tenant.language


@contextmanager
def reading_as(person: User) -> Iterator[None]:
    """Write in the person's language, with times in their zone."""
    with translation.override(language(person)), timezone.override(_zone(person)):
        yield


def _zone(person: User) -> ZoneInfo:
    try:
        return ZoneInfo(person.timezone or active_tenant().timezone)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return ZoneInfo(active_tenant().timezone)
