"""The world of the tests: Acme and Globex, Ada and Grace, and a Monday morning.

Acme runs on the first of the five policies (I One Tech Solutions), Globex on Hostiquant's; `tenant_on` opens a desk on
any of the five. People and rows are made inside the test's transaction; only the tenants themselves are committed,
by the owner of the database, since the app may not make tenants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password

from helpdesk.policy.apply import apply
from sla.document import SupportPolicy
from tenants.context import act_as
from tenants.founding import make_roles
from tenants.models import ApiToken, Role, Tenant, User
from tickets import actions
from tickets.models import Membership, Organization, Team, TeamMembership, Ticket

POLICIES = Path(settings.BASE_DIR) / "policies"
SLUGS = ("ione", "techsupport", "alleanza", "justo", "hostiquant")
#: A Monday, nine in the morning in UTC.
MONDAY_9AM = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


@lru_cache
def policy_file(slug: str) -> tuple[SupportPolicy, str]:
    """One of the five policies, and its text."""
    path = POLICIES / f"{slug}.yaml"
    return SupportPolicy.load(path), path.read_text(encoding="utf-8")


@lru_cache
def password_hash() -> str:
    """PASSWORD as it is stored: slow on purpose, so once a process and not once a person."""
    return make_password(PASSWORD)


def commit_tenant(owner_url: str, slug: str) -> Tenant:
    """The tenant row and its host `<slug>.localhost`, committed by the owner; there already in a later test."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO tenants_tenant (slug, name, language, languages, timezone, brand, mail_address)"
            " VALUES (%s, %s, 'en', '{en,ru,es}', 'UTC', '{}', %s) ON CONFLICT DO NOTHING",
            [slug, slug.title(), f"support@{slug}.example"],
        )
        owner.execute(
            "INSERT INTO tenants_domain (host, tenant_id, is_primary)"
            " SELECT slug || '.localhost', id, true FROM tenants_tenant WHERE slug = %s ON CONFLICT DO NOTHING",
            [slug],
        )
    return Tenant.objects.get(slug=slug)


def set_up_desk(tenant: Tenant, policy: str) -> None:
    """Roles and a policy for a tenant that has none yet."""
    with act_as(tenant):
        if not Role.objects.exists():
            make_roles()
            loaded, text = policy_file(policy)
            apply(loaded, source=text, at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def tenant_on(db: None, owner_url: str) -> Callable[..., Tenant]:
    """Open a desk on one of the five policies: `tenant_on("alleanza")`, `tenant_on("justo", slug="other")`."""

    def make(policy: str, slug: str | None = None) -> Tenant:
        tenant = commit_tenant(owner_url, slug or policy)
        set_up_desk(tenant, policy)
        tenant.refresh_from_db()
        return tenant

    return make


@pytest.fixture
def acme(tenant_on: Callable[..., Tenant]) -> Tenant:
    """A tenant on the first policy: four priorities, four categories, three tiers, business hours in one zone."""
    return tenant_on("ione", slug="acme")


@pytest.fixture
def globex(tenant_on: Callable[..., Tenant]) -> Tenant:
    """Another tenant, on Hostiquant's policy."""
    return tenant_on("hostiquant", slug="globex")


@pytest.fixture
def at_acme(acme: Tenant) -> Iterator[Tenant]:
    """The test runs as Acme."""
    with act_as(acme):
        yield acme


def make_person(name: str, kind: str = "customer", **fields: Any) -> User:
    """A person of the active tenant with a proven address `<name>@<tenant>.example` and the password PASSWORD."""
    from allauth.account.models import EmailAddress

    role = Role.objects.get(kind=kind)
    email = fields.pop("email", f"{name.lower()}@{role.tenant.slug}.example")
    person = User(role=role, name=name, email=email, **fields)
    person.password = password_hash()
    person.save()
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def make_organization(name: str = "Initech", *members: User, scope: str = "all", **fields: Any) -> Organization:
    """A customer company of the active tenant with these people in it."""
    organization = Organization.objects.create(name=name, **fields)
    for person in members:
        Membership.objects.create(user=person, organization=organization, scope=scope)
    return organization


def make_ticket(requester: User, subject: str = "Printer on fire", *, at: datetime = MONDAY_9AM, **more: Any) -> Ticket:
    """A ticket filed by a customer, with the policy's defaults."""
    more.setdefault("description", "Smoke comes out of it since eight.")
    return actions.open_ticket(requester=requester, subject=subject, at=at, **more)


def join(person: User, team: Team | str) -> Team:
    """Put an agent into a team, given as a row or by key."""
    team = Team.objects.get(key=team) if isinstance(team, str) else team
    TeamMembership.objects.get_or_create(team=team, user=person)
    return team


@pytest.fixture
def ada(at_acme: Tenant) -> User:
    """An agent of Acme."""
    return make_person("Ada", "agent")


@pytest.fixture
def grace(at_acme: Tenant) -> User:
    """A customer of Acme."""
    return make_person("Grace")


@pytest.fixture
def mary(at_acme: Tenant) -> User:
    """A manager of Acme."""
    return make_person("Mary", "manager")


@pytest.fixture
def root(at_acme: Tenant) -> User:
    """An administrator of Acme."""
    return make_person("Root", "admin")


def token_of(person: User) -> str:
    """An API token of a person."""
    return ApiToken.issue(person, "tests")
