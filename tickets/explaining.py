"""Why a clock stands where it does: the way to its deadline, what stopped it, which rule of the policy chose it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from sla import clock as engine
from sla import way, words
from sla.clock.ledger import Rule
from sla.document import SupportPolicy
from sla.hours import Calendar
from sla.models import PolicyVersion, policy_of
from tenants.context import active_tenant, active_tenant_id
from tenants.text import say
from tickets import clocks, conditions, ledger, promise
from tickets.models import Event, Ticket

#: A sentence has so many parts at most; the days below it tell all.
MOST_PARTS = 9
#: After these a clock does not run.
STOPS = (engine.Kind.PAUSED, engine.Kind.FULFILLED, engine.Kind.CANCELLED, engine.Kind.RETARGETED)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A time during which a clock ran by one calendar, or stood still."""

    begins: datetime
    ends: datetime
    way: way.Way | None  # None while it stood still
    because: str = ""  # why it stood still

    @property
    def place(self) -> str:
        """The city by whose time the days are told."""
        return words.place(self.way.calendar.timezone) if self.way else ""

    @property
    def days(self) -> list[words.Day]:
        """Day by day: what counted, what did not and why."""
        return way.steps(self.way.calendar, self.way) if self.way else []


@dataclass(frozen=True, kw_only=True)
class Considered:
    """An SLA policy that was looked at for this ticket, with the conditions that it sets."""

    key: str
    name: str
    holds: bool
    checks: list[conditions.Check]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which rule of which version of the support policy chose a target."""

    version: int
    sla: str
    name: str
    how: str
    considered: list[Considered]
    priority: str
    target: str
    calendar: str
    hours: str


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A clock with everything that led to its time."""

    clock: engine.Clock
    promise: promise.Promise
    why: str
    lines: list[ledger.Line]
    entries: tuple[engine.Entry, ...]
    stretches: list[Stretch]
    pauses: list[str]
    chosen: Chosen | None


def explained(
    ticket: Ticket, *, at: datetime, for_staff: bool, folded: Iterable[engine.Clock] | None = None
) -> list[Explanation]:
    """The clocks of a ticket that ever carried a promise, what is owed first.

    The ticket brings what it points at. Customers are told neither of warnings nor of what tiers owe, and statuses by
    their own words. `folded` are the clocks as of this instant, if they are at hand; else they cost two queries more
    than the two that this needs.
    """
    known = clocks.fold(ticket, at=at) if folded is None else folded
    promised = [each for each in known if each.promised and (for_staff or each.metric != engine.Metric.TIER)]
    seen = {(str(each.metric), each.number): each for each in promised}
    rows = [clocks.row_of(ticket, each, at=at) for each in promised]
    teller = _Teller(ticket, promised, at, for_staff)
    said = promise.all_of(ticket, rows, at=at, with_tiers=for_staff)
    return [teller.explanation(seen[one.metric, one.number], one) for one in said]


class _Teller:
    """What the clocks of one ticket have in common: its policies by version, and the events that stopped them."""

    def __init__(self, ticket: Ticket, folded: Collection[engine.Clock], at: datetime, for_staff: bool) -> None:
        self.ticket, self.at, self.for_staff = ticket, at, for_staff
        self.policy = promise.policy_for(ticket)
        entries = [entry for each in folded for entry in each.ledger if entry.kind in STOPS and entry.source]
        # A version that came to hold is its own source; all others are events.
        sources = {str(entry.source) for entry in entries if entry.rule not in (Rule.POLICY_CHANGED, Rule.WINDOW)}
        self.events: dict[str, dict[str, Any]] = {}
        if sources:
            rows = Event.objects.filter(ticket=ticket, pk__in=sources).values_list("pk", "verb", "data")
            self.events = {str(pk): {"verb": verb, **data} for pk, verb, data in rows}
        wanted = {UUID(str(each.policy[0])) for each in folded if isinstance(each.policy, tuple)}
        self.numbers: Mapping[UUID, int] = dict(
            PolicyVersion.objects.filter(pk__in=wanted).values_list("pk", "number") if wanted else ()
        )

    def explanation(self, folded: engine.Clock, said: promise.Promise) -> Explanation:
        stretches = list(self._stretches(folded))
        entries = folded.ledger if self.for_staff else tuple(map(_plain, folded.ledger))
        entries = tuple(entry for entry in entries if self.for_staff or entry.kind is not engine.Kind.WARNED)
        return Explanation(
            clock=folded,
            promise=said,
            why=self._why(folded, said, stretches),
            lines=ledger.told(entries, self.policy),
            entries=entries,
            stretches=stretches,
            pauses=self._pauses(folded),
            chosen=self._chosen(folded),
        )

    def _stretches(self, folded: engine.Clock) -> Iterator[Stretch]:
        """When it ran and when it stood still, from its start to its deadline, or as far as it came."""
        until = folded.due_at or folded.fulfilled_at or self.at
        reached = folded.started_at
        for begins, ends, calendar in self._runs(folded):
            if reached is None or begins >= until:
                break
            if reached < begins:
                yield Stretch(begins=reached, ends=begins, way=None, because=self._because(folded, reached))
            ends = min(ends or until, until)
            if begins < ends:
                yield Stretch(begins=begins, ends=ends, way=way.between(calendar, begins, ends))
            reached = ends
        if reached is not None and reached < until:
            yield Stretch(begins=reached, ends=until, way=None, because=self._because(folded, reached))

    def _runs(self, folded: engine.Clock) -> Iterator[tuple[datetime, datetime | None, Calendar]]:
        """The stretches that counted. What was done before its deadline leaves the way there as it was."""
        done = folded.fulfilled_at
        if done is None or folded.breached_at is not None or folded.due_at is None or folded.target is None:
            yield from folded.runs
            return
        # It has a deadline, so it ran when it was done.
        runs, calendar = [*folded.runs], folded.target.calendar
        if runs and runs[-1][1] == done:
            done, _ended, calendar = runs.pop()
        yield from runs
        yield done, None, calendar

    def _because(self, folded: engine.Clock, since: datetime) -> str:
        """Why a clock stood still from an instant on."""
        found = [entry for entry in folded.ledger if entry.at == since and entry.kind in STOPS]
        if not found:
            excluded = [entry.reason for entry in folded.ledger if entry.kind is engine.Kind.EXCLUDED and entry.reason]
            return excluded[0] if excluded else _("our service was down")
        entry = found[-1]
        if entry.rule is Rule.APPROVAL:
            return ledger.waiting_for(entry if self.for_staff else entry._replace(reason=None))
        if entry.rule is Rule.WINDOW:
            return entry.reason or _("our service was down")
        if entry.kind is engine.Kind.RETARGETED:
            return _("nothing was promised")
        return self._status(self.events.get(str(entry.source), {})) or _("stopped")

    def _status(self, data: Mapping[str, Any]) -> str:
        """The state that an event brought, as this reader knows it."""
        known = self.policy.statuses
        kind = data.get("kind") or data.get("status")
        found = known.get(data.get("to", "")) or next((each for each in known.values() if each.kind == kind), None)
        if found is None:
            return ""
        return say(found.name if self.for_staff else found.shown_to_customers)

    def _pauses(self, folded: engine.Clock) -> list[str]:
        """The states in which it stands still."""
        if folded.target is None:
            return []
        kinds = folded.pauses
        states = [
            say(each.name if self.for_staff else each.shown_to_customers)
            for each in self.policy.statuses.values()
            if each.kind in kinds
        ]
        return [*states, _("Waiting for an approval")] if engine.APPROVAL in kinds else states

    def _why(self, folded: engine.Clock, said: promise.Promise, stretches: list[Stretch]) -> str:
        ran = [each.way for each in stretches if each.way]
        values = {
            "used": words.length(folded.consumed_at(self.at)),
            "target": words.length(folded.target_seconds or 0),
            "left": words.length(max(0, folded.remaining_seconds(self.at) or 0)),
        }
        if said.state == "paused":
            because = stretches[-1].because if stretches and stretches[-1].way is None else self._last_stop(folded)
            values["because"] = because
            return (
                _("%(used)s of %(target)s are used. The time stands still (%(because)s); %(left)s are left.") % values
            )
        if folded.due_at is None or not ran:
            return said.agent_sentence if self.for_staff else said.sentence
        if folded.metric == engine.Metric.PROMISE:
            return _("An agent announced this time: %(due)s.") % {"due": words.when(folded.due_at)}
        calendar = ran[-1].calendar
        told = {
            "due": words.when(folded.due_at),
            "zone": words.whose_time(active_tenant().timezone),
            "place": words.place(calendar.timezone),
            "parts": "; ".join(_shortened(list(self._parts(stretches, calendar)))),
        }
        if said.is_unfinished and said.state != "overdue":
            return _("Due %(due)s (%(zone)s). Counted in the time of %(place)s: %(parts)s.") % told
        return _("Was due %(due)s (%(zone)s). Counted in the time of %(place)s: %(parts)s.") % told

    def _last_stop(self, folded: engine.Clock) -> str:
        stopped = [entry for entry in folded.ledger if entry.kind is engine.Kind.PAUSED]
        return self._because(folded, stopped[-1].at) if stopped else ""

    def _parts(self, stretches: list[Stretch], calendar: Calendar) -> Iterator[str]:
        counted = False
        for each in stretches:
            if each.way is not None:
                yield from way.parts(each.way, is_last=each is stretches[-1], is_first=not counted)
                counted = counted or each.way.seconds > 0
                continue
            with timezone.override(calendar.zone):
                values = {"begin": words.when(each.begins), "end": words.when(each.ends), "why": each.because}
                yield _("%(begin)s to %(end)s it stood still (%(why)s)") % values

    def _chosen(self, folded: engine.Clock) -> Chosen | None:
        """Which rule of the policy chose the target; None where an agent's word did, or none is promised."""
        if not isinstance(folded.policy, tuple) or folded.target is None or folded.metric == engine.Metric.PROMISE:
            return None
        version, sla = UUID(str(folded.policy[0])), str(folded.policy[1])
        policy = policy_of(active_tenant_id(), version)
        if sla not in policy.sla:
            return None
        key = policy.successor(str(folded.priority))
        priority = policy.priorities.get(key)
        calendar = policy.calendar_key(sla, key)
        how, considered = _how(self.ticket, policy, sla)
        length = policy.promised(sla, key, folded.metric)
        return Chosen(
            version=self.numbers.get(version, 0),
            sla=sla,
            name=say(policy.sla[sla].name),
            how=how,
            considered=considered,
            priority=say(priority.name) if priority else key,
            target=words.duration(length) if length else words.length(folded.target_seconds or 0),
            calendar=say(policy.calendars[calendar].name),
            hours=words.hours(policy.calendar(calendar)),
        )


def _how(ticket: Ticket, policy: SupportPolicy, sla: str) -> tuple[str, list[Considered]]:
    """How the SLA policy came to hold for a ticket: by contract, or as the first whose conditions are met."""
    facts = conditions.facts_of(ticket, policy)
    contract = policy.contract_of(facts["contract"])
    if contract and contract.sla == sla:
        return _("The contract “%(contract)s” names it.") % {"contract": say(contract.name)}, []
    considered = []
    for each in policy.sla.values():
        asked = conditions.checks(each.when, facts, policy)
        holds = all(check.holds for check in asked)
        considered.append(Considered(key=each.key, name=say(each.name), holds=holds, checks=asked))
        if holds or each.key == sla:
            break
    if not (considered[-1].holds and considered[-1].key == sla):
        return _("It was chosen by what the request was when it was filed, and stays."), considered
    if not considered[-1].checks:
        return _("It holds for every request for which no earlier one does."), considered
    return _("It is the first whose conditions this request meets."), considered


def _plain(entry: engine.Entry) -> engine.Entry:
    """As customers read it: not who of the desk is asked to approve."""
    return entry._replace(reason=None) if entry.rule is Rule.APPROVAL else entry


def _shortened(parts: list[str]) -> list[str]:
    """The beginning and the end of many parts."""
    if len(parts) <= MOST_PARTS:
        return parts
    half = MOST_PARTS // 2
    return [*parts[:half], "…", *parts[-half:]]
