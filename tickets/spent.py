"""Reading time spent: of a ticket, and its sums by organisation and agent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from tickets.models import TimeEntry

#: Sums go over a year at most, so that what they cost has a bound.
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Spent:
    """What one agent spent on the tickets of one organisation."""

    organization: str
    agent: str
    minutes: int


def sums(begins: date, ends: date) -> list[Spent]:
    """By organisation and agent over the days from `begins` to `ends`, both included. One query."""
    begins = max(begins, ends - LONGEST)
    found = TimeEntry.objects.filter(spent_on__range=(begins, ends)).order_by()
    rows = (
        found.values("ticket__organization__name", "agent__name", "agent__email")
        .annotate(minutes=Sum("minutes"))
        .order_by("ticket__organization__name", "agent__name", "agent__email")
    )
    return [
        Spent(row["ticket__organization__name"] or "", row["agent__name"] or row["agent__email"], row["minutes"])
        for row in rows
    ]
