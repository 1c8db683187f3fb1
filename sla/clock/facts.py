"""What may be asked of a clock, once the fold has moved it."""

from collections.abc import Hashable
from datetime import datetime
from enum import StrEnum

from sla._wall import CalendarError, epoch, instant
from sla.clock.ledger import CROSSINGS, Breach, Cause, Entry, Record
from sla.clock.stopwatch import Stopwatch
from sla.clock.terms import DEFAULT_PAUSES, Metric, Moment, Target
from sla.hours import Calendar


class State(StrEnum):
    """How a clock stands; whether it was breached is another matter."""

    NO_TARGET = "no_target"
    NOT_STARTED = "not_started"
    RUNNING = "running"
    PAUSED = "paused"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    UNSCHEDULABLE = "unschedulable"  # the calendar runs dry before the target is used


class Facts:
    """What may be asked of a clock."""

    __slots__ = (
        "metric",
        "number",
        "tier",
        "target",
        "target_seconds",
        "policy",
        "priority",
        "revision",
        "fulfilled_by",
        "promised",
        "is_cancelled",
        "_watch",
        "_started",
        "_due",
        "_breached",
        "_breach_at",
        "_forced_by",
        "_fulfilled",
        "_cancelled",
        "_uncounted",
        "_extended",
        "_idle",
        "_warned",
        "_warnings",
        "_breaches",
        "_records",
    )

    def __init__(self, metric: Metric, number: int, tier: Hashable = None):
        self.metric, self.number = metric, number
        self.tier = tier  # of a clock that measures how long one held the ticket
        self.target: Target | None = None
        self.target_seconds: int | None = None
        self.policy: Hashable = None
        self.priority: Hashable = None
        self.revision = 0
        self.fulfilled_by: object | None = None
        self.promised = False  # whether it ever had a target
        self.is_cancelled = False
        self._watch = Stopwatch()
        self._started: int | None = None
        self._due: int | None = None
        self._breached: int | None = None
        self._breach_at: int | None = None  # when it breaks if nothing else happens
        self._forced_by: Cause | None = None  # the change of terms by which it breaks, if it is not time
        self._fulfilled: int | None = None
        self._cancelled: int | None = None
        self._uncounted: int | None = None  # since when it has gone without a target
        self._extended: int | None = None  # the time that an agent promised, if the policy lets that move the deadline
        self._idle: list[tuple[int, int]] = []  # when it was over, before it went on
        self._warned: set[Moment] = set()
        self._warnings: list[tuple[int, Moment]] = []  # still to come, in order of time
        self._breaches: list[Breach] = []
        self._records: list[Record] = []

    def __repr__(self) -> str:
        return f"<Clock {self.metric} {self.number}: {self.state}>"

    @property
    def state(self) -> State:
        """How the clock stands; one that can't be scheduled runs without a deadline."""
        if self.target is None or self.target.open_ended:
            return State.NO_TARGET
        if self._fulfilled is not None:
            return State.FULFILLED
        if self.is_cancelled:
            return State.CANCELLED
        if self._started is None:
            return State.NOT_STARTED
        if self._watch.running is None:
            return State.PAUSED
        return State.UNSCHEDULABLE if self._due is None else State.RUNNING

    @property
    def started_at(self) -> datetime | None:
        """When the metric began to count."""
        return _instant(self._started)

    @property
    def consumed(self) -> int:
        """Open seconds used before `running_since`."""
        return self._watch.consumed

    @property
    def running_since(self) -> datetime | None:
        """The beginning of the current stretch; None when it does not run."""
        return _instant(self._watch.running)

    @property
    def runs(self) -> tuple[tuple[datetime, datetime | None, Calendar], ...]:
        """The stretches that count, each by its calendar; the last one has no end while the clock runs."""
        return tuple((instant(begin), _instant(end), calendar) for begin, end, calendar in self._watch.runs())

    @property
    def due_at(self) -> datetime | None:
        """The deadline: None while paused, frozen once breached or fulfilled."""
        return _instant(self._due)

    @property
    def breached_at(self) -> datetime | None:
        """When the deadline was missed, under the terms that hold."""
        return _instant(self._breached)

    @property
    def breach_log(self) -> tuple[Breach, ...]:
        """Every breach, also those that a change of terms took back."""
        return tuple(self._breaches)

    @property
    def fulfilled_at(self) -> datetime | None:
        """When what was promised was done."""
        return _instant(self._fulfilled)

    @property
    def warn_at(self) -> tuple[tuple[datetime, Moment], ...]:
        """The warnings still to come; those after the deadline only once it is missed."""
        return tuple((instant(at), moment) for at, moment in self._warnings)

    @property
    def ledger(self) -> tuple[Entry, ...]:
        """How the clock came to stand as it does."""
        return tuple(record.entry() for record in self._records)

    @property
    def crossings(self) -> tuple[Entry, ...]:
        """The warnings and breaches of the ledger, for a fraction of what reading all of it costs."""
        return tuple(record.entry() for record in self._records if record.kind in CROSSINGS)

    @property
    def crossed_at(self) -> datetime | None:
        """When it last warned or broke."""
        return _instant(next((record.at for record in reversed(self._records) if record.kind in CROSSINGS), None))

    def consumed_at(self, at: datetime) -> int:
        """Open seconds used up to an instant that is not before the last event."""
        return self._watch.consumed_at(epoch(at))

    def remaining_seconds(self, as_of: datetime) -> int | None:
        """What is left of the target, or until the promised time; negative when it is overdrawn."""
        if self.target is None or self.target_seconds is None:
            return None
        left = self.target_seconds - self.consumed_at(as_of)
        if self._extended is None:
            return left
        return max(left, self.target.calendar.between_epoch(epoch(as_of), self._extended))

    def instant_used(self, seconds: int) -> datetime | None:
        """When so many seconds of the target are used; None if that will not come while the clock stands as it does."""
        try:
            return _instant(self._watch.reached_at(seconds)) if self._started is not None and seconds >= 0 else None
        except CalendarError:
            return None

    def instant_at(self, percent: int) -> datetime | None:
        """When that share of the target is used; None if the clock stops before."""
        return None if self.target_seconds is None else self.instant_used(share(self.target_seconds, percent))

    def instant_from_due(self, seconds: int) -> datetime | None:
        """The instant so many open seconds after the deadline, or before it if negative; None if that will not come.

        Before the deadline it counts by the time used, as warnings do; after it by the calendar alone, so that a late
        ticket climbs further even when its clock stops.
        """
        if self.target is None or self.target_seconds is None:
            return None
        if seconds < 0:
            return self.instant_used(max(self.target_seconds + seconds, 0))
        try:
            return None if self._due is None else instant(self._watch.calendar.add_epoch(self._due, seconds))
        except CalendarError:
            return None

    def next_instant(self, after: datetime) -> datetime | None:
        """The next instant at which the clock warns or breaks."""
        since = epoch(after)
        instants = [at for at, _ in self._warnings if at > since]
        if self._breach_at is not None and self._breach_at > since:
            instants.append(self._breach_at)
        return _instant(min(instants, default=None))

    def row(self) -> dict:
        """All that is worth storing, but for the ledger: folding the same history again gives the same row."""
        return {
            "metric": str(self.metric),
            "number": self.number,
            "tier": self.tier,
            "state": str(self.state),
            "policy": self.policy,
            "priority": self.priority,
            "target_seconds": self.target_seconds,
            "started_at": self.started_at,
            "consumed": self.consumed,
            "running_since": self.running_since,
            "due_at": self.due_at,
            "breached_at": self.breached_at,
            "breach_log": self.breach_log,
            "fulfilled_at": self.fulfilled_at,
            "fulfilled_by": self.fulfilled_by,
            "revision": self.revision,
        }

    @property
    def pauses(self) -> frozenset[str]:
        """The statuses in which the clock stops; APPROVAL among them if it does while somebody is asked to approve."""
        assert self.target is not None
        return DEFAULT_PAUSES[self.metric] if self.target.pause_on is None else self.target.pause_on


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else instant(seconds)


def share(seconds: int, percent: int) -> int:
    """A share of the target in whole seconds, rounded up: never before it is used."""
    return -(-seconds * percent // 100)
