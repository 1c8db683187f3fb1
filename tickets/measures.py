"""How the desk does against its policy: promises kept, requests solved per tier and its time, priorities corrected.

Everything is read from rows that the history gave, of one period; nothing is counted over all times.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Avg, Count, Q

from sla.clock import Metric, State
from sla.document import SupportPolicy
from tickets import endings, refusals
from tickets.models import Clock, Event, Ticket, Tier

#: In the order in which people read them.
SHOWN = (
    Metric.FIRST_RESPONSE,
    Metric.NEXT_RESPONSE,
    Metric.PERIODIC_UPDATE,
    Metric.PROMISE,
    Metric.RESOLUTION,
)

#: So many of the articles that answers carried are named.
MOST_ARTICLES = 10


@dataclass(frozen=True)
class Kept:
    """The promises of one metric that began in the period: kept, and broken, whether or not they are done by now."""

    metric: str
    kept: int
    broken: int

    @property
    def share(self) -> int:
        """Kept ones in percent of those that are decided, rounded down: 100 means all of them."""
        return 100 * self.kept // ((self.kept + self.broken) or 1)


@dataclass(frozen=True)
class OfTier:
    """What one tier did in the period."""

    tier: Tier
    solved: int
    share: int  # of all that were solved, in percent
    target: int | None  # of that share, from the policy
    seconds: int | None  # business time that it held a request on average; None when it held none

    @property
    def is_reached(self) -> bool:
        """Whether it solved the share that the policy asks of it; so without a target."""
        return self.target is None or self.share >= self.target


@dataclass(frozen=True)
class Correction:
    """Priorities that staff corrected from one to another."""

    former: str
    to: str
    times: int


def kept(*, since: datetime, at: datetime) -> list[Kept]:
    """Each metric's promises that began in the period. Clause E10 counts the announced answers among them."""
    found = Clock.objects.filter(metric__in=SHOWN, started_at__gte=since)
    missed = Q(breached_at__isnull=False) | Q(state=State.RUNNING, due_at__lt=at)
    rows = (
        found.order_by()
        .values("metric")
        .annotate(met=Count("pk", filter=Q(state=State.FULFILLED, breached_at=None)), late=Count("pk", filter=missed))
    )
    by_metric = {row["metric"]: Kept(row["metric"], row["met"], row["late"]) for row in rows}
    decided = (by_metric.get(metric) for metric in SHOWN)
    return [each for each in decided if each and each.kept + each.broken]


def of_tiers(policy: SupportPolicy, *, since: datetime) -> list[OfTier]:
    """Which share each tier solved of what was solved in the period, and how long it held a request. Clause E3."""
    solved = endings.solved_since(Ticket.objects.filter(merged_into=None), since)
    counted = solved.order_by().values("tier").annotate(tickets=Count("pk"))
    by_tier = {row["tier"]: row["tickets"] for row in counted}
    all_solved = sum(by_tier.values()) or 1
    ended = Clock.objects.filter(metric=Metric.TIER, started_at__gte=since, consumed_seconds__gt=0)
    held = dict(ended.order_by().values("tier").annotate(mean=Avg("consumed_seconds")).values_list("tier", "mean"))
    return [
        OfTier(
            tier=tier,
            solved=by_tier.get(tier.pk, 0),
            share=round(100 * by_tier.get(tier.pk, 0) / all_solved),
            target=policy.tiers[tier.key].share_target if tier.key in policy.tiers else None,
            seconds=round(held[tier.key]) if tier.key in held else None,
        )
        for tier in Tier.objects.filter(is_active=True)
    ]


def corrections(*, since: datetime) -> list[Correction]:
    """How often staff corrected the priority that a request was filed with, the most frequent first. Clause D2."""
    by_staff = Event.objects.filter(verb="priority.changed", at__gte=since, actor__isnull=False)
    pairs = Counter((data["former"], data["to"]) for data in by_staff.order_by().values_list("data", flat=True))
    return [Correction(former, to, times) for (former, to), times in pairs.most_common()]


@dataclass(frozen=True)
class Answers:
    """Answers of agents in the period, and those that carried an article."""

    all: int
    with_article: int
    by_article: list[tuple[int, int]]  # number of the article and in how many answers, the most frequent first

    @property
    def share(self) -> int:
        """Answers with an article in percent of all, rounded."""
        return round(100 * self.with_article / (self.all or 1))


def answers(*, since: datetime) -> Answers:
    """How many answers pointed to the knowledge base, and to what. Clauses C9 and E11."""
    posted = Event.objects.filter(verb="message.posted", at__gte=since, is_public=True, data__by="agent").order_by()
    carried = list(posted.filter(data__has_key="articles").values_list("data__articles", flat=True))
    times = Counter(number for numbers in carried for number in numbers)
    return Answers(posted.count(), len(carried), times.most_common(MOST_ARTICLES))


@dataclass(frozen=True)
class RefusedFor:
    """Requests that were refused in the period for one reason, and what customers objected to that."""

    reason: str  # the key of the policy's reason; empty for what is not covered
    refused: int
    objected: int
    granted: int  # of the objections: those after which the request was taken up after all


def refused(*, since: datetime) -> list[RefusedFor]:
    """How often requests were refused and why, how many objected, and how often they were right. Clause C12.

    An objection counts for the refusal before it, also when that was made before the period.
    """
    begun = Event.objects.filter(verb__in=(*refusals.REFUSALS, refusals.APPEAL), at__gte=since)
    verbs = (*refusals.REFUSALS, refusals.APPEAL, *refusals.DECISIONS)
    story = Event.objects.filter(verb__in=verbs, ticket__in=begun.order_by().values("ticket"))
    counts: dict[str, Counter[str]] = {}
    reasons: dict[UUID, str] = {}
    waiting: set[UUID] = set()
    for ticket, verb, at, data in story.order_by("at", "id").values_list("ticket", "verb", "at", "data"):
        if verb in refusals.REFUSALS:
            reasons[ticket] = data.get("reason", "")
        of = counts.setdefault(reasons.get(ticket, ""), Counter())
        if verb in refusals.REFUSALS and at >= since:
            of["refused"] += 1
        elif verb == refusals.APPEAL and at >= since and ticket not in waiting:
            of["objected"] += 1
            waiting.add(ticket)
        elif verb in refusals.DECISIONS:
            of["granted"] += verb == "ticket.reopened" and ticket in waiting
            waiting.discard(ticket)
    rows = [RefusedFor(key, of["refused"], of["objected"], of["granted"]) for key, of in counts.items()]
    return sorted((row for row in rows if row.refused or row.objected), key=lambda row: (-row.refused, row.reason))


def filed(*, since: datetime) -> int:
    """How many requests were filed in the period."""
    return Event.objects.filter(verb="ticket.created", at__gte=since).count()
