"""The parts of the policy page: a policy in the words of those who are promised it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sla import words
from sla.document import SupportPolicy
from sla.document.conduct import Strikes
from sla.document.durations import Duration
from sla.document.rules import Rule
from sla.document.terms import METRICS, Contract, SlaPolicy
from tenants.text import say
from tickets import answers
from tickets.models import Strike
from tickets.promise import NAMES

#: The headings of the page, by anchor and in order.
HEADINGS = {
    "times": gettext_lazy("How soon we answer"),
    "hours": gettext_lazy("When we are there"),
    "priorities": gettext_lazy("Priorities"),
    "categories": gettext_lazy("What you can ask"),
    "channels": gettext_lazy("How to reach us"),
    "tiers": gettext_lazy("Who takes care of it"),
    "covered": gettext_lazy("What is covered, and what is not"),
    "asking": gettext_lazy("How to ask well"),
    "refusals": gettext_lazy("When we refuse"),
    "fair-use": gettext_lazy("Fair use"),
    "maintenance": gettext_lazy("Maintenance"),
    "feedback": gettext_lazy("Feedback"),
    "complaints": gettext_lazy("Complaints"),
}


@dataclass(frozen=True)
class Grid:
    """The targets of one SLA policy: a row a priority, a column a metric that is promised at all."""

    name: str
    conditions: list[str]
    metrics: list[str]
    rows: list[tuple[str, list[str], str]]
    pause: str


def grid(policy: SupportPolicy, sla: SlaPolicy, contract: Contract | None = None) -> Grid:
    """Targets with their units, and the hours in which they count; for a contract it is not said that they are its."""
    promised = [metric for metric in METRICS if any(targets.get(metric) for targets in sla.targets.values())]
    rows = []
    for priority in policy.priorities.values():
        if priority.key not in sla.targets:
            continue
        targets = sla.targets[priority.key]
        cells = [words.duration(length) if (length := targets.get(metric)) else "" for metric in promised]
        rows.append((say(priority.name), cells, say(policy.calendars[policy.calendar_key(sla.key, priority.key)].name)))
    return Grid(
        say(sla.name),
        _conditions(policy, sla, contract),
        [str(NAMES[metric]) for metric in promised],
        rows,
        _pause(sla, promised),
    )


def _pause(sla: SlaPolicy, promised: list[str]) -> str:
    """Which of the promised times wait for approvals."""
    waits = [str(NAMES[metric]) for metric in promised if "approval" in sla.pause_on.get(metric, ())]
    text = _("While somebody is asked to approve something, the time stands still: %(metrics)s.")
    return text % {"metrics": ", ".join(waits)} if waits else ""


def _conditions(policy: SupportPolicy, sla: SlaPolicy, contract: Contract | None) -> list[str]:
    """For which requests a grid holds."""
    when = sla.when
    told = (
        (_("Contracts: %(names)s"), [] if contract else [policy.contracts[key].name for key in when.contracts]),
        (_("Categories: %(names)s"), [policy.categories[key].name for key in when.categories]),
        (_("Kinds of request: %(names)s"), [policy.request_types[key].name for key in when.types]),
        (_("Channels: %(names)s"), [policy.channels[key].name for key in when.channels]),
        (_("Priorities: %(names)s"), [policy.priorities[key].name for key in when.priorities]),
    )
    return [text % {"names": ", ".join(map(say, names))} for text, names in told if names]


def meanings(policy: SupportPolicy, tile: dict[str, Any]) -> dict[str, Any]:
    """A category with what each priority means in it, where that differs from the general meaning."""
    category = tile["category"]
    named = [(each.name, category.meanings[key]) for key, each in policy.priorities.items() if key in category.meanings]
    return {**tile, "meanings": named, "examples": category.examples, "type": policy.request_types[category.type].name}


def contracts(policy: SupportPolicy) -> list[tuple[Any, Any, list[Any]]]:
    """Contracts that say more than their name: what they comprise, and the exclusions that they lift."""
    told = [
        (each.name, each.description, [policy.exclusions[key].text for key in each.lifts])
        for each in policy.contracts.values()
    ]
    return [contract for contract in told if contract[1] or contract[2]]


def matrix(policy: SupportPolicy) -> list[tuple[Any, list[Any]]]:
    """Impact by urgency, as rows."""
    if not policy.matrix:
        return []
    return [
        (
            impact,
            [
                policy.priorities[policy.matrix.priorities[impact.key][urgency]].name
                for urgency in policy.matrix.urgencies
            ],
        )
        for impact in policy.matrix.impacts.values()
    ]


def rules(policy: SupportPolicy) -> list[str]:
    """What happens by itself, as far as the customer is told."""
    moments = []
    for rule in policy.escalation.rules.values():
        if not (rule.do.escalate and rule.do.tell_customer):
            continue
        said = words.trigger(str(NAMES[rule.when.clock]), rule.when.at)
        only = ", ".join(
            [*(say(policy.priorities[key].name) for key in rule.when.only.priorities), *_answers(policy, rule)]
        )
        moments.append(f"{said} ({only})" if only else said)
    return moments


def _answers(policy: SupportPolicy, rule: Rule) -> Iterator[str]:
    """What a rule asks of fields, as far as customers see them."""
    known = answers.fields_by_key(policy)
    for key, wanted in rule.when.only.fields.items():
        if answers.is_open_to_customers(key, policy):
            yield from (answers.words_of_any(known[key], each) for each in wanted)


def lengths(policy: SupportPolicy) -> dict[str, str]:
    """The lengths of time that single clauses name, in words."""
    fair = policy.fair_use
    found: dict[str, str] = {}
    if fair.follow_up_pause:
        found["follow_up_pause"] = words.duration(fair.follow_up_pause)
    if fair.nudges:
        found["nudges"] = _("Whoever asks again without anything new is told at once how the request stands.")
    if fair.strikes:
        found["strikes"] = _strikes(fair.strikes)
    if fair.session_limit:
        found["session_limit"] = words.duration(fair.session_limit)
        found["session_channels"] = ", ".join(say(policy.channels[key].name) for key in fair.session_channels)
    if ahead := lead_times(policy):
        found["lead_times"] = ahead
    if policy.feedback and policy.feedback.ask:
        for name in ("cooldown", "correctable"):
            length: Duration = getattr(policy.feedback, name)
            found[name] = _in_days(length)
    within = policy.self_service.reopen_within
    found["reopen_within"] = _in_days(within)
    if policy.complaints:
        found["complaints"] = words.duration(policy.complaints.target)
    if policy.escalation.customer_may_after:
        found["customer_may_after"] = words.duration(policy.escalation.customer_may_after)
    return found


def _strikes(rule: Strikes) -> str:
    """What counts, and what comes of it."""
    said = _(
        "These count: %(what)s. Each counts for %(length)s; at %(warn)s we remind, at %(review)s we decide about a"
        " suspension."
    )
    kinds = [str(Strike.Kind(each).label) for each in rule.counted]
    length = words.wall_length(rule.lapse_after.seconds or 0)
    what = ", ".join(kind[:1].lower() + kind[1:] for kind in kinds)
    return said % {"what": what, "length": length, "warn": rule.warn_at, "review": rule.review_at}


def contents(policy: SupportPolicy) -> Iterator[tuple[str, str]]:
    """The headings of the page: anchor and text, as far as the policy says something there."""
    fair = policy.fair_use
    is_there = {
        "covered": policy.exclusions or policy.responsibilities.support,
        "asking": _has_guidance(policy),
        "refusals": policy.refusal_reasons or policy.suspension,
        "fair-use": fair.rules or fair.consequence or fair.follow_up_pause or fair.session_limit or fair.strikes,
        "maintenance": policy.maintenance,
        "feedback": policy.feedback,
        "complaints": policy.complaints,
    }
    yield from ((anchor, str(text)) for anchor, text in HEADINGS.items() if is_there.get(anchor, True))
    for index, section in enumerate(policy.sections.values(), 1):
        yield f"section-{index}", section.title.say(get_language() or "en")


def _has_guidance(policy: SupportPolicy) -> bool:
    guidance = policy.guidance
    return bool(guidance.before or guidance.examples or guidance.subject or policy.responsibilities.customer)


def lead_times(policy: SupportPolicy) -> str:
    """How long ahead maintenance is announced: 7 days, 24 hours, 3 working days. Empty where it is not."""
    ahead = policy.maintenance.lead_times if policy.maintenance else ()
    return ", ".join(map(_in_days, ahead))


def _in_days(length: Duration) -> str:
    """Wall time in days where it is whole days; working days as they are."""
    return words.duration(length) if length.days else words.wall_length(length.seconds or 0)
