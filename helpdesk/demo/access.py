"""Who can sign in to the demo, for people as a table and for programs as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from helpdesk.demo import PASSWORD, SLUGS
from tenants.context import act_as
from tenants.models import ApiToken, Role, Tenant, User

TOKEN_NAME = "demo"  # noqa: S105


def collect(base_url: str, known: dict[str, str]) -> dict[str, Any]:
    """Addresses, logins and tokens of the five tenants. `known` are tokens by "slug address" that still hold."""
    tenants = []
    for tenant in Tenant.objects.filter(slug__in=SLUGS).prefetch_related("domains"):
        with act_as(tenant):
            users = [_user(tenant, person, known) for person in _shown()]
        host = next(domain.host for domain in tenant.domains.all() if domain.is_primary)
        tenants.append({"slug": tenant.slug, "host": host, "name": tenant.name, "users": users})
    return {"base_url": base_url, "tenants": tenants}


def write(path: Path, base_url: str) -> dict[str, Any]:
    """Write the JSON; a token is shown once only, so those of an earlier file are taken over while they hold."""
    known: dict[str, str] = {}
    if path.exists():
        earlier = json.loads(path.read_text(encoding="utf-8"))
        known = {
            f"{tenant['slug']} {user['email']}": user["api_token"]
            for tenant in earlier["tenants"]
            for user in tenant["users"]
        }
    access = collect(base_url, known)
    path.touch(mode=0o600, exist_ok=True)
    path.write_text(json.dumps(access, ensure_ascii=False, indent=2), encoding="utf-8")
    return access


def _shown() -> list[User]:
    """Everyone of the demo: staff first, agents from the first tier up, then customers."""
    people = User.objects.select_related("role").prefetch_related("teams__tier").order_by("created_at", "id")
    order: list[str] = [Role.Kind.ADMIN, Role.Kind.MANAGER, Role.Kind.AGENT, Role.Kind.CUSTOMER]
    return sorted(people, key=lambda person: (order.index(person.role.kind), _tier(person) or 0))


def _tier(person: User) -> int | None:
    positions = [team.tier.position for team in person.teams.all()]
    return min(positions) if positions else None


def _user(tenant: Tenant, person: User, known: dict[str, str]) -> dict[str, Any]:
    token = known.get(f"{tenant.slug} {person.email}")
    if token is None or not ApiToken.objects.filter(digest=ApiToken.digest_of(token), user=person).exists():
        ApiToken.objects.filter(user=person, name=TOKEN_NAME).delete()
        token = ApiToken.issue(person, TOKEN_NAME)
    entry: dict[str, Any] = {
        "email": person.email,
        "password": PASSWORD,
        "role": person.role.kind,
        "name": person.name,
        "api_token": token,
    }
    if (tier := _tier(person)) is not None:
        entry["tier"] = tier
    return entry
