"""Filing a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
from tickets import answers as answered
from tickets import clocks, desk, events, search, versions
from tickets.actions import conduct
from tickets.actions.changing import apply_status
from tickets.actions.courtesy import require_courtesy
from tickets.actions.identifying import hold
from tickets.attachments import attach
from tickets.errors import (
    EmptyMessage,
    NotAMember,
    OrganizationSuspended,
    OrganizationSuspendedForGood,
    SupportSuspended,
    SupportSuspendedForGood,
)
from tickets.fairuse.standing import suspended_company_of, suspension_of
from tickets.models import (
    Category,
    Channel,
    Membership,
    Message,
    Organization,
    Team,
    TemplateSchedule,
    Ticket,
    TicketTemplate,
    Upload,
)


@dataclass(frozen=True)
class Origin:
    """The template that a ticket is opened from; with a schedule nobody pressed a button."""

    template: TicketTemplate
    schedule: TemplateSchedule | None = None

    def told(self) -> dict[str, Any]:
        """What the history says of it. `receipt` False: the customer is not written to."""
        said = {"template": str(self.template.pk), "template_name": self.template.name}
        if self.schedule is None:
            return said
        return {**said, "schedule": str(self.schedule.pk), "receipt": self.template.sends_receipt}


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
    files: Iterable[File | Upload] = (),
    origin: Origin | None = None,
    as_it_is: bool = False,
    is_unproven: bool = False,
    team: Team | None = None,
    is_advisory: bool = False,
    receipt: bool = True,
) -> Ticket:
    """File a ticket for a requester; `author` is the agent who enters it, the requester when None.

    What a schedule opens the helpdesk does by itself, in the name of the `author` who set it up.

    Without the authorisation data that the policy asks for it waits, and the customer is told what is missing.
    What is left out comes from the policy: category, priority (from impact and urgency when both are given), team.
    `as_it_is`: a requester who was warned of rude words sends them all the same. `is_unproven`: whoever files it
    has not shown to be the requester, so it is on nobody else's behalf either. `is_advisory`: it came where nothing
    is promised, so it carries no clock. `receipt` False: the customer gets none, since a program may answer it.

    Raises OrganizationSuspended, SupportSuspended, NotAMember, EmptyMessage, PolicyMissing, FileTooLarge, TooManyFiles,
    RudeWords, RudeWordsWarned.
    """
    subject, description = subject.strip(), description.strip()
    if not subject or not description:
        raise EmptyMessage
    organization = None if is_unproven else organization_for(requester, organization, at)
    # To refuse it would tell anybody whose support is suspended; it is put aside, and nothing is promised.
    is_set_aside = is_unproven and is_suspended(requester, at=at)
    version = desk.current_policy()
    category = category or desk.default_category(version)
    way = desk.channel_named(channel, version)
    tier, status = desk.first_tier(version), desk.first_status(version)
    by_staff = author is not None and author.is_staff_member and author.pk != requester.pk

    written = [subject, description, *(each for each in (answers or {}).values() if isinstance(each, str))]
    # Who typed somebody's address is told nothing of whose it is, so that all are looked at alike.
    writer = None if is_unproven else author or requester
    is_rude = require_courtesy(*written, author=writer, as_it_is=as_it_is)
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
        team=team or desk.team_on(version.policy, tier, category),
        policy_version=version,
        template=origin.template if origin else None,
        sla="" if is_advisory or is_set_aside else _sla(version, organization, category, way, priority),
        articles=near,
        is_unproven=is_unproven,
        created_at=at,
        updated_at=at,
    )
    message = Message.objects.create(
        ticket=ticket,
        author=author or requester,
        by_staff=by_staff,
        channel=way,
        body=description,
        posted_at=at,
        is_rude=is_rude,
    )
    attach(message, files)
    search.add_first(message, ticket)
    answered.make_findable(ticket.pk, ticket.answers)
    events.record(
        ticket,
        "ticket.created",
        actor=None if origin and origin.schedule else author or requester,
        at=at,
        by="agent" if by_staff else "customer",
        status=status.kind,
        priority=ticket.priority.key,
        version=str(version.pk),
        tier=tier.key,
        sla=ticket.sla,
        channel=way.key,
        message=str(message.pk),
        **(origin.told() if origin else {}),
        **({"unproven": True} if is_unproven else {}),
        **({} if receipt else {"receipt": False}),
    )
    # Nobody answers for what somebody else may have typed in their name.
    if is_rude and not is_unproven:
        conduct.count(conduct.Kind.RUDE, person=author or requester, ticket=ticket, at=at)
    if is_set_aside:
        apply_status(ticket, desk.status_of("on_hold"), actor=None, at=at, because="suspended")
    elif origin is None or origin.schedule is None:  # what comes round by itself nobody reports
        hold(ticket, at=at)
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


def is_suspended(person: User, *, at: datetime) -> bool:
    """Whether a person may file nothing: their own support is suspended, or that of all their companies."""
    if suspension_of(person, at=at) is not None:
        return True
    return suspended_company_of(person, at=at) is not None


def require_support(person: User, organization: Organization | None, *, at: datetime) -> None:
    """Nothing new is asked for while support is suspended (clauses C13, D12), on nobody's behalf too.

    Raises SupportSuspended, OrganizationSuspended, and both again for those without an end.
    """
    suspension = suspension_of(person, at=at)
    if suspension is not None:
        if suspension.until is None:
            raise SupportSuspendedForGood(reason=suspension.words)
        raise SupportSuspended(until=_instant(suspension.until), reason=suspension.words)
    if organization is None:
        organization = suspended_company_of(person, at=at)
    if organization is not None and organization.is_suspended(at):
        reason = organization.suspension_reason
        if organization.suspended_until is None:
            raise OrganizationSuspendedForGood(organization=organization, reason=reason)
        until = _instant(organization.suspended_until)
        raise OrganizationSuspended(organization=organization, reason=reason, until=until)


def _instant(at: datetime) -> str:
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")


def organization_for(requester: User, organization: Organization | None, at: datetime) -> Organization | None:
    """On whose behalf a person asks. Raises NotAMember, and what require_support() raises."""
    if organization is None:
        organization = desk.organization_of(requester)
    elif not Membership.objects.filter(user=requester, organization=organization).exists():
        raise NotAMember(person=requester, organization=organization)
    require_support(requester, organization, at=at)
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
