"""The agents' lists: named views with counts that stay cheap, and filters out of an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, Model, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sla.document import SupportPolicy
from sla.models import PolicyVersion, Priority
from tenants.context import active_tenant_id
from tenants.models import Role, User
from tenants.text import say
from tickets.models import Category, Channel, Clock, Event, Message, Status, Tag, Team, TeamMembership, Ticket, Tier

#: A view with more tickets than this shows 999+, and counting stops there.
MOST_COUNTED = 999
FINISHED_FOR = timedelta(days=30)
#: States of clocks that a list shows: what is still owed.
OWED = ("running", "paused")

#: Filters by the key of a row that tickets point at.
_KEYED: dict[str, type[Model]] = {
    "status": Status,
    "priority": Priority,
    "category": Category,
    "team": Team,
    "tier": Tier,
}


@dataclass(frozen=True)
class View:
    """A named selection of tickets, known by its key.

    `where` may depend on the person's id and role, and on instants at fixed distances from `at`; see `_counting`.
    """

    key: str
    name: str | Promise = field(compare=False)
    icon: str = field(compare=False)
    where: Callable[[User, datetime], Q] = field(compare=False)
    order: str = field(default="due", compare=False)
    group: str = field(default="own", compare=False)
    empty: str | Promise = field(default=_("There is nothing here."), compare=False)


def _active(**conditions: object) -> Q:
    return Q(is_active=True, **conditions)


def _in_my_teams(person: User, at: datetime) -> Q:
    return _active(team__in=TeamMembership.objects.filter(user=person).values("team"))


def _of_kind(kind: str) -> Callable[[User, datetime], Q]:
    return lambda person, at: _active(status__in=Status.objects.filter(kind=kind).values("pk"))


def _appealed(person: User, at: datetime) -> Q:
    """Refused, and the customer has written since, and staff has not answered that: reopening answers it too."""
    answers = Message.objects.filter(
        ticket=OuterRef("ticket"), kind=Message.Kind.PUBLIC, by_staff=True, posted_at__gt=OuterRef("at")
    )
    appeals = Event.objects.filter(~Exists(answers), verb="refusal.appealed")
    return Q(status__in=Status.objects.filter(kind=Status.Kind.REFUSED).values("pk"), pk__in=appeals.values("ticket"))


def _on_tier(key: str) -> Callable[[User, datetime], Q]:
    return lambda person, at: _active(tier=Subquery(Tier.objects.filter(key=key).values("pk")[:1]))


_OWN = (
    View(
        "mine",
        _("Mine"),
        "user-check",
        lambda person, at: _active(assignee=person),
        empty=_("No ticket is assigned to you. Take one from the unassigned, or ask for the next."),
    ),
    View(
        "unassigned",
        _("Unassigned"),
        "circle-dashed",
        lambda person, at: _active(assignee=None),
        empty=_("Every ticket has somebody who works on it."),
    ),
    View(
        "team",
        _("My teams"),
        "users",
        _in_my_teams,
        empty=_("No ticket waits in your teams, or you are in no team yet."),
    ),
    View("all", _("All active"), "ticket", lambda person, at: _active(), empty=_("No ticket is open.")),
    View(
        "overdue",
        _("Overdue"),
        "alert-triangle",
        lambda person, at: _active(due_at__lt=at),
        empty=_("Nothing is overdue."),
    ),
    View(
        "pending",
        _("Waiting for customers"),
        "hourglass",
        _of_kind(Status.Kind.PENDING),
        order="updated",
        empty=_("No ticket waits for its customer."),
    ),
    View(
        "on_hold",
        _("On hold"),
        "player-pause",
        _of_kind(Status.Kind.ON_HOLD),
        order="updated",
        empty=_("No ticket is on hold."),
    ),
    View(
        "appeals",
        _("Appeals"),
        "hand-stop",
        _appealed,
        order="updated",
        empty=_("No customer objects to a refusal."),
    ),
    View(
        "finished",
        _("Finished lately"),
        "circle-check",
        lambda person, at: Q(is_active=False, updated_at__gt=at - FINISHED_FOR),
        order="updated",
        empty=_("No ticket was finished in the last 30 days."),
    ),
    View("every", _("Every ticket"), "archive", lambda person, at: Q(), order="newest", empty=_("No ticket yet.")),
)
DEFAULT = "all"


def views(policy: SupportPolicy | None) -> dict[str, View]:
    """The views of the desk, by key: one's own and the shared ones, with a view for each tier of the policy."""
    tiers = policy.tiers.values() if policy else ()
    of_tiers = [
        View(f"tier-{tier.key}", say(tier.name), "stairs-up", _on_tier(tier.key), group="tiers") for tier in tiers
    ]
    return {view.key: view for view in (*_OWN, *of_tiers)}


def select(view: View, person: User, *, at: datetime) -> QuerySet[Ticket]:
    """The tickets of a view that this person may see."""
    return Ticket.objects.visible_to(person).filter(view.where(person, at))


def with_rows(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """With what a row of a list shows, but for what `complete` adds: one query, and one more for the clocks owed."""
    owed = Prefetch("clocks", queryset=Clock.objects.filter(state__in=OWED), to_attr="owed_clocks")
    return with_people(tickets).defer("description", "answers").prefetch_related(owed)


def with_people(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """With the people of a ticket, and the version of the policy in force, by which `complete` knows the rest."""
    in_force = PolicyVersion.objects.order_by("-number").values("pk")[:1]
    return tickets.select_related("requester", "organization", "assignee").annotate(in_force=Subquery(in_force))


def complete(tickets: list[Ticket]) -> list[Ticket]:
    """Give tickets of `with_people` their status, priority, category, channel, tier and team from the process's cache.

    Joining six tables that never change costs more than the rest of the page's queries.
    """
    for ticket in tickets:
        for name, rows in _desk(active_tenant_id(), ticket.in_force).items():  # type: ignore[attr-defined]
            if row := rows.get(getattr(ticket, f"{name}_id")):
                Ticket._meta.get_field(name).set_cached_value(ticket, row)  # type: ignore[union-attr]
    return tickets


@lru_cache(maxsize=512)
def _desk(tenant_id: int | None, in_force: UUID) -> dict[str, dict[UUID, Model]]:
    """The rows that the active tenant's tickets point at. Only a new version of the policy changes them."""
    models: dict[str, type[Model]] = {**_KEYED, "channel": Channel}
    return {name: model._default_manager.in_bulk() for name, model in models.items()}


def counts(chosen: Mapping[str, View], person: User, *, at: datetime) -> dict[str, int]:
    """How many tickets each view has, up to MOST_COUNTED + 1. One query, whose cost has a limit."""
    role = (person.role.kind, tuple(person.role.permissions), person.is_active)
    sql, values = _counting(tuple(chosen.values()), role, active_tenant_id(), MOST_COUNTED + 1)
    with connection.cursor() as cursor:
        cursor.execute(sql, [_bound(value, person, at) for value in values])
        return dict(zip(chosen, cursor.fetchone(), strict=True))


#: Stand where the person's id and the instant come, in the SQL that is kept.
_SOMEBODY, _SOMETIME = UUID(int=0), datetime(2000, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=512)
def _counting(
    chosen: tuple[View, ...], role: tuple[str, tuple[str, ...], bool], tenant_id: int | None, most: int
) -> tuple[str, list[Any]]:
    """The SQL that counts these views and its values: writing it took the ORM longer than Postgres takes to answer.

    It names the tenant, by `active_tenant_id()`, and depends on all that `TicketQuerySet.visible_to` looks at.
    """
    kind, permissions, is_active = role
    person = User(pk=_SOMEBODY, is_active=is_active, role=Role(kind=kind, permissions=list(permissions)))
    selects: list[str] = []
    values: list[Any] = []
    for position, view in enumerate(chosen):
        found = select(view, person, at=_SOMETIME).order_by().values(one=Value(1))[:most]
        sql, params = found.query.sql_with_params()
        selects.append(f"(SELECT count(*) FROM ({sql}) AS view{position})")  # noqa: S608 - both made here
        values += params
    return f"SELECT {', '.join(selects)}", values


def _bound(value: Any, person: User, at: datetime) -> Any:
    if isinstance(value, datetime):
        return at + (value - _SOMETIME)
    return person.pk if value == _SOMEBODY else value


def shown_count(count: int) -> str:
    """A count as it is shown: exact while it is small."""
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)


def filtered(tickets: QuerySet[Ticket], wanted: Mapping[str, str], person: User) -> QuerySet[Ticket]:
    """Narrowed down by what an address asks for; what is not understood selects nothing, rather than everything."""
    # Postgres takes no NUL; nothing has this character in its key or name, so it goes on selecting nothing.
    wanted = {name: text.replace("\0", "\N{REPLACEMENT CHARACTER}") for name, text in wanted.items()}
    for name, model in _KEYED.items():
        if key := wanted.get(name):
            # A sub-query and no join: Postgres then knows the row when it plans which index to walk.
            tickets = tickets.filter(**{name: Subquery(model._default_manager.filter(key=key).values("pk")[:1])})
    if assignee := wanted.get("assignee"):
        tickets = tickets.filter(_assignee(assignee, person))
    for name in ("organization", "requester"):
        if pk := wanted.get(name):
            tickets = tickets.filter(**{f"{name}_id": _uuid(pk)})
    if tag := wanted.get("tag"):
        tickets = tickets.filter(tags__in=Tag.objects.filter(name=tag))
    return tickets


def _assignee(wanted: str, person: User) -> Q:
    if wanted == "none":
        return Q(assignee=None)
    return Q(assignee_id=person.pk if wanted == "me" else _uuid(wanted))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
