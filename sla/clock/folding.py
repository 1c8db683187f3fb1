"""The fold: a ticket's history in, its clocks out."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sla._wall import EPOCH, epoch
from sla.clock.events import Event, EventType, HistoryInvalid
from sla.clock.instance import Clock
from sla.clock.past import Window
from sla.clock.terms import Metric, Terms
from sla.clock.ticket import Ticket


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
    promises: tuple[Clock, ...] = ()
    tiers: Mapping[Hashable, Clock] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Clock]:
        yield self.first_response
        yield from self.next_response
        yield from self.periodic_update
        yield self.resolution
        yield from self.promises
        yield from self.tiers.values()

    @property
    def due_at(self) -> datetime | None:
        """The earliest deadline that the customer was told and that is not met; what a tier owes is no part of it."""
        told = (clock for clock in self if clock.metric is not Metric.TIER)
        return min((clock.due_at for clock in told if clock.is_live and clock.due_at), default=None)

    def next_instant(self, after: datetime) -> datetime | None:
        """The next instant at which a clock warns or breaks."""
        return min((at for clock in self if (at := clock.next_instant(after))), default=None)


def fold(history: Sequence[Event], terms: Terms, as_of: datetime, windows: Sequence[Window] = ()) -> Clocks:
    """The clocks as they stand at `as_of`. Events apply in order of their time, at one instant in the order given.

    `windows` are the maintenance and the outages that concern this ticket; they come before what else happens at an
    instant.
    """
    if not history:
        raise HistoryInvalid("The history is empty; it begins with the creation of the ticket.")
    events = sorted(history, key=_since_epoch) if len(history) > 1 else history
    if events[0].type != EventType.CREATED:
        raise HistoryInvalid(
            f"The history begins with {events[0].type!s}; it must begin with the creation of the ticket."
        )
    ticket, until = Ticket(events[0], terms), epoch(as_of)
    if windows:
        edges = sorted((edge for window in windows for edge in window.events()), key=_since_epoch)
        events = sorted([*edges, *events], key=_since_epoch)
    for event in events:
        at = epoch(event.at)
        if at > until:
            break
        ticket.apply(event, at)
    ticket.advance(until + 1)
    return _clocks(ticket)


def _clocks(ticket: Ticket) -> Clocks:
    """The outcome; cycles that were never promised are not shown."""
    return Clocks(
        first_response=ticket.first,
        next_response=tuple(clock for clock in ticket.next if clock.promised),
        periodic_update=tuple(clock for clock in ticket.periodic if clock.promised),
        resolution=ticket.resolution,
        status=ticket.status,
        policy=ticket.policy,
        priority=ticket.priority,
        promises=tuple(ticket.promises),
        tiers=ticket.tiers,
    )


def _since_epoch(event: Event) -> timedelta:
    # Two datetimes of one zone would be compared by their wall clocks, wrong in the hour that comes twice.
    return event.at - EPOCH
