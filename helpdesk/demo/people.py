"""Who lives in the demo: customers and their companies, agents of each tier, a manager, an administrator."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from helpdesk.demo import PASSWORD
from tenants import alarms
from tenants.models import Role, User
from tickets.actions.suspending import ENDS
from tickets.models import Membership, Organization, OrganizationAddress, Suspension, Team, TeamMembership


def settle(people: dict[str, Any], organizations: list[dict[str, Any]], *, now: datetime) -> dict[str, User]:
    """Make everyone named in a demo file, by mail address."""
    companies = {each["name"]: _company(each, now) for each in organizations}
    roles = {role.kind: role for role in Role.objects.all()}
    password = make_password(PASSWORD)
    settled: dict[str, User] = {}
    for kind, group in (("customer", "customers"), ("agent", "agents"), ("manager", "managers"), ("admin", "admins")):
        for entry in people[group]:
            settled[entry["email"]] = _person(entry, roles[kind], password, companies)
    return settled


def _company(entry: dict[str, Any], now: datetime) -> Organization:
    company = Organization(name=entry["name"], contract=entry.get("contract", ""))
    if suspended := entry.get("suspended"):
        since = now - timedelta(days=suspended["days_ago"])
        company.suspended_from, company.suspended_until = since, since + timedelta(days=suspended["days"])
        company.suspension_reason = suspended["reason"]
    company.save()
    if company.suspended_from is not None and company.suspended_until is not None:
        when = {"since": company.suspended_from, "until": company.suspended_until, "made_at": company.suspended_from}
        suspension = Suspension.objects.create(organization=company, words=company.suspension_reason, **when)
        alarms.set(ENDS, suspension.pk, company.suspended_until)
    for address in entry.get("addresses", []):
        OrganizationAddress.objects.create(organization=company, email=address)
    return company


def _person(entry: dict[str, Any], role: Role, password: str, companies: dict[str, Organization]) -> User:
    person = User.objects.create(
        role=role, email=entry["email"], name=entry["name"], password=password, language=entry.get("language", "")
    )
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    if company := entry.get("organization"):
        Membership.objects.create(user=person, organization=companies[company], scope=entry.get("scope", "own"))
    for team in entry.get("teams", []):
        TeamMembership.objects.create(user=person, team=Team.objects.get(key=team))
    return person
