"""Looking up how the desk is set up: the status of a kind, the first tier, the team that takes a category."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists

from sla.document import SupportPolicy
from sla.models import PolicyVersion, Priority, version_in_force
from tenants.context import active_tenant_id
from tenants.models import User
from tenants.statements import Statement
from tickets import stops
from tickets.errors import PolicyMissing
from tickets.models import Category, Channel, Organization, ServiceWindow, Status, Team, Ticket, Tier
from tickets.selection.selecting import rows_in_force

FOR_FILING = Statement(
    lambda at: (
        PolicyVersion.objects.defer("document", "source")
        .annotate(may_stop=Exists(ServiceWindow.objects.stopping_since(at)))
        .order_by("-number")[:1]
    ),
    at=datetime,
)
ORGANIZATIONS = Statement(lambda person: Organization.objects.filter(memberships__user=person), person=UUID)


def current_policy() -> PolicyVersion:
    """The policy version in force. Raises PolicyMissing."""
    version = version_in_force()
    if version is None:
        raise PolicyMissing
    return version


def policy_for_filing(at: datetime) -> PolicyVersion:
    """The version in force, which knows whether any window may stop the clocks of what is filed at that instant.

    `may_stop`, as tickets that are read by stops.foretold() know it. One query. Raises PolicyMissing.
    """
    version = FOR_FILING.first(at=at)
    if version is None:
        raise PolicyMissing
    return version


def _rows(name: str, version: PolicyVersion) -> Iterable[Any]:
    """What tickets point at, in its order, from the process's cache: only another version changes it."""
    return rows_in_force(active_tenant_id(), version.pk)[name].values()


def status_of(kind: str) -> Status:
    """The tenant's first status of a kind. Raises PolicyMissing."""
    status = Status.objects.filter(kind=kind, is_active=True).first()
    if status is None:
        raise PolicyMissing
    return status


def first_status(version: PolicyVersion) -> Status:
    """What a new ticket is under the version in force. Raises PolicyMissing."""
    for status in _rows("status", version):
        if status.kind == Status.Kind.NEW and status.is_active:
            return status
    raise PolicyMissing


def default_category(version: PolicyVersion) -> Category:
    """Where a request belongs when nobody chose. Raises Category.DoesNotExist."""
    key = version.policy.default_category.key
    for category in _rows("category", version):
        if category.key == key:
            return category
    raise Category.DoesNotExist


def default_priority(version: PolicyVersion, category: Category) -> Priority:
    """What the category says, else the policy's default. Raises Priority.DoesNotExist."""
    key = version.policy.priority_of(_known(version.policy, category)).key
    for priority in _rows("priority", version):
        if priority.key == key:
            return priority
    raise Priority.DoesNotExist


def _known(policy: SupportPolicy, category: Category) -> str | None:
    """The category's key, unless the policy no longer has it."""
    return category.key if category.key in policy.categories else None


def channel_named(key: str, version: PolicyVersion | None = None) -> Channel:
    """A channel by key; under the version in force from the process's cache. Raises Channel.DoesNotExist."""
    for channel in _rows("channel", version) if version else ():
        if channel.key == key:
            return channel
    return Channel.objects.get(key=key)


def channel_of_programs() -> str:
    """Key of the policy's channel for programs if it has one that is official, else of the portal's."""
    own = Channel.objects.filter(key="api", is_active=True, is_official=True).exists()
    return "api" if own else "portal"


def first_tier(version: PolicyVersion) -> Tier:
    """Where every ticket starts under the version in force. Raises PolicyMissing."""
    for tier in _rows("tier", version):
        if tier.is_active:
            return tier
    raise PolicyMissing


def first_team(version: PolicyVersion, tier: Tier, category: Category) -> Team | None:
    """The team that a new ticket goes to under the version in force."""
    return team_on(version.policy, tier, category, list(_rows("team", version)))


def team_on(
    policy: SupportPolicy, tier: Tier, category: Category, teams: Collection[Team] | None = None
) -> Team | None:
    """The team that takes a category on a tier, as the policy says. `teams` are the tenant's, if they are at hand."""
    chosen = policy.team_on(tier.key, _known(policy, category)) if tier.key in policy.tiers else None
    for team in Team.objects.all() if teams is None else teams:
        if team.key == chosen.key if chosen else team.is_active and team.tier_id == tier.pk:
            return team
    return None


def organizations_of(person: User) -> list[Organization]:
    """The organisations that a person belongs to, by name."""
    return ORGANIZATIONS.rows(person=person.pk)


def organization_of(person: User) -> Organization | None:
    """The only organisation of a person, or None when they have none or must choose."""
    found = organizations_of(person)
    return found[0] if len(found) == 1 else None


#: What most actions look at.
_SEEN = ("status", "priority", "category", "tier", "team", "channel")


def lock(ticket: Ticket) -> Ticket:
    """The ticket as it is now, locked until the end of the transaction, with what most actions look at."""
    return stops.foretold(Ticket.objects.select_for_update(of=("self",))).select_related(*_SEEN).get(pk=ticket.pk)


def lock_free(ids: Collection[UUID]) -> list[Ticket]:
    """As lock(), those of the tickets that nobody else has locked: who holds many locks must not wait for one more."""
    locked = stops.foretold(Ticket.objects.select_for_update(of=("self",), skip_locked=True))
    return list(locked.select_related(*_SEEN, "organization").filter(pk__in=ids))
