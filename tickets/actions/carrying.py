"""What a merge does with work that is under way: approvals, calls, answers, being put aside; and its undo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants import alarms
from tenants.models import User
from tickets import disclosure, events
from tickets.actions.approvals import ask_again
from tickets.actions.awaiting import pending_on
from tickets.actions.drafting import give_back, join_begun
from tickets.actions.snoozing import ALARM as SNOOZE
from tickets.actions.snoozing import wake
from tickets.models import Approval, Burst, Callback, Draft, Message, Relay, Ticket

Carried = dict[str, list[str]]


def carry_work(duplicate: Ticket, into: Ticket, *, actor: User, at: datetime) -> Carried:
    """Hand what is under way on a duplicate on to the ticket that stays, before the duplicate is closed.

    Both are locked, and the messages have moved. Nothing is waited for on a ticket that is over: there, approvals are
    left to end with the duplicate. Returns what return_work() needs.
    """
    waiting = [str(each.pk) for each in pending_on(duplicate)]
    if into.is_active:
        for approval in pending_on(duplicate):
            _move(approval, duplicate, into, actor=actor, at=at)
    drafts = _carry_drafts(duplicate, into, at=at)
    calls = _carry_calls(duplicate, into, actor=actor, at=at)
    # What was answered on an incident and has not reached all of its tickets yet; and what comes later for it.
    Relay.objects.filter(incident=duplicate, done_at=None).update(incident=into)
    bursts = [str(pk) for pk in Burst.objects.filter(incident=duplicate).values_list("pk", flat=True)]
    Burst.objects.filter(pk__in=bursts).update(incident=into)
    aside = [each.isoformat() if each else "" for each in (duplicate.snoozed_at, duplicate.snoozed_until)]
    written = Message.objects.filter(ticket=into, merged_from=duplicate, by_staff=False, kind=Message.Kind.PUBLIC)
    if into.snoozed_at is not None and written.filter(posted_at__gt=into.snoozed_at).exists():
        wake(into, actor=actor, at=at, because="comment")
    return {
        "approvals": waiting,
        "drafts": drafts,
        "calls": calls,
        "bursts": bursts,
        "aside": aside if duplicate.snoozed_at else [],
    }


def return_work(
    into: Ticket, duplicate: Ticket, carried: Mapping[str, list[str]], *, actor: User, at: datetime
) -> None:
    """When a merge was undone and the duplicate has its state again: also what became of it since. Both are locked.

    What ended with a ticket is asked again; what was answered stays answered.
    """
    approvals = Approval.objects.filter(pk__in=map(UUID, carried.get("approvals", []))).order_by("asked_at", "id")
    for approval in approvals.select_related("asked_by").prefetch_related("approvers__person__role"):
        if approval.ticket_id == into.pk:
            _move(approval, into, duplicate, actor=actor, at=at)
        if approval.state == Approval.State.ENDED and duplicate.is_active:
            ask_again(approval, duplicate, actor=actor, at=at)
    for draft in Draft.objects.open().filter(ticket=into, pk__in=map(UUID, carried.get("drafts", []))):
        join_begun(draft, duplicate)
        draft.save()
    for call in Callback.objects.filter(ticket=into, pk__in=map(UUID, carried.get("calls", []))):
        _move_call(call, into, duplicate, actor=actor, at=at)
    Burst.objects.filter(incident=into, pk__in=map(UUID, carried.get("bursts", []))).update(incident=duplicate)
    if aside := carried.get("aside"):
        _put_aside(duplicate, *aside, actor=actor, at=at)


def _move(approval: Approval, former: Ticket, to: Ticket, *, actor: User, at: datetime) -> None:
    approval.ticket = to
    approval.save(update_fields=["ticket"])
    people = [str(each.person) for each in approval.approvers.all()]
    said: dict[str, Any] = {"approval": str(approval.pk), "text": approval.text, "names": people}
    events.record(former, "approval.left", actor=actor, at=at, number=to.number, **said)
    is_pending = approval.is_pending
    events.record(to, "approval.came", actor=actor, at=at, number=former.number, is_pending=is_pending, **said)


def _carry_drafts(duplicate: Ticket, into: Ticket, *, at: datetime) -> list[str]:
    """What waits to be sent becomes a draft: it was written into another conversation. Returns the drafts' ids."""
    moved = []
    for draft in Draft.objects.filter(ticket=duplicate).select_related("author__role").order_by("send_at", "id"):
        goes = disclosure.may_see(draft.author, into)
        if draft.send_at is not None:
            give_back(into if goes else duplicate, draft, because=Draft.Returned.CHANGED, at=at)
        elif goes:
            join_begun(draft, into)
            draft.save()
        if goes:
            moved.append(str(draft.pk))
    return moved


def _carry_calls(duplicate: Ticket, into: Ticket, *, actor: User, at: datetime) -> list[str]:
    """A call that is to be made goes along; returns its id. It stays where it was asked for, and is made from there,
    when the ticket that stays has one of its own or is hidden from who is to be called.
    """
    wanted = Callback.objects.filter(ticket=duplicate, state=Callback.State.WANTED).select_related("requester__role")
    call = wanted.first()
    if call is None or not disclosure.may_see(call.requester, into):
        return []
    if Callback.objects.filter(ticket=into, state=Callback.State.WANTED).exists():
        return []
    _move_call(call, duplicate, into, actor=actor, at=at)
    return [str(call.pk)]


def _move_call(call: Callback, former: Ticket, to: Ticket, *, actor: User, at: datetime) -> None:
    call.ticket = to
    call.save(update_fields=["ticket"])
    said: dict[str, Any] = {"callback": str(call.pk)}
    events.record(former, "callback.left", actor=actor, at=at, number=to.number, **said)
    events.record(to, "callback.came", actor=actor, at=at, number=former.number, **said)


def _put_aside(ticket: Ticket, since: str, until: str, *, actor: User, at: datetime) -> None:
    """As it was before, unless that time is over."""
    ends = datetime.fromisoformat(until) if until else None
    if not ticket.is_active or (ends is not None and ends <= at):
        return
    ticket.snoozed_at, ticket.snoozed_until = datetime.fromisoformat(since), ends
    ticket.save(update_fields=["snoozed_at", "snoozed_until"])
    if ends is not None:
        alarms.set(SNOOZE, ticket.pk, ends)
    events.record(ticket, "ticket.snoozed", actor=actor, at=at, until=until or None)
