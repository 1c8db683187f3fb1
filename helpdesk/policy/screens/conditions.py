"""Which requests an SLA policy or a rule is for: chosen from the parts of the policy, and told in a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.policy.screens.forms import PartForm, options
from sla.document import SupportPolicy
from sla.document.terms import Conditions
from tenants.text import say

#: The fields of Conditions: its label, and the part of the policy that it chooses from.
KINDS = {
    "priorities": (_("Priority"), "priorities"),
    "contracts": (_("Contract"), "contracts"),
    "categories": (_("Category"), "categories"),
    "types": (_("Kind of request"), "request_types"),
    "channels": (_("Channel"), "channels"),
    "tiers": (_("Tier"), "tiers"),
}


def ask_conditions(form: PartForm, policy: SupportPolicy, *, without: tuple[str, ...] = ()) -> None:
    """Add a list of boxes for each condition that there is something to choose for."""
    for name, (label, part) in KINDS.items():
        records = getattr(policy, part)
        if records and name not in without:
            form.fields[f"when_{name}"] = forms.MultipleChoiceField(
                label=label, required=False, choices=options(records), widget=forms.CheckboxSelectMultiple
            )


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
