"""What an event's words are made of: the tenant's own names for what the history keeps as keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from sla.models import Priority, policy_of
from sla.words import when
from tenants.context import active_tenant_id
from tenants.text import Text, say
from tickets.models import Category, Status, Team, Ticket, Tier
from tickets.models.desk import KeyedModel

#: The clocks in words, as they stand inside a sentence.
METRICS = {
    "first_response": gettext_lazy("the first answer"),
    "next_response": gettext_lazy("the next answer"),
    "periodic_update": gettext_lazy("the next update"),
    "resolution": gettext_lazy("the solution"),
    "promise": gettext_lazy("the announced answer"),
    "tier": gettext_lazy("the work of a tier"),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """An event in words."""

    text: str
    icon: str = "circle"
    tone: str = "calm"
    detail: str = ""


class Words:
    """The tenant's own names for what the events of one ticket keep as keys."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket

    @cached_property
    def policy(self) -> Any:
        """The policy that the ticket was filed under: cached in the process, so that it costs no query."""
        return policy_of(active_tenant_id(), self.ticket.policy_version_id)

    def priority(self, key: str) -> str:
        return self._name(self.policy.priorities, Priority, key)

    def category(self, key: str) -> str:
        return self._name(self.policy.categories, Category, key)

    def team(self, key: str) -> str:
        return self._name(self.policy.teams, Team, key)

    def tier(self, key: str, name: Text | None = None) -> str:
        return say(name) or self._name(self.policy.tiers, Tier, key)

    def both_tiers(self, data: Data) -> dict[str, str]:
        """Where a ticket came from and went; the event keeps the names that the tiers had then."""
        return {
            "former": self.tier(data.get("former", ""), data.get("former_name")),
            "to": self.tier(data.get("to", ""), data.get("to_name")),
        }

    def status(self, key: str) -> str:
        return self._name(self.policy.statuses, Status, key)

    def status_for_customers(self, key: str) -> str:
        status = self.policy.statuses.get(key)
        if status is not None:
            return say(status.customer_name) or say(status.name)
        return self.status(key)

    def exclusion(self, key: str) -> str:
        found = self.policy.exclusions.get(key)
        return say(found.text) if found else key

    def advice(self, key: str) -> str:
        """What a customer can do instead about something that is not covered."""
        found = self.policy.exclusions.get(key)
        return say(found.advice) if found else ""

    def refusal(self, key: str) -> str:
        found = self.policy.refusal_reasons.get(key)
        return say(found.name) if found else key

    def refusal_for_customers(self, key: str) -> str:
        found = self.policy.refusal_reasons.get(key)
        return say(found.text) if found else key

    def rule(self, key: str) -> str:
        found = self.policy.escalation.rules.get(key)
        return say(found.name) if found else key

    def _name(self, known: Any, model: type[KeyedModel] | type[Priority], key: str) -> str:
        """From the ticket's own policy; a later one may have brought the word, then from the row."""
        if not key:
            return ""
        if key in known:
            return say(known[key].name)
        row = model.objects.filter(key=key).first()
        return str(row) if row else key


Data = dict[str, Any]
Telling = Callable[[Data, Words], Told]


def instant(text: str) -> str:
    """An instant that an event keeps, in the reader's zone and language."""
    return when(datetime.fromisoformat(text))


def metric(data: Data) -> str:
    """The clock that an event is about, as it stands inside a sentence."""
    name = str(data.get("metric", ""))
    return str(METRICS.get(name, name))
