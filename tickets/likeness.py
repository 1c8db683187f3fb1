"""Which tickets say nearly the same: by the letters of subject and first message, among a bounded number of tickets."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import F, Func, QuerySet, Value
from django.db.models.functions import Left

from tenants.models import User
from tickets.models import Ticket
from tickets.models.ticket import TicketQuerySet

#: Tickets of one customer, and of everybody, that one is compared with: an index walk each, however many there are.
MOST_OF_A_CUSTOMER = 60
MOST_OF_ALL = 450
#: A duplicate by the same customer is sought within this; one by somebody else within a day.
LATELY, TODAY = timedelta(days=30), timedelta(days=1)
#: From 0 to 1. Somebody's own second ticket needs to be less alike than a stranger's.
LEAST_OWN, LEAST_OTHERS = 0.3, 0.4
MOST_SHOWN = 8

_HEAD = 400
#: What every second ticket says, in three languages: two tickets are not alike by it.
_COMMON = (
    "not|no|on|in|is|the|and|my|does|doesn't|don't|isn't|can't|cannot|work|works|working|please|help|problem|problems|"
    "issue|error|urgent|asap|"
    "no|funciona|funcionan|el|la|los|las|mi|de|en|con|para|ayuda|problema|problemas|urgente|por|favor|"
    "не|работает|работают|на|в|с|у|и|мой|моя|нас|помогите|пожалуйста|проблема|проблемы|ошибка|срочно|нет"
)
_COMMON_WORDS = re.compile(rf"\b({_COMMON})\b", re.IGNORECASE)


def likely_duplicates(ticket: Ticket, person: User) -> list[Ticket]:
    """Tickets that a person may see and that may be about the same, the customer's own first, with their `likeness`.

    Three statements at most, each over a bounded number of rows.
    """
    seen = Ticket.objects.visible_to(person).filter(merged_into=None).exclude(pk=ticket.pk)
    seen = seen.select_related("status", "requester", "organization").defer("description", "answers")
    since, until = ticket.created_at - LATELY, ticket.created_at + LATELY
    own = alike(ticket, seen.filter(pk__in=of_customer(ticket), created_at__range=(since, until)), least=LEAST_OWN)
    found = list(own[:MOST_SHOWN])
    nearby = (ticket.created_at - TODAY, ticket.created_at + TODAY)
    others = seen.filter(pk__in=around(ticket), created_at__range=nearby).exclude(pk__in=[each.pk for each in found])
    return [*found, *alike(ticket, others, least=LEAST_OTHERS)[: MOST_SHOWN - len(found)]]


def alike(ticket: Ticket, among: TicketQuerySet, *, least: float) -> TicketQuerySet:
    """Those that say nearly the same, the most alike first, with their `likeness`. Reads all of `among`."""
    subject, head = _probe(ticket.subject), _probe(ticket.description[:_HEAD])
    return (
        among.annotate(likeness=_share(F("subject"), subject) * 0.65 + _share(Left("description", _HEAD), head) * 0.35)
        .filter(likeness__gte=least)
        .order_by("-likeness", "-number")
    )


def around(ticket: Ticket) -> QuerySet[Any, Any]:
    """The ids of the tickets that were filed before this one, and right after it; for `pk__in`."""
    # By their numbers, which are bounds that hold whatever Postgres believes about the table.
    first, last = ticket.number - MOST_OF_ALL * 2 // 3, ticket.number + MOST_OF_ALL // 3
    return Ticket.objects.filter(number__range=(first, last)).values("pk")


def of_customer(ticket: Ticket) -> QuerySet[Any, Any]:
    """The ids of the latest tickets of the requester, and of their organisation; for `pk__in`."""
    latest = Ticket.objects.order_by("-number").values("pk")
    own = latest.filter(requester=ticket.requester_id)[:MOST_OF_A_CUSTOMER]
    if ticket.organization_id is None:
        return own
    # A union, since Postgres would look through every ticket of the tenant for one of two conditions.
    return own.union(latest.filter(organization=ticket.organization_id)[:MOST_OF_A_CUSTOMER])


def _probe(text: str) -> str:
    return " ".join(_COMMON_WORDS.sub(" ", text).split())


def _share(column: F | Func, text: str) -> TrigramSimilarity:
    """How much of the letters two texts share, without the words that say nothing: 0 when nothing else is left."""
    bare = Func(column, Value(rf"\m({_COMMON})\M"), Value(" "), Value("gi"), function="regexp_replace")
    return TrigramSimilarity(bare, text)
