"""Steps that a customer ticks off: sent by an agent with a message, ticked in the portal. Clause A9."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from tenants.context import active_tenant
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import clocks, desk, events
from tickets.actions import conduct
from tickets.actions.changing import apply_status
from tickets.actions.checks import require
from tickets.actions.snoozing import wake
from tickets.actions.talking import reply, touch
from tickets.errors import ChecklistOver, NoSteps
from tickets.models import Checklist, ChecklistStep, Status, Ticket
from tickets.relaying import Reach

MOST_STEPS = 30


def send_checklist(
    ticket: Ticket,
    *,
    title: str,
    steps: Iterable[str],
    actor: User,
    at: datetime,
    message: str = "",
    waits: bool = False,
) -> Checklist:
    """Send steps to the customer as a reply that lists them; with `waits` the ticket is pending until they are done.

    Raises NotPermitted, NoSteps, TicketClosed.
    """
    wanted = [each.strip()[:500] for each in steps if each.strip()][:MOST_STEPS]
    if not wanted:
        raise NoSteps
    with override(ticket.requester.language or active_tenant().language):
        title = title.strip() or _("Steps to try")
        body = "\n".join([*_opening(message), title, "", *(f"{n}. {each}" for n, each in enumerate(wanted, 1))])
    status = desk.status_of(Status.Kind.PENDING) if waits else None
    # Not public: the customer has the reply, which says the same.
    reply(ticket, author=actor, body=body, at=at, status=status, reach=Reach.HERE)
    return lay_out(ticket, title=title, steps=wanted, sent_by=actor, actor=actor, at=at)


def lay_out(
    ticket: Ticket, *, title: str, steps: Iterable[str], sent_by: User, actor: User | None, at: datetime
) -> Checklist:
    """Put steps on a ticket without a word to its customer, who finds them on its page. `actor` None: a schedule."""
    wanted = list(steps)
    sent = Checklist.objects.create(ticket=ticket, title=title[:120], sent_by=sent_by, sent_at=at)
    ChecklistStep.objects.bulk_create(
        ChecklistStep(checklist=sent, position=position, text=text) for position, text in enumerate(wanted, 1)
    )
    events.record(ticket, "checklist.sent", actor=actor, at=at, checklist=str(sent.pk), title=title, steps=len(wanted))
    return sent


def tick(step: ChecklistStep, *, actor: User, at: datetime, result: str = "", as_it_is: bool = False) -> Checklist:
    """Say that a step is done, and what came of it. When all are done, a ticket that waited is open again.

    `as_it_is` as for comment(). Raises NotPermitted, ChecklistOver, RudeWords, RudeWordsWarned.
    """
    checklist, ticket = _lock(step, actor)
    step = ChecklistStep.objects.select_for_update(of=("self",)).get(pk=step.pk)
    if step.done_at is not None:
        return checklist  # pressed twice
    _require_open(checklist, ticket)
    conduct.keep_courteous(ticket, result, person=actor, as_it_is=as_it_is, at=at)
    step.done_at, step.done_by, step.result = at, actor, result.strip()[:1000]
    step.save(update_fields=["done_at", "done_by", "result"])
    events.record(ticket, "checklist.ticked", actor=actor, at=at, result=step.result, **_named(checklist, step))
    touch(ticket, at)
    if not checklist.steps.filter(done_at=None).exists():
        _finish(checklist, ticket, actor, at)
    return checklist


def untick(step: ChecklistStep, *, actor: User, at: datetime) -> Checklist:
    """Take back a tick while the list is not finished. Raises NotPermitted, ChecklistOver."""
    checklist, ticket = _lock(step, actor)
    _require_open(checklist, ticket)
    if ChecklistStep.objects.filter(pk=step.pk, done_at__isnull=False).update(done_at=None, done_by=None, result=""):
        events.record(ticket, "checklist.unticked", actor=actor, at=at, **_named(checklist, step))
        touch(ticket, at)
    return checklist


def withdraw_checklist(checklist: Checklist, *, actor: User, at: datetime) -> None:
    """Ask for these steps no more. What was ticked stays in the history. Raises NotPermitted, ChecklistOver."""
    require(actor, Permission.REPLY)
    ticket = desk.lock(checklist.ticket)
    if not Checklist.objects.filter(pk=checklist.pk, finished_at=None, withdrawn_at=None).update(withdrawn_at=at):
        raise ChecklistOver
    events.record(ticket, "checklist.withdrawn", actor=actor, at=at, title=checklist.title)


def _opening(message: str) -> list[str]:
    said = message.strip() or _("Please go through these steps, and tick each off on the page of your request.")
    return [said, ""]


def _lock(step: ChecklistStep, actor: User) -> tuple[Checklist, Ticket]:
    """The list and its ticket, locked in the order of all actions: the ticket first."""
    checklist = Checklist.objects.select_related("ticket").get(pk=step.checklist_id)
    if not Ticket.objects.visible_to(actor).filter(pk=checklist.ticket_id).exists():
        raise NotPermitted
    if actor.is_staff_member and actor.pk != checklist.ticket.requester_id:
        require(actor, Permission.REPLY)
    ticket = desk.lock(checklist.ticket)
    checklist.refresh_from_db(fields=["finished_at", "withdrawn_at"])
    return checklist, ticket


def _require_open(checklist: Checklist, ticket: Ticket) -> None:
    is_over = checklist.finished_at or checklist.withdrawn_at or ticket.merged_into_id is not None
    if is_over or ticket.status.kind in (Status.Kind.CLOSED, Status.Kind.REFUSED):
        raise ChecklistOver


def _finish(checklist: Checklist, ticket: Ticket, actor: User, at: datetime) -> None:
    checklist.finished_at = at
    checklist.save(update_fields=["finished_at"])
    events.record(ticket, "checklist.finished", actor=actor, at=at, checklist=str(checklist.pk), title=checklist.title)
    wake(ticket, actor=actor, at=at, because="checklist")
    if ticket.status.kind == Status.Kind.PENDING:
        apply_status(ticket, desk.status_of(Status.Kind.OPEN), actor=actor, at=at, because="checklist")
    clocks.refresh(ticket, at=at)


def _named(checklist: Checklist, step: ChecklistStep) -> dict[str, Any]:
    return {"checklist": str(checklist.pk), "title": checklist.title, "step": step.text}
