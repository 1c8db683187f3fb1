"""The ledger: each clock explains itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sla._wall import instant
from sla.clock.events import Event
from sla.clock.terms import Moment
from sla.hours import Calendar


class Kind(StrEnum):
    """What an entry of the ledger says."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    RETARGETED = "retargeted"
    CALENDAR_CHANGED = "calendar_changed"
    WARNED = "warned"
    BREACHED = "breached"
    BREACH_CLEARED = "breach_cleared"
    FULFILLED = "fulfilled"
    REOPENED = "reopened"
    CANCELLED = "cancelled"
    EXTENDED = "extended"  # an agent promised a later time
    EXCLUDED = "excluded"  # time was taken out: a window was entered late


#: A line that a clock crossed by itself.
CROSSINGS = frozenset({Kind.WARNED, Kind.BREACHED})


class Rule(StrEnum):
    """Why an entry was made, where the event alone does not say it."""

    TIME = "time"  # nothing happened but time
    METRIC = "metric"  # what starts and fulfils this metric
    STATUS = "status"  # the statuses that stop this clock
    REOPENED = "reopened"
    PRIORITY_CHANGED = "priority_changed"
    POLICY_CHANGED = "policy_changed"
    CALENDAR_CHANGED = "calendar_changed"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    PROMISED = "promised"
    TIER = "tier"  # another tier took the ticket, or this one got it back
    WINDOW = "window"  # maintenance or an outage
    APPROVAL = "approval"  # somebody is asked to approve, or has answered


class Cause(NamedTuple):
    """The event behind an entry, and the rule that was applied to it."""

    rule: Rule
    event: Event | None


@dataclass(frozen=True, slots=True)
class Breach:
    """A deadline that was missed: kept even if a later change of terms takes the breach back."""

    at: datetime
    due_at: datetime
    target_seconds: int


class Entry(NamedTuple):
    """One step of a clock: what, when, why, and how it stood afterwards."""

    at: datetime
    kind: Kind
    rule: Rule
    event: str | None
    source: object
    policy: object
    priority: object
    target_seconds: int | None
    consumed: int
    due_at: datetime | None
    percent: int | None
    reason: str | None = None  # what people gave as the reason, of a promise or a window; of an approval who is asked
    offset: int | None = None  # of a warning: so many open seconds after the deadline, before it if negative


class Record(NamedTuple):
    """An entry as the clock writes it down, in epoch seconds.

    Few ledgers are read: what was used by then is kept as the stopwatch stood, and counted for who reads.
    """

    at: int
    kind: Kind
    cause: Cause
    policy: object
    priority: object
    target_seconds: int | None
    counted: int
    running: int | None
    calendar: Calendar | None
    due: int | None
    moment: Moment | None

    @property
    def consumed(self) -> int:
        """Open seconds used up to then."""
        if self.running is None or self.calendar is None:
            return self.counted
        return self.counted + self.calendar.between_epoch(self.running, self.at)

    def entry(self) -> Entry:
        """The entry to be read by others."""
        event = self.cause.event
        return Entry(
            at=instant(self.at),
            kind=self.kind,
            rule=self.cause.rule,
            event=str(event.type) if event else None,
            source=event.source if event else None,
            policy=self.policy,
            priority=self.priority,
            target_seconds=self.target_seconds,
            consumed=self.consumed,
            due_at=None if self.due is None else instant(self.due),
            percent=self.moment if isinstance(self.moment, int) else None,
            reason=event.reason if event else None,
            offset=seconds_of(self.moment) if isinstance(self.moment, timedelta) else None,
        )


def seconds_of(offset: timedelta) -> int:
    """An offset from the deadline in whole seconds."""
    return offset.days * 86_400 + offset.seconds
