"""Lists of tickets for those who asked: their own, and by their membership those of their organisations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
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


#: What each of the lists has, by what the address of its export calls it. Staff finds here what it asked for itself.
LISTS: dict[str, Callable[[User], TicketQuerySet]] = {
    "mine": lambda person: Ticket.objects.filter(requester=person),
    "organization": lambda person: tickets_of(person).filter(organization__in=_seen(person).values("organization")),
    "copies": lambda person: Ticket.objects.filter(pk__in=Participant.objects.filter(user=person).values("ticket")),
}


@require_safe
@customer_required
def tickets(request: HttpRequest, person: User) -> HttpResponse:
    """What this person asked."""
    return show_list(request, person, "mine")


@require_safe
@customer_required
def organization_tickets(request: HttpRequest, person: User) -> HttpResponse:
    """What this person's organisations asked, as far as the memberships let them see it."""
    organizations = list(Organization.objects.filter(pk__in=_seen(person).values("organization")))
    return show_list(request, person, "organization", {"organizations": organizations})


def _seen(person: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user=person).exclude(scope=Membership.Scope.OWN)


def is_finished(asked: QueryDict) -> bool:
    """Whether an address asks for what is over."""
    return asked.get("show") == "finished"


def chosen_of(asked: QueryDict, mine: Iterable[Organization]) -> Organization | None:
    """The one of a person's organisations to which an address narrows a list; None for all of them."""
    return next((each for each in mine if str(each.pk) == asked.get("organization")), None)


def listed(asked: QueryDict, whose: str, person: User, chosen: Organization | None) -> TicketQuerySet:
    """The tickets of a list of LISTS as its address narrows it, with all that its rows show, in no order yet."""
    found = LISTS[whose](person).filter(is_active=not is_finished(asked))
    return for_rows(found.filter(organization=chosen) if chosen else found)


def show_list(request: HttpRequest, person: User, whose: str, context: dict[str, object] | None = None) -> HttpResponse:
    """A page of tickets by number, in progress or finished."""
    before = request.GET.get("before", "")
    mine = list(Organization.objects.of(person).order_by("name"))
    chosen = chosen_of(request.GET, mine)
    found = listed(request.GET, whose, person, chosen).order_by("-number")
    if before.isascii() and before.isdecimal() and len(before) <= LONGEST_NUMBER:
        found = found.filter(number__lt=int(before))
    page = list(found[: PAGE_SIZE + 1])
    shown = {"show": "finished"} if is_finished(request.GET) else {}
    kept = shown | ({"organization": str(chosen.pk)} if chosen else {})
    context = {
        "is_own": whose == "mine",
        "is_copies": whose == "copies",
        "organizations": [],
        **(context or {}),
        "rows": rows_of(page[:PAGE_SIZE], timezone.now()),
        "tabs": _tabs(request, f"organization={chosen.pk}" if chosen else "", is_finished=bool(shown)),
        "mine": mine if len(mine) > 1 else [],
        "chosen": chosen,
        "is_finished": bool(shown),
        "next_url": f"?{urlencode({**kept, 'before': page[PAGE_SIZE - 1].number})}" if len(page) > PAGE_SIZE else "",
        "previous_url": f"?{urlencode(kept)}" if before else "",
        "export_url": f"{reverse('portal:export_tickets')}?{urlencode({'list': whose, **kept})}",
    }
    context["has_organization"] = bool(context["organizations"]) or _seen(person).exists()
    context["has_copies"] = whose == "copies" or Participant.objects.filter(user=person).exists()
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
