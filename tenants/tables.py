"""Lists as files for spreadsheets (CSV), written batch by batch while they are sent, whatever their length."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone, translation

from tenants.context import act_as, active_tenant
from tenants.models import User

#: Rows read at a time, in a transaction of its own.
BATCH = 500
#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

#: The same behind what separates cells: where the decimal sign is a comma, spreadsheets split at semicolons.
_INNER_FORMULA = re.compile(r"([;\t\r\n])(?=\s*[=+\-@＝＋－＠])")

Row = TypeVar("Row", bound=Model)
Lines = Iterator[str]


class Echo:
    """Hands on what a CSV writer writes."""

    def write(self, text: str) -> str:
        return text


def neutral(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (CWE-1236)."""
    text = f"'{text}" if text.startswith(_FORMULA) else text
    return _INNER_FORMULA.sub(r"\1'", text)


def instant(at: datetime | None) -> str:
    """In the reader's zone, as spreadsheets read it; empty for None."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def sent(name: str, lines: Lines) -> StreamingHttpResponse:
    """The lines as a file to keep, named after today; they may be read after the request's transaction."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localtime():%Y-%m-%d}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def lines_of(
    person: User,
    heading: Sequence[str],
    rows: Callable[[User], QuerySet[Row]],
    cells: Callable[[Row], Iterable[str]],
    *,
    permission: str = "",
    may: Callable[[User], bool] = attrgetter("is_staff_member"),
) -> Lines:
    """A line a row, in the order in which they were made.

    Who reads, and whether they `may` still, is looked up for each batch: a right taken away meanwhile ends the file.
    """
    language, zone = translation.get_language() or "en", timezone.get_current_timezone()
    allowed = lambda reader: may(reader) and (not permission or reader.may(permission))  # noqa: E731
    read = partial(_batch, person, rows, cells, allowed)
    return _lines(partial(act_as, active_tenant()), language, zone, [str(name) for name in heading], read)


def lines_from(heading: Sequence[str], rows: Iterable[Iterable[object]]) -> Lines:
    """Of rows that are few and known already."""
    writer = csv.writer(Echo())
    yield "\ufeff" + str(writer.writerow(map(neutral, heading)))
    for row in rows:
        yield str(writer.writerow(neutral(str(cell)) for cell in row))


def _lines(
    at_home: Callable[[], Any],
    language: str,
    zone: Any,
    heading: list[str],
    read: Callable[[Any], tuple[list[list[str]], Any]],
) -> Lines:
    writer, last = csv.writer(Echo()), None
    # The byte order mark tells Excel that this is UTF-8.
    yield "\ufeff" + str(writer.writerow(map(neutral, heading)))
    while True:
        with at_home(), translation.override(language), timezone.override(zone):
            found, last = read(last)
        # Outside the transaction: whoever reads slowly keeps none open.
        for row in found:
            yield str(writer.writerow(map(neutral, row)))
        if last is None:
            return


def _batch(
    person: User,
    rows: Callable[[User], QuerySet[Row]],
    cells: Callable[[Row], Iterable[str]],
    allowed: Callable[[User], bool],
    last: Any,
) -> tuple[list[list[str]], Any]:
    """The next rows and the key of the last of them; None for it when there are no more."""
    reader = User.objects.select_related("role").filter(pk=person.pk, is_active=True).first()
    if reader is None or not allowed(reader):
        return [], None
    found = rows(reader).order_by("pk")
    batch = list(found.filter(pk__gt=last)[:BATCH] if last else found[:BATCH])
    return [[*cells(row)] for row in batch], batch[-1].pk if len(batch) == BATCH else None
