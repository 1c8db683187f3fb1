"""Looking up how the desk is set up: the status of a kind, the first tier, the team that takes a category."""

from sla.document import SupportPolicy
from sla.models import PolicyVersion, Priority
from tenants.models import User
from tickets.errors import PolicyMissing
from tickets.models import Category, Channel, Organization, Status, Team, Ticket, Tier


def current_policy() -> PolicyVersion:
    """The policy version in force. Raises PolicyMissing."""
    try:
        return PolicyVersion.objects.current()
    except PolicyVersion.DoesNotExist:
        raise PolicyMissing from None


def status_of(kind: str) -> Status:
    """The tenant's first status of a kind. Raises PolicyMissing."""
    status = Status.objects.filter(kind=kind, is_active=True).first()
    if status is None:
        raise PolicyMissing
    return status


def default_category(version: PolicyVersion) -> Category:
    """Where a request belongs when nobody chose. Raises Category.DoesNotExist."""
    return Category.objects.get(key=version.policy.default_category.key)


def default_priority(version: PolicyVersion, category: Category) -> Priority:
    """What the category says, else the policy's default. Raises Priority.DoesNotExist."""
    return Priority.objects.get(key=version.policy.priority_of(_known(version.policy, category)).key)


def _known(policy: SupportPolicy, category: Category) -> str | None:
    """The category's key, unless the policy no longer has it."""
    return category.key if category.key in policy.categories else None


def channel_named(key: str) -> Channel:
    """A channel by key. Raises Channel.DoesNotExist."""
    return Channel.objects.get(key=key)


def first_tier() -> Tier:
    """Where every ticket starts. Raises PolicyMissing."""
    tier = Tier.objects.filter(is_active=True).first()
    if tier is None:
        raise PolicyMissing
    return tier


def team_on(policy: SupportPolicy, tier: Tier, category: Category) -> Team | None:
    """The team that takes a category on a tier, as the policy says."""
    chosen = policy.team_on(tier.key, _known(policy, category)) if tier.key in policy.tiers else None
    if chosen is None:
        return Team.objects.filter(tier=tier, is_active=True).first()
    return Team.objects.filter(key=chosen.key).first()


def organization_of(person: User) -> Organization | None:
    """The only organisation of a person, or None when they have none or must choose."""
    found = list(Organization.objects.of(person)[:2])
    return found[0] if len(found) == 1 else None


def lock(ticket: Ticket) -> Ticket:
    """The ticket as it is now, locked until the end of the transaction, with what most actions look at."""
    locked = Ticket.objects.select_for_update(of=("self",)).select_related(
        "status", "priority", "category", "tier", "team", "channel"
    )
    return locked.get(pk=ticket.pk)
