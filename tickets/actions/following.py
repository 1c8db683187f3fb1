"""Who else reads a ticket: staff follow it, customers are put in copy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Lower

from tenants.addresses import owners_of
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, events
from tickets.actions.checks import closed, require
from tickets.actions.claiming import person_at
from tickets.actions.organizations import add_customer
from tickets.actions.talking import touch
from tickets.errors import (
    AccountClosed,
    AsksAlready,
    CopiesNotAllowed,
    NotInCopy,
    OutsiderNotAllowed,
    TooManyInCopy,
    WorksHere,
)
from tickets.models import Follower, Membership, OrganizationAddress, Participant, Status, Ticket
from tickets.recipients import MOST_IN_COPY


def follow(ticket: Ticket, *, actor: User, at: datetime) -> None:
    """Be told from now on what others do on a ticket. Raises NotPermitted for who may not see it."""
    _require_sight(ticket, actor)
    _, is_new = Follower.objects.get_or_create(ticket=ticket, user=actor, defaults={"since": at})
    if is_new:
        events.record(ticket, "ticket.followed", actor=actor, at=at)


def unfollow(ticket: Ticket, *, actor: User, at: datetime) -> None:
    """No longer be told. Raises NotPermitted for customers."""
    if not actor.is_staff_member:
        raise NotPermitted
    gone, _ = Follower.objects.filter(ticket=ticket, user=actor).delete()
    if gone:
        events.record(ticket, "ticket.unfollowed", actor=actor, at=at)


def add_participants(ticket: Ticket, emails: Iterable[str], *, actor: User, at: datetime) -> list[User]:
    """Put people in copy by mail address; an address that nobody has yet becomes a customer. Returns whom it added.

    Customers who see the ticket by themselves may add whom the policy lets them.

    Raises NotPermitted, TicketClosed, WorksHere, AsksAlready, AccountClosed, TooManyInCopy, CopiesNotAllowed,
    OutsiderNotAllowed; of customers NotInCopy, which tells them of nobody.
    """
    by_staff = actor.is_staff_member
    if by_staff:
        require(actor, Permission.REPLY)
    ticket = desk.lock(ticket)
    if not by_staff:
        _require_own(ticket, actor)
    if ticket.status.kind == Status.Kind.CLOSED or ticket.merged_into_id is not None:
        raise closed(ticket, actor)
    present = set(Participant.objects.filter(ticket=ticket).values_list("user", flat=True))
    wanted = list(dict.fromkeys(each.strip().lower() for each in emails))
    known = owners_of(wanted)
    if not by_staff:
        _require_allowed(ticket, actor, wanted, known)
    new = [email for email in wanted if email not in known or known[email].pk not in present]
    new = list({known[email].pk if email in known else email: email for email in new}.values())  # by two addresses
    # Before anybody is entered: what is refused must cost little, however many addresses there are.
    if len(present) + len(new) > MOST_IN_COPY:
        raise TooManyInCopy(limit=MOST_IN_COPY)
    for email, person in known.items():
        if by_staff:
            _require_customer(ticket, person)
        elif person.is_staff_member or not person.is_active or person.pk == ticket.requester_id:
            raise NotInCopy(email=email)
    enter = (lambda email: add_customer(email, "", actor=actor)) if by_staff else person_at
    added = [known.get(email) or enter(email) for email in new]
    for person in added:
        Participant.objects.create(ticket=ticket, user=person, added_by=actor, added_at=at)
        events.record(ticket, "participant.added", actor=actor, at=at, person=str(person.pk), name=person.name)
    if added:
        touch(ticket, at)
    return added


def remove_participant(ticket: Ticket, person: User, *, actor: User, at: datetime) -> None:
    """Take somebody out of copy: they no longer see the ticket. People may take themselves out. Raises NotPermitted."""
    if actor.pk != person.pk:
        require(actor, Permission.REPLY)
    gone, _ = Participant.objects.filter(ticket=ticket, user=person).delete()
    if gone:
        events.record(ticket, "participant.removed", actor=actor, at=at, person=str(person.pk), name=person.name)


def carry_over(duplicate: Ticket, into: Ticket, *, actor: User, at: datetime) -> dict[str, list[str]]:
    """Let those who read a merged ticket go on reading where its messages are. Both tickets are locked.

    Customers are not told of it: to them, who comes along is a stranger. Returns the ids of who was new there, for
    `give_back`.
    """
    there = set(Participant.objects.filter(ticket=into).values_list("user", flat=True)) | {into.requester_id}
    copied = Participant.objects.filter(ticket=duplicate).exclude(user__in=there).select_related("user")
    rows = list(copied.order_by("added_at", "id"))
    for row in rows:
        Participant.objects.create(ticket=into, user=row.user, added_by=actor, added_at=at)
        said: dict[str, Any] = {"person": str(row.user_id), "name": row.user.name, "because": "merge"}
        events.record(into, "participant.added", actor=actor, at=at, is_public=False, **said)
    follow_already = Follower.objects.filter(ticket=into).values("user")
    following = Follower.objects.filter(ticket=duplicate).exclude(user__in=follow_already)
    ids = list(following.values_list("user", flat=True))
    Follower.objects.bulk_create((Follower(ticket=into, user_id=pk, since=at) for pk in ids), ignore_conflicts=True)
    return {"copied": [str(row.user_id) for row in rows], "following": [str(pk) for pk in ids]}


def give_back(into: Ticket, carried: dict[str, list[str]], *, actor: User, at: datetime) -> None:
    """When a merge is undone: whom it brought along no longer reads here. Both tickets are locked."""
    gone = list(
        Participant.objects.filter(ticket=into, user__in=[UUID(pk) for pk in carried.get("copied", [])]).select_related(
            "user"
        )
    )
    for row in gone:
        row.delete()
        said: dict[str, Any] = {"person": str(row.user_id), "name": row.user.name, "because": "merge"}
        events.record(into, "participant.removed", actor=actor, at=at, is_public=False, **said)
    Follower.objects.filter(ticket=into, user__in=[UUID(pk) for pk in carried.get("following", [])]).delete()


def _require_own(ticket: Ticket, person: User) -> None:
    """Raise NotPermitted for a customer who only reads along, or whose request it is not known to be."""
    companies = Membership.objects.filter(user=person, organization=ticket.organization_id)
    by_company = companies.exclude(scope=Membership.Scope.OWN).exists()
    if ticket.is_unproven or not (ticket.requester_id == person.pk or by_company):
        raise NotPermitted


def _require_allowed(ticket: Ticket, actor: User, emails: list[str], known: dict[str, User]) -> None:
    """Raise CopiesNotAllowed, or OutsiderNotAllowed for the first address that is no colleague's."""
    allowed = desk.current_policy().policy.self_service.copies
    if allowed == "nobody":
        raise CopiesNotAllowed
    if allowed == "anybody":
        return
    companies = [ticket.organization_id] if ticket.organization_id else list(_companies(actor))
    people = [person.pk for person in known.values()]
    members = Membership.objects.filter(organization__in=companies, user__in=people).values_list("user", flat=True)
    colleagues = {email for email, person in known.items() if person.pk in set(members)}
    authorised = OrganizationAddress.objects.filter(organization__in=companies).annotate(lower=Lower("email"))
    colleagues |= set(authorised.filter(lower__in=emails).values_list("lower", flat=True))
    for email in emails:
        if email not in colleagues:
            raise OutsiderNotAllowed(email=email)


def _companies(person: User) -> QuerySet[Membership, UUID]:
    return Membership.objects.filter(user=person).values_list("organization", flat=True)


def _require_customer(ticket: Ticket, person: User) -> None:
    if person.is_staff_member:
        raise WorksHere(person=person)
    if person.pk == ticket.requester_id:
        raise AsksAlready(person=person)
    if not person.is_active:
        raise AccountClosed(person=person)


def _require_sight(ticket: Ticket, person: User) -> None:
    seen = Ticket.objects.visible_to(person).filter(pk=ticket.pk)
    if not person.is_staff_member or not seen.exists():
        raise NotPermitted
