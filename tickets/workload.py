"""How much each of the staff carries, who is away, and what was passed by: what managers look at first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Window
from django.db.models.functions import JSONObject, RowNumber

from sla.document import SupportPolicy
from tenants.models import Role, User
from tickets import staffing
from tickets.models import Absence, AgentProfile, Skip, Team, TeamMembership

#: So many people are drawn, of so many that are looked at.
MOST_PEOPLE, MOST_STAFF = 24, 300
AHEAD = timedelta(days=7)
SKIPS_OF = timedelta(days=7)
MOST_SKIPS = 10


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much one of the staff carries. `width` and `mark` are in percent of the widest bar."""

    person: User
    tickets: int
    overdue: int
    capacity: int | None
    is_away: bool
    width: int
    late_width: int
    mark: int | None

    @property
    def is_full(self) -> bool:
        """Whether they hold as many as they should."""
        return self.capacity is not None and self.tickets >= self.capacity


@dataclass(frozen=True, kw_only=True)
class SkipsOf:
    """How often somebody passed tickets by in the last days."""

    person: User
    times: int


def loads(reader: User, policy: SupportPolicy | None, *, at: datetime, everybody: bool) -> list[Load]:
    """The staff of the reader's teams, or everybody, the heaviest load first. Two queries."""
    staff = User.objects.filter(is_active=True).exclude(role__kind=Role.Kind.CUSTOMER)
    if not everybody:
        teams = TeamMembership.objects.filter(user=reader).values("team")
        staff = staff.filter(pk__in=TeamMembership.objects.filter(team__in=teams).values("user"))
    teams_of = ArraySubquery(Team.objects.filter(is_active=True, memberships__user=OuterRef("pk")).values("key"))
    is_off = Exists(Absence.objects.at(at).filter(user=OuterRef("pk")))
    profile = AgentProfile.objects.filter(user=OuterRef("pk")).values(
        kept=JSONObject(capacity="capacity", categories="categories", languages="languages", calendar="calendar")
    )
    chosen = staff.select_related("role").annotate(in_teams=teams_of, is_off=is_off, profile=Subquery(profile))
    people = list(chosen.order_by("name", "email")[:MOST_STAFF])
    away = {each.pk for each in people if each.is_off}
    profiles = {each.pk: AgentProfile(user=each, **each.profile) for each in people if each.profile}
    found = staffing.colleagues(people, policy, at=at, away=away, profiles=profiles)
    shown = sorted(found, key=lambda each: -each.holds)[:MOST_PEOPLE]
    most = {each.person.pk: each.capacity or _capacity(each.person, policy) for each in shown}
    widest = max([1, *(each.holds for each in shown), *(number for number in most.values() if number)])
    return [
        Load(
            person=each.person,
            tickets=each.holds,
            overdue=each.overdue,
            capacity=(capacity := most[each.person.pk]),
            is_away=each.is_away,
            width=round(100 * each.holds / widest),
            late_width=round(100 * each.overdue / widest),
            mark=round(100 * capacity / widest) if capacity else None,
        )
        for each in shown
    ]


def _capacity(person: User, policy: SupportPolicy | None) -> int | None:
    """What the policy says for the person's teams: the least, since it holds for what they have in all."""
    in_teams = person.in_teams  # type: ignore[attr-defined]
    terms = [policy.teams[key] for key in in_teams if policy and key in policy.teams]
    return min((each.capacity for each in terms if each.capacity), default=None)


def absences(*, at: datetime) -> list[Absence]:
    """Who is away now, and in the next days, in order of time. One query."""
    found = Absence.objects.not_over(at).filter(begins_at__lt=at + AHEAD, user__is_active=True)
    return list(found.select_related("user").order_by("begins_at", "id"))


def skips(*, at: datetime) -> tuple[list[SkipsOf], list[Skip]]:
    """How often each of the staff passed tickets by in the last days, and the latest times. One query."""
    newest = [F("at").desc(), F("id").desc()]
    rows = Skip.objects.filter(at__gt=at - SKIPS_OF).annotate(
        place=Window(RowNumber(), order_by=newest),
        of_theirs=Window(RowNumber(), partition_by="user", order_by=newest),
        times=Window(Count("pk"), partition_by="user"),
    )
    found = list(
        rows.filter(Q(place__lte=MOST_SKIPS) | Q(of_theirs=1)).select_related("user", "ticket").order_by("place")
    )
    people = sorted((each for each in found if each.of_theirs == 1), key=lambda each: -each.times)[:MOST_PEOPLE]
    latest: list[Skip] = [each for each in found if each.place <= MOST_SKIPS]
    return [SkipsOf(person=each.user, times=each.times) for each in people], latest
