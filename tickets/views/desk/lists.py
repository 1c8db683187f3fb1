"""Lists of tickets: views with counts, conditions, order and columns kept in the address."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from tenants.access import staff
from tenants.models import User
from tickets import actions, listing, paging, promise, reading, search
from tickets.columns import offered
from tickets.forms.bulk import BulkForm
from tickets.forms.desk import FilterForm
from tickets.models import Ticket
from tickets.selection import write
from tickets.views.desk.bulk import shown_change
from tickets.views.desk.common import policy_in_force, shown_views, sidebar
from tickets.views.spelling import correction_of


@dataclass(frozen=True)
class Row:
    """A ticket in a list, with what is due next and everything that is owed."""

    ticket: Ticket
    due: promise.Promise | None
    owed: list[promise.Promise]


def rows_of(tickets: list[Ticket]) -> list[Row]:
    """Rows for a list, of tickets that were read by `reading.with_rows`."""
    at, rows = timezone.now(), []
    for ticket in reading.owe(reading.complete(tickets)):
        said = promise.all_of(ticket, ticket.owed_clocks, at=at)  # type: ignore[attr-defined]
        rows.append(Row(ticket, said[0] if said else None, said))
    return rows


@require_safe
@staff
def tickets(request: HttpRequest, person: User) -> HttpResponse:
    """A view, narrowed and sorted as the address says."""
    found = listing.read(request.GET, person, at=timezone.now())
    after, before = (paging.Cursor.parse(request.GET.get(name, "")) for name in ("after", "before"))
    page = found.page(after=after, before=before)
    if not (after or before) and (better := listing.corrected(request.GET, found, page)):
        return redirect(f"{request.path}?{better.urlencode()}")
    current = found.view.key if "view" in request.GET else ""
    context = {
        "view": found.view,
        "problems": found.problems,
        "correction": correction_of(request),
        "rows": rows_of(page.rows),
        "is_cut": found.order == listing.BEST and len(page.rows) == search.MAX_HITS,
        "columns": found.columns,
        "all_columns": offered(found.policy),
        "previous_url": _turned(request, before=page.before),
        "next_url": _turned(request, after=page.after),
        "filters": FilterForm(request.GET, listed=found),
        "kept": [(name, value) for name, value in request.GET.items() if name not in ("columns", "after", "before")],
        "can_edit": found.view.saved is not None and actions.may_edit_view(found.view.saved, person),
        "save_query": urlencode(
            {"q": write(found.whole), "sort": found.order, "columns": request.GET.getlist("columns")}, doseq=True
        ),
        "bulk": BulkForm(policy=found.policy),
        "done": shown_change(request, person),
        "sidebar": shown_views(found.views, current=current),
        "counts_url": f"{reverse('desk:views')}?{urlencode({'view': current})}",
        "has_policy": found.policy is not None,
    }
    return render(request, "tickets/desk/tickets.html", context)


def _turned(request: HttpRequest, **cursor: paging.Cursor | None) -> str:
    """The address of a neighbouring page, with all that this one is narrowed by."""
    ((name, value),) = cursor.items()
    if value is None:
        return ""
    asked = request.GET.copy()
    for old in ("after", "before", "bulk"):
        asked.pop(old, None)
    asked[name] = str(value)
    return f"?{asked.urlencode()}"


@require_safe
@staff
def views(request: HttpRequest, person: User) -> HttpResponse:
    """The left column with counts, fetched by pages: counting takes longer than all else that they show."""
    current = request.GET.get("view", "")
    return render(request, "tickets/desk/_views.html", {"sidebar": sidebar(person, policy_in_force(), current=current)})
