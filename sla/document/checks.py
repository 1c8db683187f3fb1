"""What must be true of a document as a whole, once each part of it is sound by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sla._wall import first_shown, read_zone
from sla.document import field_checks
from sla.document.errors import did_you_mean, worded
from sla.document.fields import Reader
from sla.document.opening import MINUTES_A_DAY, span
from sla.document.people import CHANNELS
from sla.document.reading import Node
from sla.document.terms import REPLIES, STATUS_KINDS

if TYPE_CHECKING:
    from sla.document.policy import SupportPolicy

Fault = tuple[tuple[str, ...], str]
Check = Callable[["SupportPolicy"], Iterator[Fault]]


def check(policy: SupportPolicy, root: Node, reader: Reader, asked: tuple[Check, ...]) -> None:
    """Put on record what is wrong with the document as a whole."""
    for find in asked:
        for path, message in find(policy):
            reader.refuse(node_at(root, path), ".".join(path), message)


def node_at(root: Node, path: tuple[str, ...]) -> Node:
    """The node at a path, or the nearest one above it."""
    node = root
    for name in path:
        if node.is_list:
            items = (item for item in node.value if item.is_mapping and "key" in item.value)
            found = next((item for item in items if item.value["key"].node.value == name), None)
        else:
            entry = node.value.get(name) if node.is_mapping else None
            found = entry.node if entry else None
        if found is None:
            break
        node = found
    return node


def _defaults(policy: SupportPolicy) -> Iterator[Fault]:
    for name in ("priorities", "categories", "contracts"):
        marked = [record.key for record in getattr(policy, name).values() if record.default]
        if len(marked) > 1:
            yield (
                (name, marked[1]),
                worded('"default: true" is on %(marked)s. Keep it on one.', marked=" and ".join(marked)),
            )
    if not any(priority.default for priority in policy.priorities.values()):
        yield ("priorities",), worded('No priority is the default. Write "default: true" on one.')
    for language in policy.languages:
        if policy.languages.count(language) > 1:
            yield ("languages",), worded('"%(language)s" is there twice. Remove one of the two.', language=language)


def _names(policy: SupportPolicy) -> Iterator[Fault]:
    """Two things that people could not tell apart by their names."""
    for name in ("calendars", "priorities", "sla", "contracts"):
        first: dict[tuple[str, str], str] = {}
        for record in getattr(policy, name).values():
            for language, words in record.name.items():
                other = first.setdefault((language, words.casefold()), record.key)
                if other != record.key:
                    message = worded(
                        '"%(other)s" has the name "%(words)s" too. Give one of the two another name.',
                        other=other,
                        words=words,
                    )
                    yield (name, record.key, "name"), message
                    break


def _successors(policy: SupportPolicy) -> Iterator[Fault]:
    """A former priority is gone, and one priority takes its place."""
    taken: dict[str, str] = {}
    for priority in policy.priorities.values():
        for former in priority.replaces or ():
            path = ("priorities", priority.key, "replaces")
            if former in policy.priorities:
                yield (
                    path,
                    worded(
                        '"%(former)s" is still a priority here. Remove it from "priorities", or from this list.',
                        former=former,
                    ),
                )
            elif taken.setdefault(former, priority.key) != priority.key:
                yield (
                    path,
                    worded(
                        '"%(taken)s" replaces "%(former)s" too. Keep it on one of the two.',
                        taken=taken[former],
                        former=former,
                    ),
                )


def _dates(policy: SupportPolicy) -> Iterator[Fault]:
    """Hours on dates that a zone's clocks skipped: nobody can come then."""
    for spec in policy.calendars.values():
        zone = read_zone(spec.timezone or policy.timezone)
        for day, hours in spec.open_dates.items():
            over_midnight = any(span(interval)[1] > MINUTES_A_DAY for interval in hours)
            for skipped in [day, day + timedelta(days=1)][: 2 if over_midnight else 1]:
                if hours and _is_skipped(zone, skipped):
                    message = worded(
                        "The clocks of %(key)s skipped %(skipped)s. Write hours on a date that there was.",
                        key=zone.key,
                        skipped=skipped,
                    )
                    yield ("calendars", spec.key, "open_dates", day.isoformat()), message


def _is_skipped(zone: ZoneInfo, day: date) -> bool:
    return first_shown(zone, day.toordinal(), 0) == first_shown(zone, day.toordinal() + 1, 0)


def _statuses(policy: SupportPolicy) -> Iterator[Fault]:
    kinds = {status.kind for status in policy.statuses.values()}
    if missing := [kind for kind in STATUS_KINDS if kind not in kinds]:
        yield (
            ("statuses",),
            worded("No status is of kind %(missing)s. Give each kind at least one status.", missing=", ".join(missing)),
        )


def _channels(policy: SupportPolicy) -> Iterator[Fault]:
    for key in policy.channels:
        if key not in CHANNELS:
            yield (
                ("channels", key),
                worded('There is no channel "%(key)s": %(hint)s', key=key, hint=did_you_mean(key, CHANNELS)),
            )
    for key, channel in policy.channels.items():
        if channel.callback and key != "phone":
            yield ("channels", key, "callback"), worded("Only the phone can call back. Leave this out.")
        if channel.calls_at_once and not channel.callback:
            yield (
                ("channels", key, "calls_at_once"),
                worded("Nobody is called back here. Leave this out, or write callback: true for the phone."),
            )


def _tiers(policy: SupportPolicy) -> Iterator[Fault]:
    for tier in policy.tiers.values():
        if not any(team.tier == tier.key for team in policy.teams.values()):
            yield (
                ("tiers", tier.key),
                worded('No team works on "%(key)s". Give a team of "teams" this tier.', key=tier.key),
            )


def _categories(policy: SupportPolicy) -> Iterator[Fault]:
    for category in policy.categories.values():
        for tier, team in category.escalates_to.items():
            if (its := policy.teams[team].tier) != tier:
                message = worded(
                    'The team "%(team)s" works on "%(its)s", not on "%(tier)s". Name a team of that tier.',
                    team=team,
                    its=its,
                    tier=tier,
                )
                yield ("categories", category.key, "escalates_to", tier), message


def _contracts(policy: SupportPolicy) -> Iterator[Fault]:
    for contract in policy.contracts.values():
        for exclusion in contract.lifts:
            if not policy.exclusions[exclusion].liftable:
                path = ("contracts", contract.key, "lifts")
                yield (
                    path,
                    worded(
                        '"%(exclusion)s" can\'t be lifted. Write "liftable: true" there, or remove it here.',
                        exclusion=exclusion,
                    ),
                )


def _rules(policy: SupportPolicy) -> Iterator[Fault]:
    watched = _watched(policy)
    first = next(iter(policy.tiers))
    for rule in policy.escalation.rules.values():
        path = ("escalation", "rules", rule.key)
        if rule.when.clock not in watched:
            yield (*path, "when", "clock"), _never(rule.when.clock)
        if rule.do.escalate == first:
            message = worded(
                '"%(first)s" is the first tier; nothing can climb to it. Write next, or a higher tier.', first=first
            )
            yield (*path, "do", "escalate"), message


def _watched(policy: SupportPolicy) -> set[str]:
    """The clocks that ever run towards something, so that a rule may wait for them."""
    targets = [terms.items() for sla in policy.sla.values() for terms in sla.targets.values()]
    watched = {metric for terms in targets for metric, length in terms if length}
    if watched.intersection(REPLIES):
        watched.add("promise")  # a delay is announced of a reply that is owed
    if any(length for sla in policy.sla.values() for tiers in sla.tiers.values() for length in tiers.values()):
        watched.add("tier")
    return watched


def _never(clock: str) -> str:
    if clock == "tier":
        return worded(
            "No SLA policy says how long a tier may hold a request, so this rule would never act."
            ' Add "tiers" to an SLA policy or remove the rule.'
        )
    if clock == "promise":
        return worded(
            "No SLA policy promises a reply whose delay could be announced, so this rule would never act."
            " Add a first_response or remove the rule."
        )
    message = worded("No SLA policy promises a %(clock)s, so this rule would never act.", clock=clock)
    return worded("%(message)s Add a target or remove the rule.", message=message)


#: What every document has kept to since there are policies, and what new ones are asked besides.
ALWAYS: tuple[Check, ...] = (_defaults, _statuses, _channels, _tiers, _categories, _contracts, _rules)
ALL: tuple[Check, ...] = (*ALWAYS, _names, _successors, _dates, field_checks.conditions, field_checks.of_rules)
