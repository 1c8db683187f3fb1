"""How many open requests an SLA policy would hold for, while its conditions are still being ticked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import Count
from django.http import QueryDict

from helpdesk.policy.screens.conditions import KINDS
from sla.document import SupportPolicy
from sla.document.terms import Conditions, SlaPolicy
from tickets.models import Ticket


@dataclass(frozen=True)
class Matches:
    """Open requests that meet the conditions, and those of them for which this SLA policy would hold."""

    met: int
    held: int

    @property
    def elsewhere(self) -> int:
        """What an SLA policy further up, or the one that a contract names, takes first."""
        return self.met - self.held


def ticked(data: QueryDict, policy: SupportPolicy) -> Conditions:
    """The conditions that are ticked; what the policy does not know is passed over."""
    chosen = {
        name: tuple(key for key in data.getlist(f"when_{name}") if key in getattr(policy, part))
        for name, (_, part) in KINDS.items()
    }
    return Conditions(**chosen)


def count(policy: SupportPolicy, key: str, conditions: Conditions) -> Matches:
    """For the SLA policy of this key, as the policy chooses for new requests; a new one has no key yet and stands last.

    One query, however many conditions there are: what the choice depends on has few different values.
    """
    # Of a new one nothing but its conditions is asked; it borrows the rest.
    tried = replace(policy.sla.get(key, next(iter(policy.sla.values()))), key=key, when=conditions)
    among = replace(policy, sla={**policy.sla, key: tried})
    contracts = {each: replace(contract, sla=None) for each, contract in policy.contracts.items()}
    alone = replace(policy, sla={key: tried}, contracts=contracts)
    met = held = 0
    facts = ("contract", "category", "channel", "priority")
    columns = ("organization__contract", "category__key", "channel__key", "priority__key")
    for *keys, number in Ticket.objects.active().order_by().values_list(*columns).annotate(Count("pk")):
        asked = dict(zip(facts, keys, strict=True))
        asked["priority"] = policy.successor(asked["priority"])
        if _holding(alone, asked) is not None:
            met += number
            held += number if _holding(among, asked) is tried else 0
    return Matches(met, held)


def _holding(policy: SupportPolicy, asked: dict[str, str | None]) -> SlaPolicy | None:
    # A ticket may carry a channel of an older version.
    channel = asked["channel"] if asked["channel"] in policy.channels else None
    return policy.sla_for(**{**asked, "channel": channel})
