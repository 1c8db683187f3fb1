"""Requests without an account: filed under an address that nobody has proven, and claimed by whoever proves it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import F

from sla.document import SupportPolicy
from tenants import audit
from tenants.addresses import owner_of
from tenants.models import User
from tickets import clocks, desk, events, versions
from tickets.actions import newcomers
from tickets.actions.changing import apply_status
from tickets.actions.opening import open_ticket, organization_for
from tickets.errors import NotFiledByYou, SignInToFile
from tickets.models import EndedLinks, Organization, Status, Ticket


def file_without_account(email: str, *, at: datetime, language: str = "", **request: Any) -> Ticket:
    """File a request under an address that its writer has not shown to be theirs; `request` as for open_ticket().

    It is no organisation's, and mails about it carry nothing that was typed, until the address's owner claims it.
    Raises SignInToFile where the policy wants people to sign in, and what open_ticket() raises.
    """
    if not may_file_without_account():
        raise SignInToFile
    person = person_at(email, language=language)
    return open_ticket(requester=person, at=at, is_unproven=True, **request)


def may_file_without_account(policy: SupportPolicy | None = None) -> bool:
    """Whether the portal asks nobody to sign in, by the policy in force unless it is at hand. Raises PolicyMissing."""
    channel = (policy or desk.current_policy().policy).channels.get("portal")
    return channel is not None and channel.on and "sign-in" not in channel.requires


def person_at(email: str, *, language: str = "") -> User:
    """Whoever has this address, or a customer made for it: see newcomers.newcomer()."""
    return owner_of(email) or newcomers.entered(email, language=language)


def claim(ticket: Ticket, *, actor: User, at: datetime) -> Ticket:
    """Take a request that was filed in one's name for one's own, which also proves the address.

    Raises NotFiledByYou, and OrganizationSuspended for a member of a company whose support is suspended.
    """
    ticket = desk.lock(ticket)
    if ticket.requester_id != actor.pk:
        raise NotFiledByYou
    if ticket.is_unproven:
        _claim(ticket, organization_for(actor, None, at), actor, at)
        prove(actor)
    return ticket


def disown(ticket: Ticket, *, actor: User, at: datetime) -> Ticket:
    """Say that somebody else filed a request in one's name: it is closed, and its links end.

    Raises NotFiledByYou, also for a request that was claimed.
    """
    ticket = desk.lock(ticket)
    if ticket.requester_id != actor.pk or not ticket.is_unproven:
        raise NotFiledByYou
    if ticket.status.kind != Status.Kind.CLOSED:
        events.record(ticket, "ticket.disowned", actor=actor, at=at)
        apply_status(ticket, desk.status_of(Status.Kind.CLOSED), actor=actor, at=at)
        clocks.refresh(ticket, at=at)
    _end_links(ticket, actor)
    return ticket


def _claim(ticket: Ticket, organization: Organization | None, person: User, at: datetime) -> None:
    clocks.refresh(ticket, at=at)
    ticket.is_unproven = False
    events.record(ticket, "ticket.claimed", actor=person, at=at)
    versions.choose_for(ticket, organization, at=at)
    ticket.save(update_fields=["is_unproven", "organization", "sla"])
    clocks.refresh(ticket, at=at)


def prove(person: User) -> None:
    """Remember that somebody reads the mail of this address: a link that only it was sent was used."""
    person.__dict__.pop("has_proven", None)
    own = EmailAddress.objects.filter(user=person, email__iexact=person.email)
    with suppress(IntegrityError), transaction.atomic():  # what somebody else has proven already stays theirs
        if not own.exists():
            EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
        elif own.filter(verified=False).update(verified=True):
            audit.record("person.address_proven", person, actor=person, after={"address": person.email})


def end_links(ticket: Ticket, *, actor: User, at: datetime) -> None:
    """Make all links to a ticket that one has got so far useless."""
    _end_links(ticket, actor)
    events.record(ticket, "link.ended", actor=actor, at=at)


def _end_links(ticket: Ticket, person: User) -> None:
    ended, _ = EndedLinks.objects.get_or_create(ticket=ticket, user=person)
    EndedLinks.objects.filter(pk=ended.pk).update(count=F("count") + 1)
