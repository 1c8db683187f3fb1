"""The agents' lists: named views with counts that stay cheap, and what an address narrows them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sla.document import SupportPolicy
from tenants.context import active_tenant_id
from tenants.fields import parse_id
from tenants.models import User
from tenants.statements import Statement
from tenants.text import say
from tickets.models import SavedView, Ticket
from tickets.reading import in_force
from tickets.selection import FIELDS, Condition, Desk, Query, Selection, parse
from tickets.selection import select as select_by
from tickets.selection.moments import Sometime
from tickets.sight import Sight, sight_of, with_sight

#: A view with more tickets than this shows 999+, and counting stops there.
MOST_COUNTED = 999
#: Saved views that a person's left column shows; older ones come first.
MOST_SAVED = 40


@dataclass(frozen=True)
class View:
    """A named selection of tickets, known by its key: one that every desk has, or one that somebody saved."""

    key: str
    name: str | Promise = field(compare=False)
    icon: str = field(compare=False)
    conditions: str
    order: str = field(default="due", compare=False)
    group: str = field(default="own", compare=False)
    empty: str | Promise = field(default=_("There is nothing here."), compare=False)
    #: What will be listed, and how it comes there, said while it is empty.
    hint: str | Promise = field(default=_("Tickets are listed here while its conditions hold for them."), compare=False)
    columns: tuple[str, ...] = field(default=(), compare=False)
    saved: SavedView | None = field(default=None, compare=False)
    in_force: UUID | None = None

    @property
    def query(self) -> Query:
        """Its conditions, read."""
        return parse(self.conditions)

    @property
    def is_counted(self) -> bool:
        """Whether its number is cheap: words cost a search, and tickets that are finished become ever more."""
        query = self.query
        return self.saved is None or (query.is_active_only and not query.words and not query.problems)


_OWN = (
    View(
        "mine",
        _("Mine"),
        "user-check",
        "is:active assignee:me -is:snoozed",
        empty=_("No ticket is assigned to you."),
        hint=_("Take one from the unassigned, or ask for the next."),
    ),
    View(
        "unassigned",
        _("Unassigned"),
        "circle-dashed",
        "is:active assignee:none -is:snoozed",
        empty=_("Every ticket has somebody who works on it."),
        hint=_("What customers ask is listed here until somebody takes it."),
    ),
    View(
        "team",
        _("My teams"),
        "users",
        "is:active team:mine -is:snoozed",
        empty=_("No ticket waits in your teams, or you are in no team yet."),
        hint=_("What goes to a team of yours is listed here. An administrator sets who is in a team."),
    ),
    View(
        "all",
        _("All active"),
        "ticket",
        "is:active -is:snoozed",
        empty=_("No ticket is open."),
        hint=_("What customers ask is listed here until it is finished."),
    ),
    View(
        "overdue",
        _("Overdue"),
        "alert-triangle",
        "is:overdue",
        empty=_("Nothing is overdue."),
        hint=_("Tickets whose time has run out would be listed here."),
    ),
    View(
        "pending",
        _("Waiting for customers"),
        "hourglass",
        "is:pending -is:snoozed",
        order="updated",
        empty=_("No ticket waits for its customer."),
        hint=_("Tickets are listed here while they wait for an answer of their customer."),
    ),
    View(
        "on_hold",
        _("On hold"),
        "player-pause",
        "is:on_hold -is:snoozed",
        order="updated",
        empty=_("No ticket is on hold."),
        hint=_("Tickets are listed here while they wait for somebody else, such as a supplier."),
    ),
    View(
        "snoozed",
        _("Snoozed"),
        "moon",
        "is:snoozed",
        empty=_("No ticket is put aside until later."),
        hint=_("Snooze a ticket on its page, and it is listed here until it comes back."),
    ),
    View(
        "appeals",
        _("Appeals"),
        "hand-stop",
        "is:appealed",
        order="updated",
        empty=_("No customer objects to a refusal."),
        hint=_("Refusals are listed here while a customer waits for a second look."),
    ),
    View(
        "finished",
        _("Finished lately"),
        "circle-check",
        "is:finished updated:<30d",
        order="updated",
        empty=_("No ticket was finished in the last 30 days."),
        hint=_("Tickets are listed here when they are solved or closed."),
    ),
    View(
        "every",
        _("Every ticket"),
        "archive",
        "",
        order="newest",
        empty=_("No ticket yet."),
        hint=_("All that customers ask will be listed here, for good."),
    ),
)
DEFAULT = "all"
#: Stands where an address names a view that is none: it has no key, and nothing is listed by it.
GONE = View(
    "",
    _("This view is gone"),
    "alert-triangle",
    "",
    empty=_("Nothing is listed and nothing can be changed here"),
    hint=_("Choose another view on the left."),
)
VIEW_GONE = _("The view was deleted, or it is no longer shared with you. Choose another on the left.")
_ICONS = {"own": "bookmark", "team": "users", "everybody": "share"}


def views(policy: SupportPolicy | None, saved: Iterable[SavedView] = ()) -> dict[str, View]:
    """The views of the desk, by key: those of every desk, a view for each tier of the policy, and saved ones."""
    tiers = policy.tiers.values() if policy else ()
    of_tiers = [
        View(f"tier-{tier.key}", say(tier.name), "stairs-up", f"is:active -is:snoozed tier:{tier.key}", group="tiers")
        for tier in tiers
    ]
    return {view.key: view for view in (*_OWN, *of_tiers, *map(of_saved, saved))}


def saved_of(person: User) -> list[SavedView]:
    """The saved views that a person sees, with the version of the policy `in_force`. One query."""
    return _SAVED.rows(person=person.pk)


def saved_with_key(person: User, key: str) -> View | None:
    """The saved view with this key if the person sees it, also one that the left column has no room for. One query."""
    if (pk := parse_id(key)) is None:
        return None
    found = SavedView.objects.visible_to(person).filter(pk=pk).annotate(in_force=in_force(SavedView)).first()
    return of_saved(found) if found else None


def _saved(person: UUID) -> QuerySet[SavedView]:
    found: QuerySet[SavedView] = SavedView.objects.visible_to(User(pk=person))
    return found.annotate(in_force=in_force(SavedView))[:MOST_SAVED]


_SAVED = Statement(_saved, person=UUID)


def of_saved(saved: SavedView) -> View:
    """A view that somebody saved, read by `saved_of`."""
    return View(
        str(saved.pk),
        saved.name,
        _ICONS[saved.audience],
        saved.conditions,
        order=saved.order,
        group="saved",
        columns=tuple(saved.columns),
        saved=saved,
        in_force=saved.in_force,  # type: ignore[attr-defined]
    )


def selection(view: View, person: User, *, at: datetime) -> Selection:
    """What a view selects, with what its conditions name that the desk no longer has."""
    return select_by(view.query, person, Desk(view.in_force), at=at)


def select(view: View, person: User, *, at: datetime) -> QuerySet[Ticket]:
    """The tickets of a view that this person may see."""
    return Ticket.objects.visible_to(person).filter(selection(view, person, at=at).where)


#: Names that addresses of lists carried before there was a language for them.
_FILTERS = {"organization": "org"} | {name: name for name in FIELDS if name != "is"}


def asked(address: Mapping[str, str]) -> Query:
    """What an address narrows a list by: its filters, each a condition, and what stands in the search box."""
    filters = [Condition(name, (_plain(address[key]),)) for key, name in _FILTERS.items() if address.get(key)]
    query = parse(address.get("q", ""))
    return Query((*dict.fromkeys((*filters, *query.conditions)),), query.words, query.problems)


def _plain(text: str) -> str:
    # Nothing has these characters in its key or name, so it goes on selecting nothing; Postgres takes no NUL.
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").replace('"', "'")[:200]


def counts(chosen: Mapping[str, View], person: User, *, at: datetime) -> dict[str, int]:
    """How many tickets each view that `is_counted` has, up to MOST_COUNTED + 1. One query, whose cost has a limit."""
    sight = sight_of(person)
    selects: list[str] = []
    values: list[Any] = []
    counted = [view for view in chosen.values() if view.is_counted]
    for view in counted:
        sql, bound = _counting(view, sight, active_tenant_id(), MOST_COUNTED + 1)
        selects.append(sql)
        values += bound
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(selects)}", [_bound(value, person, at) for value in values])
        return dict(zip((view.key for view in counted), cursor.fetchone(), strict=True))


#: Stands where the person's id comes, in the SQL that is kept; Sometime stands for instants.
_SOMEBODY = UUID(int=0)


@lru_cache(maxsize=4096)
def _counting(view: View, sight: Sight, tenant_id: int | None, most: int) -> tuple[str, list[Any]]:
    """The SQL that counts a view and its values: writing it takes the ORM longer than Postgres takes to answer.

    It names the tenant, by `active_tenant_id()`, and depends on the reader's sight, on what the view asks for, and on
    the version of the policy that says what the names in it mean.
    """
    found = select(view, with_sight(_SOMEBODY, sight), at=Sometime.looked_at()).order_by().values(one=Value(1))[:most]
    sql, values = found.query.sql_with_params()
    return f"(SELECT count(*) FROM ({sql}) AS counted)", list(values)  # noqa: S608 - made here


def _bound(value: Any, person: User, at: datetime) -> Any:
    if isinstance(value, Sometime):
        return value.bind(at)
    return person.pk if value == _SOMEBODY else value


def shown_count(count: int) -> str:
    """A count as it is shown: exact while it is small."""
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
