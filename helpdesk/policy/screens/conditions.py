"""Which requests an SLA policy or a rule is for: chosen from the parts of the policy, and told in a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.policy.screens.forms import PartForm, options
from sla.document import SupportPolicy
from sla.document.rules import RuleConditions
from sla.document.terms import Conditions
from tenants.text import say
from tickets import answers

#: The fields of Conditions: its label, and the part of the policy that it chooses from.
KINDS = {
    "priorities": (_("Priority"), "priorities"),
    "contracts": (_("Contract"), "contracts"),
    "categories": (_("Category"), "categories"),
    "types": (_("Kind of request"), "request_types"),
    "channels": (_("Channel"), "channels"),
    "tiers": (_("Tier"), "tiers"),
}
#: Begins the names of form fields that ask for answers to fields of requests.
_ASKED = "answer_"


def ask_conditions(form: PartForm, policy: SupportPolicy, *, without: tuple[str, ...] = ()) -> None:
    """Add a list of boxes for each condition that there is something to choose for."""
    for name, (label, part) in KINDS.items():
        records = getattr(policy, part)
        if records and name not in without:
            form.fields[f"when_{name}"] = forms.MultipleChoiceField(
                label=label, required=False, choices=options(records), widget=forms.CheckboxSelectMultiple
            )


def ask_answers(form: PartForm, policy: SupportPolicy) -> None:
    """Add, for each field of requests, boxes for its choices or room for answers, one a line."""
    names = answers.names_of_fields(policy)
    for key, fields in answers.fields_by_key(policy).items():
        name, choices = f"{_ASKED}{key}", answers.choices(fields)
        if choices:
            form.fields[name] = forms.MultipleChoiceField(
                label=names[key], required=False, choices=list(choices.items()), widget=forms.CheckboxSelectMultiple
            )
        else:
            form.fields[name] = forms.CharField(
                label=names[key],
                required=False,
                max_length=2_000,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("Answers of which one was given, each on a line of its own."),
            )


def initial_answers(conditions: RuleConditions, form: PartForm) -> dict[str, Any]:
    """What is ticked, and what stands in the lines."""
    found: dict[str, Any] = {}
    for key, wanted in conditions.fields.items():
        ticked = isinstance(form.fields.get(f"{_ASKED}{key}"), forms.MultipleChoiceField)
        found[f"{_ASKED}{key}"] = list(wanted) if ticked else "\n".join(wanted)
    return found


def answers_of(form: PartForm) -> dict[str, list[str]]:
    """The conditions on fields as the document has them."""
    found = {}
    for name in form.fields:
        if name.startswith(_ASKED):
            said = form.cleaned_data[name]
            lines = said.splitlines() if isinstance(said, str) else said
            found[name.removeprefix(_ASKED)] = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    return {key: wanted for key, wanted in found.items() if wanted}


def initial_of(conditions: Conditions) -> dict[str, Any]:
    """The boxes that are ticked."""
    return {f"when_{name}": list(getattr(conditions, name)) for name in KINDS}


def conditions_of(form: PartForm, former: Conditions | None) -> dict[str, list[str]]:
    """The conditions as the document has them; what the form did not ask stays."""
    found = {
        name: form.cleaned_data[f"when_{name}"]
        if f"when_{name}" in form.fields
        else list(getattr(former, name) if former else ())
        for name in KINDS
    }
    return {name: keys for name, keys in found.items() if keys}


def in_words(policy: SupportPolicy, conditions: Conditions) -> Iterator[str]:
    """Each condition in a few words; nothing when every request is meant."""
    for name, (label, part) in KINDS.items():
        keys = getattr(conditions, name)
        if keys:
            records = getattr(policy, part)
            names = [say(records[key].name) if key in records else key for key in keys]
            yield f"{label}: {', '.join(names)}"
    if isinstance(conditions, RuleConditions):
        known, titles = answers.fields_by_key(policy), answers.names_of_fields(policy)
        for key, wanted in conditions.fields.items():
            said = [answers.words_of_any(known.get(key, []), each) for each in wanted]
            yield f"{titles.get(key, key)}: {', '.join(said)}"
