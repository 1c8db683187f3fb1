"""Lists of tickets for those who asked: their own, and by their membership those of their organisations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tenants.models import User
from tenants.text import say
from tickets import promise
from tickets.models import Membership, Organization, Participant, Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.views.portal.common import customer_required, tickets_of

PAGE_SIZE = 25
#: Longer numbers are no ticket's: Postgres' bigint ends here.
LONGEST_NUMBER = 18


@dataclass(frozen=True)
class Row:
    """A ticket as a list shows it."""

    ticket: Ticket
    status: str
    promise: promise.Promise | None


def rows_of(tickets: Iterable[Ticket], at: datetime) -> list[Row]:
    """Tickets with their customers' word for the state, and what is promised next."""
    return [
        Row(ticket, say(ticket.status.customer_name) or str(ticket.status), _next(ticket, at)) for ticket in tickets
    ]


def _next(ticket: Ticket, at: datetime) -> promise.Promise | None:
    return promise.next_due(ticket, ticket.clocks.all(), at=at) if ticket.is_active else None


def for_rows(tickets: TicketQuerySet) -> TicketQuerySet:
    """With all that rows show: two queries, whatever the number of tickets."""
    return tickets.for_list().defer("description", "answers").prefetch_related("clocks")


@require_safe
@customer_required
def tickets(request: HttpRequest, person: User) -> HttpResponse:
    """What this person asked."""
    return show_list(request, person, Ticket.objects.filter(requester=person), {"is_own": True})


@require_safe
@customer_required
def organization_tickets(request: HttpRequest, person: User) -> HttpResponse:
    """What this person's organisations asked, as far as the memberships let them see it."""
    seen = Organization.objects.filter(pk__in=_seen(person).values("organization"))
    organizations = list(seen)
    found = tickets_of(person).filter(organization__in=organizations)
    return show_list(request, person, found, {"is_own": False, "organizations": organizations})


def _seen(person: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user=person).exclude(scope=Membership.Scope.OWN)


def show_list(request: HttpRequest, person: User, found: TicketQuerySet, context: dict[str, object]) -> HttpResponse:
    """A page of tickets by number, in progress or finished."""
    is_finished = request.GET.get("show") == "finished"
    before = request.GET.get("before", "")
    mine = list(Organization.objects.of(person).order_by("name"))
    chosen = next((each for each in mine if str(each.pk) == request.GET.get("organization")), None)
    if chosen is not None:
        found = found.filter(organization=chosen)
    found = for_rows(found.filter(is_active=not is_finished)).order_by("-number")
    if before.isascii() and before.isdecimal() and len(before) <= LONGEST_NUMBER:
        found = found.filter(number__lt=int(before))
    page = list(found[: PAGE_SIZE + 1])
    show = ("show=finished&" if is_finished else "") + (f"organization={chosen.pk}&" if chosen else "")
    context |= {
        "rows": rows_of(page[:PAGE_SIZE], timezone.now()),
        "tabs": _tabs(request, f"organization={chosen.pk}" if chosen else "", is_finished=is_finished),
        "mine": mine if len(mine) > 1 else [],
        "chosen": chosen,
        "is_finished": is_finished,
        "has_organization": bool(context.get("organizations")) or _seen(person).exists(),
        "has_copies": context.get("is_copies") or Participant.objects.filter(user=person).exists(),
        "next_url": f"?{show}before={page[PAGE_SIZE - 1].number}" if len(page) > PAGE_SIZE else "",
        "previous_url": f"?{show}".rstrip("&") if before else "",
    }
    return render(request, "tickets/portal/tickets.html", context)


def _tabs(request: HttpRequest, only: str, *, is_finished: bool) -> list[dict[str, object]]:
    and_only = f"&{only}" if only else ""
    return [
        {
            "label": _("In progress"),
            "url": f"{request.path}?{only}" if only else request.path,
            "current": not is_finished,
        },
        {"label": _("Finished"), "url": f"{request.path}?show=finished{and_only}", "current": is_finished},
    ]


def crumbs(*steps: tuple[str, str]) -> list[dict[str, str]]:
    """The way from the portal's start to a page; the last step has no address."""
    return [
        {"label": _("Home"), "url": reverse("portal:home")},
        *({"label": label, "url": url} for label, url in steps),
    ]
