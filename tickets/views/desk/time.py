"""Time spent on tickets, and its sums."""

from __future__ import annotations

import csv
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.access import staff, staff_who_may
from tenants.fields import parse_id
from tenants.models import User
from tenants.paging import PAGE_SIZE
from tenants.permissions import Permission
from tenants.tables import neutral
from tickets import spent
from tickets.actions import time as actions
from tickets.forms.time import PeriodForm, TimeForm
from tickets.models import TimeEntry
from tickets.views.desk.acts import Kind, at_once, done, render_act
from tickets.views.desk.blocks import render_block
from tickets.views.desk.common import ticket_or_404

ENTER = Kind(
    title=gettext_lazy("Time spent"),
    icon="clock",
    form=TimeForm,
    permission=Permission.REPLY,
    do=actions.enter_time,
    button=gettext_lazy("Keep"),
)


@require_safe
@staff
def entries(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Who spent how long on a ticket, and on what."""
    ticket = ticket_or_404(person, number)
    found = TimeEntry.objects.filter(ticket=ticket).select_related("agent")
    total = found.aggregate(total=Sum("minutes"))["total"] or 0
    before = parse_id(request.GET.get("before", ""))
    last = found.filter(pk=before).first() if before else None
    if last is not None:
        found = found.filter(Q(spent_on__lt=last.spent_on) | Q(spent_on=last.spent_on, pk__lt=last.pk))
    rows = list(found[: PAGE_SIZE + 1])
    context = {
        "entries": rows[:PAGE_SIZE],
        "earlier": rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None,
        "is_first": last is None,
        "total": total,
        "person": person,
        "may_enter": person.may(Permission.REPLY),
    }
    return render_block(request, ticket, "tickets/desk/_time.html", _("Time spent"), context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def enter(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Write down what one spent."""
    ticket = ticket_or_404(person, number)
    form = TimeForm(request.POST or None, ticket=ticket, person=person)
    if request.method == "POST" and form.is_valid() and done(form, ENTER.do, ticket, person):
        messages.success(request, _("The time is written down."))
        return redirect("desk:ticket", number)
    return render_act(request, ticket, form, ENTER, "time")


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def change(request: HttpRequest, person: User, number: int, pk: UUID) -> HttpResponse:
    """Correct an entry of one's own."""
    ticket = ticket_or_404(person, number)
    entry = get_object_or_404(TimeEntry.objects.select_related("ticket"), ticket=ticket, pk=pk, agent=person)
    initial = {"minutes": entry.minutes, "spent_on": entry.spent_on, "note": entry.note}
    form = TimeForm(request.POST or None, ticket=ticket, person=person, initial=initial)
    correct = lambda _ticket, **said: actions.change_time(entry, **said)  # noqa: E731
    if request.method == "POST" and form.is_valid() and done(form, correct, ticket, person):
        messages.success(request, _("The time is corrected."))
        return redirect("desk:ticket", number)
    return render_act(request, ticket, form, ENTER, "time")


@require_POST
@staff
def remove(request: HttpRequest, person: User, number: int, pk: UUID) -> HttpResponse:
    """Take back an entry of one's own."""
    ticket = ticket_or_404(person, number)
    entry = get_object_or_404(TimeEntry.objects.select_related("ticket"), ticket=ticket, pk=pk, agent=person)
    return at_once(request, ticket, lambda _ticket, at: actions.remove_time(entry, actor=person, at=at))


@require_safe
@staff_who_may(Permission.MANAGE_ORGANIZATIONS)
def sums(request: HttpRequest, person: User) -> HttpResponse:
    """Time spent by organisation and agent over some days, on a page or as a table for spreadsheets."""
    form = PeriodForm(request.GET or None)
    begins, ends = form.days
    rows = spent.sums(begins, ends)
    if request.GET.get("format") == "csv":
        return _table(rows, f"{begins}-{ends}")
    context = {
        "form": form if form.is_bound and form.errors else PeriodForm(initial={"begins": begins, "ends": ends}),
        "rows": rows,
        "total": sum(row.minutes for row in rows),
        "begins": begins,
        "ends": ends,
    }
    return render(request, "tickets/desk/time_sums.html", context)


def _table(rows: list[spent.Spent], days: str) -> HttpResponse:
    """With a mark at its beginning by which spreadsheets know UTF-8."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="time-{days}.csv"'
    writer = csv.writer(response)
    writer.writerow([_("Organisation"), _("Agent"), _("Minutes")])
    writer.writerows([neutral(row.organization), neutral(row.agent), row.minutes] for row in rows)
    return response
