"""The policy's fields in forms: each with its kind, shown when its condition is met, and passed over otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sla.document import SupportPolicy
from sla.document.form_fields import NO, YES, Facts, FormField, ShowWhen, shown
from tenants.text import say
from tickets import answers
from tickets.answers import Answer

LONGEST_TEXT = 100_000
PREFIX = "answer-"
#: Facts that a form may ask for itself, by the name of its input, and the condition that looks at them.
_FACTS = {"priority": "priorities", "impact": "impacts", "urgency": "urgencies"}


def question(asked: FormField, given: object = None, *, required: bool | None = None) -> forms.Field:
    """The form field for a field of the policy; what was given already stays possible, whatever it is."""
    common: dict[str, Any] = {
        "label": say(asked.name),
        "help_text": say(asked.help),
        "required": asked.required if required is None else required,
    }
    longest = asked.max_length or LONGEST_TEXT
    if asked.kind in ("choice", "multichoice"):
        former = [str(each) for each in (given if isinstance(given, list) else [given]) if each]
        choices = [(option.key, say(option.name)) for option in asked.choices.values()]
        choices += [(each, each) for each in former if each not in asked.choices]
        if asked.kind == "multichoice":
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)
        return forms.ChoiceField(choices=[("", "—"), *choices], **common)
    if asked.kind == "boolean":
        return forms.ChoiceField(choices=[("", "—"), (YES, _("Yes")), (NO, _("No"))], **common)
    if asked.kind == "number":
        return _number(asked, common)
    if asked.kind == "date":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common)
    if asked.kind == "email":
        return forms.EmailField(max_length=min(longest, 254), **common)
    if asked.kind == "url":
        return forms.URLField(assume_scheme="https", max_length=min(longest, 2000), **common)
    if asked.kind == "textarea":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=longest, **common)
    if asked.pattern:
        wrong = _("This does not look right. %(help)s") % {"help": say(asked.help)}
        return forms.RegexField(
            rf"\A(?:{asked.pattern})\Z", error_messages={"invalid": wrong}, max_length=longest, **common
        )
    return forms.CharField(max_length=min(longest, 1000), **common)


def _number(asked: FormField, common: Mapping[str, Any]) -> forms.Field:
    decimals = asked.decimals or 0
    return forms.DecimalField(
        min_value=asked.minimum,
        max_value=asked.maximum,
        max_digits=18,
        decimal_places=decimals,
        widget=forms.NumberInput(attrs={"inputmode": "decimal" if decimals else "numeric"}),
        **common,
    )


def kept(value: Any) -> Answer | None:
    """A cleaned value as `Ticket.answers` keeps it; None for no answer."""
    if isinstance(value, list):
        return [str(each) for each in value] or None
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value) if value not in (None, "") else None


@dataclass(frozen=True)
class Asked:
    """A field on a page: with its condition, for the browser as JSON and for people in words."""

    key: str
    bound: forms.BoundField
    when: str = ""
    hint: str = ""
    is_shown: bool = True
    is_for_staff_only: bool = False


class AskingForm(forms.Form):
    """A form with fields of the policy. Those whose condition is not met are neither required nor kept.

    `changing` names the facts that the form asks for itself; by the others it is decided here what it asks at all.
    """

    #: A field that is not shown must not hold the form back in the browser; here they are all checked.
    use_required_attribute = False
    novalidate = True
    questions: dict[str, FormField]
    policy: SupportPolicy
    given: Mapping[str, Any]
    changing: frozenset[str]

    def ask(
        self,
        policy: SupportPolicy,
        fields: Iterable[FormField],
        facts: Facts,
        *,
        given: Mapping[str, Any],
        changing: Iterable[str] = (),
        required: bool | None = None,
    ) -> None:
        """Add what may be asked at all; `given` are answers that are there already, `required` overrides the policy."""
        self.policy, self.given, self.changing, self._facts = policy, given, frozenset(changing), facts
        possible = [each for each in fields if self._is_possible(each)]
        self.questions = {f"{PREFIX}{each.key}": each for each in possible}
        for name, each in self.questions.items():
            self.fields[name] = question(each, given.get(each.key), required=required)
            if each.identifies:
                # What proves who somebody is no browser keeps (static/js/kept-request.js).
                self.fields[name].widget.attrs["data-unkept"] = "yes"
            if not each.is_seen_by_customers:
                help_text = [say(each.help), f"{_('Customers never see this')}."]
                self.fields[name].help_text = " ".join(filter(None, help_text))
            if given.get(each.key):
                self.initial.setdefault(name, given[each.key])

    def _is_possible(self, each: FormField) -> bool:
        when = each.show_when
        if when is None:
            return True
        decided = {name: () for fact, name in _FACTS.items() if fact in self.changing}
        return self._facts.meet(ShowWhen(fields=when.fields, categories=when.categories, **_lists(when, decided)))

    def facts(self) -> Facts:
        """What the conditions look at: what is typed now, where the form asks for it."""
        typed = {name: str(self[name].value() or "") for name in self.changing if name in self.fields}
        if typed.get("impact") and typed.get("urgency"):
            follows = self.policy.priority_from(typed["impact"], typed["urgency"])
            typed["priority"] = follows.key if follows else ""
        return Facts(**{**vars(self._facts), **{name: value or None for name, value in typed.items()}})

    def pass_over(self, cleaned: dict[str, Any]) -> None:
        """Forget what is wrong with, and what was typed into, fields whose condition is not met."""
        typed = {each.key: kept(cleaned.get(name)) for name, each in self.questions.items()}
        keys = self._shown(typed)
        for name, each in self.questions.items():
            if each.key not in keys:
                self.errors.pop(name, None)
                cleaned.pop(name, None)

    def _shown(self, typed: Mapping[str, Any]) -> set[str]:
        # Answers to fields that this form does not have count too.
        said = {**self.given, **typed}
        others = self.policy.fields_for(self._facts.category)
        return {each.key for each in shown(others, said, self.facts())}

    def answers(self) -> dict[str, Answer]:
        """What was answered, by the fields' keys."""
        values = {each.key: kept(self.cleaned_data.get(name)) for name, each in self.questions.items()}
        return {key: value for key, value in values.items() if value is not None}

    @property
    def asked(self) -> list[Asked]:
        """The fields as the page shows them."""
        typed = {each.key: as_typed(self[name].value()) for name, each in self.questions.items()}
        keys = self._shown(typed)
        return [self._asked(name, each, is_shown=each.key in keys) for name, each in self.questions.items()]

    def _asked(self, name: str, each: FormField, *, is_shown: bool) -> Asked:
        staff_only, when = not each.is_seen_by_customers, each.show_when
        wanted = self._of_browser(when) if when else {}
        if when is None or not wanted:
            return Asked(each.key, self[name], is_for_staff_only=staff_only)
        hint = str(_("Only if: %(conditions)s") % {"conditions": "; ".join(self._in_words(when, wanted))})
        return Asked(each.key, self[name], json.dumps(wanted), hint, is_shown, staff_only)

    def _of_browser(self, when: ShowWhen) -> dict[str, Any]:
        """The part of a condition that can change while the form is filled in."""
        here = {each.key for each in self.questions.values()}
        fields = {key: list(wanted) for key, wanted in when.fields.items() if key in here}
        facts = {fact: list(getattr(when, name)) for fact, name in _FACTS.items() if fact in self.changing}
        return {**({"fields": fields} if fields else {}), **{fact: wanted for fact, wanted in facts.items() if wanted}}

    def _in_words(self, when: ShowWhen, wanted: Mapping[str, Any]) -> list[str]:
        known = {each.key: each for each in self.questions.values()}
        parts = [
            f"{say(known[key].name)}: {answers.words(known[key], values)}"
            for key, values in wanted.get("fields", {}).items()
        ]
        matrix = self.policy.matrix
        named: dict[str, tuple[Any, Mapping[str, Any]]] = {
            "priority": (_("Priority"), self.policy.priorities),
            "impact": (_("Impact"), matrix.impacts if matrix else {}),
            "urgency": (_("Urgency"), matrix.urgencies if matrix else {}),
        }
        for fact, (label, rows) in named.items():
            if fact in wanted:
                parts.append(f"{label}: {', '.join(say(rows[key].name) for key in wanted[fact] if key in rows)}")
        return parts

    @property
    def matrix(self) -> str:
        """Impact × urgency -> priority, for the browser, where the form asks for both."""
        return json.dumps(self.policy.matrix.priorities) if self.policy.matrix and "impact" in self.changing else ""


def _lists(when: ShowWhen, decided: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: decided.get(name, getattr(when, name)) for name in _FACTS.values()}


def as_typed(value: Any) -> Any:
    return [str(each) for each in value] if isinstance(value, list) else str(value or "").strip()
