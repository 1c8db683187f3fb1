"""What will be late before the desk closes if nobody acts, and which tickets to take first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils import timezone

from sla.document import SupportPolicy
from sla.hours import Calendar
from tenants.models import User
from tickets import reading
from tickets.models import Ticket
from tickets.models.ticket import TicketQuerySet

#: So many are counted, and so many named.
MOST_COUNTED, MOST_NAMED = 1000, 10
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Hour:
    """The tickets that come due in an hour of the day: those that somebody has, and those that nobody works on."""

    begins: datetime
    held: int
    loose: int
    #: Where the bar stands and how high it is, in percent of the picture.
    x: float
    held_height: float
    loose_height: float

    @property
    def number(self) -> int:
        """Both together."""
        return self.held + self.loose

    @property
    def held_top(self) -> float:
        """Where the lower part of the bar ends, from above; the other stands upon it."""
        return 100 - self.held_height

    @property
    def loose_top(self) -> float:
        """Where the bar ends, from above."""
        return 100 - self.held_height - self.loose_height


@dataclass(frozen=True)
class Forecast:
    """What comes due between an instant and the next closing time."""

    begins: datetime
    closes: datetime
    is_open: bool
    hours: list[Hour] = field(default_factory=list)
    #: How wide a bar is, in percent of the picture.
    bar: float = 0
    first: list[Ticket] = field(default_factory=list)

    @property
    def number(self) -> int:
        """How many come due."""
        return sum(hour.number for hour in self.hours)

    @property
    def loose(self) -> int:
        """How many of them nobody works on: without an assignee, or whose assignee is away."""
        return sum(hour.loose for hour in self.hours)

    @property
    def ends_the_day(self) -> bool:
        """Whether it goes to midnight of the reader's clock: the desk closes later, or never."""
        return timezone.localtime(self.closes).time() == time.min

    @property
    def is_more(self) -> bool:
        """Whether there are more than were counted."""
        return self.number >= MOST_COUNTED


def forecast(reader: User, policy: SupportPolicy | None, away: Collection[UUID], *, at: datetime) -> Forecast | None:
    """What will be late before closing time, by the default opening hours; None where the desk never opens.

    While it is closed, of the next day that it opens. `away` are the ids of those who are. One query, and two for the
    rows of the tickets named.
    """
    ahead = until_closing(policy, at=at)
    if ahead is None:
        return None
    begins, closes = ahead.begins, ahead.closes
    owed = Ticket.objects.visible_to(reader).active().filter(due_at__gte=at, due_at__lte=closes)
    due = list(owed.order_by("due_at").values_list("due_at", "assignee")[:MOST_COUNTED])
    hours = _hours(due, away, begins, closes)
    first = reading.complete(list(reading.with_rows(_urgent(owed, away))[:MOST_NAMED])) if due else []
    return replace(ahead, hours=hours, bar=75 / max(1, len(hours)), first=first)


def until_closing(policy: SupportPolicy | None, *, at: datetime) -> Forecast | None:
    """The span alone, of which nothing is counted: no query. None where the desk never opens."""
    day = _day(policy, at) if policy else None
    return Forecast(*day, is_open=day[0] <= at) if day else None


def _day(policy: SupportPolicy, at: datetime) -> tuple[datetime, datetime] | None:
    """From when until when one looks: now to closing time or midnight, or the next day that is open."""
    calendar = policy.calendar()
    begins = at if calendar.is_open(at) else calendar.next_open(at)
    if begins is None:
        return None
    midnight = timezone.localtime(begins).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    closes = _last_close(calendar, begins)
    return begins, min(closes, midnight) if closes else midnight


def _last_close(calendar: Calendar, begins: datetime) -> datetime | None:
    """When the desk closes for the day, and not only for lunch; None if it never closes."""
    day = begins.astimezone(calendar.zone).date()
    closes = calendar.next_close(begins)
    while closes is not None:
        opens = calendar.next_open(closes)
        if opens is None or opens.astimezone(calendar.zone).date() != day:
            break
        closes = calendar.next_close(opens)
    return closes


def _urgent(owed: TicketQuerySet, away: Collection[UUID]) -> TicketQuerySet:
    """In the order in which to take them: first those that nobody works on, each by due time."""
    loose = When(Q(assignee=None) | Q(assignee__in=away), then=Value(0))
    urgent = owed.annotate(held=Case(loose, default=Value(1), output_field=IntegerField()))
    return urgent.order_by("held", "due_at", "number")


def _hours(
    due: Collection[tuple[datetime, UUID | None]], away: Collection[UUID], begins: datetime, closes: datetime
) -> list[Hour]:
    """A bar for every hour of the reader's clock."""
    start = timezone.localtime(begins).replace(minute=0, second=0, microsecond=0)
    starts = [start + HOUR * number for number in range(max(1, -((start - closes) // HOUR)))]
    held, loose = [0] * len(starts), [0] * len(starts)
    for at, assignee in due:
        here = min(max(0, (at - start) // HOUR), len(starts) - 1)
        (loose if assignee is None or assignee in away else held)[here] += 1
    highest = max([1, *(a + b for a, b in zip(held, loose, strict=True))])
    return [
        Hour(
            begins,
            held[place],
            loose[place],
            x=round(100 * place / len(starts), 2),
            held_height=round(100 * held[place] / highest, 2),
            loose_height=round(100 * loose[place] / highest, 2),
        )
        for place, begins in enumerate(starts)
    ]
