"""The forms of a tier and of an escalation rule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.policy.screens.conditions import (
    answers_of,
    ask_answers,
    ask_conditions,
    conditions_of,
    initial_answers,
    initial_of,
)
from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.forms import KeyField, PartForm, WordsField, key_for, options, read_offset
from sla.document import SupportPolicy, durations
from sla.document.durations import Offset
from sla.document.people import Tier
from sla.document.rules import BREACH, EACH, HIGHEST, At, Rule
from sla.document.terms import WATCHED
from tickets.promise import NAMES

CATCH_UP = "catch_up"
#: Whom a rule tells.
NOTIFIED = {
    "assignee": _("who works on it"),
    "team": _("the team"),
    "managers": _("the managers"),
}


class TierForm(PartForm):
    """A tier, new or known. `record` is what the document gets."""

    places = {name: name for name in ("name", "description", "share_target", "may_skip")}

    def __init__(self, data: Any, *, policy: SupportPolicy, tier: Tier | None) -> None:
        self.policy, self.tier = policy, tier
        initial: dict[str, Any] = {}
        if tier is not None:
            initial = {name: getattr(tier, name) for name in ("name", "description", "share_target", "may_skip")}
        super().__init__(data, initial=initial)
        if tier is None:
            self.fields["key"] = KeyField(policy.tiers)
        words: dict[str, Any] = {"languages": policy.languages}
        self.fields["name"] = WordsField(longest=120, label=_("What it is called"), **words)
        self.fields["description"] = WordsField(longest=1000, rows=2, label=_("What it does"), **words)
        self.fields["share_target"] = forms.IntegerField(
            label=_("Share of requests that it is to solve itself, in percent"),
            required=False,
            min_value=1,
            max_value=100,
        )
        self.fields["may_skip"] = forms.BooleanField(
            label=_("Requests may pass it by"),
            required=False,
            help_text=_("Only those with the permission may do that, with a reason."),
        )

    def record_key(self) -> str:
        """The tier's key."""
        if self.tier is not None:
            return self.tier.key
        return self.cleaned_data["key"] or key_for(self.cleaned_data["name"], self.policy.tiers, "tier")

    def team_key(self) -> str:
        """The key of the team that is made with a new tier."""
        return key_for(self.cleaned_data["name"], self.policy.teams, "team")

    def record(self) -> Document:
        """The tier as the document has it."""
        data = self.cleaned_data
        record: Document = {name: data[name] for name in ("name", "description", "may_skip")}
        if data["share_target"]:
            record["share_target"] = data["share_target"]
        return {"key": self.record_key(), **record}


class MomentField(forms.CharField):
    """A share of a target, 75%; 30m before or 2h after it is due; nothing for the moment at which it is missed."""

    def clean(self, value: Any) -> Any:
        """The share in percent, the offset as a file has it, or `breach`."""
        written = (super().clean(value) or "").rstrip("% ")
        if not written:
            return BREACH
        if written.isascii() and written.isdecimal() and 1 <= int(written[:4]) <= 99:
            return int(written)
        try:
            return str(read_offset(written))
        except ValueError:
            raise ValidationError(
                gettext("Write a share from 1% to 99%, a time such as 30m before or 2h after, or nothing.")
            ) from None


def moment(at: At) -> str:
    """A moment as its field shows it."""
    if at == BREACH:
        return ""
    return str(at) if isinstance(at, Offset) else f"{at}%"


class CatchUpForm(PartForm):
    """What a worker that comes late does about several moments of a clock."""

    places = {f"escalation.{CATCH_UP}": CATCH_UP}

    def __init__(self, data: Any, *, policy: SupportPolicy) -> None:
        super().__init__(data, initial={CATCH_UP: policy.escalation.catch_up})
        self.fields[CATCH_UP] = forms.ChoiceField(
            label=_("When several moments of one clock passed before anybody could act"),
            choices=[
                (EACH, _("the rules of each act, the oldest first")),
                (HIGHEST, _("only the rules of the highest act")),
            ],
            widget=forms.RadioSelect,
        )


class RuleForm(PartForm):
    """An escalation rule, new or known. `record` is what the document gets."""

    places = {
        "name": "name",
        "when.clock": "clock",
        "when.at": "at",
        "do.escalate": "escalate",
        "do.reason": "reason",
        "do.tell_customer": "tell_customer",
        "do.notify": "notify",
    }

    def __init__(self, data: Any, *, policy: SupportPolicy, rule: Rule | None) -> None:
        self.policy, self.rule = policy, rule
        super().__init__(data, initial=_initial_of_rule(rule))
        staff: dict[str, Any] = {"languages": policy.languages, "for_staff": True}
        if rule is None:
            self.fields["key"] = KeyField(policy.escalation.rules)
        self.fields["name"] = WordsField(
            longest=200, label=_("What it is called"), help_text=_("Only staff read this."), **staff
        )
        self.fields["clock"] = forms.ChoiceField(
            label=_("Which clock it watches"), choices=[(name, NAMES[name]) for name in WATCHED]
        )
        self.fields["at"] = MomentField(
            label=_("At which moment"),
            required=False,
            max_length=durations.LONGEST_WRITTEN,
            help_text=_(
                "A share of the target, such as 75%; or opening hours from the deadline, such as 30m before or 2h"
                " after. Empty: when the target is missed."
            ),
        )
        ask_conditions(self, policy)
        ask_answers(self, policy)
        if rule:
            self.initial.update(initial_answers(rule.when.only, self))
        asked = {name.removeprefix("answer_"): name for name in self.fields if name.startswith("answer_")}
        self.places = self.places | {f"when.only.fields.{key}": name for key, name in asked.items()}
        self.fields["raise_priority"] = forms.BooleanField(label=_("Raise the priority by one"), required=False)
        above = options(policy.tiers)[1:]
        self.fields["escalate"] = forms.ChoiceField(
            label=_("Pass it on"),
            required=False,
            choices=[("", _("no")), ("next", _("to the next tier")), *above],
        )
        self.fields["reason"] = WordsField(
            longest=500,
            required=False,
            label=_("The reason that staff read"),
            help_text=_("Only staff read this."),
            **staff,
        )
        self.fields["tell_customer"] = WordsField(
            languages=policy.languages,
            longest=1000,
            rows=2,
            required=False,
            label=_("The sentence that the customer reads"),
        )
        self.fields["notify"] = forms.MultipleChoiceField(
            label=_("Who is told"), required=False, choices=list(NOTIFIED.items()), widget=forms.CheckboxSelectMultiple
        )

    def conditions(self) -> list[BoundField]:
        """The fields that say for which requests it acts."""
        return [self[name] for name in self.fields if name.startswith("when_")]

    def answers(self) -> list[BoundField]:
        """The fields that say what was answered on those requests."""
        return [self[name] for name in self.fields if name.startswith("answer_")]

    @property
    def looks_at_answers(self) -> bool:
        """Whether any of them is filled in, or wrong."""
        return any(field.value() or field.errors for field in self.answers())

    def head(self) -> list[BoundField]:
        """What it is called, and when it acts."""
        return [self[name] for name in ("name", "key", "clock", "at") if name in self.fields]

    def effects(self) -> list[BoundField]:
        """What it does."""
        return [self[name] for name in ("raise_priority", "escalate", "reason", "tell_customer", "notify")]

    def clean(self) -> dict[str, Any]:
        """It does something, and passing on is explained to both sides."""
        data = super().clean() or {}
        if self.errors:
            return data
        if not any(data[name] for name in ("raise_priority", "escalate", "tell_customer", "notify")):
            self.add_error(None, gettext("This rule does nothing. Choose at least one effect."))
        if data["escalate"]:
            for name in ("reason", "tell_customer"):
                if not data[name]:
                    self.add_error(
                        name, gettext("Passing on needs a reason for staff and a sentence for the customer.")
                    )
        return data

    def record_key(self) -> str:
        """The rule's key."""
        if self.rule is not None:
            return self.rule.key
        return self.cleaned_data["key"] or key_for(self.cleaned_data["name"], self.policy.escalation.rules, "rule")

    def record(self) -> Document:
        """The rule as the document has it."""
        data = self.cleaned_data
        only: Document = dict(conditions_of(self, self.rule.when.only if self.rule else None))
        if asked := answers_of(self):
            only["fields"] = asked
        do = {name: data[name] for name in ("escalate", "reason", "tell_customer") if data[name]}
        return {
            "key": self.record_key(),
            "name": data["name"],
            "when": {"clock": data["clock"], "at": data["at"], "only": only},
            "do": {**do, "raise_priority": data["raise_priority"], "notify": data["notify"]},
        }


def _initial_of_rule(rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {}
    names = ("raise_priority", "escalate", "reason", "tell_customer")
    return {
        "name": rule.name,
        "clock": rule.when.clock,
        "at": moment(rule.when.at),
        **{name: getattr(rule.do, name) for name in names},
        "notify": list(rule.do.notify),
        **initial_of(rule.when.only),
    }
