"""People whom nobody knows yet: customers made for the addresses that requests come from."""

from __future__ import annotations

from collections.abc import Collection

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from tenants import audit
from tenants.bulk import insert
from tenants.models import Role, User


def newcomer(email: str, *, language: str = "", role: Role | None = None) -> User:
    """A customer for an address, whom enter() writes: nameless, since a name would be a stranger's words too.

    `role` is customer_role(), if it is at hand.
    """
    person = User(role=role or customer_role(), email=email.strip(), language=language)
    person.set_unusable_password()
    return person


def customer_role() -> Role:
    """What people may do who were made for an address. One query."""
    return Role.objects.filter(kind=Role.Kind.CUSTOMER).earliest("name")


def is_new(person: User) -> bool:
    """Whether a person is still to be written."""
    return person._state.adding


def enter(people: Collection[User]) -> None:
    """Write newcomers, whose addresses nobody has proven. Two statements; IntegrityError where one was there by now."""
    if people:
        found = audit.entries("person.filed", people, actor=None, after={"role": Role.Kind.CUSTOMER})
        insert(*people, *found)
        addresses = [EmailAddress(user=person, email=person.email, primary=True, verified=False) for person in people]
        EmailAddress.objects.bulk_create(addresses)


def entered(email: str, *, language: str = "") -> User:
    """A newcomer, written at once; whoever came to have the address since it was looked up."""
    person = newcomer(email, language=language)
    try:
        with transaction.atomic():
            enter([person])
    except IntegrityError:  # the same form, sent twice at the same moment
        return User.objects.select_related("role").get(email__iexact=person.email)
    return person
