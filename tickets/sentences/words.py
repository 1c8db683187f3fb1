"""What an event's words are made of: the tenant's own names for what the history keeps as keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from sla.models import Priority, policy_of
from sla.words import moment
from tenants.context import active_tenant_id
from tenants.models import User
from tenants.text import Text, say
from tickets.callbacks import with_ticket
from tickets.models import Callback, Category, Rating, Status, Team, Ticket, Tier
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
        self._nameless: dict[str, str] = {}
        self._said: list[dict[str, Any]] | None = None
        self._calls: dict[str, Callback] = {}

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

    def call(self, data: Data) -> Callback | None:
        """The call that an event is about, as it is today: number and topic are its own, so that they can be forgotten.

        One query for all calls of the ticket, and one for each that a merge took elsewhere.
        """
        pk = data.get("callback")
        if pk is None:
            return None
        if not self._calls:
            self._calls = self._read(Callback.objects.filter(ticket=self.ticket))
        if pk not in self._calls:
            self._calls |= self._read(Callback.objects.filter(pk=pk))
        return self._calls.get(pk)

    def named(self, data: Data) -> str:
        """Whom an event is about: by the name that it keeps, or the address of today of who has none."""
        if data.get("name") or not data.get("person"):
            return data.get("name", "")
        if data["person"] not in self._nameless:
            found = User.objects.filter(pk=data["person"]).first()
            self._nameless[data["person"]] = str(found) if found is not None else "—"
        return self._nameless[data["person"]]

    def said_with_rating(self, pk: str) -> list[dict[str, Any]]:
        """Scores and comments of the ticket's rating, in order. One query."""
        if self._said is None:
            self._said = Rating.objects.filter(pk=pk).values_list("history", flat=True).first() or []
        return self._said

    def _read(self, calls: QuerySet[Callback]) -> dict[str, Callback]:
        return {str(each.pk): each for each in with_ticket(calls)}

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
    return moment(datetime.fromisoformat(text))


def metric(data: Data) -> str:
    """The clock that an event is about, as it stands inside a sentence."""
    name = str(data.get("metric", ""))
    return str(METRICS.get(name, name))
