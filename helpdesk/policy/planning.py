"""A plan: what a policy changes and what that does to open tickets, to be looked at before it is applied."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from helpdesk.policy.apply import Applied, apply, refuse
from helpdesk.policy.effect import Effect, Moved, moved_by
from helpdesk.policy.errors import WrongPlan
from sla.document import PolicyError, SupportPolicy, diff, to_yaml
from sla.models import PolicyVersion
from tenants.context import active_tenant
from tenants.models import User
from tickets.models import Ticket

#: What tells a plan file from a policy file.
MARK = "helpdesk_plan"
FORMAT = 1


@dataclass(frozen=True)
class Plan:
    """A policy that could be applied, and the version (0: none) that it was compared with."""

    tenant: str
    base: int
    made_at: datetime
    policy: SupportPolicy
    source: str
    changes: list[str]

    @property
    def changes_anything(self) -> bool:
        """Whether applying it makes a new version."""
        return bool(self.changes)

    def to_json(self, effect: Effect) -> str:
        """The plan file: everything that applying it needs, and the effect that was found, for people and programs."""
        plan = {
            MARK: FORMAT,
            "tenant": self.tenant,
            "base": self.base,
            "made_at": self.made_at.isoformat(),
            "digest": self.policy.digest,
            "changes": self.changes,
            "effect": effect.counts(),
            "source": self.source,
            "document": self.policy.to_document(),
        }
        return json.dumps(plan, ensure_ascii=False, indent=1) + "\n"

    def effect(self) -> Effect:
        """What it does to open tickets, as of when it was made: their numbers, and the first of each kind."""
        effect = Effect(looked_at=self.looked_at())
        for ticket in self.moved():
            effect.count(ticket)
        return effect

    def looked_at(self) -> int:
        """How many tickets are open."""
        return Ticket.objects.active().count()

    def moved(self) -> Iterator[Moved]:
        """Every open ticket that gets another deadline, by number, however many they are."""
        return moved_by(self.policy, at=self.made_at)


def plan(policy: SupportPolicy, *, source: str | None = None, at: datetime) -> Plan:
    """Compare a policy with the one in force. Raises PartInUse, PolicyImpossible: what could not be applied."""
    refuse(policy, at=at)
    latest = PolicyVersion.objects.defer("document").order_by("-number").first()
    changes = diff(latest.policy if latest else None, policy)
    written = to_yaml(policy, like=latest.source if latest else "") if source is None else source
    return Plan(active_tenant().slug, latest.number if latest else 0, at, policy, written, changes)


def apply_plan(made: Plan, *, at: datetime, actor: User | None = None) -> Applied:
    """Put a plan into force. Raises StalePlan when another version came in between, and what apply() raises."""
    return apply(made.policy, source=made.source, at=at, actor=actor, base=made.base)


def again(made: Plan, *, at: datetime) -> Plan:
    """The same policy compared with what is in force by now."""
    return plan(made.policy, source=made.source, at=at)


def is_plan(text: str) -> bool:
    """Whether this is a plan file; a policy file may be JSON too."""
    return text.lstrip().startswith("{") and f'"{MARK}"' in text[:200]


def from_json(text: str) -> Plan:
    """The plan of a file for the active tenant. Raises WrongPlan."""
    try:
        data: dict[str, Any] = json.loads(text)
        policy = SupportPolicy.from_document(data["document"], source="plan")
        made_at, base = datetime.fromisoformat(data["made_at"]), int(data["base"])
        tenant, digest, source, changes = data["tenant"], data["digest"], str(data["source"]), list(data["changes"])
        is_known = data[MARK] == FORMAT
    except (ValueError, KeyError, TypeError, RecursionError, PolicyError):
        raise WrongPlan(reason=_("the file is damaged.")) from None
    if not is_known or made_at.tzinfo is None:
        raise WrongPlan(reason=_("the file is of another format."))
    if tenant != active_tenant().slug:
        raise WrongPlan(reason=_('it was made for "%(tenant)s".') % {"tenant": tenant})
    if digest != policy.digest:
        raise WrongPlan(reason=_("its policy was changed after it was made."))
    return Plan(tenant, base, made_at, policy, source, changes)
