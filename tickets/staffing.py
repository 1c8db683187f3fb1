"""Who of the staff can take another ticket now, and what stands in the way of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from sla.document import SupportPolicy
from tenants.context import active_tenant
from tenants.models import User
from tenants.permissions import Permission
from tickets.models import Absence, AgentProfile, Status, Team, TeamMembership, Ticket

#: Why somebody did not get a ticket, in the order in which it is looked at. `later`: it was another's turn.
HINDRANCES = ("left", "away", "off_hours", "full", "category", "language", "passed", "later")


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a ticket asks of whoever takes it."""

    category: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """One of the staff, and what they can take now."""

    person: User
    holds: int  # tickets to work on: those that wait for a customer, are on hold or snoozed take no room
    overdue: int = 0  # of those
    capacity: int | None = None  # None: without limit
    categories: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    is_away: bool = False
    is_working: bool = True
    given_at: datetime | None = None

    @property
    def hindrance(self) -> str:
        """Why they can take nothing at all now; empty when they can."""
        if not (self.person.is_staff_member and self.person.may(Permission.ASSIGN)):
            return "left"
        if self.is_away:
            return "away"
        if not self.is_working:
            return "off_hours"
        return "full" if self.is_full else ""

    @property
    def is_full(self) -> bool:
        """Whether they hold as many tickets as they should."""
        return self.capacity is not None and self.holds >= self.capacity

    def misfit(self, need: Need) -> str:
        """Why such a ticket is not for them; empty when it is."""
        if self.categories and need.category not in self.categories:
            return "category"
        return "language" if self.languages and need.language not in self.languages else ""

    def with_another(self, at: datetime) -> Colleague:
        """The same, with one ticket more."""
        return replace(self, holds=self.holds + 1, given_at=at)


def need_of(ticket: Ticket, requester: User) -> Need:
    """What a ticket asks of whoever takes it: its category, and the language in which the customer reads us."""
    return Need(category=ticket.category.key, language=requester.language or active_tenant().language)


def crew(team: Team, policy: SupportPolicy, *, at: datetime) -> list[Colleague]:
    """A team's members, locked until the transaction ends so that nobody else gives them tickets. Five queries."""
    turns = dict(TeamMembership.objects.filter(team=team).values_list("user", "given_at"))
    # In one order everywhere: who is in two teams is waited for, never a deadlock.
    locked = User.objects.select_for_update(no_key=True, of=("self",)).select_related("role")
    people = list(locked.filter(pk__in=turns).order_by("pk"))
    return colleagues(people, policy, at=at, turns=turns, capacity=policy.teams[team.key].capacity)


def colleagues(
    people: Collection[User],
    policy: SupportPolicy | None,
    *,
    at: datetime,
    turns: dict[UUID, datetime | None] | None = None,
    capacity: int | None = None,
    away: Collection[UUID] | None = None,
    profiles: Mapping[UUID, AgentProfile] | None = None,
) -> list[Colleague]:
    """These people with what they can take; `capacity` is of those who have none of their own. Three queries.

    `away` are the ids of those who are, and `profiles` those there are, by person: a query less for each if known.
    """
    ids = [person.pk for person in people]
    if profiles is None:
        profiles = {profile.user_id: profile for profile in AgentProfile.objects.filter(user__in=ids)}
    if away is None:
        away = set(Absence.objects.at(at).filter(user__in=ids).values_list("user", flat=True))
    held = holding(ids, at=at)
    found = []
    for person in people:
        profile = profiles.get(person.pk) or AgentProfile(user=person)
        found.append(
            Colleague(
                person=person,
                holds=held.get(person.pk, (0, 0))[0],
                overdue=held.get(person.pk, (0, 0))[1],
                capacity=profile.capacity or capacity,
                categories=tuple(profile.categories),
                languages=tuple(profile.languages),
                is_away=person.pk in away,
                is_working=is_working(profile, policy, at=at),
                given_at=(turns or {}).get(person.pk),
            )
        )
    return found


def holding(people: Iterable[UUID], *, at: datetime) -> dict[UUID, tuple[int, int]]:
    """How many tickets each of these people has to work on, and how many of them are overdue, by the person's id.

    Those that wait for a customer, are on hold or put aside are not among them; what is overdue is, put aside or not.
    One query, along the index of their tickets.
    """
    mine = Ticket.objects.filter(is_active=True, assignee__in=list(people)).for_now(at)
    worked_on = mine.filter(status__in=Status.objects.filter(kind__in=Status.WORKED_ON).values("pk"))
    rows = worked_on.order_by().values("assignee")
    late = Count("pk", filter=Q(due_at__lt=at))
    return {row["assignee"]: (row["number"], row["late"]) for row in rows.annotate(number=Count("pk"), late=late)}


def is_working(profile: AgentProfile, policy: SupportPolicy | None, *, at: datetime) -> bool:
    """Whether it is within somebody's working hours; hours that the policy no longer knows stop nobody."""
    if policy is None or profile.calendar not in policy.calendars:
        return True
    return policy.calendar(profile.calendar).is_open(at)


def next_shift(people: Iterable[UUID], policy: SupportPolicy, *, at: datetime) -> datetime | None:
    """When the first of these people begins to work, of those who do not now; None when nobody does. One query."""
    profiles = AgentProfile.objects.filter(user__in=list(people)).exclude(calendar="")
    off = [each for each in profiles if not is_working(each, policy, at=at)]
    begins = [policy.calendar(each.calendar).next_open(at) for each in off]
    return min((each for each in begins if each is not None), default=None)
