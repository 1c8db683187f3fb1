"""A ticket while its history is told: each event moves its clocks."""

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime
from typing import cast

from sla._wall import WEEKDAYS, epoch
from sla.clock.events import DONE, ENDED, MACHINES, STATUSES, WAITING, Event, EventType, HistoryInvalid
from sla.clock.instance import Clock
from sla.clock.ledger import Cause, Rule
from sla.clock.past import WINDOW_CLOSED, WINDOW_OPENED, Past, Window
from sla.clock.terms import Metric, Moment, OnPromise, Target, Terms
from sla.hours import Calendar

AROUND_THE_CLOCK = Calendar("Etc/UTC", {day: [("00:00", "24:00")] for day in WEEKDAYS})
#: A promise is not renewed by restoring the ticket, and of the tiers only the one that has it goes on.
SET_ASIDE = {Metric.PROMISE, Metric.TIER}


class Ticket:
    """The state of the fold: the clocks that may still move, and those that are over."""

    def __init__(self, created: Event, terms: Terms):
        self.terms, self.policy, self.priority = terms, created.policy, created.priority
        self.status, self.tier = _status(created.status), created.tier
        self.past = Past()
        self.versions: list[tuple[Calendar | None, Calendar]] = []
        self.cancelled_by: str | None = None
        self.first, self.resolution = self._clock(Metric.FIRST_RESPONSE), self._clock(Metric.RESOLUTION)
        self.next: list[Clock] = []
        self.periodic: list[Clock] = []
        self.promises: list[Clock] = []
        self.tiers: dict[Hashable, Clock] = {}

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
        clocks = [self.first, *self.next[-1:], *self.periodic[-1:], self.resolution]
        if self.promises or self.tiers:
            clocks += [*self.promises[-1:], *self.tiers.values()]
        return clocks

    def created(self, event: Event, at: int) -> None:
        """Start the resolution, and the first response if a customer asks."""
        if self.past.statuses:
            raise HistoryInvalid("The ticket is created twice; a history holds one creation.")
        self.past.statuses.append((at, self.status))
        cause = Cause(Rule.METRIC, event)
        if event.by in (None, "customer"):
            self.first.start(at, self.past, cause)
        self.resolution.start(at, self.past, cause)
        self._hold(at, cause)
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
        for clock in (*self.periodic[-1:], *self.promises[-1:]):
            clock.fulfil(at, cause)
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
            self.first.start(at, self.past, cause)
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

    def promised(self, event: Event, at: int) -> None:
        """An agent gives a new time: a clock of its own, in place of an earlier promise."""
        if self.cancelled_by or self.status in DONE:
            return
        if not isinstance(event.to, datetime) or (until := epoch(event.to)) <= at:
            raise HistoryInvalid("A promise names an instant that lies after it was made.")
        answered, cause = self._answered(), Cause(Rule.PROMISED, event)
        for former in self.promises[-1:]:
            former.cancel(at, cause)
        owed = answered.target if answered else None
        clock = Clock(Metric.PROMISE, number=len(self.promises) + 1)
        # A time on the clock, not an amount of office hours.
        clock.offer(Target(AROUND_THE_CLOCK, seconds=until - at, warn=_warnings(owed)), self.policy, self.priority)
        self.promises.append(clock)
        clock.start(at, self.past, cause)
        if answered and owed and owed.on_promise is OnPromise.EXTEND:
            answered.extend(at, until, cause)

    def tier_changed(self, event: Event, at: int) -> None:
        """The clock of one tier stops, that of the other begins or goes on."""
        if event.to == self.tier:
            return
        cause = Cause(Rule.TIER, event)
        for clock in self.tiers.values():
            clock.fulfil(at, cause)
        self.tier = event.to
        self._hold(at, cause)

    def approval_asked(self, event: Event, at: int) -> None:
        """Stop what stands still while somebody is asked to approve."""
        self.past.asked(event.to, at)
        self._follow_all(at, Cause(Rule.APPROVAL, event))

    def approval_ended(self, event: Event, at: int) -> None:
        """Let go on what nothing else stops."""
        self.past.answered(event.to, at)
        self._follow_all(at, Cause(Rule.APPROVAL, event))

    def window_opened(self, event: Event, at: int) -> None:
        """Stop what the window stops; if it was entered late, from its beginning."""
        window = cast(Window, event.to)
        self.past.opened(window, at)
        if not self.past.statuses:
            return
        cause, begin = Cause(Rule.WINDOW, event), epoch(window.begins)
        for clock in self.current():
            if clock.metric in window.metrics and begin < at:
                clock.exclude(at, begin, at if window.ends is None else epoch(window.ends), cause)
        self._follow_all(at, cause)

    def window_closed(self, event: Event, at: int) -> None:
        """Let go on what no status and no other window stops."""
        self.past.closed(cast(Window, event.to))
        if self.past.statuses:
            self._follow_all(at, Cause(Rule.WINDOW, event))

    def _enter(self, event: Event, at: int, status: str) -> None:
        old, self.status = self.status, status
        if status == old:
            return
        self.past.statuses.append((at, status))
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
            cause = Cause(Rule.REOPENED, event)
            self._reopen(self.resolution, at, cause)
            self._hold(at, cause)
        else:
            self._follow_all(at, Cause(Rule.STATUS, event))

    def _resume_all(self, at: int, cause: Cause) -> None:
        """Take the cancelling back, in whatever status the ticket now is."""
        if self.status == "refused":
            self.cancelled_by = "status"
            return
        for clock in self.current():
            if clock.metric in SET_ASIDE:
                continue
            if clock.is_cancelled or (clock is self.resolution and self.status not in ENDED and clock.is_fulfilled):
                self._reopen(clock, at, cause)
        self._hold(at, cause)
        if self.status in ENDED:
            self._fulfil_all(at, Cause(Rule.METRIC, cause.event))

    def _reopen(self, clock: Clock, at: int, cause: Cause) -> None:
        clock.reopen(at, self.past, cause)
        # The terms may have changed while the clock stood still.
        clock.retarget(at, self._terms(clock), self.past, cause)

    def _fulfil_all(self, at: int, cause: Cause) -> None:
        for clock in self.current():
            clock.fulfil(at, cause)

    def _cancel_all(self, at: int, cause: Cause, by: str) -> None:
        self.cancelled_by = "event" if by == "event" else self.cancelled_by or by
        for clock in self.current():
            clock.cancel(at, cause)

    def _retarget_all(self, at: int, cause: Cause) -> None:
        for clock in self.current():
            if clock.metric is not Metric.PROMISE:  # a word that was given
                clock.retarget(at, self._terms(clock), self.past, cause)

    def _start_cycle(self, cycles: list[Clock], metric: Metric, at: int, cause: Cause) -> None:
        clock = self._clock(metric, number=1 + sum(cycle.promised for cycle in cycles))
        cycles.append(clock)
        clock.start(at, self.past, cause)

    def _clock(self, metric: Metric, number: int = 1, tier: Hashable = None) -> Clock:
        clock = Clock(metric, number, tier)
        clock.offer(*self._terms(clock))
        return clock

    def _terms(self, clock: Clock) -> tuple[Target | None, Hashable, Hashable]:
        if clock.metric is not Metric.TIER:
            target = self.terms.target(self.policy, self.priority, clock.metric)
        else:
            target = self.terms.tier(self.policy, self.priority, clock.tier)
        if target is not None:
            for old, new in self.versions:
                if old is None or target.calendar == old:
                    target = replace(target, calendar=new)
        return target, self.policy, self.priority

    def _answered(self) -> Clock | None:
        """The reply that is owed."""
        replies = (self.first, *self.next[-1:], *self.periodic[-1:])
        return next((clock for clock in replies if clock.is_live), None)

    def _hold(self, at: int, cause: Cause) -> None:
        """Let the clock of the tier that has the ticket run, from its beginning or on from where it was."""
        if self.tier is None or self.cancelled_by or self.status in DONE:
            return
        if self.tier not in self.tiers:
            self.tiers[self.tier] = self._clock(Metric.TIER, number=len(self.tiers) + 1, tier=self.tier)
            self.tiers[self.tier].start(at, self.past, cause)
        elif not (clock := self.tiers[self.tier]).is_live:
            self._reopen(clock, at, cause)

    def _follow_all(self, at: int, cause: Cause) -> None:
        for clock in self.current():
            clock.follow(at, self.past, cause)


def _warnings(owed: Target | None) -> tuple[Moment, ...]:
    """When a promise warns that takes the place of what is owed."""
    if owed is None:
        return ()
    return owed.warn if owed.warn_promise is None else owed.warn_promise


def _status(value: object) -> str:
    if not isinstance(value, str) or value not in STATUSES:
        raise HistoryInvalid(f"There is no status {value!s}; the statuses are {', '.join(sorted(STATUSES))}.")
    return value


Move = Callable[[Ticket, Event, int], None]
NO_MOVES: dict[str, Move | None] = dict.fromkeys(EventType)
MOVES = NO_MOVES | {
    EventType.CREATED: Ticket.created,
    EventType.AGENT_REPLY: Ticket.agent_replied,
    EventType.CUSTOMER_REPLY: Ticket.customer_replied,
    EventType.STATUS: Ticket.status_changed,
    EventType.PRIORITY: Ticket.priority_changed,
    EventType.POLICY: Ticket.policy_changed,
    EventType.CALENDAR: Ticket.calendar_changed,
    EventType.MERGED: Ticket.cancelled,
    EventType.DELETED: Ticket.cancelled,
    EventType.SPAM: Ticket.cancelled,
    EventType.CANCELLED: Ticket.cancelled,
    EventType.RESTORED: Ticket.restored,
    EventType.PROMISED: Ticket.promised,
    EventType.TIER: Ticket.tier_changed,
    EventType.APPROVAL_ASKED: Ticket.approval_asked,
    EventType.APPROVAL_ENDED: Ticket.approval_ended,
    WINDOW_OPENED: Ticket.window_opened,
    WINDOW_CLOSED: Ticket.window_closed,
}
