"""What must be true of the fields of requests together: each can be asked, and none tells what another one hides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sla.document.errors import did_you_mean, worded
from sla.document.form_fields import CHOOSING, NO, YES, FormField

if TYPE_CHECKING:
    from sla.document.policy import SupportPolicy

Place = tuple[str, ...]
Fault = tuple[Place, str]
#: Who sees more comes later.
_SEEN = ("fill", "read", "hidden")


def conditions(policy: SupportPolicy) -> Iterator[Fault]:
    """Every condition of every field."""
    anywhere = dict(policy.fields)
    for category in policy.categories.values():
        anywhere = {**category.fields, **anywhere}
    for each in policy.fields.values():
        yield from _of_field(each, anywhere, ("fields", each.key, "show_when"))
    for category in policy.categories.values():
        here = {each.key: each for each in policy.fields_for(category.key)}
        for each in category.fields.values():
            place = ("categories", category.key, "fields", each.key, "show_when")
            yield from _of_field(each, here, place)
            if each.show_when and each.show_when.categories and category.key not in each.show_when.categories:
                yield (
                    (*place, "categories"),
                    worded('This field belongs to "%(category)s", so it would never be asked.', category=category.key),
                )


def of_rules(policy: SupportPolicy) -> Iterator[Fault]:
    """Every condition of a rule that looks at a field: some request is asked it, and can be answered so."""
    known: dict[str, list[FormField]] = {}
    for each in (
        *policy.fields.values(),
        *(each for one in policy.categories.values() for each in one.fields.values()),
    ):
        known.setdefault(each.key, []).append(each)
    for rule in policy.escalation.rules.values():
        for key, wanted in rule.when.only.fields.items():
            place = ("escalation", "rules", rule.key, "when", "only", "fields", key)
            if key not in known:
                yield (
                    place,
                    worded(
                        'No request is asked a field "%(key)s": %(hint)s',
                        key=key,
                        hint=did_you_mean(key, sorted(known)),
                    ),
                )
            for answer in wanted:
                faults = [list(_impossible(each, answer)) for each in known.get(key, ())]
                if faults and all(faults):
                    yield place, faults[0][0]


def _of_field(asked: FormField, known: Mapping[str, FormField], place: Place) -> Iterator[Fault]:
    for key, wanted in asked.show_when.fields.items() if asked.show_when else ():
        where = (*place, "fields", key)
        other = known.get(key)
        if other is None:
            yield (
                where,
                worded('No field "%(key)s" is asked here: %(hint)s', key=key, hint=did_you_mean(key, sorted(known))),
            )
        elif _leads_to(other, asked.key, known):
            yield where, worded('"%(key)s" waits for this field itself. Remove one of the two conditions.', key=key)
        elif _SEEN.index(other.customers) > _SEEN.index(asked.customers):
            yield (
                where,
                worded(
                    'Customers see this field and not "%(key)s", so they would learn its answer. Hide this one too.',
                    key=key,
                )
                if other.customers == "hidden"
                else worded(
                    'Customers fill this field in, and "%(key)s" is filled in by staff, later.'
                    " Write customers: read here, or customers: fill there.",
                    key=key,
                ),
            )
        else:
            for answer in wanted:
                yield from ((where, message) for message in _impossible(other, answer))


def _leads_to(start: FormField, key: str, known: Mapping[str, FormField]) -> bool:
    """Whether a field waits for another, itself or by way of others."""
    waiting, seen = [start], set()
    while waiting:
        each = waiting.pop()
        if each.key == key:
            return True
        if each.key not in seen:
            seen.add(each.key)
            waiting += [known[other] for other in (each.show_when.fields if each.show_when else ()) if other in known]
    return False


def _impossible(other: FormField, answer: str) -> Iterator[str]:
    possible = list(other.choices) if other.kind in CHOOSING else [YES, NO] if other.kind == "boolean" else [answer]
    if answer not in possible:
        yield worded(
            '"%(answer)s" is no answer to "%(key)s": %(hint)s',
            answer=answer[:60],
            key=other.key,
            hint=did_you_mean(answer, possible),
        )
