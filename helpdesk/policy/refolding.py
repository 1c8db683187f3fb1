"""One ticket under a draft: how it would have been filed, and what its promises would have come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sla import clock
from sla.clock import Metric, State
from sla.document import SupportPolicy
from tickets import clocks, versions
from tickets.models import ServiceWindow

_MOVED = "category.changed"
#: What a ticket's history is read for, after it was filed; which tier held it moves none of these clocks.
VERBS = [*(set(clocks.VERBS) - {"ticket.created", "ticket.escalated", "ticket.handed_back"}), _MOVED]

#: An event after the filing: verb, time, data.
Told = tuple[str, datetime, dict[str, Any]]
#: A clock of a ticket, whatever it is numbered under a policy: its metric, and when it began.
Key = tuple[Any, ...]
#: Whether it was kept, and when it was due.
Results = dict[Key, tuple[bool, datetime | None]]


class Filed(NamedTuple):
    """A ticket: how it was filed, and by what it is counted."""

    event: UUID
    ticket: UUID
    at: datetime
    data: dict[str, Any]
    number: int
    subject: str
    priority: str
    tier: str
    category: str
    organization: UUID | None
    contract: str | None
    impact: str
    urgency: str

    @property
    def groups(self) -> tuple[Any, ...]:
        """Its keys, in the order of GROUPS but for the metric."""
        return self.priority, self.tier, self.category, self.organization


def note(results: Results, metric: str, started_at: datetime | None, is_kept: bool, due_at: datetime | None) -> None:
    """Add a result."""
    key: Key = (metric, started_at)
    while key in results:  # two of a metric within a second
        key = (*key, None)
    results[key] = is_kept, due_at


class _Stop(NamedTuple):
    """Maintenance or an outage, and whom it concerns: all when nothing is named."""

    window: clock.Window
    categories: frozenset[str]
    organizations: frozenset[UUID]

    @classmethod
    def of(cls, window: ServiceWindow, metrics: frozenset[str]) -> _Stop:
        """The window, stopping these clocks; its organisations are prefetched."""
        stops = clock.Window(window.begins_at, window.ends_at, metrics, known_at=window.known_at)
        return cls(stops, frozenset(window.categories), frozenset(each.pk for each in window.organizations.all()))


class Draft:
    """A policy as the terms of all tickets, with the maintenance and outages of the time, which stop what it says.

    Its warnings are left out: they decide nothing here.
    """

    def __init__(self, policy: SupportPolicy, windows: Sequence[ServiceWindow]) -> None:
        self.policy = policy
        stops = frozenset(policy.maintenance.stops if policy.maintenance else ())
        self._windows = [_Stop.of(each, stops) for each in windows if stops]
        self._targets: dict[tuple[Any, ...], clock.Target | None] = {}
        self._terms: dict[tuple[Any, ...], tuple[str, str]] = {}

    def target(self, policy: Any, priority: Any, metric: Metric) -> clock.Target | None:
        """What the draft promises under one of its SLA policies."""
        key = policy, priority, metric
        if key not in self._targets:
            found = self.policy.target(policy, priority, metric) if policy else None
            self._targets[key] = found and replace(found, warn=())
        return self._targets[key]

    def tier(self, policy: Any, priority: Any, tier: Any) -> clock.Target | None:
        """Tiers are not looked at."""
        return None

    def results(self, filed: Filed, events: Sequence[Told], at: datetime) -> Results:
        """What a ticket's promises come to under the draft."""
        folded = clock.fold(self._history(filed, events), self, at, self._stops(filed) if self._windows else ())
        found: Results = {}
        for each in folded:
            is_late = each.breached_at is not None
            if is_late or (each.is_fulfilled and each.state == State.FULFILLED):
                note(found, each.metric, each.started_at, not is_late, each.due_at)
        return found

    def _stops(self, filed: Filed) -> list[clock.Window]:
        """The windows that concern a ticket, as tickets.stops finds them."""
        return [
            each.window
            for each in self._windows
            if (each.window.ends is None or each.window.ends > filed.at)
            and (not each.categories or filed.category in each.categories)
            and (not each.organizations or filed.organization in each.organizations)
        ]

    def _history(self, filed: Filed, events: Sequence[Told]) -> list[clock.Event]:
        moved = next((data for verb, _, data in events if verb == _MOVED), None)
        sla, priority = self._filed_under(filed, moved)
        data, followed_at = filed.data, None
        history = [
            clock.Event(filed.at, "created", by=data["by"], status=data["status"], policy=sla, priority=priority)
        ]
        for verb, at, data in events:
            if verb == "policy.changed" and data["version"] is None:  # its customer's contract came to decide
                claimed = filed._replace(data={**filed.data, "sla": data["sla"]})
                history.append(clock.Event(at, "policy", to=self._filed_under(claimed, moved)[0]))
            elif verb == "policy.changed":
                followed_at = at
            elif verb == _MOVED or (verb == "priority.changed" and at == followed_at and not data.get("reason")):
                continue  # it took the place of a priority that a version no longer had: here none of them came
            elif (event := clocks.event_of("", verb, at, data)) is not None:
                history.append(event)
        return history

    def _filed_under(self, filed: Filed, moved: dict[str, Any] | None) -> tuple[str, str]:
        """The SLA policy and the priority that the draft would have given it."""
        category = moved["former"] if moved else filed.category
        told = filed.data
        key = (
            *(told["version"], told["sla"], told["priority"], told["channel"]),
            *(category, filed.contract, filed.impact, filed.urgency),
        )
        if key not in self._terms:
            self._terms[key] = self._choose(*key)
        return self._terms[key]

    def _choose(
        self,
        version: str,
        sla: str,
        filed_with: str,
        channel: str,
        category: str,
        contract: str | None,
        impact: str,
        urgency: str,
    ) -> tuple[str, str]:
        """As versions.terms_of does, and by the draft's matrix where the matrix had chosen the priority."""
        former, priority = versions.known(version), filed_with
        was = former.priority_from(impact, urgency) if impact and urgency else None
        if was is not None and was.key == filed_with:
            now = self.policy.priority_from(impact, urgency)
            priority = now.key if now else priority
        priority = self.policy.successor(priority)
        facts = versions.Facts(filed_with, category, channel, contract)
        matched = versions.matching(former, **facts._asdict())
        matches = versions.matching(self.policy, **facts._replace(priority=priority)._asdict())
        stays = matched == matches and (not sla or sla in self.policy.sla)
        return (sla if stays else matches), priority
