"""Putting a support policy into force: the document becomes a version, and the rows that tickets point at follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from sla.document import SupportPolicy, diff
from sla.models import PolicyVersion, Priority
from tenants.context import active_tenant
from tenants.models import User
from tickets.models import Category, Channel, Exclusion, RefusalReason, Status, Team, Tier
from tickets.models.desk import KeyedModel


@dataclass(frozen=True)
class Applied:
    """What applying a policy did: the version in force, and what changed in words."""

    version: PolicyVersion
    changes: list[str]


def apply(policy: SupportPolicy, *, source: str, at: datetime, actor: User | None = None) -> Applied:
    """Put a policy into force for the active tenant. Applying the same policy again changes nothing."""
    former = PolicyVersion.objects.order_by("-number").first()
    if former is not None and former.digest == policy.digest:
        return Applied(former, [])
    changes = [str(change) for change in diff(former.policy if former else None, policy)]
    version = PolicyVersion.objects.create(
        number=former.number + 1 if former else 1,
        document=policy.to_document(),
        source=source,
        digest=policy.digest,
        applied_at=at,
        applied_by=actor,
    )
    _update_tenant(policy)
    _update_desk(policy)
    return Applied(version, changes)


def _update_tenant(policy: SupportPolicy) -> None:
    tenant = active_tenant()
    offered = [code for code, _ in settings.LANGUAGES]
    tenant.name = str(policy.organization)
    tenant.language = policy.language
    tenant.languages = [code for code in (policy.languages or (policy.language,)) if code in offered]
    tenant.timezone = policy.timezone
    tenant.brand = {**tenant.brand, "colour": policy.brand.colour, "tagline": dict(policy.brand.tagline or {})}
    tenant.save(update_fields=["name", "language", "languages", "timezone", "brand"])


def _update_desk(policy: SupportPolicy) -> None:
    """Make, change or put aside the rows; none is deleted, since old tickets point at them."""
    _upsert(
        Priority,
        {
            each.key: {"name": dict(each.name), "rank": rank, "is_default": each is policy.default_priority}
            for rank, each in enumerate(policy.priorities.values(), 1)
        },
    )
    tiers = _upsert(Tier, _in_order(policy.tiers.values()))
    teams = _upsert(Team, _in_order(policy.teams.values(), lambda team: {"tier": tiers[team.tier]}))
    _upsert(
        Status,
        _in_order(
            policy.statuses.values(),
            lambda status: {"kind": status.kind, "customer_name": dict(status.shown_to_customers)},
        ),
    )
    _upsert(
        Category,
        _in_order(
            policy.categories.values(),
            lambda category: {"description": dict(category.description), "team": teams[category.team]},
        ),
    )
    _upsert(
        Channel,
        _in_order(
            policy.channels.values(),
            lambda channel: {"is_official": channel.status == "official", "is_active": channel.on},
        ),
    )
    _upsert(
        Exclusion,
        {each.key: {"name": dict(each.text), "position": i} for i, each in enumerate(policy.exclusions.values(), 1)},
    )
    _upsert(RefusalReason, _in_order(policy.refusal_reasons.values()))


def _in_order(records: Iterable[Any], more: Any = None) -> dict[str, dict[str, Any]]:
    """Name and position of each record, with what `more` adds."""
    return {
        record.key: {"name": dict(record.name), "position": position, **(more(record) if more else {})}
        for position, record in enumerate(records, 1)
    }


def _upsert(model: type[KeyedModel] | type[Priority], wanted: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Bring the rows of a model in line with the policy; those that are no longer in it are put aside."""
    present: dict[str, Any] = {row.key: row for row in model.objects.all()}
    for key, named in wanted.items():
        values = {"is_active": True, **named}
        row = present.get(key)
        if row is None:
            present[key] = model.objects.create(key=key, **values)
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.save(update_fields=list(values))
    model.objects.exclude(key__in=wanted).filter(is_active=True).update(is_active=False)
    return present
