"""Filing a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import connection
from django.utils.formats import date_format
from django.utils.timezone import localtime

from kb import actions as kb
from sla.models import PolicyVersion, Priority
from tenants.context import active_tenant
from tenants.models import User
from tickets import clocks, desk, events, search, versions
from tickets.attachments import attach
from tickets.errors import EmptyMessage, NotAMember, OrganizationSuspended, OrganizationSuspendedForGood
from tickets.models import Category, Channel, Membership, Message, Organization, Ticket


def open_ticket(
    *,
    requester: User,
    subject: str,
    description: str,
    at: datetime,
    author: User | None = None,
    category: Category | None = None,
    priority: Priority | None = None,
    impact: str = "",
    urgency: str = "",
    channel: str = "portal",
    organization: Organization | None = None,
    answers: Mapping[str, Any] | None = None,
    articles: Iterable[int] = (),
    files: Iterable[File] = (),
) -> Ticket:
    """File a ticket for a requester; `author` is the agent who enters it, the requester when None.

    What is left out comes from the policy: category, priority (from impact and urgency when both are given), team.
    Raises OrganizationSuspended, NotAMember, EmptyMessage, PolicyMissing, FileTooLarge, TooManyFiles.
    """
    subject, description = subject.strip(), description.strip()
    if not subject or not description:
        raise EmptyMessage
    organization = _organization(requester, organization, at)
    version = desk.current_policy()
    category = category or desk.default_category(version)
    way = desk.channel_named(channel)
    tier, status = desk.first_tier(), desk.status_of("new")
    by_staff = author is not None and author.is_staff_member and author.pk != requester.pk

    near = list(articles)
    if near:
        kb.came_near(near)
    priority = priority or _priority(version, category, impact, urgency)
    ticket = Ticket.objects.create(
        number=next_number(),
        subject=subject[:200],
        description=description,
        answers=dict(answers or {}),
        requester=requester,
        organization=organization,
        channel=way,
        category=category,
        impact=impact,
        urgency=urgency,
        priority=priority,
        status=status,
        tier=tier,
        team=desk.team_on(version.policy, tier, category),
        policy_version=version,
        sla=_sla(version, organization, category, way, priority),
        articles=near,
        created_at=at,
        updated_at=at,
    )
    message = Message.objects.create(
        ticket=ticket, author=author or requester, by_staff=by_staff, channel=way, body=description, posted_at=at
    )
    attach(message, files)
    search.add_first(message, ticket)
    events.record(
        ticket,
        "ticket.created",
        actor=author or requester,
        at=at,
        by="agent" if by_staff else "customer",
        status=status.kind,
        priority=ticket.priority.key,
        version=str(version.pk),
        tier=tier.key,
        sla=ticket.sla,
        channel=way.key,
        message=str(message.pk),
    )
    clocks.refresh(ticket, at=at)
    return ticket


def next_number() -> int:
    """The next ticket number of the tenant: unique, never used again, gaps when a transaction is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_ticketcounter (tenant_id, last) VALUES (%s, 1)"
            " ON CONFLICT (tenant_id) DO UPDATE SET last = tickets_ticketcounter.last + 1 RETURNING last",
            [active_tenant().id],
        )
        return cursor.fetchone()[0]


def _organization(requester: User, organization: Organization | None, at: datetime) -> Organization | None:
    if organization is None:
        organization = desk.organization_of(requester)
    elif not Membership.objects.filter(user=requester, organization=organization).exists():
        raise NotAMember(person=requester, organization=organization)
    if organization is not None and organization.is_suspended(at):
        reason = organization.suspension_reason
        if organization.suspended_until is None:
            raise OrganizationSuspendedForGood(organization=organization, reason=reason)
        until = date_format(localtime(organization.suspended_until), "SHORT_DATETIME_FORMAT")
        raise OrganizationSuspended(organization=organization, reason=reason, until=until)
    return organization


def _priority(version: PolicyVersion, category: Category, impact: str, urgency: str) -> Priority:
    if impact and urgency:
        given = version.policy.priority_from(impact, urgency)
        if given is not None:
            return Priority.objects.get(key=given.key)
    return desk.default_priority(version, category)


def _sla(
    version: PolicyVersion, organization: Organization | None, category: Category, channel: Channel, priority: Priority
) -> str:
    """The SLA policy that holds; none on an advisory channel, where nothing is promised."""
    if not channel.is_official:
        return ""
    contract = organization.contract if organization else None
    return versions.matching(
        version.policy, contract=contract, category=category.key, channel=channel.key, priority=priority.key
    )
