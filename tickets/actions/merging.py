"""Joining duplicates, and taking them apart again: nothing is lost, and the customer is told."""

from __future__ import annotations

from datetime import datetime

from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import clocks, desk, disclosure, events, search
from tickets.actions import conduct
from tickets.actions.belonging import move_along, move_back
from tickets.actions.carrying import carry_work, return_work
from tickets.actions.changing import apply_status
from tickets.actions.checks import UNDO, require
from tickets.actions.following import carry_over, give_back
from tickets.actions.linking import carry_links, return_links
from tickets.actions.nudging import nudge
from tickets.actions.talking import touch
from tickets.errors import AlreadyMerged, CannotMergeItself, DifferentCustomers, HasMerged, NotMerged, UndoTooLate
from tickets.models import Event, Message, Status, Strike, Ticket


def merge(duplicate: Ticket, *, into: Ticket, actor: User, at: datetime, disclose: bool = False) -> Ticket:
    """Move a duplicate's messages, checklists, time spent, links and work under way to the ticket that stays; close it.

    Complaints and ratings stay with it: they are about how that request was handled.
    `disclose` says that the actor knows who will then read another customer's words, and wants it so.
    Raises NotPermitted, CannotMergeItself, AlreadyMerged, HasMerged, DifferentCustomers.
    """
    require(actor, Permission.MERGE)
    if duplicate.pk == into.pk:
        raise CannotMergeItself
    duplicate, into = _lock(duplicate, into)
    if not (disclosure.may_see(actor, duplicate) and disclosure.may_see(actor, into)):
        raise NotPermitted
    _require_ends(duplicate, into)
    disclosed = disclosure.of(duplicate, into)
    if disclosed and not disclose:
        raise DifferentCustomers(number=duplicate.number, into=into.number, readers=disclosed.named)

    moved = Message.objects.filter(ticket=duplicate).update(ticket=into, merged_from=duplicate)
    search.move(duplicate, into)
    carried = {
        **carry_over(duplicate, into, actor=actor, at=at),
        **move_along(duplicate, into),
        **carry_work(duplicate, into, actor=actor, at=at),
        "links": carry_links(duplicate, into, actor=actor, at=at),
    }
    duplicate.merged_into = into
    duplicate.save(update_fields=["merged_into"])
    apply_status(
        duplicate,
        desk.status_of(Status.Kind.CLOSED),
        actor=actor,
        at=at,
        verb="ticket.merged",
        into=into.number,
        # Whose sentence must not name a ticket that they can't open.
        apart=not disclosure.may_see(duplicate.requester, into),
        readers=disclosed.readers if disclosed else [],
        carried=carried,
    )
    clocks.refresh(duplicate, at=at)
    clocks.refresh(into, at=at)  # which may wait for an approval from now on
    events.record(into, "ticket.absorbed", actor=actor, at=at, number=duplicate.number, messages=moved)
    _count_against(duplicate, into, actor, at)
    touch(into, at)
    return into


def _count_against(duplicate: Ticket, into: Ticket, actor: User, at: datetime) -> None:
    """Whoever sent a second request about the same themselves has asked again. Clauses D6, D10."""
    if duplicate.requester_id != into.requester_id or into.created_at > duplicate.created_at:
        return
    if Event.objects.filter(ticket=duplicate, verb="ticket.created", data__by="customer").exists():
        conduct.count(conduct.Kind.DUPLICATE, person=duplicate.requester, ticket=duplicate, at=at, actor=actor)
        if into.is_active and desk.current_policy().policy.fair_use.nudges is not None:
            nudge(into, person=duplicate.requester, channel=duplicate.channel.key, at=at, number=duplicate.number)


def unmerge(duplicate: Ticket, *, actor: User, at: datetime) -> Ticket:
    """Undo a merge: what was written, sent and spent before it, search entries, readers, state and clocks go back.

    What was written since stays where it is. Raises NotPermitted, NotMerged, UndoTooLate.
    """
    require(actor, Permission.MERGE)
    merged = Ticket.objects.only("merged_into").get(pk=duplicate.pk).merged_into
    if merged is None:
        raise NotMerged
    duplicate, into = _lock(duplicate, merged)
    if duplicate.merged_into_id != into.pk:
        raise NotMerged  # somebody else undid it while this one waited for the lock
    if not (disclosure.may_see(actor, duplicate) and disclosure.may_see(actor, into)):
        raise NotPermitted
    joined = last_merge(duplicate)
    if joined is None or at - joined.at > UNDO:
        raise UndoTooLate(number=into.number, days=UNDO.days)

    theirs = Message.objects.filter(ticket=into, merged_from=duplicate)
    search.move_back(theirs, duplicate)
    moved = theirs.update(ticket=duplicate, merged_from=None)
    carried = joined.data.get("carried", {})
    give_back(into, carried, actor=actor, at=at)
    move_back(into, duplicate, carried)
    duplicate.merged_into = None
    duplicate.save(update_fields=["merged_into"])
    former = Status.objects.filter(key=joined.data["former"]).first() or desk.status_of(joined.data["former_kind"])
    # It was another matter after all.
    Strike.objects.standing().filter(ticket=duplicate, kind=Strike.Kind.DUPLICATE).update(
        withdrawn_at=at, withdrawn_by=actor
    )
    apply_status(
        duplicate,
        former,
        actor=actor,
        at=at,
        verb="ticket.unmerged",
        number=into.number,
        apart=joined.data.get("apart", False),
    )
    return_work(into, duplicate, carried, actor=actor, at=at)
    return_links(into, duplicate, carried, actor=actor, at=at)
    clocks.refresh(duplicate, at=at)
    clocks.refresh(into, at=at)
    events.record(into, "ticket.released", actor=actor, at=at, number=duplicate.number, messages=moved)
    touch(into, at)
    return duplicate


def last_merge(duplicate: Ticket) -> Event | None:
    """When and how a ticket was merged last."""
    return Event.objects.filter(ticket=duplicate, verb="ticket.merged").order_by("-at", "-id").first()


def _lock(one: Ticket, other: Ticket) -> tuple[Ticket, Ticket]:
    """Both, in order of id, so that two people who merge the same pair crosswise do not wait for each other."""
    locked = {ticket.pk: ticket for ticket in map(desk.lock, sorted((one, other), key=lambda each: each.pk))}
    return locked[one.pk], locked[other.pk]


def _require_ends(duplicate: Ticket, into: Ticket) -> None:
    """Neither is merged away, and nothing was merged into the one that goes: no chain, hence no circle."""
    for ticket in (duplicate, into):
        if ticket.merged_into_id is not None:
            raise AlreadyMerged(number=ticket.number)
    absorbed = Ticket.objects.filter(merged_into=duplicate).order_by("number").first()
    if absorbed is not None:
        raise HasMerged(number=duplicate.number, absorbed=absorbed.number)
