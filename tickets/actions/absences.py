"""Being away: planned, begun, over; and what becomes of the tickets that an absent person holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from tenants import alarms, audit
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, events
from tickets.errors import AbsenceOver, AbsencesOverlap, EndsBeforeItBegins, WrongTeam
from tickets.models import Absence, Ticket

#: The alarms at both ends of an absence; their subject is the absence.
BEGINS, ENDS = "absence.begins", "absence.ends"
#: So many tickets go back in one transaction.
MOST_AT_ONCE = 100
#: When somebody else works on one of them at this moment, it is looked at again.
AGAIN = timedelta(seconds=2)


def plan_absence(
    person: User,
    *,
    begins_at: datetime,
    ends_at: datetime | None = None,
    reason: str = "",
    tickets: str = Absence.Tickets.RETURN_DUE,
    actor: User,
    at: datetime,
) -> Absence:
    """Enter a time in which somebody is away, their own or, with the permission, a colleague's.

    `ends_at` None means until they say that they are back. What becomes of their tickets happens when it begins, by an
    alarm. Raises NotPermitted, WrongTeam, EndsBeforeItBegins, AbsencesOverlap.
    """
    _require(actor, person)
    if not person.is_staff_member:
        raise WrongTeam(person=person)
    if ends_at is not None and (ends_at <= begins_at or ends_at <= at):
        raise EndsBeforeItBegins
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.pk)
    meanwhile = Absence.objects.not_over(begins_at).filter(user=person)
    if ends_at is not None:
        meanwhile = meanwhile.filter(begins_at__lt=ends_at)
    if meanwhile.exists():
        raise AbsencesOverlap
    absence = Absence.objects.create(
        user=person,
        begins_at=begins_at,
        ends_at=ends_at,
        reason=reason.strip()[:200],
        tickets=tickets,
        entered_by=actor,
        entered_at=at,
    )
    alarms.set(BEGINS, absence.pk, begins_at)
    if ends_at is not None:
        alarms.set(ENDS, absence.pk, ends_at)
    audit.record("absence.planned", person, actor=actor, before={}, after=_told(absence))
    return absence


def end_absence(absence: Absence, *, actor: User, at: datetime) -> None:
    """Say that somebody is back, or that an absence that lies ahead will not be. Raises NotPermitted, AbsenceOver."""
    absence = Absence.objects.select_for_update(of=("self",)).select_related("user__role").get(pk=absence.pk)
    _require(actor, absence.user)
    if absence.ends_at is not None and absence.ends_at <= at:
        raise AbsenceOver
    before = _told(absence)
    if absence.begins_at > at:
        alarms.cancel(BEGINS, absence.pk)
        alarms.cancel(ENDS, absence.pk)
        audit.record("absence.ended", absence.user, actor=actor, before=before, after={})
        absence.delete()
        return
    absence.ends_at = at
    absence.save(update_fields=["ends_at"])
    alarms.set(ENDS, absence.pk, at)
    audit.record("absence.ended", absence.user, actor=actor, before=before, after=_told(absence))


def _require(actor: User, person: User) -> None:
    """Everybody of the staff says when they are away themselves; for others it takes the permission."""
    if not actor.is_active or not actor.is_staff_member:
        raise NotPermitted
    if actor.pk != person.pk and not actor.may(Permission.MANAGE_STAFFING):
        raise NotPermitted


def _told(absence: Absence) -> dict[str, object]:
    return {
        "away_from": absence.begins_at.isoformat(),
        "away_until": absence.ends_at.isoformat() if absence.ends_at else None,
        "held_tickets": absence.tickets,
    }


def begun(absence_id: UUID, now: datetime) -> None:
    """Alarm handler: an absence begins; tickets go back as was chosen for it, each of them once."""
    absence = Absence.objects.select_for_update(of=("self",)).select_related("user").filter(pk=absence_id).first()
    if absence is None or absence.begun_at is not None or not absence.lasts(now):
        return
    held = Ticket.objects.filter(is_active=True, assignee=absence.user)
    if absence.tickets == Absence.Tickets.KEEP:
        held = held.none()
    elif absence.tickets == Absence.Tickets.RETURN_DUE:
        held = held.filter(Q(due_at__lt=absence.ends_at) if absence.ends_at else Q(due_at__isnull=False))
    if _return(held, absence.user, now, until=absence.ends_at):
        absence.begun_at = now
        absence.save(update_fields=["begun_at"])
    else:
        alarms.set(BEGINS, absence.pk, now + AGAIN)


def give_back(ticket: Ticket, absence: Absence, *, at: datetime) -> None:
    """Take a locked ticket from somebody who is away and put it back into its team's queue."""
    _put_back(ticket, absence.user, at, until=absence.ends_at)


def close_account(person: User, *, actor: User, at: datetime) -> None:
    """Let a colleague no longer sign in; their tickets go back to their teams, by an alarm. Raises NotPermitted."""
    _set_active(person, False, actor=actor)
    alarms.set("person.left", person.pk, at)


def open_account(person: User, *, actor: User, at: datetime) -> None:
    """Let a colleague sign in again; what waits in their teams can go to them. Raises NotPermitted."""
    _set_active(person, True, actor=actor)
    alarms.set("person.returned", person.pk, at)


def _set_active(person: User, is_active: bool, *, actor: User) -> None:
    if not actor.may(Permission.MANAGE_PEOPLE) or actor.pk == person.pk:
        raise NotPermitted
    if not person.is_staff_member:
        raise WrongTeam(person=person)
    before = {"can_sign_in": person.is_active}
    person.is_active = is_active
    person.save(update_fields=["is_active"])
    audit.record("person.account_set", person, actor=actor, before=before, after={"can_sign_in": is_active})


def left(person_id: UUID, now: datetime) -> None:
    """Alarm handler: somebody no longer works here; all their active tickets go back, each of them once."""
    person = User.objects.filter(pk=person_id, is_active=False).first()
    if person is not None and not _return(Ticket.objects.filter(is_active=True, assignee=person), person, now):
        alarms.set("person.left", person_id, now + AGAIN)


def _return(held: object, person: User, now: datetime, *, until: datetime | None = None) -> bool:
    """Put tickets back, some at a time; whether none is left."""
    ids = list(held.order_by("due_at", "number").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])  # type: ignore[attr-defined]
    locked = desk.lock_free(ids[:MOST_AT_ONCE]) if ids else []
    for ticket in locked:
        if ticket.assignee_id == person.pk and ticket.is_active:
            _put_back(ticket, person, now, until=until)
    return len(locked) == len(ids)


def _put_back(ticket: Ticket, person: User, at: datetime, *, until: datetime | None) -> None:
    because = "away" if person.is_active else "left"
    ticket.assignee, ticket.updated_at = None, at
    ticket.save(update_fields=["assignee", "updated_at"])
    events.record(
        ticket,
        "ticket.returned",
        actor=None,
        at=at,
        former=str(person.pk),
        name=str(person),
        because=because,
        until=until.isoformat() if until else None,
    )
