"""What can be done with customers' companies and with customers: each is one small step with its permission."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from tenants import audit
from tenants.addresses import owner_of
from tenants.models import Role, User
from tenants.permissions import Permission
from tenants.statements import Asked, Statement
from tickets.actions.checks import require
from tickets.errors import AddressTaken, NameTaken, NotACustomer
from tickets.models import Exclusion, LiftedExclusion, Membership, Organization, OrganizationAddress

_AUTHORIZED = Statement(
    lambda email: (
        OrganizationAddress.objects.select_related("organization")
        .filter(email__iexact=email)
        .order_by("organization__name")[:1]
    ),
    email=str,
)


def add_organization(name: str, *, contract: str = "", actor: User) -> Organization:
    """Enter a company. Raises NotPermitted, NameTaken."""
    require(actor, Permission.MANAGE_ORGANIZATIONS)
    try:
        with transaction.atomic():
            organization = Organization.objects.create(name=name.strip(), contract=contract)
    except IntegrityError:
        raise NameTaken(name=name.strip()) from None
    audit.record("organization.added", organization, actor=actor, after=_agreed(organization))
    return organization


def change_organization(organization: Organization, *, name: str, contract: str, actor: User) -> Organization:
    """Correct the name, or agree on another contract; open tickets keep the terms that they were filed under.

    Raises NotPermitted, NameTaken.
    """
    require(actor, Permission.MANAGE_ORGANIZATIONS)
    before = _agreed(Organization.objects.select_for_update().get(pk=organization.pk))
    organization.name, organization.contract = name.strip(), contract
    try:
        with transaction.atomic():
            organization.save(update_fields=["name", "contract"])
    except IntegrityError:
        raise NameTaken(name=organization.name) from None
    audit.record("organization.changed", organization, actor=actor, before=before, after=_agreed(organization))
    return organization


def add_member(organization: Organization, person: User, *, scope: str, actor: User) -> Membership:
    """Put a customer into a company, or change whose tickets they see there. Raises NotPermitted, NotACustomer."""
    require(actor, Permission.MANAGE_ORGANIZATIONS)
    if person.is_staff_member:
        raise NotACustomer(person=person)
    former = Membership.objects.select_for_update().filter(user=person, organization=organization).first()
    member, _ = Membership.objects.update_or_create(user=person, organization=organization, defaults={"scope": scope})
    before = {"person": person.email, "scope": former.scope} if former else {}
    after = {"person": person.email, "scope": scope}
    audit.record("organization.member_set", organization, actor=actor, before=before, after=after)
    return member


def remove_member(member: Membership, *, actor: User) -> None:
    """Take a person out of a company; their tickets stay where they are. Raises NotPermitted."""
    require(actor, Permission.MANAGE_ORGANIZATIONS)
    gone, _ = Membership.objects.filter(pk=member.pk).delete()
    if gone:
        before = {"person": member.user.email, "scope": member.scope}
        audit.record("organization.member_removed", member.organization, actor=actor, before=before)


def authorize_address(organization: Organization, email: str, *, actor: User) -> OrganizationAddress:
    """Let an address make requests for a company. Raises NotPermitted."""
    require(actor, Permission.MANAGE_ORGANIZATIONS)
    known = OrganizationAddress.objects.filter(organization=organization, email__iexact=email).first()
    if known:
        return known
    address = OrganizationAddress.objects.create(organization=organization, email=email.strip())
    audit.record("organization.address_added", organization, actor=actor, after={"address": address.email})
    return address


def authorized_company(email: str) -> Organization | None:
    """The company that this address may make requests for; the first by name of several. Clause C5."""
    first = _AUTHORIZED.first(email=email)
    return first.organization if first else None


def asked_of(emails: Iterable[str]) -> Asked:
    """What authorized_company() asks for these."""
    return {_AUTHORIZED: [{"email": each} for each in emails]}


def join_by_address(person: User, organization: Organization) -> None:
    """Make a member of whoever wrote from an address that a company authorised; what they are already stays."""
    _, is_new = Membership.objects.get_or_create(user=person, organization=organization)
    if is_new:
        audit.record("organization.member_set", organization, actor=person, after={"person": person.email})


def withdraw_address(address: OrganizationAddress, *, actor: User) -> None:
    """No longer let an address speak for its company. Raises NotPermitted."""
    require(actor, Permission.MANAGE_ORGANIZATIONS)
    gone, _ = OrganizationAddress.objects.filter(pk=address.pk).delete()
    if gone:
        before = {"address": address.email}
        audit.record("organization.address_removed", address.organization, actor=actor, before=before)


def set_lifted_exclusions(organization: Organization, exclusions: Iterable[Exclusion], *, actor: User) -> None:
    """Agree on which exclusions do not hold for a company, beside what its contract lifts. Raises NotPermitted."""
    require(actor, Permission.MANAGE_ORGANIZATIONS)
    wanted = {each.pk: each for each in exclusions}
    present = LiftedExclusion.objects.filter(organization=organization)
    before = sorted(present.values_list("exclusion__key", flat=True))
    present.exclude(exclusion__in=wanted).delete()
    missing = wanted.keys() - set(present.values_list("exclusion", flat=True))
    LiftedExclusion.objects.bulk_create(
        LiftedExclusion(organization=organization, exclusion=wanted[pk]) for pk in missing
    )
    after = sorted(each.key for each in wanted.values())
    audit.record(
        "organization.exceptions_set",
        organization,
        actor=actor,
        before={"exceptions": before},
        after={"exceptions": after},
    )


def _agreed(organization: Organization) -> dict[str, str]:
    return {"name": organization.name, "contract": organization.contract}


def add_customer(email: str, name: str, *, language: str = "", actor: User) -> User:
    """Enter a customer who called or wrote a letter; they sign in by a code once they prove the address.

    Raises NotPermitted, AddressTaken.
    """
    require(actor, Permission.REPLY)
    if owner_of(email) is not None:
        raise AddressTaken(email=email)
    customer = User(
        role=Role.objects.filter(kind=Role.Kind.CUSTOMER).earliest("name"),
        email=email.strip(),
        name=name.strip(),
        language=language,
    )
    customer.set_unusable_password()
    try:
        with transaction.atomic():
            customer.save()
    except IntegrityError:
        raise AddressTaken(email=email) from None
    EmailAddress.objects.create(user=customer, email=customer.email, primary=True, verified=False)
    after = {"name": customer.name, "address": customer.email, "role": Role.Kind.CUSTOMER}
    audit.record("person.added", customer, actor=actor, after=after)
    return customer
