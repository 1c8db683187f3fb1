"""What-if: the real history of a period, folded as if another policy had held all along. Writes nothing.

Each request that was filed in the period gets the SLA policy and the priority that the draft would have given it then;
what really happened to it stays as it happened. "Before" is what the kept clocks say. The clocks of tiers are left out:
what a tier owes is between the tiers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from helpdesk.policy.refolding import VERBS, Draft, Filed, Results, Told, note
from sla.clock import Metric, State
from sla.document import SupportPolicy
from tickets.measures import SHOWN
from tickets.models import Clock, Event, ServiceWindow

#: Tickets that are folded at once; memory does not grow with their number.
BATCH = 2000
#: Flips that a result names.
MOST_LISTED = 200
#: By what the figures are told apart.
GROUPS = ("metric", "priority", "tier", "category", "organization")


class Flip(NamedTuple):
    """A promise that was kept and would have been broken, or the other way round."""

    number: int
    subject: str
    metric: Metric
    was_kept: bool
    due_before: datetime | None
    due_after: datetime | None


@dataclass
class Figures:
    """Promises kept and broken, as it was and under the draft; those that are not decided count nowhere."""

    kept_before: int = 0
    broken_before: int = 0
    kept_after: int = 0
    broken_after: int = 0
    to_broken: int = 0
    to_kept: int = 0
    only_before: int = 0  # decided as it was, but under the draft not promised, or not decided yet
    only_after: int = 0

    @property
    def share_before(self) -> int | None:
        """Kept ones in percent of those that are decided, rounded down: 100 means all of them. None without any."""
        return _share(self.kept_before, self.broken_before)

    @property
    def share_after(self) -> int | None:
        """The same under the draft."""
        return _share(self.kept_after, self.broken_after)

    @property
    def flips(self) -> int:
        """How many results are the other way round under the draft."""
        return self.to_broken + self.to_kept

    @property
    def decided(self) -> int:
        """How many promises were kept or broken, as it was."""
        return self.kept_before + self.broken_before

    @property
    def decided_after(self) -> int:
        """How many would be under the draft."""
        return self.kept_after + self.broken_after

    def add(self, was: bool | None, now: bool | None, times: int) -> None:
        """Count promises that were kept, broken or neither, and are it under the draft."""
        self.kept_before += times * (was is True)
        self.broken_before += times * (was is False)
        self.kept_after += times * (now is True)
        self.broken_after += times * (now is False)
        self.to_broken += times * (was is True and now is False)
        self.to_kept += times * (was is False and now is True)
        self.only_before += times * (was is not None and now is None)
        self.only_after += times * (was is None and now is not None)


@dataclass
class Replay:
    """What came out: of all promises, by each group's keys (an organisation's is its id), and which results flip."""

    since: datetime
    at: datetime
    tickets: int = 0
    is_cut: bool = False  # more tickets were filed in the period than were looked at
    total: Figures = field(default_factory=Figures)
    groups: dict[str, dict[Any, Figures]] = field(default_factory=lambda: {name: {} for name in GROUPS})
    flips: list[Flip] = field(default_factory=list)  # the first of them, of the latest tickets

    def most(self, group: str, limit: int) -> list[tuple[Any, Figures]]:
        """So many keys of a group, those with the most flips first, then those with the most promises."""
        rows = self.groups[group].items()
        return sorted(rows, key=lambda row: (row[1].flips, row[1].decided), reverse=True)[:limit]

    def lost_priorities(self, policy: SupportPolicy) -> list[str]:
        """Priorities of these tickets that the draft neither has nor replaces: it promises nothing for them."""
        return sorted(key for key in self.groups["priority"] if policy.successor(key) not in policy.priorities)


def replay(
    policy: SupportPolicy,
    *,
    since: datetime,
    at: datetime,
    most: int | None = None,
    tell: Callable[[Flip], None] = lambda _: None,
) -> Replay:
    """Fold what was filed in a period, the latest first and at most so many tickets; `tell` hears of every flip.

    Three statements a batch, and two for maintenance and outages.
    """
    found, draft = Replay(since, at), Draft(policy, _windows(since))
    for batch in _batches(since, at):
        filed = batch if most is None else batch[: most - found.tickets]
        found.is_cut = len(filed) < len(batch)
        if filed:
            found.tickets, oldest = found.tickets + len(filed), filed[-1].at
            for flip in _count(found, filed, draft):
                tell(flip)
                if len(found.flips) < MOST_LISTED:
                    found.flips.append(flip)
        if found.is_cut:
            found.since = oldest
            break
    return found


def _count(found: Replay, filed: Sequence[Filed], draft: Draft) -> Iterator[Flip]:
    """Add a batch to the figures; yields its flips."""
    tickets = [each.ticket for each in filed]
    before, events = _kept(tickets, found.at), _events(tickets)
    counted: Counter[tuple[Any, ...]] = Counter()
    for each in filed:
        was, now = before.get(each.ticket, {}), draft.results(each, events.get(each.ticket, []), found.at)
        for key in was | now:
            (kept, due_before), (keeps, due_after) = was.get(key, _NEITHER), now.get(key, _NEITHER)
            counted[key[0], *each.groups, kept, keeps] += 1
            if kept is not None and keeps is not None and kept != keeps:
                yield Flip(each.number, each.subject, Metric(key[0]), kept, due_before, due_after)
    for (*keys, kept, keeps), times in counted.items():
        found.total.add(kept, keeps, times)
        for name, key in zip(GROUPS, keys, strict=True):
            found.groups[name].setdefault(key, Figures()).add(kept, keeps, times)


_NEITHER: tuple[None, None] = (None, None)


def _share(kept: int, broken: int) -> int | None:
    return 100 * kept // (kept + broken) if kept + broken else None


_COLUMNS = (
    *("id", "ticket_id", "at", "data", "ticket__number", "ticket__subject", "ticket__priority__key"),
    *("ticket__tier__key", "ticket__category__key", "ticket__organization_id", "ticket__organization__contract"),
    *("ticket__impact", "ticket__urgency"),
)


def _batches(since: datetime, at: datetime) -> Iterator[list[Filed]]:
    """What was filed, the latest first, some at a time."""
    filed = Event.objects.filter(verb="ticket.created", at__gte=since, at__lte=at).order_by("-at", "-id")
    rows: Any = filed.values_list(*_COLUMNS)
    batch = [Filed(*row) for row in rows[:BATCH]]
    while batch:
        yield batch
        last = batch[-1]
        # The first condition is the one that the index knows.
        later = rows.filter(Q(at__lte=last.at), Q(at__lt=last.at) | Q(id__lt=last.event))
        batch = [Filed(*row) for row in later[:BATCH]] if len(batch) == BATCH else []


def _windows(since: datetime) -> list[ServiceWindow]:
    """Maintenance and outages that were not over when the period began, whatever they stopped."""
    return list(ServiceWindow.objects.filter(Q(ends_at=None) | Q(ends_at__gt=since)).prefetch_related("organizations"))


def _kept(tickets: Sequence[UUID], at: datetime) -> dict[UUID, Results]:
    """What the kept clocks say of those that are decided."""
    found: dict[UUID, Results] = {}
    is_late = Q(breached_at__isnull=False) | Q(state=State.RUNNING, due_at__lte=at)
    decided = Clock.objects.filter(Q(state=State.FULFILLED) | is_late, ticket__in=tickets, metric__in=SHOWN)
    names = ("ticket_id", "metric", "started_at", "state", "breached_at", "due_at")
    for ticket, metric, started_at, state, breached_at, due_at in decided.order_by("number").values_list(*names):
        is_kept = state == State.FULFILLED and breached_at is None
        note(found.setdefault(ticket, {}), metric, started_at, is_kept, due_at)
    return found


def _events(tickets: Sequence[UUID]) -> dict[UUID, list[Told]]:
    """What happened to them after they were filed."""
    found: dict[UUID, list[Told]] = {}
    rows = Event.objects.filter(ticket__in=tickets, verb__in=VERBS).order_by("at", "id")
    for ticket, verb, at, data in rows.values_list("ticket_id", "verb", "at", "data"):
        found.setdefault(ticket, []).append((verb, at, data))
    return found
