"""The fold: a ticket's history in, its clocks out."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sla._wall import EPOCH, epoch
from sla.clock.events import DONE, ENDED, MACHINES, STATUSES, WAITING, Event, EventType, HistoryInvalid
from sla.clock.instance import Clock
from sla.clock.ledger import Cause, Rule
from sla.clock.terms import Metric, Target, Terms
from sla.hours import Calendar


@dataclass(frozen=True, slots=True)
class Clocks:
    """All clocks of a ticket as of an instant, and the status, policy and priority that it then had."""

    first_response: Clock
    next_response: tuple[Clock, ...]
    periodic_update: tuple[Clock, ...]
    resolution: Clock
    status: str
    policy: Hashable
    priority: Hashable

    def __iter__(self) -> Iterator[Clock]:
        yield self.first_response
        yield from self.next_response
        yield from self.periodic_update
        yield self.resolution

    @property
    def due_at(self) -> datetime | None:
        """The earliest deadline of the clocks that are not fulfilled."""
        return min((clock.due_at for clock in self if clock.is_live and clock.due_at), default=None)

    def next_instant(self, after: datetime) -> datetime | None:
        """The next instant at which a clock warns or breaks."""
        return min((at for clock in self if (at := clock.next_instant(after))), default=None)


def fold(history: Sequence[Event], terms: Terms, as_of: datetime) -> Clocks:
    """The clocks as they stand at `as_of`. Events apply in order of their time, at one instant in the order given."""
    if not history:
        raise HistoryInvalid("The history is empty; it begins with the creation of the ticket.")
    events = sorted(history, key=_since_epoch) if len(history) > 1 else history
    if events[0].type != EventType.CREATED:
        raise HistoryInvalid(
            f"The history begins with {events[0].type!s}; it must begin with the creation of the ticket."
        )
    ticket, until = _Ticket(events[0], terms), epoch(as_of)
    for event in events:
        at = epoch(event.at)
        if at > until:
            break
        ticket.apply(event, at)
    ticket.advance(until + 1)
    return ticket.clocks()


class _Ticket:
    """The state of the fold: the clocks that may still move, and those that are over."""

    def __init__(self, created: Event, terms: Terms):
        self.terms, self.policy, self.priority, self.status = (
            terms,
            created.policy,
            created.priority,
            _status(created.status),
        )
        self.statuses: list[tuple[int, str]] = []
        self.versions: list[tuple[Calendar | None, Calendar]] = []
        self.cancelled_by: str | None = None
        self.first, self.resolution = self._clock(Metric.FIRST_RESPONSE), self._clock(Metric.RESOLUTION)
        self.next: list[Clock] = []
        self.periodic: list[Clock] = []

    def apply(self, event: Event, at: int) -> None:
        """Let time pass up to the event, then let it happen."""
        self.advance(at)
        try:
            move = MOVES[event.type]
        except KeyError:
            raise HistoryInvalid(f"There is no event {event.type!s}; the events are {', '.join(EventType)}.") from None
        if move is not None:
            move(self, event, at)

    def advance(self, limit: int) -> None:
        """Let warnings and breaches happen that fall due before the limit."""
        for clock in self.current():
            clock.advance(limit)

    def current(self) -> list[Clock]:
        """The clocks that may still move."""
        return [self.first, *self.next[-1:], *self.periodic[-1:], self.resolution]

    def clocks(self) -> Clocks:
        """The outcome; cycles that were never promised are not shown."""
        return Clocks(
            first_response=self.first,
            next_response=tuple(clock for clock in self.next if clock.promised),
            periodic_update=tuple(clock for clock in self.periodic if clock.promised),
            resolution=self.resolution,
            status=self.status,
            policy=self.policy,
            priority=self.priority,
        )

    def created(self, event: Event, at: int) -> None:
        """Start the resolution, and the first response if a customer asks."""
        if self.statuses:
            raise HistoryInvalid("The ticket is created twice; a history holds one creation.")
        self.statuses.append((at, self.status))
        cause = Cause(Rule.METRIC, event)
        if event.by in (None, "customer"):
            self.first.start(at, self.status, cause)
        self.resolution.start(at, self.status, cause)
        if self.status in ENDED:
            self._fulfil_all(at, cause)
        elif self.status == "refused":
            self._cancel_all(at, Cause(Rule.CANCELLED, event), by="status")

    def agent_replied(self, event: Event, at: int) -> None:
        """A public reply of a person answers the customer and promises the next update."""
        if self.cancelled_by or event.by in MACHINES:
            return
        cause = Cause(Rule.METRIC, event)
        if self.first.is_live:
            self.first.fulfil(at, cause)
        elif self.next:
            self.next[-1].fulfil(at, cause)
        if self.periodic:
            self.periodic[-1].fulfil(at, cause)
        if self.status not in DONE:
            self._start_cycle(self.periodic, Metric.PERIODIC_UPDATE, at, cause)

    def customer_replied(self, event: Event, at: int) -> None:
        """A message of a person waits for an answer, and wakes a ticket that waited for it."""
        if self.cancelled_by or event.by in MACHINES or self.status == "closed":
            return
        cause = Cause(Rule.METRIC, event)
        if self.status in WAITING:
            self._enter(event, at, "open")
        if not self.first.is_started:
            self.first.start(at, self.status, cause)
        elif self.first.is_fulfilled and not (self.next and self.next[-1].is_live):
            self._start_cycle(self.next, Metric.NEXT_RESPONSE, at, cause)

    def status_changed(self, event: Event, at: int) -> None:
        """Stop, resume, fulfil or reopen as the new status asks."""
        self._enter(event, at, _status(event.to))

    def priority_changed(self, event: Event, at: int) -> None:
        """New targets from the original start."""
        self.priority = event.to
        self._retarget_all(at, Cause(Rule.PRIORITY_CHANGED, event))

    def policy_changed(self, event: Event, at: int) -> None:
        """New targets, maybe on another calendar."""
        self.policy = event.to
        self._retarget_all(at, Cause(Rule.POLICY_CHANGED, event))

    def calendar_changed(self, event: Event, at: int) -> None:
        """A new version of a calendar: what was counted under the old one is counted again."""
        if isinstance(event.to, Calendar):
            self.versions.append((event.replaces, event.to))
        else:
            self.policy = event.to
        self._retarget_all(at, Cause(Rule.CALENDAR_CHANGED, event))

    def cancelled(self, event: Event, at: int) -> None:
        """The ticket is gone: nothing is owed any more."""
        self._cancel_all(at, Cause(Rule.CANCELLED, event), by="event")

    def restored(self, event: Event, at: int) -> None:
        """The ticket is back, in the status that it has."""
        if self.cancelled_by == "event":
            self.cancelled_by = None
            self._resume_all(at, Cause(Rule.RESTORED, event))

    def _enter(self, event: Event, at: int, status: str) -> None:
        old, self.status = self.status, status
        if status == old:
            return
        self.statuses.append((at, status))
        if self.cancelled_by == "event":
            return
        if status == "refused":
            self._cancel_all(at, Cause(Rule.CANCELLED, event), by="status")
        elif old == "refused":
            self.cancelled_by = None
            self._resume_all(at, Cause(Rule.RESTORED, event))
        elif status in ENDED:
            self._fulfil_all(at, Cause(Rule.METRIC, event))
        elif old in ENDED:
            self._reopen(self.resolution, at, Cause(Rule.REOPENED, event))
        else:
            for clock in self.current():
                clock.follow(at, status, Cause(Rule.STATUS, event))

    def _resume_all(self, at: int, cause: Cause) -> None:
        """Take the cancelling back, in whatever status the ticket now is."""
        if self.status == "refused":
            self.cancelled_by = "status"
            return
        for clock in self.current():
            if clock.is_cancelled or (clock is self.resolution and self.status not in ENDED and clock.is_fulfilled):
                self._reopen(clock, at, cause)
        if self.status in ENDED:
            self._fulfil_all(at, Cause(Rule.METRIC, cause.event))

    def _reopen(self, clock: Clock, at: int, cause: Cause) -> None:
        clock.reopen(at, self.status, cause)
        # The terms may have changed while the clock stood still.
        clock.retarget(at, self._terms(clock.metric), self.statuses, cause)

    def _fulfil_all(self, at: int, cause: Cause) -> None:
        for clock in self.current():
            clock.fulfil(at, cause)

    def _cancel_all(self, at: int, cause: Cause, by: str) -> None:
        self.cancelled_by = "event" if by == "event" else self.cancelled_by or by
        for clock in self.current():
            clock.cancel(at, cause)

    def _retarget_all(self, at: int, cause: Cause) -> None:
        for clock in self.current():
            clock.retarget(at, self._terms(clock.metric), self.statuses, cause)

    def _start_cycle(self, cycles: list[Clock], metric: Metric, at: int, cause: Cause) -> None:
        clock = self._clock(metric, number=1 + sum(cycle.promised for cycle in cycles))
        cycles.append(clock)
        clock.start(at, self.status, cause)

    def _clock(self, metric: Metric, number: int = 1) -> Clock:
        clock = Clock(metric, number)
        clock.offer(*self._terms(metric))
        return clock

    def _terms(self, metric: Metric) -> tuple[Target | None, Hashable, Hashable]:
        target = self.terms.target(self.policy, self.priority, metric)
        if target is not None:
            for old, new in self.versions:
                if old is None or target.calendar == old:
                    target = replace(target, calendar=new)
        return target, self.policy, self.priority


def _since_epoch(event: Event) -> timedelta:
    # Two datetimes of one zone would be compared by their wall clocks, wrong in the hour that comes twice.
    return event.at - EPOCH


def _status(value: object) -> str:
    if not isinstance(value, str) or value not in STATUSES:
        raise HistoryInvalid(f"There is no status {value!s}; the statuses are {', '.join(sorted(STATUSES))}.")
    return value


Move = Callable[[_Ticket, Event, int], None]
NO_MOVES: dict[str, Move | None] = dict.fromkeys(EventType)
MOVES = NO_MOVES | {
    EventType.CREATED: _Ticket.created,
    EventType.AGENT_REPLY: _Ticket.agent_replied,
    EventType.CUSTOMER_REPLY: _Ticket.customer_replied,
    EventType.STATUS: _Ticket.status_changed,
    EventType.PRIORITY: _Ticket.priority_changed,
    EventType.POLICY: _Ticket.policy_changed,
    EventType.CALENDAR: _Ticket.calendar_changed,
    EventType.MERGED: _Ticket.cancelled,
    EventType.DELETED: _Ticket.cancelled,
    EventType.SPAM: _Ticket.cancelled,
    EventType.CANCELLED: _Ticket.cancelled,
    EventType.RESTORED: _Ticket.restored,
}
