"""The list of tickets that an address names: a view, narrowed, sorted, with its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import JSONObject
from django.http import QueryDict
from django.utils.functional import Promise

from sla.document import SupportPolicy
from sla.models import PolicyVersion, version_in_force
from tenants.models import User
from tickets import columns, lists, paging, reading, search, spelling
from tickets.models import Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.selection import Desk, Problem, Query, Selection, parse, select, write
from tickets.selection.moments import AtSomeTime, Sometime
from tickets.selection.selecting import NOTHING
from tickets.sight import Sight, sight_of, with_sight

#: The order of a list with words, until another is chosen: those that match best, on one page.
BEST = "best"


@dataclass(frozen=True)
class Listing:
    """What an address asks for, and the tickets that this person sees by it."""

    view: lists.View
    views: dict[str, lists.View]
    version: PolicyVersion | None
    asked: Query
    where: Q
    problems: tuple[Problem, ...]
    order: str
    at: datetime
    #: Their headings by name.
    columns: Mapping[str, str | Promise]
    person: User

    @property
    def policy(self) -> SupportPolicy | None:
        """The policy in force."""
        return self.version.policy if self.version else None

    @property
    def desk(self) -> Desk:
        """What names mean now."""
        return Desk(self.version.pk if self.version else None)

    @property
    def tickets(self) -> TicketQuerySet:
        """All of them, in no order yet."""
        return Ticket.objects.visible_to(self.person).filter(self.where)

    @property
    def whole(self) -> Query:
        """The conditions of the view and of the address in one, as a view of its own would have them."""
        own = self.view.query
        conditions = dict.fromkeys((*own.conditions, *self.asked.conditions))
        return Query(tuple(conditions), (*own.words, *self.asked.words))

    def page(
        self, *, after: paging.Cursor | None = None, before: paging.Cursor | None = None, size: int = paging.PAGE_SIZE
    ) -> paging.Page[Ticket]:
        """A page with what the rows show; best matches are one page."""
        if self.order == BEST:
            return paging.Page(self._best(), None, None)
        if self.is_usual and not (after or before) and size == paging.PAGE_SIZE:
            return self._first_page()
        order = paging.order_named(self.order, self.desk)
        return paging.page(self.tickets, order, shown=self.with_rows, after=after, before=before, size=size)

    def _best(self) -> search.Hits:
        if self.problems:
            return search.Hits()
        return search.find(self.whole, self.person, self.where, shown=self.with_columns)

    @property
    def is_usual(self) -> bool:
        """Whether it is a view of every desk as it stands, with columns that need nothing more: its SQL is kept.

        What the conditions of saved views mean is looked up among the rows of their tenant.
        """
        if self.view.saved or self.view.in_force or self.asked != Query() or self.problems:
            return False
        return not ("tags" in self.columns or columns.fields_in(self.columns) or paging.ORDERS[self.order].group)

    def _first_page(self) -> paging.Page[Ticket]:
        rows: list[Ticket] = []
        for statement in _beginnings(self.view, sight_of(self.person), self.order):
            rows += statement.rows_at(self.at, reader=self.person.pk)
            if len(rows) > paging.PAGE_SIZE:
                break
        return paging.first(rows, paging.ORDERS[self.order])

    def with_rows(self, tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """Tickets with all that the rows of this list show."""
        return self.with_columns(reading.with_rows(tickets))

    def with_columns(self, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """With what the chosen columns show beyond the usual: tags are a query more, answers none."""
        if keys := columns.fields_in(self.columns):
            # Of what may be long texts only those that are shown leave the database.
            rows = rows.annotate(said=JSONObject(**{key: KeyTransform(key, "answers") for key in keys}))
        return rows.prefetch_related("tags") if "tags" in self.columns else rows


def read(address: QueryDict, person: User, *, at: datetime) -> Listing:
    """The list that the parameters of an address name; nothing by a view that is gone, never another view instead.

    Two queries: the policy in force and the saved views; one more for a view that is not among those shown.
    """
    version = version_in_force()
    policy = version.policy if version else None
    views = lists.views(policy, lists.saved_of(person))
    named = address.get("view", "") or lists.DEFAULT
    view = views.get(named) or lists.saved_with_key(person, named) or lists.GONE
    asked = lists.asked({name: str(value) for name, value in address.items()})
    desk = Desk(version.pk if version else None)
    own, narrowed = lists.selection(view, person, at=at), select(asked, person, desk, at=at)
    if view == lists.GONE:
        own = Selection(NOTHING, (Problem.of(lists.VIEW_GONE),))
    order, sort = view.order, address.get("sort", "")
    if asked.wanted_words or view.query.wanted_words:
        order = BEST
    if sort in paging.ORDERS or (sort == BEST and order == BEST):
        order = sort
    return Listing(
        view=view,
        views=views,
        version=version,
        asked=asked,
        where=own.where & narrowed.where,
        problems=(*own.problems, *narrowed.problems),
        order=order,
        at=at,
        columns=columns.chosen(address.getlist("columns") or view.columns, columns.offered(policy)),
        person=person,
    )


def corrected(address: QueryDict, listed: Listing, page: paging.Page[Ticket]) -> QueryDict | None:
    """The address with typing errors in its words mended, where nothing on this first page has them and then something.

    What was typed goes along as `typed`.
    """
    typed = address.get("q", "")
    if listed.problems or not listed.asked.wanted_words or _have_words(page.rows):
        return None

    def turned(query: Query) -> QueryDict:
        to = address.copy()
        to["q"], to["typed"] = write(query), typed
        return to

    def find(query: Query) -> list[UUID]:
        rows = read(turned(query), listed.person, at=listed.at).page().rows
        return [ticket.pk for ticket in rows] if _have_words(rows) else []

    better = spelling.corrected(parse(typed), listed.person, find)
    return turned(better) if better else None


def _have_words(rows: list[Ticket]) -> bool:
    return rows.are_exact if isinstance(rows, search.Hits) else bool(rows)


@lru_cache(maxsize=512)
def _beginnings(view: lists.View, sight: Sight, order: str) -> tuple[AtSomeTime[Ticket], ...]:
    """What reads the first page of a view in an order, for people of a sight: writing it takes longer than reading."""

    def part(place: int) -> AtSomeTime[Ticket]:
        def query_set(reader: UUID) -> QuerySet[Ticket]:
            tickets = lists.select(view, with_sight(reader, sight), at=Sometime.looked_at())
            return paging.beginnings(tickets, paging.ORDERS[order], shown=reading.with_rows)[place]

        return AtSomeTime(query_set, reader=UUID)

    return tuple(part(place) for place in range(2 if paging.ORDERS[order].nullable else 1))
