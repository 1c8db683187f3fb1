"""What customers think: figures, what to improve, and a table for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kb import queries as kb
from tenants.access import staff
from tenants.context import act_as, active_tenant
from tenants.errors import Refused
from tenants.models import Tenant, User
from tenants.permissions import Permission
from tenants.tables import BATCH, Echo, neutral
from tickets import actions, satisfaction
from tickets.forms.ratings import ImprovementForm
from tickets.models import Rating
from tickets.satisfaction import Figures
from tickets.views.desk.common import policy_in_force

#: Periods that can be chosen, in days.
PERIODS = (7, 30, 90, 365)
USUAL = 30
#: Of the policy, when it does not ask (any more).
USUAL_SCALE = 5
#: Bad ratings that are named beside the figures.
MOST_NAMED = 5


class Table:
    """Figures of the same kind: a heading, and for each thing its name, its address if it has one, its figures.

    Those with the most bad ratings, where there are many.
    """

    def __init__(self, title: str, head: str, rows: list[tuple[str, str, Figures]], scale: int) -> None:
        self.title, self.head = title, head
        shown = rows[: satisfaction.MOST_LINES]
        self.rows = [(name, url, figures, _average(figures, scale)) for name, url, figures in shown]
        self.has_more = len(rows) > len(shown)


@require_safe
@staff
def ratings(request: HttpRequest, person: User) -> HttpResponse:
    """Average, satisfied customers and answers by agent, team, category and article; agents see those about them."""
    days, since = _period(request)
    policy = policy_in_force()
    feedback = policy.feedback if policy is not None else None
    scale, found = feedback.scale if feedback else USUAL_SCALE, satisfaction.seen_by(person)
    whole = satisfaction.whole(found, since=since)
    context = {
        "periods": PERIODS,
        "days": days,
        "sees_all": person.may(Permission.SEE_RATINGS),
        "collects": feedback is not None,
        "scale": scale,
        "whole": whole,
        "average": _average(whole, scale),
        "open": satisfaction.page_of(found, show="open", size=MOST_NAMED).ratings,
        **(_tables(person, since, scale) if whole.given else {}),
    }
    return render(request, "tickets/desk/ratings.html", context)


def _tables(person: User, since: datetime, scale: int) -> dict[str, Any]:
    """The figures by agent, team, category and article, and the worst of them."""
    found = satisfaction.seen_by(person)
    categories = satisfaction.by_category(found, since=since)
    articles = satisfaction.by_article(found, since=since)
    titles = _titles(articles, person)
    tables = [
        Table(_("By category"), _("Category"), [(str(each.of), "", each) for each in categories], scale),
        Table(_("By article"), _("Article"), [(*titles[each.of], each) for each in articles], scale),
    ]
    if person.may(Permission.SEE_RATINGS):
        agents = [(str(each.of or _("Nobody")), "", each) for each in satisfaction.by_agent(found, since=since)]
        teams = [(str(each.of or _("No team")), "", each) for each in satisfaction.by_team(found, since=since)]
        tables = [
            Table(_("By agent"), _("Agent"), agents, scale),
            Table(_("By team"), _("Team"), teams, scale),
            *tables,
        ]
    return {
        "tables": tables,
        "worst_categories": satisfaction.worst(categories),
        "worst_articles": [(*titles[each.of], each) for each in satisfaction.worst(articles)],
    }


@require_safe
@staff
def improve(request: HttpRequest, person: User) -> HttpResponse:
    """Bad ratings to look at, those that were looked at, and what customers wrote."""
    return _list(request, person)


@require_POST
@staff
def review(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Note what comes of a rating."""
    rating = get_object_or_404(satisfaction.seen_by(person), pk=pk)
    form = ImprovementForm(request.POST)
    if form.is_valid():
        try:
            with transaction.atomic():
                actions.review_rating(rating, actor=person, at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is noted. The rating is off the list."))
            return redirect("desk:improve")
    return _list(request, person, wrong=(rating, form))


@require_safe
@staff
def export(request: HttpRequest, person: User) -> HttpResponseBase:
    """The ratings that were given in the period, as the person may see them, the newest first."""
    _days, since = _period(request)
    lines = _lines(since, active_tenant(), person, get_language() or "en", timezone.get_current_timezone())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="ratings-{timezone.localtime():%Y-%m-%d}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _list(request: HttpRequest, person: User, *, wrong: tuple[Rating, ImprovementForm] | None = None) -> HttpResponse:
    show = request.GET.get("show", "open")
    show = show if show in satisfaction.SHOWN else "open"
    found = satisfaction.seen_by(person)
    page = satisfaction.page_of(found, show=show, after=request.GET.get("after", ""))
    rows = page.ratings
    if wrong and wrong[0].pk not in [each.pk for each in rows]:
        rows = [*satisfaction.with_all(found.filter(pk=wrong[0].pk)), *rows]
    context = {
        "show": show,
        "shows": [
            ("open", _("To look at")),
            ("done", _("Looked at")),
            ("words", _("With a comment")),
            ("all", _("All")),
        ],
        "rows": [(each, wrong[1] if wrong and wrong[0].pk == each.pk else _form(each)) for each in rows],
        "next": page.next,
        "is_first": not request.GET.get("after"),
        "sees_all": person.may(Permission.SEE_RATINGS),
    }
    return render(request, "tickets/desk/ratings_improve.html", context, status=422 if wrong else 200)


def _form(rating: Rating) -> ImprovementForm:
    return ImprovementForm(initial={"improvement": rating.improvement}, auto_id=f"{rating.pk}_%s")


def _period(request: HttpRequest) -> tuple[int, datetime]:
    wanted = request.GET.get("days", "")
    days = int(wanted) if wanted in map(str, PERIODS) else USUAL
    return days, timezone.now() - timedelta(days=days)


def _average(figures: Figures, scale: int) -> str:
    """On the scale of the policy in force, with one decimal of the reader's language."""
    average = figures.average(scale)
    return "" if average is None else number_format(average, decimal_pos=1)


def _titles(figures: list[Figures], person: User) -> dict[int, tuple[str, str]]:
    """By number: title and address of the articles that this person can still open, of others the number alone."""
    numbers = [each.of for each in figures]
    language = (get_language() or "en").split("-")[0]
    seen = kb.with_titles(kb.visible_to(person).filter(number__in=numbers), language) if numbers else []
    known = {each.number: (each.shown.title, reverse("kb:article", args=[each.number])) for each in seen}  # type: ignore[attr-defined]
    return {number: known.get(number, (f"{number:06d}", "")) for number in numbers}


def _lines(since: datetime, tenant: Tenant, person: User, language: str, zone: tzinfo) -> Iterator[str]:
    """Runs after the request's transaction, so each batch opens its own; a right taken away meanwhile ends the file."""
    writer, after, begun = csv.writer(Echo()), "", False
    while True:
        with act_as(tenant), translation.override(language), timezone.override(zone):
            reader = User.objects.select_related("role").filter(pk=person.pk, is_active=True).first()
            if reader is None or not reader.is_staff_member:
                return
            found = satisfaction.seen_by(reader).filter(rated_at__gte=since)
            page = satisfaction.page_of(found, show="all", after=after, size=BATCH)
            rows = [] if begun else [_heading()]
            rows += [_cells(rating) for rating in page.ratings]
        if not begun:
            begun = True
            # The byte order mark tells Excel that this is UTF-8.
            yield "\ufeff"
        for row in rows:
            yield str(writer.writerow([neutral(cell) for cell in row]))
        after = page.next
        if not after:
            return


def _heading() -> list[str]:
    names = (_("Number"), _("Subject"), _("Rated"), _("Score"), _("Best score"), _("Comment"), _("Customer"))
    return [
        *names,
        _("Organisation"),
        _("Agent"),
        _("Team"),
        _("Category"),
        _("Articles"),
        _("What was done, or will be"),
    ]


def _cells(rating: Rating) -> list[str]:
    ticket = rating.ticket
    return [
        str(ticket.number),
        ticket.subject,
        f"{timezone.localtime(rating.rated_at):%Y-%m-%d %H:%M}",
        str(rating.score),
        str(rating.scale),
        rating.comment,
        str(rating.person),
        str(ticket.organization or ""),
        str(rating.agent or ""),
        str(rating.team or ""),
        str(rating.category),
        ", ".join(f"{number:06d}" for number in rating.articles),
        rating.improvement,
    ]
