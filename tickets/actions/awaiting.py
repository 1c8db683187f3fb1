"""Approvals that a ticket waits for: found, and ended, from wherever the ticket itself is changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tenants import alarms
from tenants.models import User
from tickets import events
from tickets.errors import ApprovalPending
from tickets.models import Approval, Approver, Ticket

#: Rings when nobody answered in time; its subject is the approval.
ALARM = "approval.due"


def pending_on(ticket: Ticket) -> list[Approval]:
    """The approvals that a ticket waits for, the oldest first, each with its approvers; two queries, mostly one."""
    found = Approval.objects.filter(ticket=ticket, state=Approval.State.PENDING)
    return list(found.prefetch_related("approvers__person__role"))


def require_none_pending(ticket: Ticket) -> None:
    """Raise ApprovalPending where a person would finish work that waits for a yes."""
    waiting = pending_on(ticket)
    if waiting:
        people = [str(each.person) for approval in waiting for each in approval.approvers.all() if each.is_awaited]
        raise ApprovalPending(people=", ".join(dict.fromkeys(people)))


def end_pending(ticket: Ticket, *, actor: User | None, at: datetime, because: str) -> None:
    """End what a locked ticket waited for, because the ticket itself came to an end."""
    for approval in pending_on(ticket):
        finish(approval, ticket, Approval.State.ENDED, actor=actor, at=at, because=because)


def finish(
    approval: Approval, ticket: Ticket, state: str, *, actor: User | None, at: datetime, because: str = ""
) -> None:
    """Give a pending approval of a locked ticket its outcome; the caller refreshes the clocks."""
    people = list(approval.approvers.all())
    approval.state, approval.decided_at = state, at
    approval.save(update_fields=["state", "decided_at"])
    Approver.objects.filter(approval=approval, is_awaited=True).update(is_awaited=False)
    alarms.cancel(ALARM, approval.pk)
    events.record(
        ticket,
        "approval.finished",
        actor=actor,
        at=at,
        is_public=concerns_customers(people),
        approval=str(approval.pk),
        text=approval.text,
        outcome=str(state),
        because=because,
        asked_by=str(approval.asked_by_id),
        by=[str(each.person) for each in people if each.answer],
        # Who need not answer any more.
        to=[str(each.person_id) for each in people if each.is_awaited],
    )


def concerns_customers(people: Iterable[Approver]) -> bool:
    """Whether customers are among those who are asked: then their side reads what is asked, and what came of it."""
    return any(not each.person.is_staff_member for each in people)
