"""What a policy would do to the open tickets if it came into force now: their real histories, folded under it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sla import clock
from sla.clock import State
from sla.document import SupportPolicy, moves_clocks
from sla.models import PolicyVersion
from tickets import clocks, stops, versions
from tickets.models import Ticket

#: Tickets that are folded at once; memory does not grow with their number.
BATCH = 200
#: Tickets of each kind that a report names.
MOST_EXAMPLES = 20
#: Stands for the version that does not exist yet.
DRAFT = "draft"


class Moved(NamedTuple):
    """An open ticket with another deadline; the earliest one of its clocks, None when none runs."""

    number: int
    subject: str
    before: datetime | None
    after: datetime | None
    was_overdue: bool
    is_overdue: bool

    @property
    def becomes_overdue(self) -> bool:
        """Whether it is late only by the new terms."""
        return self.is_overdue and not self.was_overdue

    @property
    def stops_being_overdue(self) -> bool:
        """Whether it is late only by the old terms."""
        return self.was_overdue and not self.is_overdue


@dataclass
class Effect:
    """How many open tickets a policy touches, and the first of them by number."""

    looked_at: int = 0
    moved: int = 0
    become_overdue: int = 0
    stop_being_overdue: int = 0
    examples: dict[str, list[Moved]] = field(
        default_factory=lambda: {"moved": [], "become_overdue": [], "stop_being_overdue": []}
    )

    def count(self, ticket: Moved) -> None:
        """Add a ticket."""
        self._add("moved", ticket)
        if ticket.becomes_overdue:
            self._add("become_overdue", ticket)
        if ticket.stops_being_overdue:
            self._add("stop_being_overdue", ticket)

    def _add(self, kind: str, ticket: Moved) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.examples[kind]) < MOST_EXAMPLES:
            self.examples[kind].append(ticket)

    def counts(self) -> dict[str, int]:
        """The numbers alone."""
        names = ("looked_at", "moved", "become_overdue", "stop_being_overdue")
        return {name: getattr(self, name) for name in names}


def moved_by(policy: SupportPolicy, *, at: datetime) -> Iterator[Moved]:
    """The open tickets that get another deadline, by number. Writes nothing."""
    latest = PolicyVersion.objects.order_by("-number").defer("document", "source").first()
    if latest is None or not moves_clocks(latest.policy, policy):
        return
    last = 0
    while tickets := list(versions.lean(Ticket.objects.active()).filter(number__gt=last).order_by("number")[:BATCH]):
        last = tickets[-1].number
        histories, windows = clocks.histories(tickets), stops.of(tickets)
        for ticket in tickets:
            moved = _moved(ticket, histories[ticket.pk], windows[ticket.pk], latest, policy, at)
            if moved is not None:
                yield moved


def _moved(
    ticket: Ticket,
    history: list[clock.Event],
    windows: list[clock.Window],
    latest: PolicyVersion,
    policy: SupportPolicy,
    at: datetime,
) -> Moved | None:
    """How a ticket stands before and after; None when nothing about its deadlines changes."""
    at = max(at, ticket.clocks_at or at, ticket.created_at)
    before = clock.fold(history, clocks.Terms(), at, windows)
    terms = _Draft(policy)
    facts = versions.facts_of(ticket)
    sla, priority = versions.terms_of(ticket.sla, facts, latest.policy, policy)
    changes = [clock.Event(at, clock.EventType.POLICY, to=(DRAFT, sla), source=DRAFT)]
    if priority != facts.priority:
        changes.append(clock.Event(at, clock.EventType.PRIORITY, to=priority, source=DRAFT))
    after = clock.fold(list(versions.weave([*history, *changes], [], terms.known)), terms, at, windows)
    if _standing(before, at) == _standing(after, at):
        return None
    return Moved(ticket.number, ticket.subject, before.due_at, after.due_at, _is_overdue(before), _is_overdue(after))


def _standing(folded: clock.Clocks, at: datetime) -> list[tuple[Any, ...]]:
    """What people see of the clocks that are not over."""
    return [
        (each.metric, each.number, each.state, each.due_at, each.state == State.PAUSED and each.remaining_seconds(at))
        for each in folded
        if each.is_live and each.state != State.NO_TARGET
    ]


def _is_overdue(folded: clock.Clocks) -> bool:
    return any(each.is_live and each.breached_at is not None for each in folded)


class _Draft(clocks.Terms):
    """The terms of all versions, and those of one that does not exist yet."""

    def __init__(self, policy: SupportPolicy) -> None:
        super().__init__()
        self.policy = policy

    def known(self, version: str) -> SupportPolicy:
        """The policy of a version, the draft among them."""
        return self.policy if version == DRAFT else versions.known(version)
