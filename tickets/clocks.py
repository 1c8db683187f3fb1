"""A ticket's clocks: folded from its history, kept as rows for queries, watched by one alarm a ticket."""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sla import clock
from tenants import alarms
from tenants.bulk import insert, read_many, update_many, write_many
from tickets import events, stops, versions
from tickets.models import Clock, Event, Message, Ticket

#: The alarm that wakes up when the next clock of a ticket warns or breaks; its subject is the ticket.
ALARM = "clock"
#: The alarm that lets rules look at what a ticket's clocks did; its subject is the ticket.
CROSSED = "clock.crossed"

#: An answer within the second of its deadline is in time, so a breach is certain when that second is over.
SETTLED = timedelta(seconds=1)

#: Verbs of the history that clocks care about.
VERBS = [
    "ticket.created",
    "message.posted",
    "message.copied",
    "status.changed",
    "priority.changed",
    "policy.changed",
    "ticket.merged",
    "ticket.unmerged",
    "ticket.not_covered",
    "ticket.refused",
    "ticket.reopened",
    "ticket.escalated",
    "ticket.handed_back",
    "delay.announced",
    "approval.asked",
    "approval.finished",
    "approval.left",
    "approval.came",
]
#: What a change of status is recorded as, beside status.changed.
_STATUS_VERBS = {"status.changed", "ticket.not_covered", "ticket.refused", "ticket.reopened"}
#: What is kept of a clock beside which it is, in the order of _values().
KEPT = [
    "state",
    "started_at",
    "tier",
    "target_seconds",
    "consumed_seconds",
    "remaining_seconds",
    "due_at",
    "breached_at",
    "fulfilled_at",
    "revision",
    "crossings",
]
_HISTORY = (
    "SELECT ticket_id, id::text, verb, at, data FROM tickets_event"
    " WHERE tenant_id = %s AND ticket_id = ANY(%s) AND verb = ANY(%s) ORDER BY at, id"
)
_ROWS = (
    f"SELECT ticket_id, metric, number, id::text, {', '.join(KEPT)} FROM tickets_clock"  # noqa: S608
    " WHERE tenant_id = %s AND ticket_id = ANY(%s)"
)
Crossing = tuple[Ticket, str, datetime, dict[str, Any]]
_CROSSINGS = {clock.Kind.WARNED: "clock.warned", clock.Kind.BREACHED: "clock.breached"}


class Terms:
    """Targets of one tenant: an SLA policy is named by the version of the support policy that it stands in.

    What was looked up once is remembered: tickets are many, and terms few.
    """

    #: The policy of a version.
    known = staticmethod(versions.known)

    def __init__(self) -> None:
        self._targets: dict[tuple[Any, ...], clock.Target | None] = {}
        self._tiers: dict[tuple[Any, ...], clock.Target | None] = {}

    def target(self, policy: Any, priority: Any, metric: clock.Metric) -> clock.Target | None:
        """What was promised; None on tickets without an SLA policy."""
        asked = (policy, priority, metric)
        if asked not in self._targets:
            version, sla = policy
            self._targets[asked] = self.known(version).target(sla, priority, metric) if sla else None
        return self._targets[asked]

    def tier(self, policy: Any, priority: Any, tier: Any) -> clock.Target | None:
        """How long a tier may hold the ticket, or by which calendar its time is measured."""
        asked = (policy, priority, tier)
        if asked not in self._tiers:
            version, sla = policy
            self._tiers[asked] = self.known(version).tier_target(sla, priority, tier) if sla else None
        return self._tiers[asked]


def fold(ticket: Ticket, *, at: datetime) -> clock.Clocks:
    """The clocks of a ticket as its history gives them, with their ledgers. Writes nothing."""
    return clock.fold(history(ticket), Terms(), at, stops.of([ticket])[ticket.pk])


def history(ticket: Ticket) -> list[clock.Event]:
    """The events that clocks care about, in order."""
    return histories([ticket])[ticket.pk]


def histories(
    tickets: Collection[Ticket], known: Sequence[versions.Version] | None = None
) -> dict[UUID, list[clock.Event]]:
    """The history of each ticket, by its id, with the policy versions that came to hold; at most two queries."""
    found: dict[UUID, list[clock.Event]] = {ticket.pk: [] for ticket in tickets}
    for ticket_id, *row in read_many(_HISTORY, list(found), VERBS):
        event = event_of(*row)
        if event is not None:
            found[ticket_id].append(event)
    return versions.woven(tickets, found, versions.later_than(tickets, found) if known is None else known)


def _approval_event(verb: str, at: datetime, data: dict[str, Any], source: str) -> clock.Event | None:
    if verb in ("approval.finished", "approval.left"):
        return clock.Event(at=at, type="approval_ended", to=data["approval"], source=source)
    if not data.get("is_pending", True):
        return None  # came back answered
    people = ", ".join(data["names"])
    return clock.Event(at=at, type="approval_asked", to=data["approval"], reason=people, source=source)


def event_of(pk: UUID | str, verb: str, at: datetime, data: dict[str, Any]) -> clock.Event | None:
    """What an event of one of VERBS is to the clocks; None if nothing after all."""
    source = str(pk)
    if verb == "ticket.created":
        return clock.Event(
            at=at,
            type="created",
            by=data["by"],
            status=data["status"],
            policy=(data["version"], data["sla"]),
            priority=data["priority"],
            tier=data.get("tier"),
            source=source,
        )
    if verb in ("message.posted", "message.copied"):
        if data["kind"] == Message.Kind.INTERNAL:
            return None
        return clock.Event(at=at, type=f"{data['by']}_reply", source=source)
    if verb == "priority.changed":
        return clock.Event(at=at, type="priority", to=data["to"], source=source)
    if verb == "policy.changed":
        return clock.Event(at=at, type="policy", to=(data["version"], data["sla"]), source=source)
    if verb == "ticket.merged":
        return clock.Event(at=at, type="merged", source=source)
    if verb == "ticket.unmerged":
        return clock.Event(at=at, type="restored", source=source)
    if verb in ("ticket.escalated", "ticket.handed_back"):
        return clock.Event(at=at, type="tier", to=data["to"], source=source)
    if verb == "delay.announced":
        until = datetime.fromisoformat(data["until"])
        return clock.Event(at=at, type="promised", to=until, reason=data["reason"], source=source)
    if verb.startswith("approval."):
        return _approval_event(verb, at, data, source)
    return clock.Event(at=at, type="status", to=data["kind"], source=source)


def refresh(ticket: Ticket, *, at: datetime) -> None:
    """Bring a locked ticket's clocks in line with its history as of an instant, after an action on it.

    What warned or broke before the action is for the rules to look at, a moment later.
    """
    if settle([ticket], at=at):
        alarms.set(CROSSED, ticket.pk, at)


def begin(filed: Event) -> list[Clock]:
    """The rows of the clocks of a ticket that is being filed, for the caller to add with it; sets their alarm.

    Its history is the event that it begins with, and nothing can have crossed a line yet.
    """
    ticket, at = filed.ticket, filed.at
    past = [event for event in [event_of(filed.pk, filed.verb, at, filed.data)] if event is not None]
    clocks = clock.fold(past, Terms(), at, stops.of([ticket])[ticket.pk])
    ticket.due_at = _due_at(clocks)
    if (rings_at := _rings_at(clocks, at)) is not None:
        alarms.set(ALARM, ticket.pk, rings_at)
    return [row_of(ticket, each, at=at) for each in clocks if each.target is not None or each.promised]


def settle(
    tickets: Collection[Ticket], *, at: datetime, known: Sequence[versions.Version] | None = None
) -> list[Event]:
    """Write the rows, the due times and the alarms of locked tickets as their histories give them.

    Warnings and breaches that lie behind are recorded at their own time, however late this runs, and returned.
    So many tickets cost as many statements as one. `known` are the versions that they have taken over already.
    """
    past = histories(tickets, versions.take_over(tickets, at=at) if known is None else known)
    folded, windows, terms = [], stops.of(tickets), Terms()
    for ticket in tickets:
        then = max(at, ticket.clocks_at or at)
        folded.append(Folded(ticket, clock.fold(past[ticket.pk], terms, then, windows[ticket.pk]), then))
    crossed = events.record_crossings(_write_rows(folded))
    _set_alarms(folded)
    _write_tickets(folded, {event.ticket_id for event in crossed})
    return crossed


class Folded(NamedTuple):
    """A ticket, and its clocks as of an instant."""

    ticket: Ticket
    clocks: clock.Clocks
    at: datetime


def _write_rows(folded: Sequence[Folded]) -> list[Crossing]:
    """Keep each clock as a row; returns what crossed a line since the rows were last written."""
    kept = read_many(_ROWS, [each.ticket.pk for each in folded])
    rows = {(ticket_id, metric, number): row for ticket_id, metric, number, *row in kept}
    crossed, changed, new = [], [], []
    for ticket, clocks, at in folded:
        for each in clocks:
            row = rows.get((ticket.pk, each.metric, each.number))
            if row is None and each.target is None and not each.promised:
                continue  # nothing was promised, and nothing is measured: no row to show
            settled = [entry for entry in each.crossings if not _is_unsettled(entry.at, at)]
            # The ledger only grows, so what is new stands at its end.
            crossed += [(ticket, *_crossing(each, entry)) for entry in settled[row[-1] if row else 0 :]]
            values = [*_values(each, at), len(settled)]
            if row is None:
                told = dict(zip(KEPT, values, strict=True))
                new.append(Clock(ticket=ticket, metric=str(each.metric), number=each.number, **told))
            elif row[1:] != values:
                changed.append((row, values))
    insert(*new)
    _write_changed(changed)
    return crossed


def _write_changed(changed: Sequence[tuple[list[Any], list[Any]]]) -> None:
    """Write what differs in any of these rows: (id and values as they were, values as they are) each."""
    if changed:
        ids, *former = zip(*(row for row, _ in changed), strict=True)
        columns = zip(KEPT, former, zip(*(values for _, values in changed), strict=True), strict=True)
        written = {name: now for name, before, now in columns if before != now}
        write_many(Clock, list(written), list(zip(ids, *written.values(), strict=True)))


def _write_tickets(folded: Sequence[Folded], crossed: Container[UUID]) -> None:
    """Keep each ticket's due time, and when its clocks were last recorded to have crossed a line."""
    changed = []
    for ticket, clocks, at in folded:
        due_at = _due_at(clocks)
        clocks_at = at if ticket.pk in crossed else ticket.clocks_at
        if (due_at, clocks_at) != (ticket.due_at, ticket.clocks_at) or versions.has_followed(ticket):
            ticket.due_at, ticket.clocks_at = due_at, clocks_at
            changed.append(ticket)
    # The tickets were not touched by anybody: updated_at stays.
    update_many(changed, ["due_at", "clocks_at", *versions.KEPT])


def _due_at(clocks: clock.Clocks) -> datetime | None:
    # What a tier owes is between the tiers; lists go by what the customer was told.
    told = [each for each in clocks if each.state == clock.State.RUNNING and each.metric != clock.Metric.TIER]
    return min((each.due_at for each in told if each.due_at), default=None)


def _crossing(folded: clock.Clock, entry: clock.Entry) -> tuple[str, datetime, dict[str, Any]]:
    data = {
        "metric": str(folded.metric),
        "number": folded.number,
        "percent": entry.percent,
        "due_at": entry.due_at.isoformat() if entry.due_at else None,
    }
    if entry.offset is not None:
        data["offset"] = entry.offset
    return _CROSSINGS[entry.kind], entry.at, data


def _is_unsettled(crossed_at: datetime, at: datetime) -> bool:
    """Whether an answer within the second may still undo what warned or broke then."""
    return crossed_at > at - SETTLED


def _values(folded: clock.Clock, at: datetime) -> list[Any]:
    """What is kept of a clock, but for how often it crossed a line."""
    state = folded.state
    return [
        str(state),
        folded.started_at,
        str(folded.tier or ""),
        folded.target_seconds,
        folded.consumed,
        folded.remaining_seconds(at) if state == clock.State.PAUSED else None,
        folded.due_at,
        folded.breached_at,
        folded.fulfilled_at,
        folded.revision,
    ]


def row_of(ticket: Ticket, folded: clock.Clock, *, at: datetime) -> Clock:
    """A clock's row as of an instant, without reading or writing it."""
    values = dict(zip(KEPT, _values(folded, at), strict=False))  # all but how often it crossed a line
    return Clock(ticket=ticket, metric=str(folded.metric), number=folded.number, **values)


def _set_alarms(folded: Sequence[Folded]) -> None:
    wanted, unwanted = [], []
    for ticket, clocks, at in folded:
        rings_at = _rings_at(clocks, at)
        if rings_at is not None:
            wanted.append((ALARM, ticket.pk, rings_at))
        else:
            unwanted.append(ticket.pk)
    alarms.set_many(wanted)
    if unwanted:
        alarms.cancel(ALARM, *unwanted)


def _rings_at(clocks: clock.Clocks, at: datetime) -> datetime | None:
    """When the next of them warns or breaks for certain."""
    instants = [instant for each in clocks if (instant := each.next_instant(at)) is not None]
    # They come at whole seconds: what may still be undone crossed its line at the very last of them.
    instants += [last for each in clocks if (last := each.crossed_at) is not None and _is_unsettled(last, at)]
    return min(instants) + SETTLED if instants else None


def explain(ticket: Ticket, *, at: datetime) -> list[clock.Clock]:
    """The clocks that ever carried a promise, with their ledgers, for people to read."""
    return [each for each in fold(ticket, at=at) if each.promised]
