"""Keeping the services that the status page lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from notices.errors import NameMissing
from notices.models import Component, ComponentOrganization
from tenants import audit
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets.models import Category, Organization


@dataclass(frozen=True, kw_only=True)
class Described:
    """A service as it is to be. Texts are by language."""

    name: Mapping[str, str]
    description: Mapping[str, str] = field(default_factory=dict)
    position: int = 0
    is_public: bool = True
    is_active: bool = True
    categories: Sequence[Category] = ()  # kinds of request about it
    organizations: Sequence[Organization] = ()  # who uses it; all customers when empty


def add_component(described: Described, *, actor: User, at: datetime) -> Component:
    """List a service. Its state is known from now on. Raises NotPermitted, NameMissing."""
    component = Component(since=at)
    _write(component, described, actor, at)
    audit.record("component.added", component, actor=actor, after=_kept(component))
    return component


def change_component(component: Component, described: Described, *, actor: User, at: datetime) -> Component:
    """Describe a service differently, or list it no longer; its history stays. Raises NotPermitted, NameMissing."""
    component = Component.objects.select_for_update(of=("self",)).get(pk=component.pk)
    before = _kept(component)
    _write(component, described, actor, at)
    audit.record("component.changed", component, actor=actor, before=before, after=_kept(component))
    return component


def _write(component: Component, described: Described, actor: User, at: datetime) -> None:
    if not actor.may(Permission.CONFIGURE):
        raise NotPermitted
    component.name = {language: text.strip() for language, text in described.name.items() if text.strip()}
    if not component.name:
        raise NameMissing
    component.description = {code: text.strip() for code, text in described.description.items() if text.strip()}
    component.position = described.position
    component.is_public, component.is_active = described.is_public, described.is_active
    component.categories = sorted(each.key for each in described.categories)
    component.changed_at = at
    component.save()
    ComponentOrganization.objects.filter(component=component).delete()
    ComponentOrganization.objects.bulk_create(
        ComponentOrganization(component=component, organization=each) for each in described.organizations
    )


def _kept(component: Component) -> dict[str, object]:
    organizations = component.organizations.order_by("name").values_list("name", flat=True)
    return {
        "name": str(component),
        "is_public": component.is_public,
        "in_use": component.is_active,
        "categories": list(component.categories),
        "organizations": list(organizations[:50]),
    }
