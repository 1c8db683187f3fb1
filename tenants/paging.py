"""Pages of a list by the last row seen, never by counting: page a thousand costs what page one does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, Value
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise

PAGE_SIZE = 30
#: A model whose rows have a number that is unique in the tenant.
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Order:
    """A way to sort rows that an index of the table serves. Ties are broken by number."""

    key: str
    name: str | Promise
    field: str = ""  # by number alone when empty
    descending: bool = False
    by_newest_number: bool = False  # direction of the number
    nullable: bool = False
    group: str = ""  # a column with few values, in whose order the rows stand group by group
    groups: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Cursor:
    """A row that a page ends at: its value of the sorted field, if it has one, its group, if there are, its number."""

    number: int
    value: datetime | None = None
    group: int | None = None

    def __str__(self) -> str:
        if self.group is not None:
            return f"{self.number}_~{self.group}"
        return f"{self.number}_{self.value.isoformat() if self.value else ''}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """A cursor out of an address; None for anything else, so that an old bookmark shows the first page."""
        number, _sep, value = text.partition("_")
        if not number.isascii() or not number.isdecimal() or len(number) > 18:
            return None
        if value.startswith("~"):
            return cls(int(number), group=int(value[1:])) if re.fullmatch("~[0-9]{1,4}", value) else cls(int(number))
        try:
            # A plus sign arrives as a space where an address was not quoted.
            at = parse_datetime(value.replace(" ", "+")) if value else None
        except ValueError:
            return None
        return cls(int(number), at if at and at.tzinfo else None)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, and where the pages before and after it begin."""

    rows: list[Row]
    before: Cursor | None
    after: Cursor | None


class IsOneOf(Func):
    """Postgres' `id = ANY (array)`: the array is made first, and then looked up in the index of ids."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


def picked(wanted: QuerySet[Row], most: int) -> QuerySet[Row]:
    """The first of sorted rows, in no order yet, to which what they show can be joined.

    Picked before anything is joined: else Postgres may join and sort all rows to show the first of them.
    """
    return wanted.model._default_manager.filter(IsOneOf(F("pk"), ArraySubquery(wanted.values("pk")[:most])))


def page(
    chosen: QuerySet[Row],
    order: Order,
    *,
    shown: Callable[[QuerySet[Row]], QuerySet[Row]] = lambda rows: rows,
    after: Cursor | None = None,
    before: Cursor | None = None,
    size: int = PAGE_SIZE,
) -> Page[Row]:
    """The page after a row, or before one, or the first. At most two queries, that walk along an index.

    `chosen` says which rows there are, and joins nothing; `shown` adds to the rows of the page what they show.
    """
    cursor, backwards = (before, True) if before else (after, False)
    rows = _walk(chosen, shown, order, cursor, backwards=backwards, most=size + 1)
    return _cut(rows, order, size, has_former=after is not None, backwards=backwards)


def beginnings(
    chosen: QuerySet[Row], order: Order, *, shown: Callable[[QuerySet[Row]], QuerySet[Row]], size: int = PAGE_SIZE
) -> list[QuerySet[Row]]:
    """What reads the first page, one after the other until there is enough: for who keeps their SQL. Not for groups."""
    sorting = _sorting(order, backwards=False)
    parts = _parts(chosen, order, backwards=False)
    return [shown(picked(part.order_by(*sorting), size + 1)).order_by(*sorting) for part, _ in parts]


def first(rows: list[Row], order: Order, *, size: int = PAGE_SIZE) -> Page[Row]:
    """The first page out of the rows that `beginnings` have read."""
    return _cut(rows, order, size, has_former=False, backwards=False)


def _cut(rows: list[Row], order: Order, size: int, *, has_former: bool, backwards: bool) -> Page[Row]:
    """A page of rows in the order of their walk, of which there is one too many if it goes on."""
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], None, None)
    first, last = _cursor(rows[0], order), _cursor(rows[-1], order)
    has_before = more if backwards else has_former
    has_after = True if backwards else more
    return Page(rows, first if has_before else None, last if has_after else None)


def _cursor(row: Any, order: Order) -> Cursor:
    if order.group:
        return Cursor(row.number, group=order.groups.index(getattr(row, order.group)))
    return Cursor(row.number, getattr(row, order.field) if order.field else None)


Shown = Callable[[QuerySet[Row]], QuerySet[Row]]


def _walk(
    chosen: QuerySet[Row], shown: Shown[Row], order: Order, cursor: Cursor | None, *, backwards: bool, most: int
) -> list[Row]:
    """Rows in order, or in the opposite order, from a cursor on."""
    if order.group:
        return _walk_groups(chosen, shown, order, cursor, backwards=backwards, most=most)
    rows: list[Row] = []
    for part, has_value in _parts(chosen, order, backwards=backwards):
        if cursor is not None and order.nullable and (cursor.value is not None) != has_value:
            if has_value != backwards:
                continue  # the cursor lies in the other part, which comes later
            condition = Q()  # this part comes after the cursor's as a whole
        else:
            condition = _beyond(order, cursor, has_value=has_value, backwards=backwards) if cursor else Q()
        sorting = _sorting(order, backwards=backwards)
        wanted = part.filter(condition).order_by(*sorting)
        rows += shown(picked(wanted, most - len(rows))).order_by(*sorting)
        if len(rows) >= most:
            break
    return rows


def _all(chosen: QuerySet[Row]) -> QuerySet[Row]:
    return chosen.model._default_manager.all()


def _walk_groups(
    chosen: QuerySet[Row], shown: Shown[Row], order: Order, cursor: Cursor | None, *, backwards: bool, most: int
) -> list[Row]:
    """Group by group: each a walk along an index, all in one statement; another one reads the rows."""
    parts = []
    for place in range(len(order.groups)):
        part = chosen.filter(**{order.group: order.groups[place]})
        if cursor is not None and cursor.group is not None:
            if place > cursor.group if backwards else place < cursor.group:
                continue
            if place == cursor.group:
                part = part.filter(**{f"number__{_side(order.by_newest_number, backwards)}": cursor.number})
        parts.append(part.order_by(*_sorting(order, backwards=backwards)).values_list("pk", Value(place))[:most])
    if not parts:
        return []
    found = list(parts[0].union(*parts[1:], all=True)) if len(parts) > 1 else list(parts[0])
    found.sort(key=lambda row: row[1], reverse=backwards)  # keeps the order within a group
    rows = shown(_all(chosen)).in_bulk([pk for pk, _ in found[:most]])
    return [rows[pk] for pk, _ in found[:most] if pk in rows]


def _parts(chosen: QuerySet[Row], order: Order, *, backwards: bool) -> Iterable[tuple[QuerySet[Row], bool]]:
    """Rows with a value and rows without one, each sorted by an index, in the order in which they are shown."""
    if not order.nullable:
        return [(chosen, bool(order.field))]
    parts = [
        (chosen.filter(**{f"{order.field}__isnull": False}), True),
        (chosen.filter(**{f"{order.field}__isnull": True}), False),
    ]
    return reversed(parts) if backwards else parts


def _sorting(order: Order, *, backwards: bool) -> list[Any]:
    """By the field also where it is empty: only then does Postgres see that the index is in this order already."""
    fields = [(order.field, order.descending), ("number", order.by_newest_number)]
    return [F(field).desc() if descending != backwards else F(field).asc() for field, descending in fields if field]


def _beyond(order: Order, cursor: Cursor, *, has_value: bool, backwards: bool) -> Q:
    """Rows that come after the cursor in the direction of the walk."""
    number = Q(**{f"number__{_side(order.by_newest_number, backwards)}": cursor.number})
    if not has_value or cursor.value is None:
        return number
    side = _side(order.descending, backwards)
    # The first condition is implied by the second, and is the one that an index can seek.
    return Q(**{f"{order.field}__{side}e": cursor.value}) & (
        Q(**{f"{order.field}__{side}": cursor.value}) | Q(**{order.field: cursor.value}) & number
    )


def _side(descending: bool, backwards: bool) -> str:
    return "lt" if descending != backwards else "gt"


@dataclass(frozen=True)
class Slice(Generic[Row]):
    """Some rows of a list by a time, and the cursor in whose place the next ones begin; empty at the end."""

    rows: list[Row]
    following: str


def by_time(
    rows: QuerySet[Row], field: str, cursor: str = "", *, descending: bool = True, size: int = PAGE_SIZE
) -> Slice[Row]:
    """The rows after the one that a cursor out of an address names, or the first: for rows without a number.

    One query, that walks along an index by the time; ties are broken by the key.
    """
    side = "lt" if descending else "gt"
    if named := _instant_and_key(cursor):
        at, key = named
        # The first condition is implied by the second, and is the one that an index can seek.
        rows = rows.filter(**{f"{field}__{side}e": at})
        rows = rows.filter(Q(**{f"{field}__{side}": at}) | Q(**{field: at, f"pk__{side}": key}))
    sign = "-" if descending else ""
    found = list(rows.order_by(f"{sign}{field}", f"{sign}pk")[: size + 1])
    if len(found) <= size:
        return Slice(found, "")
    last: Any = found[size - 1]
    return Slice(found[:size], f"{getattr(last, field).isoformat()}_{last.pk}")


def _instant_and_key(cursor: str) -> tuple[datetime, UUID] | None:
    """A cursor out of an address; None for anything else, so that an old bookmark shows the first page."""
    text, _sep, key = cursor.partition("_")
    try:
        # A plus sign arrives as a space where an address was not quoted.
        at, pk = parse_datetime(text.replace(" ", "+")), UUID(key)
    except ValueError:
        return None
    return (at, pk) if at and at.tzinfo else None
