"""The support policy as customers read it, made wholly from the version in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from sla import words
from sla.document import SupportPolicy
from sla.document.calendars import CalendarSpec
from sla.document.terms import METRICS, SlaPolicy
from tenants.text import say
from tickets import desk
from tickets.promise import NAMES
from tickets.views.portal.common import policy_required
from tickets.views.portal.home import tiles, ways

A_YEAR = timedelta(days=366)
_MARKDOWN = MarkdownIt("js-default").enable(["table", "strikethrough"])


@dataclass(frozen=True)
class Holiday:
    """A date with hours other than its weekday's."""

    date: str
    name: str
    hours: str


@dataclass(frozen=True)
class Opening:
    """A calendar of the policy: its week, and the days of the coming year that differ."""

    key: str
    name: str
    place: str
    is_always_open: bool
    week: list[words.Day]
    closed: list[Holiday]
    moved: list[Holiday]
    now: words.OpenNow


@dataclass(frozen=True)
class Grid:
    """The targets of one SLA policy: a row a priority, a column a metric that is promised at all."""

    name: str
    conditions: list[str]
    metrics: list[str]
    rows: list[tuple[str, list[str], str]]


@require_safe
@policy_required
def policy(request: HttpRequest) -> HttpResponse:
    """The page."""
    version = desk.current_policy()
    said, at = version.policy, timezone.now()
    today = timezone.localdate(at)
    context = {
        "version": version,
        "policy": said,
        "openings": [opening(said, spec, today) for spec in said.calendars.values()],
        "grids": [grid(said, sla) for sla in said.sla.values()],
        "categories": [_meanings(said, tile) for tile in tiles(said)],
        "matrix": _matrix(said),
        "channels": ways(said, at),
        "contents": list(contents(said)),
        "rules": _rules(said),
        "introduction": _MARKDOWN.render(say(said.introduction)) if said.introduction else "",
        "contracts": _contracts(said),
        "lengths": _lengths(said),
        "sections": [(section.title, _MARKDOWN.render(say(section.text))) for section in said.sections.values()],
    }
    return render(request, "policy/page.html", context)


def opening(policy: SupportPolicy, spec: CalendarSpec, today: date) -> Opening:
    """A calendar with the holidays and moved working days of the coming year, named in the reader's language."""
    calendar = policy.calendar(spec.key)
    opened, moved = spec.opened(), (spec.holidays.working_days if spec.holidays else None) or {}
    ahead = [day for day in sorted({*spec.closed(), *opened}) if today <= day < today + A_YEAR]
    # A holiday on a day that is closed anyway changes nothing for anybody.
    closed = [day for day in ahead if day not in opened and calendar.weekly[day.weekday()]]
    return Opening(
        key=spec.key,
        name=say(spec.name),
        place=words.place(calendar.timezone),
        is_always_open=words.is_always_open(calendar),
        week=words.week(calendar),
        closed=[Holiday(words.full_date(day), say(spec.closed()[day]), "") for day in closed],
        moved=[
            Holiday(words.full_date(day), say(moved.get(day)), words.intervals(calendar.open[day.toordinal()]))
            for day in ahead
            if day in opened
        ],
        now=words.open_now(calendar, timezone.now()),
    )


def grid(policy: SupportPolicy, sla: SlaPolicy) -> Grid:
    """Targets with their units, and the hours in which they count."""
    promised = [metric for metric in METRICS if any(targets.get(metric) for targets in sla.targets.values())]
    rows = []
    for priority in policy.priorities.values():
        if priority.key not in sla.targets:
            continue
        targets = sla.targets[priority.key]
        cells = [words.duration(length) if (length := targets.get(metric)) else "" for metric in promised]
        rows.append((say(priority.name), cells, say(policy.calendars[policy.calendar_key(sla.key, priority.key)].name)))
    return Grid(say(sla.name), _conditions(policy, sla), [str(NAMES[metric]) for metric in promised], rows)


def _conditions(policy: SupportPolicy, sla: SlaPolicy) -> list[str]:
    """For which requests a grid holds."""
    when = sla.when
    told = (
        (_("Contracts: %(names)s"), [policy.contracts[key].name for key in when.contracts]),
        (_("Categories: %(names)s"), [policy.categories[key].name for key in when.categories]),
        (_("Kinds of request: %(names)s"), [policy.request_types[key].name for key in when.types]),
        (_("Channels: %(names)s"), [policy.channels[key].name for key in when.channels]),
        (_("Priorities: %(names)s"), [policy.priorities[key].name for key in when.priorities]),
    )
    return [text % {"names": ", ".join(map(say, names))} for text, names in told if names]


def _meanings(policy: SupportPolicy, tile: dict[str, Any]) -> dict[str, Any]:
    """A category with what each priority means in it, where that differs from the general meaning."""
    category = tile["category"]
    named = [(each.name, category.meanings[key]) for key, each in policy.priorities.items() if key in category.meanings]
    return {**tile, "meanings": named, "examples": category.examples, "type": policy.request_types[category.type].name}


def _contracts(policy: SupportPolicy) -> list[tuple[Any, Any, list[Any]]]:
    """Contracts that say more than their name: what they comprise, and the exclusions that they lift."""
    told = [
        (each.name, each.description, [policy.exclusions[key].text for key in each.lifts])
        for each in policy.contracts.values()
    ]
    return [contract for contract in told if contract[1] or contract[2]]


def _matrix(policy: SupportPolicy) -> list[tuple[Any, list[Any]]]:
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


def _rules(policy: SupportPolicy) -> list[str]:
    """What happens by itself, as far as the customer is told."""
    moments = []
    for rule in policy.escalation.rules.values():
        if not (rule.do.escalate and rule.do.tell_customer):
            continue
        names = {"metric": NAMES[rule.when.clock], "percent": rule.when.at}
        if rule.when.on_breach:
            said = _("%(metric)s: not in time") % names
        else:
            said = _("%(metric)s: %(percent)s%% of the time used") % names
        only = ", ".join(say(policy.priorities[key].name) for key in rule.when.only.priorities)
        moments.append(f"{said} ({only})" if only else said)
    return moments


def _lengths(policy: SupportPolicy) -> dict[str, str]:
    """The lengths of time that single clauses name, in words."""
    fair = policy.fair_use
    found: dict[str, str] = {}
    if fair.follow_up_pause:
        found["follow_up_pause"] = words.duration(fair.follow_up_pause)
    if fair.session_limit:
        found["session_limit"] = words.duration(fair.session_limit)
        found["session_channels"] = ", ".join(say(policy.channels[key].name) for key in fair.session_channels)
    if policy.maintenance and policy.maintenance.lead_times:
        found["lead_times"] = ", ".join(words.wall_length(each.seconds or 0) for each in policy.maintenance.lead_times)
    if policy.complaints:
        found["complaints"] = words.duration(policy.complaints.target)
    return found


def contents(policy: SupportPolicy) -> Iterator[tuple[str, str]]:
    """The headings of the page: anchor and text, as far as the policy says something there."""
    fair = policy.fair_use
    parts = (
        ("times", _("How soon we answer"), True),
        ("hours", _("When we are there"), True),
        ("priorities", _("Priorities"), True),
        ("categories", _("What you can ask"), True),
        ("channels", _("How to reach us"), True),
        ("tiers", _("Who takes care of it"), True),
        ("covered", _("What is covered, and what is not"), policy.exclusions or policy.responsibilities.support),
        ("asking", _("How to ask well"), _has_guidance(policy)),
        ("refusals", _("When we refuse"), policy.refusal_reasons or policy.suspension),
        ("fair-use", _("Fair use"), fair.rules or fair.consequence or fair.follow_up_pause or fair.session_limit),
        ("maintenance", _("Maintenance"), policy.maintenance),
        ("feedback", _("Feedback"), policy.feedback),
        ("complaints", _("Complaints"), policy.complaints),
    )
    yield from ((anchor, text) for anchor, text, is_there in parts if is_there)
    for index, section in enumerate(policy.sections.values(), 1):
        yield f"section-{index}", section.title.say(get_language() or "en")


def _has_guidance(policy: SupportPolicy) -> bool:
    guidance = policy.guidance
    return bool(guidance.before or guidance.examples or guidance.subject or policy.responsibilities.customer)
