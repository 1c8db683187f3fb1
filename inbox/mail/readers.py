"""Who is told about what happens to a ticket, and how each of them reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from sla import words
from tenants.context import active_tenant
from tenants.models import Role, User
from tickets import mentions, recipients
from tickets.models import Ticket

#: A team or company larger than this is not told person by person.
MOST_READERS = 20


def customers(ticket: Ticket, *, at: datetime, but: User | None) -> list[User]:
    """Who gets what was public at an instant, without the one who did it."""
    found = [each for each in recipients.of(ticket) if each.since is None or each.since <= at]
    return [each.person for each in found if but is None or each.person.pk != but.pk]


def followers(ticket: Ticket, *, but: User | None) -> list[User]:
    """Staff who follow the ticket, without the one who did it."""
    return [person for person in recipients.followers(ticket) if but is None or person.pk != but.pk]


def mentioned(ticket: Ticket, ids: Iterable[str], *, but: User | None) -> list[User]:
    """Whom a note calls upon, those who may still see the ticket."""
    return _but(mentions.colleagues(ticket).filter(pk__in=list(ids)), but)


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


def who_may(permission: str) -> list[User]:
    """Everybody with a right, for what concerns whoever has it; never more than are told of anything."""
    may = User.objects.filter(role__permissions__contains=[permission], is_active=True)
    return list(may.select_related("role").order_by("created_at", "pk")[:MOST_READERS])


def _has_assignee(ticket: Ticket) -> bool:
    return ticket.assignee is not None and ticket.assignee.is_active


def _but(people: QuerySet[User], actor: User | None) -> list[User]:
    found = people.exclude(pk=actor.pk) if actor is not None else people
    return list(found.select_related("role").order_by("created_at", "pk")[:MOST_READERS])


def language(person: User) -> str:
    """The person's language where the tenant offers it, else the tenant's."""
    tenant = active_tenant()
    offered = tenant.languages or [code for code, _ in settings.LANGUAGES]
    return person.language if person.language in offered else tenant.language


@contextmanager
def reading_as(person: User) -> Iterator[None]:
    """Write in the person's language, with times in their zone, and whose time that is."""
    told = words.telling_whose_time(active_tenant().timezone)
    with translation.override(language(person)), timezone.override(zone_of(person)), told:
        yield


def zone_of(person: User) -> ZoneInfo:
    """The person's zone, the tenant's where they have none or one that nobody knows."""
    try:
        return ZoneInfo(person.timezone or active_tenant().timezone)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return ZoneInfo(active_tenant().timezone)
