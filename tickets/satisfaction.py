"""What customers think, summed up over a period, and which ratings are still to be looked at. Clauses A11 and B8.

Sums go over the ratings that were asked for, or given unasked, in a period: what they cost is bounded by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, ExpressionWrapper, F, FloatField, Func, IntegerField, Q, QuerySet

from tenants.models import User
from tenants.paging import picked
from tenants.permissions import Permission
from tickets.models import Category, Rating, Team, Ticket

PAGE_SIZE = 25
#: So many lines of a table are shown, those with the most bad ratings first; one more is read, to say that there are.
MOST_LINES = 30
#: So many of the worst categories and articles are named, of those that were rated this often.
MOST_WORST, LEAST_RATED = 3, 3
BAD, GOOD = Rating.Verdict.BAD, Rating.Verdict.GOOD
#: The lists of ratings: to look at, looked at, all with words.
SHOWN = {
    "open": Q(verdict=BAD, reviewed_at=None),
    "done": Q(reviewed_at__isnull=False),
    "words": ~Q(comment=""),
    "all": Q(),
}


@dataclass(frozen=True)
class Figures:
    """What was said about one thing."""

    of: Any  # a person, team or category, the number of an article; None for all, or for nobody
    asked: int
    answered: int  # of those that were asked for
    given: int
    good: int
    bad: int
    height: float | None  # on average, from 0 for the worst score of its scale to 1 for the best; None without any

    @property
    def share_good(self) -> int:
        """Satisfied ones in percent of those who rated, rounded down."""
        return 100 * self.good // (self.given or 1)

    @property
    def answer_rate(self) -> int | None:
        """In percent of those who were asked; None when nobody was."""
        return 100 * self.answered // self.asked if self.asked else None

    def average(self, scale: int) -> float | None:
        """The average score on a scale that ends there."""
        return None if self.height is None else 1 + self.height * (scale - 1)


def seen_by(person: User) -> QuerySet[Rating]:
    """All for who may see everybody's, as far as they may see the tickets; for others of the staff their own."""
    if not person.may(Permission.SEE_RATINGS):
        return Rating.objects.filter(agent=person)
    if person.may(Permission.SEE_ALL_TICKETS):
        return Rating.objects.all()
    return Rating.objects.filter(ticket__in=Ticket.objects.visible_to(person).values("pk"))


def whole(found: QuerySet[Rating], *, since: datetime) -> Figures:
    """Of all of a period. One query."""
    return _figures(None, found.filter(opened_at__gte=since).order_by().aggregate(**_sums()))


def by_agent(found: QuerySet[Rating], *, since: datetime) -> list[Figures]:
    """By who solved the request. Two queries."""
    return _by(found, "agent", User.objects.select_related("role"), since)


def by_team(found: QuerySet[Rating], *, since: datetime) -> list[Figures]:
    """By the team that had the request. Two queries."""
    return _by(found, "team", Team.objects.all(), since)


def by_category(found: QuerySet[Rating], *, since: datetime) -> list[Figures]:
    """By what the request was about. Two queries."""
    return _by(found, "category", Category.objects.all(), since)


def by_article(found: QuerySet[Rating], *, since: datetime) -> list[Figures]:
    """By the articles that answers carried or customers named, as their numbers. One query."""
    number = Func("articles", function="unnest", output_field=IntegerField(), set_returning=True)
    each: Any = found.filter(~Q(articles=[]), opened_at__gte=since).order_by().annotate(article=number)
    rows = each.values("article").annotate(**_sums()).filter(given__gt=0).order_by("-bad", "height", "article")
    return [_figures(row["article"], row) for row in rows[: MOST_LINES + 1]]


def worst(figures: Iterable[Figures]) -> list[Figures]:
    """Those with the greatest share of bad ratings, where there are enough to say so."""
    enough = [each for each in figures if each.given >= LEAST_RATED and each.bad and each.of is not None]
    return sorted(enough, key=lambda each: (-each.bad / each.given, -each.bad))[:MOST_WORST]


@dataclass(frozen=True)
class Page:
    """Some ratings, the newest first, and the key of what follows."""

    ratings: list[Rating]
    next: str


def page_of(found: QuerySet[Rating], *, show: str, after: str = "", size: int = PAGE_SIZE) -> Page:
    """Given ratings of a list of SHOWN after the key of a page before. One query, along an index."""
    chosen = _after(found.filter(SHOWN[show], rated_at__isnull=False), after)
    newest = ("-rated_at", "-id")
    rows = list(with_all(picked(chosen.order_by(*newest), size + 1)).order_by(*newest))
    last = rows[size - 1] if len(rows) > size else None
    return Page(rows[:size], key_of(last) if last else "")


def with_all(found: QuerySet[Rating]) -> QuerySet[Rating]:
    """With what a line shows."""
    needed = found.select_related("ticket__organization", "person", "agent", "team", "category", "reviewed_by")
    return needed.defer("ticket__description", "ticket__answers")


def key_of(rating: Rating) -> str:
    """Where a page that ends at this rating goes on."""
    assert rating.rated_at is not None  # lists hold given ones
    return f"{rating.rated_at.isoformat()}_{rating.pk}"


def _after(found: QuerySet[Rating], after: str) -> QuerySet[Rating]:
    """Below a key; a key that somebody made up begins at the start."""
    try:
        at, pk = after.replace(" ", "+").split("_")
        instant, row = datetime.fromisoformat(at), UUID(pk)
    except ValueError:
        return found
    if instant.tzinfo is None:
        return found
    return found.filter(Q(rated_at__lt=instant) | Q(rated_at=instant, pk__lt=row), rated_at__lte=instant)


def _by(found: QuerySet[Rating], name: str, named: QuerySet[Any], since: datetime) -> list[Figures]:
    rows = found.filter(opened_at__gte=since).order_by().values(name).annotate(**_sums())
    lines = list(rows.order_by("-bad", "height", name)[: MOST_LINES + 1])
    known = named.in_bulk([line[name] for line in lines if line[name]])
    return [_figures(known.get(line[name]), line) for line in lines]


def _sums() -> dict[str, Any]:
    height = ExpressionWrapper((F("score") - 1.0) / (F("scale") - 1.0), output_field=FloatField())
    return {
        "asked": Count("pk", filter=Q(asked_at__isnull=False)),
        "answered": Count("pk", filter=Q(asked_at__isnull=False, score__isnull=False)),
        "given": Count("score"),
        "good": Count("pk", filter=Q(verdict=GOOD)),
        "bad": Count("pk", filter=Q(verdict=BAD)),
        "height": Avg(height, filter=Q(score__isnull=False)),
    }


def _figures(of: Any, row: dict[str, Any]) -> Figures:
    return Figures(of, **{name: row[name] for name in ("asked", "answered", "given", "good", "bad", "height")})
