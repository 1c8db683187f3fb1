"""The support policy as the API tells it: the keys that requests name, and what is promised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rest_framework import serializers

from sla.document import SupportPolicy
from sla.document.form_fields import FormField, ShowWhen
from sla.document.requests import Category
from tenants.text import say


class NamedSerializer(serializers.Serializer):
    """A thing of the policy."""

    key = serializers.CharField()
    name = serializers.CharField()


class PolicyPrioritySerializer(NamedSerializer):
    """A priority; rank 1 is the most urgent."""

    rank = serializers.IntegerField()
    meaning = serializers.CharField()
    is_default = serializers.BooleanField()


class PolicyConditionSerializer(serializers.Serializer):
    """When a question is asked: all that is given holds, and of a list one entry."""

    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        help_text="answers to others, by their keys",
    )
    categories = serializers.ListField(child=serializers.CharField())
    priorities = serializers.ListField(child=serializers.CharField())
    impacts = serializers.ListField(child=serializers.CharField())
    urgencies = serializers.ListField(child=serializers.CharField())


class PolicyQuestionSerializer(NamedSerializer):
    """A question that a category asks; its answer goes into `answers` under this key."""

    kind = serializers.CharField()
    help = serializers.CharField()
    required = serializers.BooleanField(help_text="in the form for people; programs may leave it out")  # type: ignore[assignment]
    choices = NamedSerializer(many=True)
    minimum = serializers.IntegerField(allow_null=True)
    maximum = serializers.IntegerField(allow_null=True)
    decimals = serializers.IntegerField(allow_null=True)
    customers = serializers.ChoiceField(choices=["fill", "read", "hidden"], help_text="what customers do with it")
    required_to_solve = serializers.BooleanField(help_text="for staff: has an answer before the ticket is solved")
    show_when = PolicyConditionSerializer(allow_null=True, help_text="when it is asked; null for always")


class PolicyCategorySerializer(NamedSerializer):
    """A category."""

    description = serializers.CharField()
    default_priority = serializers.CharField()
    is_default = serializers.BooleanField()
    questions = PolicyQuestionSerializer(many=True)


class PolicyStatusSerializer(NamedSerializer):
    """A state of requests."""

    kind = serializers.CharField()


class PolicyTeamSerializer(NamedSerializer):
    """A team."""

    tier = serializers.CharField()


class PolicyTargetSerializer(serializers.Serializer):
    """A promise: how long something takes at most, in opening hours, or in business days where that is said."""

    sla = serializers.CharField()
    priority = serializers.CharField()
    metric = serializers.CharField()
    seconds = serializers.IntegerField(allow_null=True)
    business_days = serializers.IntegerField(allow_null=True)
    calendar = serializers.CharField()


class PolicyMatrixSerializer(serializers.Serializer):
    """Impact × urgency -> priority."""

    impacts = NamedSerializer(many=True)
    urgencies = NamedSerializer(many=True)
    priorities = serializers.DictField(child=serializers.DictField(child=serializers.CharField()))


class PolicyRecalculationSerializer(serializers.Serializer):
    """How many of the open tickets follow this version already; their deadlines are not final until all do."""

    total = serializers.IntegerField()
    done = serializers.IntegerField()


class PolicySerializer(serializers.Serializer):
    """A version of the policy, in the reader's language, as it holds for their organisation."""

    version = serializers.IntegerField()
    applied_at = serializers.DateTimeField()
    in_force = serializers.BooleanField()
    contract = NamedSerializer(
        allow_null=True, help_text="the reader's own: targets and exclusions are those that hold under it"
    )
    recalculation = PolicyRecalculationSerializer(allow_null=True, help_text="null when all open tickets follow it")
    name = serializers.CharField()
    organization = serializers.CharField()
    language = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())
    timezone = serializers.CharField()
    priorities = PolicyPrioritySerializer(many=True)
    matrix = PolicyMatrixSerializer(allow_null=True)
    categories = PolicyCategorySerializer(many=True)
    statuses = PolicyStatusSerializer(many=True)
    tiers = NamedSerializer(many=True)
    teams = PolicyTeamSerializer(many=True)
    channels = NamedSerializer(many=True)
    contracts = NamedSerializer(many=True, help_text="for staff; empty for others")
    exclusions = NamedSerializer(many=True)
    refusal_reasons = NamedSerializer(many=True)
    targets = PolicyTargetSerializer(many=True)


def summary(policy: SupportPolicy, *, for_staff: bool) -> dict[str, Any]:
    """What a version says, in the reader's language: all fields of PolicySerializer but those about the version."""
    return {
        "name": say(policy.name),
        "organization": say(policy.organization),
        "language": policy.language,
        "languages": list(policy.languages or (policy.language,)),
        "timezone": policy.timezone,
        "priorities": [
            {
                **named(each),
                "rank": rank,
                "meaning": say(each.meaning),
                "is_default": each is policy.default_priority,
            }
            for rank, each in enumerate(policy.priorities.values(), 1)
        ],
        "matrix": _matrix(policy),
        "categories": [_category(policy, each, for_staff=for_staff) for each in policy.categories.values()],
        "statuses": [
            {"key": each.key, "name": say(each.name if for_staff else each.shown_to_customers), "kind": each.kind}
            for each in policy.statuses.values()
        ],
        "tiers": _all(policy.tiers.values()),
        "teams": [{**named(each), "tier": each.tier} for each in policy.teams.values()],
        "channels": _all(policy.open_channels),
        "contracts": _all(policy.contracts.values()) if for_staff else [],
        "exclusions": [{"key": each.key, "name": say(each.text)} for each in policy.exclusions.values()],
        "refusal_reasons": _all(policy.refusal_reasons.values()),
        "targets": list(_targets(policy)),
    }


def named(thing: Any) -> dict[str, str]:
    """A thing of the policy, as NamedSerializer tells it."""
    return {"key": thing.key, "name": say(thing.name) or thing.key}


def _all(things: Iterable[Any]) -> list[dict[str, str]]:
    return [named(thing) for thing in things]


def _matrix(policy: SupportPolicy) -> dict[str, Any] | None:
    if policy.matrix is None:
        return None
    return {
        "impacts": _all(policy.matrix.impacts.values()),
        "urgencies": _all(policy.matrix.urgencies.values()),
        "priorities": {impact: dict(cells) for impact, cells in policy.matrix.priorities.items()},
    }


def _category(policy: SupportPolicy, category: Category, *, for_staff: bool) -> dict[str, Any]:
    asked = [each for each in policy.fields_for(category.key) if for_staff or each.is_seen_by_customers]
    return {
        **named(category),
        "description": say(category.description),
        "default_priority": policy.priority_of(category.key).key,
        "is_default": category is policy.default_category,
        "questions": [_question(each) for each in asked],
    }


def _question(asked: FormField) -> dict[str, Any]:
    return {
        **named(asked),
        "kind": asked.kind,
        "help": say(asked.help),
        "required": asked.required,
        "choices": _all(asked.choices.values()),
        "minimum": asked.minimum,
        "maximum": asked.maximum,
        "decimals": asked.decimals,
        "customers": asked.customers,
        "required_to_solve": asked.required_to_solve,
        "show_when": _condition(asked.show_when),
    }


def _condition(when: ShowWhen | None) -> dict[str, Any] | None:
    if when is None:
        return None
    return {
        "fields": {key: list(wanted) for key, wanted in when.fields.items()},
        "categories": list(when.categories),
        "priorities": list(when.priorities),
        "impacts": list(when.impacts),
        "urgencies": list(when.urgencies),
    }


def _targets(policy: SupportPolicy) -> Iterator[dict[str, Any]]:
    for terms in policy.sla.values():
        for priority, metrics in terms.targets.items():
            for metric, length in metrics.items():
                if length:
                    yield {
                        "sla": terms.key,
                        "priority": priority,
                        "metric": metric,
                        "seconds": length.seconds,
                        "business_days": length.days,
                        "calendar": policy.calendar_key(terms.key, priority),
                    }
