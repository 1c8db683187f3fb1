"""The support policy of one tenant: the whole document, typed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sla import clock, hours
from sla.document import loading, targets
from sla.document.calendars import CalendarSpec
from sla.document.contact import (
    Approvals,
    Complaints,
    Exclusion,
    FairUse,
    Feedback,
    Guidance,
    Maintenance,
    RefusalReason,
    Responsibilities,
    Section,
    SelfService,
    Suspension,
)
from sla.document.durations import Duration
from sla.document.errors import worded
from sla.document.fields import LANGUAGE_PATTERN, Integer, Line, Reference, Words
from sla.document.form_fields import FormField
from sla.document.people import Channel, Status, Team, Tier
from sla.document.records import Keyed, ListOf, Mapped, RecordOf, part
from sla.document.requests import Category, Matrix, Priority, RequestType, only_default
from sla.document.rules import At, Escalation, Rule
from sla.document.terms import Contract, SlaPolicy
from sla.document.text import Text
from sla.document.times import Day, Zone

_LANGUAGE = Line(LANGUAGE_PATTERN, worded("Write a language's code, such as en."))


@dataclass(frozen=True, kw_only=True)
class Brand:
    """How the tenant looks."""

    colour: str = part(Line("#[0-9a-fA-F]{6}", worded('Write a colour in quotes, such as "#1f6feb".')), "Its colour.")
    tagline: Text | None = part(Words(longest=200), "A sentence below its name.", default=None)


@dataclass(frozen=True, kw_only=True)
class Source:
    """The public text that a policy was written from."""

    title: Text = part(Words(longest=300), "Its title.")
    url: str | None = part(
        Line("https?://[^ ]+", worded("Write an address that begins with https://.")), "Where it is.", default=None
    )


@dataclass(frozen=True, kw_only=True)
class SupportPolicy:
    """Everything that a tenant promises and asks. Collections are in the document's order, by key."""

    format: int = part(Integer(1, 1), "The version of this format.", default=1)
    name: Text = part(Words(longest=200), "What the policy is called.")
    organization: Text = part(Words(longest=120), "Whose support it is.")
    language: str = part(_LANGUAGE, "The policy's own language.")
    languages: tuple[str, ...] = part(ListOf(_LANGUAGE), "All languages that customers are offered.", default=())
    timezone: str = part(Zone(), "IANA time zone of the support.")
    brand: Brand = part(RecordOf(Brand), "How the tenant looks.", default=Brand(colour="#1f6feb"))
    source: Source | None = part(RecordOf(Source), "The public text that it was written from.", default=None)
    effective_from: date | None = part(Day(), "Since when it holds.", default=None)
    introduction: Text | None = part(Words(), "What the policy page begins with.", default=None)
    calendars: dict[str, CalendarSpec] = part(Keyed(CalendarSpec, "calendars", least=1), "Opening hours.")
    default_calendar: str = part(Reference("calendars"), "The calendar of everything that names none.")
    priorities: dict[str, Priority] = part(Keyed(Priority, "priorities", least=1), "The most urgent first.")
    matrix: Matrix | None = part(RecordOf(Matrix), "Impact × urgency -> priority.", default=None)
    request_types: dict[str, RequestType] = part(
        Keyed(RequestType, "request_types", least=1), "Kinds of request.", default_factory=Mapped
    )
    categories: dict[str, Category] = part(Keyed(Category, "categories", least=1), "What requests are about.")
    fields: dict[str, FormField] = part(Keyed(FormField), "What every form asks.", default_factory=Mapped)
    sla: dict[str, SlaPolicy] = part(Keyed(SlaPolicy, "sla", least=1), "SLA policies; the first match holds.")
    tiers: dict[str, Tier] = part(Keyed(Tier, "tiers", least=1), "Lines of support, the first line first.")
    teams: dict[str, Team] = part(Keyed(Team, "teams", least=1), "Who works on each tier.")
    statuses: dict[str, Status] = part(
        Keyed(Status, "statuses", least=1), "States of requests; the usual seven if left out.", default_factory=Mapped
    )
    channels: dict[str, Channel] = part(
        Keyed(Channel, "channels"), "Ways to reach support; those left out are off.", default_factory=Mapped
    )
    exclusions: dict[str, Exclusion] = part(
        Keyed(Exclusion, "exclusions"), "What is not covered.", default_factory=Mapped
    )
    contracts: dict[str, Contract] = part(
        Keyed(Contract, "contracts"), "What organisations can agree on.", default_factory=Mapped
    )
    responsibilities: Responsibilities = part(
        RecordOf(Responsibilities), "What each side does.", default=Responsibilities()
    )
    guidance: Guidance = part(RecordOf(Guidance), "How to ask well.", default=Guidance())
    refusal_reasons: dict[str, RefusalReason] = part(
        Keyed(RefusalReason, "refusal_reasons"), "For what a request may be refused.", default_factory=Mapped
    )
    suspension: Suspension | None = part(RecordOf(Suspension), "How support is suspended.", default=None)
    fair_use: FairUse = part(RecordOf(FairUse), "Rules of conduct and limits.", default=FairUse())
    escalation: Escalation = part(RecordOf(Escalation), "How requests climb.", default=Escalation())
    approvals: Approvals = part(RecordOf(Approvals), "How long is waited for approvals.", default=Approvals())
    self_service: SelfService = part(RecordOf(SelfService), "What customers do by themselves.", default=SelfService())
    maintenance: Maintenance | None = part(RecordOf(Maintenance), "How maintenance is announced.", default=None)
    feedback: Feedback | None = part(RecordOf(Feedback), "How customers are asked.", default=None)
    complaints: Complaints | None = part(RecordOf(Complaints), "How to complain.", default=None)
    sections: dict[str, Section] = part(Keyed(Section), "Clauses that are text.", default_factory=Mapped)

    @classmethod
    def load(cls, path_or_text: Path | str | bytes, *, source: str | None = None) -> SupportPolicy:
        """The policy of a file, or of YAML text (bytes, or several lines). PolicyError tells all that is wrong."""
        return loading.load(cls, path_or_text, source)

    @classmethod
    def from_document(cls, document: object, *, source: str = "policy") -> SupportPolicy:
        """The policy of a JSON-able document, as `to_document` gives it. PolicyError tells all that is wrong."""
        return loading.from_document(cls, document, source)

    @classmethod
    def from_stored(cls, document: object) -> SupportPolicy:
        """The policy of a document that was applied once; what only new policies are asked is not asked of it."""
        return loading.from_stored(cls, document)

    def to_document(self) -> dict[str, Any]:
        """The policy as JSON-able data with every default written out: what a database keeps."""
        return RecordOf(type(self)).dump(self)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document: equal for policies that say the same."""
        canonical = json.dumps(self.to_document(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def calendar(self, key: str | None = None) -> hours.Calendar:
        """A compiled calendar, the default one when no key is given; compiled once."""
        return self._calendars[key or self.default_calendar]

    @cached_property
    def _calendars(self) -> dict[str, hours.Calendar]:
        return {key: hours.Calendar.from_document(spec.to_hours(self.timezone)) for key, spec in self.calendars.items()}

    @cached_property
    def default_priority(self) -> Priority:
        return only_default(self.priorities, next(iter(self.priorities.values())))

    @cached_property
    def default_category(self) -> Category:
        return only_default(self.categories, next(iter(self.categories.values())))

    @cached_property
    def default_contract(self) -> Contract | None:
        return only_default(self.contracts, None)

    def contract_of(self, key: str | None) -> Contract | None:
        """What was agreed with an organisation: the contract that it names, or the usual one if that is gone."""
        return self.contracts.get(key or "", self.default_contract)

    def priority_of(self, category: str | None = None) -> Priority:
        """The priority of a request that nobody gave one: the category's default, or the policy's."""
        known = self._category(category)
        own = known.default_priority if known else None
        return self.priorities[own] if own else self.default_priority

    def _category(self, key: str | None) -> Category | None:
        # A ticket may carry a category of an older version, which this one no longer knows.
        return self.categories.get(key) if key else None

    def priority_from(self, impact: str, urgency: str) -> Priority | None:
        """The priority that the matrix gives, or None without a matrix or such a cell."""
        cell = self.matrix.priorities.get(impact, {}).get(urgency) if self.matrix else None
        return self.priorities[cell] if cell else None

    def meaning(self, category: str | None, priority: str) -> Text:
        """What a priority means in a category; nothing if the policy no longer knows the priority."""
        known = self._category(category)
        own = known.meanings.get(priority) if known else None
        return own or (self.priorities[priority].meaning if priority in self.priorities else Text())

    def fields_for(self, category: str | None = None) -> tuple[FormField, ...]:
        """What the form asks: of everyone, then of this category, whose own questions replace those of the same key."""
        known = self._category(category)
        return tuple({**self.fields, **(known.fields if known else {})}.values())

    def sla_for(
        self,
        *,
        contract: str | None = None,
        category: str | None = None,
        channel: str | None = None,
        priority: str | None = None,
    ) -> SlaPolicy | None:
        """The SLA policy that holds for a request; None for an advisory channel, or when none matches.

        A contract that names an SLA policy decides; otherwise the first policy whose conditions are met.
        """
        way, known = self.channels.get(channel or ""), self._category(category)
        if way and way.status == "advisory":
            return None
        agreed = self.contract_of(contract)
        if agreed and agreed.sla:
            return self.sla[agreed.sla]
        facts = {
            "contract": agreed.key if agreed else None,
            "category": category,
            "channel": channel,
            "priority": priority,
            "type": known.type if known else None,
        }
        return next((sla for sla in self.sla.values() if sla.when.match(**facts)), None)

    def calendar_key(self, sla: str, priority: str) -> str:
        """Which calendar the clocks of a priority run on under an SLA policy."""
        terms, priority = self.sla[sla], self.successor(priority)
        return terms.calendars.get(priority) or terms.calendar or self.default_calendar

    def promised(self, sla: str, priority: str, metric: str) -> Duration | None:
        """The length of a target as it was written, for people to read; None without a promise."""
        return self.sla[sla].targets.get(priority, {}).get(metric)

    def target(self, policy: Hashable, priority: Hashable, metric: str) -> clock.Target | None:
        """What the clock of a metric runs towards under an SLA policy (by key); None without a promise."""
        return self._targets.get((policy, self._successors.get(priority, priority), metric))

    def successor(self, priority: str) -> str:
        """The priority that takes the place of a former one; a priority of this policy stays itself."""
        return self._successors.get(priority, priority)

    @property
    def replaced_priorities(self) -> tuple[Hashable, ...]:
        """Former priorities whose place another one takes."""
        return tuple(self._successors)

    @cached_property
    def _successors(self) -> dict[Hashable, str]:
        return {former: each.key for each in self.priorities.values() for former in each.replaces or ()}

    @cached_property
    def _targets(self) -> dict[tuple[Hashable, Hashable, str], clock.Target]:
        return targets.of_clocks(self)

    @cached_property
    def complaint_target(self) -> clock.Target | None:
        """What the clock of a complaint runs towards; None without complaints. Usually in working days."""
        return targets.of_complaints(self)

    def complaint_due(self, at: datetime) -> datetime | None:
        """By when a complaint filed at that instant is answered; None without complaints."""
        target = self.complaint_target
        if target is None:
            return None
        calendar = target.calendar
        return calendar.add_days(at, target.days) if target.days else calendar.add(at, target.seconds or 0)

    def tier_target(self, policy: Hashable, priority: Hashable, tier: Hashable) -> clock.Target | None:
        """How long a tier may hold a request under an SLA policy (by key); open-ended where that is only measured."""
        return self._tier_targets.get((policy, self._successors.get(priority, priority), tier))

    @cached_property
    def _tier_targets(self) -> dict[tuple[Hashable, Hashable, Hashable], clock.Target]:
        return targets.of_tiers(self)

    def rules_for(
        self, metric: str, moment: At, answers: Mapping[str, Any] | None = None, **facts: str | None
    ) -> tuple[Rule, ...]:
        """The rules that act when a clock reaches a moment (`Trigger.at`), in order."""
        rules = self.escalation.rules.values()
        here = (rule for rule in rules if rule.when.clock == metric and rule.when.at == moment)
        return tuple(rule for rule in here if rule.when.only.met_by(answers or {}, **facts))

    def status_of(self, kind: str) -> Status:
        """The first status of a kind: the one that actions use."""
        return next(status for status in self.statuses.values() if status.kind == kind)

    def next_tier(self, tier: str) -> Tier | None:
        """The tier above, or None on the highest."""
        now = self.tiers.get(tier)
        return next((each for each in self.tiers.values() if now and each.rank == now.rank + 1), None)

    def team_on(self, tier: str, category: str | None = None) -> Team | None:
        """Who works on a category's requests on a tier; None only for a tier that the policy no longer knows."""
        chosen = self._category(category)
        if chosen and tier in chosen.escalates_to:
            return self.teams[chosen.escalates_to[tier]]
        if chosen and self.teams[chosen.team].tier == tier:
            return self.teams[chosen.team]
        return next((team for team in self.teams.values() if team.tier == tier), None)

    def exclusions_for(self, contract: str | None = None) -> tuple[Exclusion, ...]:
        """What is not covered under a contract."""
        agreed = self.contract_of(contract)
        lifted = agreed.lifts if agreed else ()
        return tuple(exclusion for exclusion in self.exclusions.values() if exclusion.key not in lifted)

    @property
    def open_channels(self) -> tuple[Channel, ...]:
        """The channels that customers are shown, in order; the API is for programs."""
        return tuple(channel for channel in self.channels.values() if channel.on and channel.key != "api")
