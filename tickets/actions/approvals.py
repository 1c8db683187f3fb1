"""Asking people to approve something on a ticket: asked by an agent, answered by those who are asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tenants import alarms
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import clocks, desk, events
from tickets.actions import conduct
from tickets.actions.awaiting import ALARM, concerns_customers, finish
from tickets.actions.checks import require, require_active
from tickets.actions.snoozing import wake
from tickets.actions.talking import touch
from tickets.errors import (
    AccountClosed,
    AnsweredAlready,
    ApprovalEmpty,
    ApprovalOver,
    ApprovesOwn,
    AskedAlready,
    DeadlinePast,
    DeadlineTooFar,
    NoApprovers,
    NotAnApprover,
    RemindedJustNow,
    TooManyApprovals,
    TooManyApprovers,
    WhyDeclined,
)
from tickets.models import Approval, Approver, Membership, Participant, Ticket

MOST_APPROVERS = 20
MOST_PENDING = 20
LONGEST = timedelta(days=366)
#: Between two reminders.
PATIENCE = timedelta(hours=1)
#: The very same question within this time is a button that was pressed twice.
TWICE = timedelta(minutes=1)

Answer, State, Needs = Approver.Answer, Approval.State, Approval.Needs


def ask_approval(
    ticket: Ticket,
    *,
    text: str,
    approvers: Collection[User],
    actor: User,
    at: datetime,
    needs: str = Needs.ALL,
    until: datetime | None = None,
) -> Approval:
    """Ask colleagues, or people of the customer's side, to approve something; each is told by mail.

    `needs` says whether all have to approve or any one. Whether clocks stand still meanwhile is the policy's choice
    (`pause_on: approval`). The same asked twice at once is one approval.

    Raises NotPermitted, TicketNotActive, ApprovalEmpty, NoApprovers, TooManyApprovers, TooManyApprovals, ApprovesOwn,
    AccountClosed, NotAnApprover, DeadlinePast, DeadlineTooFar.
    """
    require(actor, Permission.REPLY)
    ticket = desk.lock(ticket)
    require_active(ticket)
    text, people = text.strip()[:2000], list({each.pk: each for each in approvers}.values())
    _require_sense(text, people, until, at)
    for person in people:
        _require_approver(ticket, person, actor)
    before = list(Approval.objects.filter(ticket=ticket, state=State.PENDING).prefetch_related("approvers"))
    for former in before:
        asked = {each.person_id for each in former.approvers.all()}
        same = (former.text, former.needs, former.asked_by_id, asked) == (text, needs, actor.pk, {p.pk for p in people})
        if same and at - former.asked_at < TWICE:
            return former
    if len(before) >= MOST_PENDING:
        raise TooManyApprovals(limit=MOST_PENDING)

    approval = Approval.objects.create(
        ticket=ticket, text=text, needs=needs, asked_by=actor, asked_at=at, due_at=until, reminded_at=at
    )
    rows = Approver.objects.bulk_create(Approver(approval=approval, person=person) for person in people)
    if until is not None:
        alarms.set(ALARM, approval.pk, until)
    _record_question(approval, ticket, rows, actor=actor, at=at)
    touch(ticket, at)
    clocks.refresh(ticket, at=at)
    return approval


def ask_again(approval: Approval, ticket: Ticket, *, actor: User, at: datetime) -> None:
    """Wait again for an approval that ended with its locked ticket, which is back; the caller refreshes the clocks."""
    approval.state, approval.decided_at = State.PENDING, None
    approval.save(update_fields=["state", "decided_at"])
    Approver.objects.filter(approval=approval, answer=Answer.NONE).update(is_awaited=True)
    if approval.due_at is not None and approval.overdue_at is None:
        alarms.set(ALARM, approval.pk, max(approval.due_at, at))
    rows = [each for each in approval.approvers.all() if not each.answer]
    _record_question(approval, ticket, rows, actor=actor, at=at)


def _record_question(
    approval: Approval, ticket: Ticket, rows: Collection[Approver], *, actor: User, at: datetime
) -> None:
    people = [each.person for each in rows]
    events.record(
        ticket,
        "approval.asked",
        actor=actor,
        at=at,
        is_public=concerns_customers(rows),
        needs=str(approval.needs),
        until=approval.due_at.isoformat() if approval.due_at else None,
        names=[str(person) for person in people],
        customers=[str(person) for person in people if not person.is_staff_member],
        **_about(approval, people),
    )


def answer_approval(
    approval: Approval, *, answer: str, actor: User, at: datetime, comment: str = "", as_it_is: bool = False
) -> Approval:
    """Approve or decline, as one of those who were asked; until the whole is decided, one may think again.

    One "no" where all are needed, or one "yes" where any is enough, decides it. A deadline that has passed ends
    nothing by itself. `as_it_is` as for comment().
    Raises NotPermitted, ApprovalOver, WhyDeclined, RudeWords, RudeWordsWarned.
    """
    approval, ticket = _lock(approval)
    row = next((each for each in approval.approvers.all() if each.person_id == actor.pk), None)
    if row is None or not actor.is_active:
        raise NotPermitted
    comment = comment.strip()[:2000]
    if (row.answer, row.comment) == (answer, comment):
        return approval  # pressed twice
    _require_pending(approval)
    if answer == Answer.DECLINED and not comment:
        raise WhyDeclined
    if comment != row.comment:
        conduct.keep_courteous(ticket, comment, person=actor, as_it_is=as_it_is, at=at)
    changed = bool(row.answer)
    row.answer, row.comment, row.answered_at, row.is_awaited = answer, comment, at, False
    row.save(update_fields=["answer", "comment", "answered_at", "is_awaited"])
    events.record(
        ticket,
        "approval.answered",
        actor=actor,
        at=at,
        is_public=not actor.is_staff_member,
        approval=str(approval.pk),
        text=approval.text,
        answer=str(answer),
        comment=comment,
        changed=changed,
    )
    touch(ticket, at)
    outcome = _outcome(approval)
    if outcome is not None:
        finish(approval, ticket, outcome, actor=actor, at=at)
        wake(ticket, actor=actor, at=at, because="approval")
        clocks.refresh(ticket, at=at)
    return approval


def withdraw_approval(approval: Approval, *, actor: User, at: datetime) -> Approval:
    """Ask for it no more; those who have not answered are told. Raises NotPermitted, ApprovalOver."""
    require(actor, Permission.REPLY)
    approval, ticket = _lock(approval)
    _require_pending(approval)
    finish(approval, ticket, State.WITHDRAWN, actor=actor, at=at)
    touch(ticket, at)
    clocks.refresh(ticket, at=at)
    return approval


def remind_approvers(approval: Approval, *, actor: User, at: datetime) -> Approval:
    """Send the question once more to those who have not answered.

    Raises NotPermitted, ApprovalOver, RemindedJustNow.
    """
    require(actor, Permission.REPLY)
    approval, ticket = _lock(approval)
    _require_pending(approval)
    if approval.reminded_at is not None and at - approval.reminded_at < PATIENCE:
        raise RemindedJustNow
    approval.reminded_at = at
    approval.save(update_fields=["reminded_at"])
    people = [each.person for each in approval.approvers.all() if each.is_awaited]
    names = [str(each) for each in people]
    events.record(ticket, "approval.reminded", actor=actor, at=at, names=names, **_about(approval, people))
    return approval


def replace_approver(approver: Approver, *, by: User, actor: User, at: datetime) -> Approval:
    """Ask somebody else in place of a person who has not answered, such as one who has left.

    Raises NotPermitted, ApprovalOver, AnsweredAlready, AskedAlready, AccountClosed, ApprovesOwn, NotAnApprover.
    """
    require(actor, Permission.REPLY)
    approval, ticket = _lock(approver.approval)
    _require_pending(approval)
    row = next((each for each in approval.approvers.all() if each.pk == approver.pk), None)
    if row is None or row.answer:
        raise AnsweredAlready(person=approver.person)
    if any(each.person_id == by.pk for each in approval.approvers.all()):
        raise AskedAlready(person=by)
    _require_approver(ticket, by, approval.asked_by)
    former, row.person = row.person, by
    row.save(update_fields=["person"])
    events.record(
        ticket,
        "approval.replaced",
        actor=actor,
        at=at,
        former=str(former),
        names=[str(by)],
        **_about(approval, [by]),
    )
    return approval


def rang(approval_id: UUID, now: datetime) -> None:
    """Alarm handler: nobody answered in time. Who is asked is reminded and who waits is told; or it ends, if the policy
    says so (`approvals.overdue`). Once for each approval.
    """
    found = Approval.objects.filter(pk=approval_id, state=State.PENDING, overdue_at=None, due_at__lte=now).first()
    if found is None:
        return
    approval, ticket = _lock(found)
    if not approval.is_pending or approval.overdue_at is not None:
        return
    approval.overdue_at = now
    approval.save(update_fields=["overdue_at"])
    if ticket.policy.approvals.overdue == "expire":
        finish(approval, ticket, State.EXPIRED, actor=None, at=now)
        wake(ticket, actor=None, at=now, because="approval")
        clocks.refresh(ticket, at=now)
        return
    people = [each.person for each in approval.approvers.all() if each.is_awaited]
    events.record(
        ticket,
        "approval.overdue",
        actor=None,
        at=now,
        names=[str(each) for each in people],
        asked_by=str(approval.asked_by_id),
        **_about(approval, people),
    )


def _require_sense(text: str, people: Collection[User], until: datetime | None, at: datetime) -> None:
    if not text:
        raise ApprovalEmpty
    if not people:
        raise NoApprovers
    if len(people) > MOST_APPROVERS:
        raise TooManyApprovers(limit=MOST_APPROVERS)
    if until is not None and until <= at:
        raise DeadlinePast
    if until is not None and until > at + LONGEST:
        raise DeadlineTooFar


def _require_approver(ticket: Ticket, person: User, asker: User) -> None:
    """Colleagues, and whoever is on the customer's side of this ticket; never the one who asks."""
    if person.pk == asker.pk:
        raise ApprovesOwn
    if not person.is_active:
        raise AccountClosed(person=person)
    if person.is_staff_member or person.pk == ticket.requester_id:
        return
    is_member = Membership.objects.filter(user=person, organization=ticket.organization_id).exists()
    if not is_member and not Participant.objects.filter(ticket=ticket, user=person).exists():
        raise NotAnApprover(person=person)


def _lock(approval: Approval) -> tuple[Approval, Ticket]:
    """An approval as it is now with its approvers, and its ticket, which is locked first as by every other action."""
    ticket = desk.lock(Ticket(pk=approval.ticket_id))
    found = Approval.objects.select_related("asked_by__role").prefetch_related("approvers__person__role")
    latest = found.get(pk=approval.pk)
    # A merge may have taken it elsewhere while this waited for the lock.
    return (latest, ticket) if latest.ticket_id == ticket.pk else _lock(latest)


def _require_pending(approval: Approval) -> None:
    if not approval.is_pending:
        raise ApprovalOver(state=approval.get_state_display())


def _outcome(approval: Approval) -> str | None:
    """What the answers so far come to; None while it is open."""
    answers = [each.answer for each in approval.approvers.all()]
    if approval.needs == Needs.ANY:
        if Answer.APPROVED in answers:
            return State.APPROVED
        return None if Answer.NONE in answers else State.DECLINED
    if Answer.DECLINED in answers:
        return State.DECLINED
    return None if Answer.NONE in answers else State.APPROVED


def _about(approval: Approval, people: Collection[User]) -> dict[str, Any]:
    """What every question says: what it is about, and who is asked."""
    return {"approval": str(approval.pk), "text": approval.text, "to": [str(each.pk) for each in people]}
