"""Putting a support policy into force: the document becomes a version, and the rows that tickets point at follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from helpdesk.policy.errors import PartInUse, PolicyImpossible, PriorityInUse, StalePlan, TeamInUse, TierInUse
from helpdesk.policy.wording import said
from notices import telling
from sla.document import SupportPolicy, diff, moves_clocks, to_yaml
from sla.document.future import impossible
from sla.models import PolicyVersion, Priority
from tenants.context import active_tenant
from tenants.models import Tenant, User
from tickets import distribution, recalculation, recurring
from tickets.models import Category, Channel, Exclusion, RefusalReason, Status, Team, Ticket, Tier
from tickets.models.desk import KeyedModel
from tickets.models.ticket import TicketQuerySet

#: How much of a long list a refusal shows.
MOST_NUMBERS, MOST_PROBLEMS = 10, 5


@dataclass(frozen=True)
class Applied:
    """What applying a policy did: the version in force, and what changed in words; nothing if it was in force."""

    version: PolicyVersion
    changes: list[str]
    is_new: bool = True


def apply(
    policy: SupportPolicy,
    *,
    source: str | None = None,
    at: datetime,
    actor: User | None = None,
    base: int | None = None,
) -> Applied:
    """Put a policy into force for the active tenant as a new version; what is in force already changes nothing.

    `source` is the policy file; without one (the policy comes from a page) it is written, with the comments of the
    former file. `base` is the number of the version that the plan was made against, 0 for none. Open tickets follow in
    the background: see tickets.recalculation. Raises StalePlan, PolicyImpossible, PartInUse.
    """
    # One after the other; other work goes on, since its rows only refer to the tenant.
    Tenant.objects.select_for_update(no_key=True).get(pk=active_tenant().pk)
    former = PolicyVersion.objects.defer("document").order_by("-number").first()
    number = former.number if former else 0
    if base is not None and base != number:
        raise StalePlan(planned=base, current=number)
    # Read again, since a field that a later release brought has its default in an older document.
    is_same = former is not None and former.policy.digest == policy.digest
    if former is not None and is_same and source in (None, former.source):
        return Applied(former, [], is_new=False)
    refuse(policy, at=at)
    changes = diff(former.policy if former else None, policy)
    at = _not_before_what_it_takes_over(at, former)
    version = PolicyVersion.objects.create(
        number=number + 1,
        document=policy.to_document(),
        source=to_yaml(policy, like=former.source if former else "") if source is None else source,
        digest=policy.digest,
        applied_at=at,
        applied_by=actor,
        moves_clocks=moves_clocks(former.policy if former else None, policy),
    )
    if not is_same:
        _update_tenant(policy)
        _update_desk(policy)
        recurring.realign()
        distribution.ask(set(Team.objects.values_list("pk", flat=True)), at=at)
        if _lead_times(policy) != _lead_times(former.policy if former else None):
            telling.follow_lead_times(at=at)
    recalculation.start(version, at=at)
    return Applied(version, changes)


def _lead_times(policy: SupportPolicy | None) -> object:
    """What decides when announced work is told ahead: days are counted in the policy's hours."""
    if policy is None or policy.maintenance is None:
        return ()
    return policy.maintenance.lead_times, policy.calendar()


def _not_before_what_it_takes_over(at: datetime, former: PolicyVersion | None) -> datetime:
    """When the new version is applied: not before the former one and the newest ticket, which are to follow it."""
    newest = Ticket.objects.order_by("-number").values_list("created_at", flat=True).first()
    return max([at, *([former.applied_at] if former else []), *([newest] if newest else [])])


def refuse(policy: SupportPolicy, *, at: datetime) -> None:
    """Refuse a policy that can't be put into force as things are. Raises PolicyImpossible, PartInUse."""
    if problems := [f"{'.'.join(path)}: {said(message)}" for path, message in impossible(policy, at)]:
        raise PolicyImpossible(problems=" ".join(problems[:MOST_PROBLEMS]))
    gone = Priority.objects.exclude(key__in=[*policy.priorities, *policy.replaced_priorities])
    for priority in gone:
        _require_unused(PriorityInUse, Ticket.objects.filter(priority=priority), priority=priority.key)
    for tier in Tier.objects.filter(is_active=True).exclude(key__in=policy.tiers):
        _require_unused(TierInUse, Ticket.objects.filter(tier=tier), key=tier.key)
    for team in Team.objects.filter(is_active=True).exclude(key__in=policy.teams):
        _require_unused(TeamInUse, Ticket.objects.filter(team=team), key=team.key)


def _require_unused(refusal: type[PartInUse], tickets: TicketQuerySet, **named: str) -> None:
    """Raise a refusal that names the first of those tickets that are open, if there are any."""
    found = tickets.active().order_by("number")
    if numbers := list(found.values_list("number", flat=True)[:MOST_NUMBERS]):
        count = found.count()
        shown = ", ".join([*(f"#{number}" for number in numbers), *(["…"] if count > len(numbers) else [])])
        raise refusal(count=count, numbers=shown, **named)


def _update_tenant(policy: SupportPolicy) -> None:
    tenant = active_tenant()
    offered = [code for code, _ in settings.LANGUAGES]
    tenant.name = str(policy.organization)
    tenant.language = policy.language
    tenant.languages = [code for code in (policy.languages or (policy.language,)) if code in offered]
    tenant.timezone = policy.timezone
    # What was read when this request began may be older than a logo that was set since.
    brand = Tenant.objects.select_for_update().values_list("brand", flat=True).get(pk=tenant.pk)
    tenant.brand = {**brand, "colour": policy.brand.colour, "tagline": dict(policy.brand.tagline or {})}
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
