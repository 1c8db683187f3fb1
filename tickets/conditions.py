"""Why conditions of the policy hold for a ticket or don't, with names instead of keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sla.document import SupportPolicy
from sla.document.form_fields import is_given
from sla.document.rules import RuleConditions
from sla.document.terms import Conditions
from tenants.text import say
from tickets import answers, versions
from tickets.models import Ticket
from tickets.selection.language import ANSWER

#: What conditions look at: the field of the condition, the fact of the ticket, the collection of the policy, the word.
LOOKED_AT = (
    ("contracts", "contract", "contracts", gettext_lazy("Contract")),
    ("categories", "category", "categories", gettext_lazy("Category")),
    ("types", "type", "request_types", gettext_lazy("Kind of request")),
    ("channels", "channel", "channels", gettext_lazy("Channel")),
    ("priorities", "priority", "priorities", gettext_lazy("Priority")),
    ("tiers", "tier", "tiers", gettext_lazy("Tier")),
)


@dataclass(frozen=True)
class Check:
    """One condition: what it looks at, what it asks for, what it saw, in words and as keys."""

    fact: str
    name: str
    wanted: tuple[str, ...]
    wanted_keys: tuple[str, ...]
    saw: str
    saw_key: str
    holds: bool

    @property
    def sentence(self) -> str:
        """Contract: “Standard”, and it must be one of: Gold, Silver."""
        values = {"name": self.name, "saw": self.saw or _("none"), "wanted": ", ".join(self.wanted)}
        if self.holds:
            return _("%(name)s is “%(saw)s”, as it must be") % values
        told = ngettext(
            "%(name)s is “%(saw)s” and must be %(wanted)s",
            "%(name)s is “%(saw)s” and must be one of: %(wanted)s",
            len(self.wanted),
        )
        return told % values


def facts_of(ticket: Ticket, policy: SupportPolicy) -> dict[str, str | None]:
    """What the conditions of a policy see of a ticket now, as keys. The ticket brings what it points at."""
    facts = versions.facts_of(ticket)
    category, agreed = policy.categories.get(facts.category), policy.contract_of(facts.contract)
    return {
        **facts._asdict(),
        "contract": agreed.key if agreed else None,
        "type": category.type if category else None,
        "tier": ticket.tier.key,
    }


def checks_of_rule(
    conditions: RuleConditions, facts: Mapping[str, Any], given: Mapping[str, Any], policy: SupportPolicy
) -> list[Check]:
    """The same of a rule, which looks at what was answered to fields too."""
    known = answers.fields_by_key(policy)
    here = {each.key: say(each.name) for each in policy.fields_for(facts.get("category"))}
    names = answers.names_of_fields(policy) | here
    found = checks(conditions, facts, policy)
    for key, wanted in conditions.fields.items():
        fields, answer = known.get(key, []), given.get(key)
        said = [answer] if isinstance(answer, str) else answer or []
        found.append(
            Check(
                f"{ANSWER}{key}",
                names.get(key, key),
                tuple(answers.words_of_any(fields, each) for each in wanted),
                tuple(wanted),
                answers.words_of_any(fields, answer),
                ", ".join(said),
                is_given(answer, wanted),
            )
        )
    return found


def checks(conditions: Conditions, facts: Mapping[str, Any], policy: SupportPolicy) -> list[Check]:
    """Every condition that is set, in the order in which people read them."""
    found = []
    for field, fact, collection, name in LOOKED_AT:
        wanted = getattr(conditions, field)
        if wanted:
            names = getattr(policy, collection)
            saw = str(facts.get(fact) or "")
            found.append(
                Check(
                    fact,
                    str(name),
                    tuple(_name(names, key) for key in wanted),
                    tuple(wanted),
                    _name(names, saw),
                    saw,
                    saw in wanted,
                )
            )
    return found


def _name(names: Mapping[str, Any], key: str) -> str:
    return (say(names[key].name) or key) if key in names else key
