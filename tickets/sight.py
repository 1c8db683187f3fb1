"""Who sees which tickets, apart from who they are: SQL that is written for one person serves all of the same sight."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from tenants.models import Role, User


class Sight(NamedTuple):
    """All of a person that `TicketQuerySet.visible_to` looks at, but for who they are."""

    kind: str
    permissions: tuple[str, ...]
    is_active: bool


def sight_of(person: User) -> Sight:
    """What decides which tickets a person sees."""
    return Sight(person.role.kind, tuple(person.role.permissions), person.is_active)


def with_sight(pk: UUID, sight: Sight) -> User:
    """Stands for a person of this sight where SQL is written that others of the same sight use too."""
    role = Role(kind=sight.kind, permissions=list(sight.permissions))
    return User(pk=pk, is_active=sight.is_active, role=role)
