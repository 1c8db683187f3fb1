"""Lists of tickets: views with counts, filters and order kept in the address, and acting on several at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tenants.access import staff
from tenants.errors import Refused
from tenants.models import User
from tickets import actions, lists, paging, promise
from tickets.forms.desk import BulkForm, FilterForm
from tickets.models import Status, Ticket
from tickets.views.desk.common import policy_in_force, sidebar


@dataclass(frozen=True)
class Row:
    """A ticket in a list, with what is due next and everything that is owed."""

    ticket: Ticket
    due: promise.Promise | None
    owed: list[promise.Promise]


def rows_of(tickets: list[Ticket]) -> list[Row]:
    """Rows for a list, of tickets that were read by `lists.with_rows`."""
    at, rows = timezone.now(), []
    for ticket in lists.complete(tickets):
        said = promise.all_of(ticket, ticket.owed_clocks, at=at)  # type: ignore[attr-defined]
        rows.append(Row(ticket, said[0] if said else None, said))
    return rows


@require_safe
@staff
def tickets(request: HttpRequest, person: User) -> HttpResponse:
    """A view, narrowed and sorted as the address says."""
    policy = policy_in_force()
    chosen = lists.views(policy)
    view = chosen.get(request.GET.get("view", "")) or chosen[lists.DEFAULT]
    order = paging.ORDERS.get(request.GET.get("sort", "")) or paging.ORDERS[view.order]
    selection = lists.filtered(lists.select(view, person, at=timezone.now()), request.GET.dict(), person)
    page = paging.page(
        lists.with_rows(selection),
        order,
        after=paging.Cursor.parse(request.GET.get("after", "")),
        before=paging.Cursor.parse(request.GET.get("before", "")),
    )
    context = {
        "view": view,
        "order": order,
        "rows": rows_of(page.rows),
        "previous_url": _turned(request, before=page.before),
        "next_url": _turned(request, after=page.after),
        "filters": FilterForm(request.GET, policy=policy, view=view, order=order),
        "bulk": BulkForm(policy=policy),
        "sidebar": sidebar(person, policy, current=view.key if "view" in request.GET else ""),
        "has_policy": policy is not None,
    }
    return render(request, "tickets/desk/tickets.html", context)


def _turned(request: HttpRequest, **cursor: paging.Cursor | None) -> str:
    """The address of a neighbouring page, with all that this one is narrowed by."""
    ((name, value),) = cursor.items()
    if value is None:
        return ""
    asked = request.GET.copy()
    for old in ("after", "before"):
        asked.pop(old, None)
    asked[name] = str(value)
    return f"?{asked.urlencode()}"


@require_safe
@staff
def views(request: HttpRequest, person: User) -> HttpResponse:
    """The left column with counts, fetched by pages that show something else first."""
    current = request.GET.get("view", "")
    return render(request, "tickets/desk/_views.html", {"sidebar": sidebar(person, policy_in_force(), current=current)})


@require_POST
@staff
def bulk(request: HttpRequest, person: User) -> HttpResponse:
    """Do the same with every chosen ticket; those that refuse are named, and the others are done."""
    form = BulkForm(request.POST, policy=policy_in_force())
    back = f"{reverse('desk:tickets')}?{_where_from(request.POST)}"
    if not form.is_valid():
        for sentence in (error for errors in form.errors.values() for error in errors):
            messages.error(request, str(sentence))
        return redirect(back)
    found = Ticket.objects.visible_to(person).filter(number__in=form.cleaned_data["chosen"])
    done = sum(_do_one(request, person, ticket, form) for ticket in found.order_by("number"))
    if done:
        said = ngettext("%(count)s ticket was changed.", "%(count)s tickets were changed.", done)
        messages.success(request, said % {"count": done})
    return redirect(back)


def _where_from(posted: QueryDict) -> str:
    """The list's own address, as the form carried it: parameters only, so that it can lead nowhere else."""
    return QueryDict(posted.get("back", "")[:2000]).urlencode()


def _do_one(request: HttpRequest, person: User, ticket: Ticket, form: BulkForm) -> bool:
    act: Any = form.cleaned_data["act"]
    try:
        with transaction.atomic():
            if act == "take":
                actions.take(ticket, actor=person, at=timezone.now())
            else:
                status = Status.objects.get(key=act.removeprefix("status-"))
                actions.change_status(ticket, status, actor=person, at=timezone.now())
    except Refused as refusal:
        messages.warning(request, _("Ticket %(number)s: %(sentence)s") % {"number": ticket.number, "sentence": refusal})
        return False
    return True
