"""Pages of a list by the last row seen, never by counting: page a thousand costs what page one does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import F, Model, Q, QuerySet
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


@dataclass(frozen=True)
class Cursor:
    """A row that a page ends at: its value of the sorted field, if it has one, and its number."""

    number: int
    value: datetime | None = None

    def __str__(self) -> str:
        return f"{self.number}_{self.value.isoformat() if self.value else ''}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """A cursor out of an address; None for anything else, so that an old bookmark shows the first page."""
        number, _sep, value = text.partition("_")
        if not number.isascii() or not number.isdecimal() or len(number) > 18:
            return None
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


def page(
    chosen: QuerySet[Row],
    order: Order,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    size: int = PAGE_SIZE,
) -> Page[Row]:
    """The page after a row, or before one, or the first. At most two queries, both walks along an index."""
    cursor, backwards = (before, True) if before else (after, False)
    rows = _walk(chosen, order, cursor, backwards=backwards, most=size + 1)
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], None, None)
    first, last = _cursor(rows[0], order), _cursor(rows[-1], order)
    has_before = more if backwards else after is not None
    has_after = True if backwards else more
    return Page(rows, first if has_before else None, last if has_after else None)


def _cursor(row: Any, order: Order) -> Cursor:
    return Cursor(row.number, getattr(row, order.field) if order.field else None)


def _walk(chosen: QuerySet[Row], order: Order, cursor: Cursor | None, *, backwards: bool, most: int) -> list[Row]:
    """Rows in order, or in the opposite order, from a cursor on."""
    rows: list[Row] = []
    for part, has_value in _parts(chosen, order, backwards=backwards):
        if cursor is not None and order.nullable and (cursor.value is not None) != has_value:
            if has_value != backwards:
                continue  # the cursor lies in the other part, which comes later
            condition = Q()  # this part comes after the cursor's as a whole
        else:
            condition = _beyond(order, cursor, has_value=has_value, backwards=backwards) if cursor else Q()
        wanted = part.filter(condition).order_by(*_sorting(order, backwards=backwards))
        rows += wanted[: most - len(rows)]
        if len(rows) >= most:
            break
    return rows


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
