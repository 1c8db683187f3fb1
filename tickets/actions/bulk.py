"""The same change on many tickets, in the background when they are many, and its undo.

Every ticket is changed by the action that a person would use, with that person as its actor: it is checked, recorded
and told as always. A change of many goes through its tickets by an alarm, some at a ring, so a worker that is killed
repeats nothing. What is undone is recorded too: history only grows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max
from django.utils import translation
from django.utils.translation import gettext as _

from sla.models import Priority
from tenants import alarms
from tenants.context import active_tenant
from tenants.errors import NotPermitted, Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import clocks, desk, events
from tickets.actions.assigning import assign, hand_over
from tickets.actions.changing import apply_status, change_priority, change_status
from tickets.actions.checks import require
from tickets.actions.snoozing import snooze
from tickets.actions.tags import add_tag, remove_tag
from tickets.errors import ChangedSince, ReasonMissing, TooLateToUndo, TooManyTickets
from tickets.models import BulkChange, BulkItem, Event, Status, Tag, Team, Ticket

log = logging.getLogger(__name__)

#: The alarm of a change under way; its subject is the BulkChange.
ALARM = "bulk"
#: So many are done while the person waits; more go to the background.
AT_ONCE = 30
#: Tickets a ring: one short transaction.
BATCH = 50
MOST = 10_000
UNDO_FOR = timedelta(minutes=15)
NEXT = timedelta(milliseconds=1)
#: What happens by itself and takes nothing away from an undo.
_BY_ITSELF = ("clock.warned", "clock.breached", "policy.changed")
State, Outcome = BulkChange.State, BulkItem.Outcome


def change_many(
    tickets: Iterable[UUID], act: str, *, value: str = "", reason: str = "", actor: User, at: datetime
) -> BulkChange:
    """Begin to change tickets, given by id; few are done on return. `value` is a key, a person's id, or a word.

    Raises NotPermitted, TooManyTickets, ReasonMissing for a priority without one.
    """
    require(actor, Permission.ASSIGN if act in ("assign", "team") else Permission.CHANGE)
    if act == "priority" and not reason.strip():
        raise ReasonMissing
    ids = list(dict.fromkeys(tickets))
    if len(ids) > MOST:
        raise TooManyTickets(most=MOST)
    change = BulkChange.objects.create(
        actor=actor, act=act, value=value[:60], reason=reason.strip()[:2_000], total=len(ids), made_at=at
    )
    BulkItem.objects.bulk_create((BulkItem(change=change, ticket_id=pk) for pk in ids), batch_size=1_000)
    return _go_on(change, at)


def undo(change: BulkChange, *, actor: User, at: datetime) -> BulkChange:
    """Begin to put back what has not changed since. Raises NotPermitted, TooLateToUndo."""
    change = BulkChange.objects.select_for_update().get(pk=change.pk)
    if change.actor_id != actor.pk:
        raise NotPermitted
    if not may_undo(change, at=at):
        raise TooLateToUndo(minutes=int(UNDO_FOR.total_seconds() // 60))
    change.state, change.finished_at = State.UNDOING, None
    change.save(update_fields=["state", "finished_at"])
    return _go_on(change, at)


def may_undo(change: BulkChange, *, at: datetime) -> bool:
    """Whether it is done, and not long ago."""
    return change.state == State.DONE and change.finished_at is not None and at - change.finished_at <= UNDO_FOR


def outcomes(change: BulkChange) -> dict[str, int]:
    """How many of its tickets have come to what; outcomes of none are left out."""
    return dict(change.items.order_by().values_list("outcome").annotate(number=Count("pk")))


def _go_on(change: BulkChange, at: datetime) -> BulkChange:
    if change.total <= AT_ONCE:
        work(change.pk, at)
    else:
        alarms.set(ALARM, change.pk, at)
    change.refresh_from_db()
    return change


def work(change_id: UUID, now: datetime) -> None:
    """Alarm handler: one batch, and the alarm for the next one."""
    running = BulkChange.objects.select_related("actor__role").select_for_update(of=("self",))
    change = running.filter(pk=change_id, state__in=[State.WORKING, State.UNDOING]).first()
    if change is None:
        return
    undoing = change.state == State.UNDOING
    waiting = change.items.filter(outcome=Outcome.CHANGED if undoing else Outcome.WAITING).order_by("id")
    items = list(waiting.select_related("ticket")[:BATCH])
    seen = set(
        Ticket.objects.visible_to(change.actor).filter(pk__in=[i.ticket_id for i in items]).values_list("pk", flat=True)
    )
    with translation.override(change.actor.language or active_tenant().language):
        for item in items:
            # An undo may put back what its own change took out of sight; that nobody else acted since, it checks.
            _one(change, item, now, step=_put_back if undoing else _do, is_seen=undoing or item.ticket_id in seen)
    if waiting.exists():
        alarms.set(ALARM, change.pk, now + NEXT)
    else:
        change.state, change.finished_at = (State.UNDONE if undoing else State.DONE), now
        change.save(update_fields=["state", "finished_at"])


def _one(change: BulkChange, item: BulkItem, at: datetime, *, step: Callable[..., None], is_seen: bool) -> None:
    """One ticket in a savepoint of its own: what refuses is written down, and the others go on."""
    try:
        with transaction.atomic():
            if not is_seen:
                raise NotPermitted
            ticket = desk.lock(item.ticket)
            step(change, item, ticket, _after_its_last(ticket, at))
    except (Refused, _Gone) as refusal:
        failed = str(refusal)
    except Exception:
        log.exception("Ticket %s failed in the bulk change %s", item.ticket_id, change.pk)
        failed = _("An error on our side kept it as it was. Open the ticket and try again there.")
    else:
        failed = ""
    if failed:
        item.outcome = Outcome.KEPT if change.state == State.UNDOING else Outcome.REFUSED
        item.refusal = failed
    item.save(update_fields=["outcome", "before", "event", "refusal"])


def _after_its_last(ticket: Ticket, at: datetime) -> datetime:
    """The instant, or that of a locked ticket's last event: what was said while the lock was awaited came before."""
    last = Event.objects.filter(ticket=ticket).aggregate(last=Max("at"))["last"]
    return max(at, last) if last else at


class _Gone(Exception):
    """What the act names is no longer there."""


def _do(change: BulkChange, item: BulkItem, ticket: Ticket, at: datetime) -> None:
    former = events.last_of(ticket)
    item.before = {
        "status": str(ticket.status_id),
        "priority": str(ticket.priority_id),
        "team": str(ticket.team_id or ""),
        "assignee": str(ticket.assignee_id or ""),
        "snoozed": "yes" if ticket.snoozed_at else "",
        "snoozed_until": ticket.snoozed_until.isoformat() if ticket.snoozed_until else "",
    }
    _ACTS[change.act](change, ticket, at)
    item.event = events.last_of(ticket)
    item.outcome = Outcome.SAME if item.event == former else Outcome.CHANGED


def _put_back(change: BulkChange, item: BulkItem, ticket: Ticket, at: datetime) -> None:
    since = Event.objects.filter(ticket=ticket, id__gt=item.event).exclude(verb__in=_BY_ITSELF)
    if since.exists():
        raise ChangedSince
    _UNDO[change.act](change, item.before, ticket, at)
    item.outcome, item.event = Outcome.UNDONE, events.last_of(ticket)


def _found(model: Any, **names: Any) -> Any:
    found = model.objects.filter(**names).first()
    if found is None:
        raise _Gone(_("What was chosen is no longer there."))
    return found


def _assign(change: BulkChange, ticket: Ticket, at: datetime) -> None:
    assignee = _found(User, pk=change.value) if change.value else None
    assign(ticket, assignee, actor=change.actor, at=at)


def _status(change: BulkChange, ticket: Ticket, at: datetime) -> None:
    change_status(ticket, _found(Status, key=change.value, is_active=True), actor=change.actor, at=at)


def _priority(change: BulkChange, ticket: Ticket, at: datetime) -> None:
    priority = _found(Priority, key=change.value, is_active=True)
    change_priority(ticket, priority, actor=change.actor, at=at, reason=change.reason)


def _team(change: BulkChange, ticket: Ticket, at: datetime) -> None:
    hand_over(ticket, _found(Team, key=change.value, is_active=True), actor=change.actor, at=at, reason=change.reason)


def _tag(change: BulkChange, ticket: Ticket, at: datetime) -> None:
    add_tag(ticket, change.value, actor=change.actor, at=at)


def _untag(change: BulkChange, ticket: Ticket, at: datetime) -> None:
    if tag := Tag.objects.filter(name=" ".join(change.value.split()).lower()).first():
        remove_tag(ticket, tag, actor=change.actor, at=at)


_ACTS: dict[str, Callable[[BulkChange, Ticket, datetime], None]] = {
    "assign": _assign,
    "status": _status,
    "priority": _priority,
    "team": _team,
    "tag": _tag,
    "untag": _untag,
}


def _unassign(change: BulkChange, before: dict[str, str], ticket: Ticket, at: datetime) -> None:
    assign(ticket, _found(User, pk=before["assignee"]) if before["assignee"] else None, actor=change.actor, at=at)


def _restatus(change: BulkChange, before: dict[str, str], ticket: Ticket, at: datetime) -> None:
    # Not by change_status: what was closed by mistake a moment ago is opened again, as if it had never been.
    require(change.actor, Permission.CHANGE)
    apply_status(ticket, _found(Status, pk=before["status"]), actor=change.actor, at=at)
    clocks.refresh(ticket, at=at)
    until = datetime.fromisoformat(before["snoozed_until"]) if before.get("snoozed_until") else None
    # What ends is no longer put aside; now it goes on, and is again, unless its time is over by now.
    if before.get("snoozed") and ticket.is_active and ticket.snoozed_at is None and (until is None or until > at):
        snooze(ticket, actor=change.actor, at=at, until=until)


def _repriority(change: BulkChange, before: dict[str, str], ticket: Ticket, at: datetime) -> None:
    with translation.override(active_tenant().language):  # the customer reads it
        reason = _("The last change of the priority was a mistake and is taken back.")
    change_priority(ticket, _found(Priority, pk=before["priority"]), actor=change.actor, at=at, reason=reason)


def _reteam(change: BulkChange, before: dict[str, str], ticket: Ticket, at: datetime) -> None:
    if not before["team"]:
        raise _Gone(_("It had no team before, and a ticket can't be handed to none."))
    hand_over(ticket, _found(Team, pk=before["team"]), actor=change.actor, at=at)
    _unassign(change, before, ticket, at)


def _retag(change: BulkChange, before: dict[str, str], ticket: Ticket, at: datetime) -> None:
    add_tag(ticket, change.value, actor=change.actor, at=at)


_UNDO: dict[str, Callable[[BulkChange, dict[str, str], Ticket, datetime], None]] = {
    "assign": _unassign,
    "status": _restatus,
    "priority": _repriority,
    "team": _reteam,
    "tag": lambda change, before, ticket, at: _untag(change, ticket, at),
    "untag": _retag,
}
