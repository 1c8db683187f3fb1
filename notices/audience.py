"""Whom an announcement concerns, as people: before it is sent, and while it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from inbox.models import StoppedMail
from notices.models import AnnouncedComponent, AnnouncedOrganization, Announcement, ComponentOrganization
from tenants.models import Role, User
from tickets import recipients
from tickets.models import Membership, Suspension

Audience, Narrowed = Announcement.Audience, Announcement.Narrowed


@dataclass(frozen=True)
class Reach:
    """Who is meant: an audience, and what narrows it. Rows are given by id, contracts by key."""

    audience: str
    narrowed_by: str = ""
    organizations: Collection[UUID] = ()
    contracts: Collection[str] = ()
    components: Collection[UUID] = ()


def narrowing(audience: str, *, affected_only: bool, organizations: bool, components: Collection[UUID]) -> str:
    """By what an audience is narrowed, if it is: organisations and contracts that were chosen go before services.

    Services narrow it when each of them has its own users; one that all customers use concerns them all.
    """
    if audience == Audience.AGENTS or not (affected_only or audience == Audience.CHOSEN):
        return ""
    if organizations:
        return Narrowed.ORGANIZATIONS
    used = ComponentOrganization.objects.filter(component__in=components).order_by().values("component").distinct()
    return Narrowed.COMPONENTS if components and used.count() == len(set(components)) else ""


def reach_of(announcement: Announcement) -> Reach:
    """Whom a kept announcement concerns. At most two queries."""
    organizations: Collection[UUID] = ()
    components: Collection[UUID] = ()
    if announcement.narrowed_by == Narrowed.ORGANIZATIONS:
        chosen = AnnouncedOrganization.objects.filter(announcement=announcement)
        organizations = tuple(chosen.values_list("organization_id", flat=True))
    elif announcement.narrowed_by == Narrowed.COMPONENTS:
        about = AnnouncedComponent.objects.filter(announcement=announcement)
        components = tuple(about.values_list("component_id", flat=True))
    return Reach(announcement.audience, announcement.narrowed_by, organizations, announcement.contracts, components)


def mailed(reach: Reach, at: datetime) -> QuerySet[User]:
    """Who gets a mail: active people with an address known to be theirs, but for those whose support is suspended.

    Nor those who stopped announcements by mail.
    """
    stopped = StoppedMail.objects.filter(person=OuterRef("pk"), kind=StoppedMail.Kind.ANNOUNCED)
    taken = Suspension.objects.at(at).filter(person=OuterRef("pk"))
    people = recipients.proven(User.objects.filter(~Exists(stopped), is_active=True))
    customer = Q(role__kind=Role.Kind.CUSTOMER)
    if reach.audience == Audience.AGENTS:
        return people.exclude(customer)
    people = people.filter(~Exists(taken))
    suspended = Q(organization__suspended_from__lte=at) & (
        Q(organization__suspended_until=None) | Q(organization__suspended_until__gt=at)
    )
    mine = Membership.objects.filter(user=OuterRef("pk"))
    served = mine.exclude(suspended)
    if reach.narrowed_by == Narrowed.ORGANIZATIONS:
        chosen = Q(organization__in=reach.organizations)
        if reach.contracts:
            chosen |= Q(organization__contract__in=reach.contracts)
        return people.filter(customer, Exists(served.filter(chosen)))
    if reach.narrowed_by == Narrowed.COMPONENTS:
        used = ComponentOrganization.objects.filter(component__in=reach.components)
        return people.filter(customer, Exists(served.filter(organization__in=used.values("organization"))))
    if reach.audience != Audience.EVERYONE:
        people = people.filter(customer)
    return people.filter(~customer | Exists(served) | ~Exists(mine))
