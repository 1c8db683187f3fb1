"""Asking to be called, and what agents do about it. Each leaves its line in the ticket's history."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from sla import words
from tenants import alarms
from tenants.context import active_tenant_id
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import callbacks, desk, events
from tickets.actions import conduct
from tickets.actions.checks import require
from tickets.actions.opening import open_ticket, require_support
from tickets.actions.talking import require_talk, touch
from tickets.errors import (
    CallAsked,
    CallOutsideHours,
    CallOver,
    CallsTaken,
    CallTooFar,
    ContactPaused,
    NoCallbacks,
    PhoneUnclear,
    TopicMissing,
)
from tickets.fairuse.contact import contact_about
from tickets.models import Callback, Organization, Ticket

#: When somebody is to be called; its subject is the call.
ALARM = "callback.due"

State = Callback.State


def ask_callback(
    ticket: Ticket,
    *,
    phone: str,
    topic: str,
    when: datetime,
    actor: User,
    at: datetime,
    is_new: bool = False,
    as_it_is: bool = False,
) -> Callback:
    """Ask to be called about a ticket, within the hours of the phone line.

    The same asked twice is one call. `is_new`: it is not asked about again, but filed with this. `as_it_is` as for
    comment(). Raises NotPermitted, ContactPaused, TicketClosed, NoCallbacks, PhoneUnclear, TopicMissing,
    CallOutsideHours, CallsTaken, CallTooFar, CallAsked, RudeWords, RudeWordsWarned, and what require_support() raises.
    """
    if not actor.is_active or not Ticket.objects.visible_to(actor).filter(pk=ticket.pk).exists():
        raise NotPermitted
    ticket = desk.lock(ticket)
    require_talk(ticket)
    if not is_new and not actor.is_staff_member:
        require_support(actor, ticket.organization, at=at)
        _require_contact(ticket, at)
    phone, topic = " ".join(phone.split()), topic.strip()[:500]
    if not callbacks.is_phone(phone):
        raise PhoneUnclear
    if not topic:
        raise TopicMissing
    former = callbacks.open_on(ticket)
    if former is not None:
        if (former.phone, former.topic, former.at) == (phone, topic, when):
            return former
        raise CallAsked(at=words.when(former.at))
    _require_hours(when, at)
    if not is_new:  # filing it has looked at the same words
        conduct.keep_courteous(ticket, topic, person=actor, as_it_is=as_it_is, at=at)
    found = Callback.objects.create(ticket=ticket, requester=actor, phone=phone, topic=topic, at=when, asked_at=at)
    alarms.set(ALARM, found.pk, when)
    _record(found, "callback.asked", actor=actor, at=at, when=when.isoformat())
    return found


def open_with_callback(
    *,
    phone: str,
    topic: str,
    when: datetime,
    actor: User,
    at: datetime,
    organization: Organization | None = None,
    as_it_is: bool = False,
) -> Callback:
    """Ask to be called about something new: a ticket over the phone channel, and the call on it.

    Raises what open_ticket() and ask_callback() raise.
    """
    if callbacks.phone_line(desk.current_policy().policy) is None:
        raise NoCallbacks
    if not topic.strip():
        raise TopicMissing
    subject = _("Call back: %(topic)s") % {"topic": " ".join(topic.split())}
    ticket = open_ticket(
        requester=actor,
        subject=subject[:200],
        description=topic,
        channel="phone",
        organization=organization,
        as_it_is=as_it_is,
        at=at,
    )
    return ask_callback(ticket, phone=phone, topic=topic, when=when, actor=actor, at=at, is_new=True)


def _require_contact(ticket: Ticket, at: datetime) -> None:
    """Clause D7."""
    contact = contact_about(ticket, at=at)
    if not contact.is_open and contact.opens_at is not None:
        raise ContactPaused(time=words.when(contact.opens_at))


def cancel_callback(callback: Callback, *, actor: User, at: datetime) -> Callback:
    """Who is to be called needs no call any more, or whose request it is, or an agent takes it off.

    Raises NotPermitted, CallOver.
    """
    if not Ticket.objects.visible_to(actor).filter(pk=callback.ticket_id).exists():
        raise NotPermitted
    if actor.is_staff_member and callback.requester_id != actor.pk:
        require(actor, Permission.REPLY)
    found = _lock(callback)
    if not actor.is_staff_member and not may_cancel(found, actor):
        raise NotPermitted
    return _end(found, State.CANCELLED, "callback.cancelled", actor=actor, at=at)


def may_cancel(callback: Callback, person: User) -> bool:
    """Whether this customer may cancel the call: others who read the request have no say in it."""
    return person.pk in (callback.requester_id, callback.ticket.requester_id)


def log_call(callback: Callback, *, actor: User, at: datetime, note: str = "") -> Callback:
    """The customer was called; `note` is for colleagues. Raises NotPermitted, CallOver."""
    require(actor, Permission.REPLY)
    return _end(_lock(callback), State.DONE, "callback.done", actor=actor, at=at, note=note.strip()[:2000])


def miss_call(
    callback: Callback, *, actor: User, at: datetime, again: datetime | None = None, note: str = ""
) -> Callback:
    """Nobody answered: it is tried `again` at another time, or given up. The customer is told.

    Raises NotPermitted, CallOver, CallOutsideHours, CallsTaken, CallTooFar.
    """
    require(actor, Permission.REPLY)
    found = _lock(callback)
    found.tries += 1
    said = {"note": note.strip()[:2000]}
    if again is None:
        return _end(found, State.NOT_REACHED, "callback.not_reached", actor=actor, at=at, **said)
    return _move(found, again, "callback.not_reached", actor=actor, at=at, **said)


def put_off_call(callback: Callback, *, to: datetime, actor: User, at: datetime, reason: str = "") -> Callback:
    """Call at another time; the customer is told, with the reason. Raises NotPermitted, CallOver, CallOutsideHours,
    CallsTaken, CallTooFar.
    """
    require(actor, Permission.REPLY)
    return _move(_lock(callback), to, "callback.moved", actor=actor, at=at, reason=reason.strip()[:500])


def rang(callback_id: UUID, now: datetime) -> None:
    """Alarm handler: it is time to call. Whoever has the ticket is told."""
    found = Callback.objects.filter(pk=callback_id, state=State.WANTED, at__lte=now).first()
    if found is None:
        return
    callback = _lock(found)
    if callback.at <= now:
        said = {"callback": str(callback.pk)}
        events.record(callback.ticket, "callback.due", actor=None, at=now, is_public=False, **said)


def _lock(callback: Callback) -> Callback:
    """The call as it is now, its ticket locked as by every other action. Raises CallOver."""
    ticket = desk.lock(Ticket(pk=callback.ticket_id))
    found = Callback.objects.get(pk=callback.pk)
    if found.ticket_id != ticket.pk:
        return _lock(found)  # a merge took it elsewhere while this waited for the lock
    if not found.is_wanted:
        raise CallOver(state=found.get_state_display())
    found.ticket = ticket
    return found


def _require_hours(when: datetime, at: datetime, *, but: Callback | None = None) -> None:
    policy = desk.current_policy().policy
    calendar = callbacks.calendar_of(policy)
    if calendar is None:
        raise NoCallbacks
    if when > at + callbacks.LONGEST:
        raise CallTooFar(days=callbacks.LONGEST.days)
    if when <= at or not callbacks.is_free(calendar, when):
        opens = next(callbacks.slots(calendar, at), None)
        raise CallOutsideHours(opens=words.when(opens) if opens else "—")
    _one_after_the_other()
    taken = callbacks.taken(policy, at, but=but)
    if not taken.has_room(when):
        opens = next(callbacks.slots(calendar, at, taken), None)
        raise CallsTaken(opens=words.when(opens) if opens else "—")


def _one_after_the_other() -> None:
    """Until the transaction ends, or two who ask at once would each find the last free place."""
    with connection.cursor() as cursor:
        wanted = f"callbacks {active_tenant_id()}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [wanted])


def _move(callback: Callback, to: datetime, verb: str, *, actor: User, at: datetime, **said: Any) -> Callback:
    _require_hours(to, at, but=callback)
    callback.at = to
    callback.save(update_fields=["at", "tries"])
    alarms.set(ALARM, callback.pk, to)
    _record(callback, verb, actor=actor, at=at, when=to.isoformat(), **said)
    return callback


def _end(callback: Callback, state: str, verb: str, *, actor: User, at: datetime, **said: Any) -> Callback:
    callback.state, callback.ended_at, callback.ended_by = State(state), at, actor
    callback.save(update_fields=["state", "ended_at", "ended_by", "tries"])
    alarms.cancel(ALARM, callback.pk)
    _record(callback, verb, actor=actor, at=at, **said)
    return callback


def _record(callback: Callback, verb: str, *, actor: User, at: datetime, **said: Any) -> None:
    # Number and topic are read from the call: what is written here can never be forgotten.
    said["by"] = "agent" if actor.is_staff_member else "customer"
    events.record(callback.ticket, verb, actor=actor, at=at, is_public=True, callback=str(callback.pk), **said)
    touch(callback.ticket, at)
