"""Making a tenant: its row, its domains, and the four roles that everyone starts with."""

from collections.abc import Iterable

from tenants.context import act_as
from tenants.models import Domain, Role, Tenant
from tenants.permissions import DEFAULTS


def found(slug: str, *, hosts: Iterable[str], name: str = "", mail_address: str = "") -> Tenant:
    """Make a tenant with its domains and roles. Needs the owner's login. Raises IntegrityError for a taken name."""
    tenant = Tenant.objects.create(slug=slug, name=name or slug, languages=["en"], mail_address=mail_address)
    Domain.objects.bulk_create(
        Domain(host=host.lower(), tenant=tenant, is_primary=first == 0) for first, host in enumerate(hosts)
    )
    with act_as(tenant):
        make_roles()
    return tenant


def make_roles() -> None:
    """Give the active tenant the four roles that everyone starts with."""
    for kind in Role.Kind:
        permissions = [str(permission) for permission in DEFAULTS[kind]]
        Role.objects.create(kind=kind, name=str(kind.label), permissions=permissions)
