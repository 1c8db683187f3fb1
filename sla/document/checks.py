"""What must be true of a document as a whole, once each part of it is sound by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sla.document.errors import did_you_mean
from sla.document.fields import Reader
from sla.document.people import CHANNELS
from sla.document.reading import Node
from sla.document.terms import STATUS_KINDS

if TYPE_CHECKING:
    from sla.document.policy import SupportPolicy

Fault = tuple[tuple[str, ...], str]


def check(policy: SupportPolicy, root: Node, reader: Reader) -> None:
    """Put on record what is wrong with the document as a whole."""
    for find in (_defaults, _statuses, _channels, _tiers, _categories, _contracts, _rules):
        for path, message in find(policy):
            reader.refuse(_node(root, path), ".".join(path), message)


def _node(root: Node, path: tuple[str, ...]) -> Node:
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
            yield (name, marked[1]), f'"default: true" is on {" and ".join(marked)}. Keep it on one.'
    if not any(priority.default for priority in policy.priorities.values()):
        yield ("priorities",), 'No priority is the default. Write "default: true" on one.'
    for language in policy.languages:
        if policy.languages.count(language) > 1:
            yield ("languages",), f'"{language}" is there twice. Remove one of the two.'


def _statuses(policy: SupportPolicy) -> Iterator[Fault]:
    kinds = {status.kind for status in policy.statuses.values()}
    if missing := [kind for kind in STATUS_KINDS if kind not in kinds]:
        yield ("statuses",), f"No status is of kind {', '.join(missing)}. Give each kind at least one status."


def _channels(policy: SupportPolicy) -> Iterator[Fault]:
    for key in policy.channels:
        if key not in CHANNELS:
            yield ("channels", key), f'There is no channel "{key}": {did_you_mean(key, CHANNELS)}'


def _tiers(policy: SupportPolicy) -> Iterator[Fault]:
    for tier in policy.tiers.values():
        if not any(team.tier == tier.key for team in policy.teams.values()):
            yield ("tiers", tier.key), f'No team works on "{tier.key}". Give a team of "teams" this tier.'


def _categories(policy: SupportPolicy) -> Iterator[Fault]:
    for category in policy.categories.values():
        for tier, team in category.escalates_to.items():
            if (its := policy.teams[team].tier) != tier:
                message = f'The team "{team}" works on "{its}", not on "{tier}". Name a team of that tier.'
                yield ("categories", category.key, "escalates_to", tier), message


def _contracts(policy: SupportPolicy) -> Iterator[Fault]:
    for contract in policy.contracts.values():
        for exclusion in contract.lifts:
            if not policy.exclusions[exclusion].liftable:
                path = ("contracts", contract.key, "lifts")
                yield path, f'"{exclusion}" can\'t be lifted. Write "liftable: true" there, or remove it here.'


def _rules(policy: SupportPolicy) -> Iterator[Fault]:
    targets = [terms.items() for sla in policy.sla.values() for terms in sla.targets.values()]
    promised = {metric for terms in targets for metric, length in terms if length}
    first = next(iter(policy.tiers))
    for rule in policy.escalation.rules.values():
        path = ("escalation", "rules", rule.key)
        if rule.when.clock not in promised:
            message = f"No SLA policy promises a {rule.when.clock}, so this rule would never act."
            yield (*path, "when", "clock"), f"{message} Add a target or remove the rule."
        if rule.do.escalate == first:
            message = f'"{first}" is the first tier; nothing can climb to it. Write next, or a higher tier.'
            yield (*path, "do", "escalate"), message
