"""Filing a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.utils.formats import date_format
from django.utils.timezone import localtime

from kb import actions as kb
from sla.models import PolicyVersion, Priority
from tenants.models import User
from tenants.statements import Asked
from tickets import desk, events, versions
from tickets.actions import identifying
from tickets.actions.courtesy import require_courtesy
from tickets.actions.filing import Filing, file_together
from tickets.errors import (
    EmptyMessage,
    NotAMember,
    OrganizationSuspended,
    OrganizationSuspendedForGood,
    SupportSuspended,
    SupportSuspendedForGood,
)
from tickets.fairuse.standing import SUSPENSION, suspended_company_of, suspension_of
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
    version: PolicyVersion | None = None,
    later: list[Filing] | None = None,
) -> Ticket:
    """File a ticket for a requester; `author` is the agent who enters it, the requester when None.

    What a schedule opens the helpdesk does by itself, in the name of the `author` who set it up.

    Without the authorisation data that the policy asks for it waits, and the customer is told what is missing.
    What is left out comes from the policy: category, priority (from impact and urgency when both are given), team.
    `as_it_is`: a requester who was warned of rude words sends them all the same. `is_unproven`: whoever files it
    has not shown to be the requester, so it is on nobody else's behalf either. `is_advisory`: it came where nothing
    is promised, so it carries no clock. `receipt` False: the customer gets none, since a program may answer it.
    `version`: that of desk.policy_for_filing(at), if it is at hand. `later`: for file_together() to write with others;
    before that the ticket has no number.

    Raises OrganizationSuspended, SupportSuspended, NotAMember, EmptyMessage, PolicyMissing, FileTooLarge, TooManyFiles,
    RudeWords, RudeWordsWarned.
    """
    subject, description = subject.strip(), description.strip()
    if not subject or not description:
        raise EmptyMessage
    organization = None if is_unproven else organization_for(requester, organization, at)
    # To refuse it would tell anybody whose support is suspended; it is put aside, and nothing is promised.
    is_set_aside = is_unproven and is_suspended(requester, at=at)
    version = version or desk.policy_for_filing(at)
    category = category or desk.default_category(version)
    way = desk.channel_named(channel, version)
    tier, status = desk.first_tier(version), desk.first_status(version)
    by_staff = author is not None and author.is_staff_member and author.pk != requester.pk

    written = [subject, description, *(each for each in (answers or {}).values() if isinstance(each, str))]
    # Who typed somebody's address is told nothing of whose it is, so that all are looked at alike.
    writer = None if is_unproven else author or requester
    is_rude = require_courtesy(*written, author=writer, as_it_is=as_it_is, policy=version.policy)
    near = list(articles)
    if near:
        kb.came_near(near)
    priority = priority or _priority(version, category, impact, urgency)
    ticket = Ticket(
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
        team=team or desk.first_team(version, tier, category),
        policy_version=version,
        template=origin.template if origin else None,
        sla="" if is_advisory or is_set_aside else _sla(version, organization, category, way, priority),
        articles=near,
        is_unproven=is_unproven,
        created_at=at,
        updated_at=at,
    )
    ticket.__dict__["may_stop"] = version.may_stop  # type: ignore[attr-defined]
    message = Message(
        ticket=ticket,
        author=author or requester,
        by_staff=by_staff,
        channel=way,
        body=description,
        posted_at=at,
        is_rude=is_rude,
    )
    filed = events.told(
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
    # What comes round by itself nobody reports.
    is_asked = not is_set_aside and (origin is None or origin.schedule is None)
    missing = identifying.missing(ticket) if is_asked else []
    ticket.__dict__["first_message"] = message
    filing = Filing(ticket, message, filed, list(files), is_set_aside=is_set_aside, missing=missing)
    if later is None:
        file_together([filing])
    else:
        later.append(filing)
    return ticket


def asked_of(people: Iterable[User], *, at: datetime) -> Asked:
    """What open_ticket() asks for what these people file at an instant."""
    ids = [person.pk for person in people]
    return {
        SUSPENSION: [{"person": pk, "at": at} for pk in ids],
        desk.ORGANIZATIONS: [{"person": pk} for pk in ids],
        desk.FOR_FILING: [{"at": at}],
    }


def is_suspended(person: User, *, at: datetime) -> bool:
    """Whether a person may file nothing: their own support is suspended, or that of all their companies."""
    if suspension_of(person, at=at) is not None:
        return True
    return suspended_company_of(person, at=at) is not None


def require_support(
    person: User,
    organization: Organization | None,
    *,
    at: datetime,
    companies: Sequence[Organization] | None = None,
) -> None:
    """Nothing new is asked for while support is suspended (clauses C13, D12), on nobody's behalf too.

    `companies`: the person's, if they are at hand.
    Raises SupportSuspended, OrganizationSuspended, and both again for those without an end.
    """
    suspension = suspension_of(person, at=at)
    if suspension is not None:
        if suspension.until is None:
            raise SupportSuspendedForGood(reason=suspension.words)
        raise SupportSuspended(until=_instant(suspension.until), reason=suspension.words)
    if organization is None:
        organization = suspended_company_of(person, at=at, companies=companies)
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
    companies = None
    if organization is None:
        companies = desk.organizations_of(requester)
        organization = companies[0] if len(companies) == 1 else None
    elif not Membership.objects.filter(user=requester, organization=organization).exists():
        raise NotAMember(person=requester, organization=organization)
    require_support(requester, organization, at=at, companies=companies)
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
