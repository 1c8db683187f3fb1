"""What the mail side does after events and at its alarms; helpdesk/reactions.py names these."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from inbox.actions import SEND, post
from inbox.mail import sending, writing
from inbox.models import OutgoingMail
from tenants import alarms
from tenants.context import active_tenant
from tenants.models import Alarm
from tickets.models import Event

#: Tells the readers of an event; its subject is the event.
TELL = "mail.tell"

State = OutgoingMail.State


def tell(event_id: UUID, now: datetime) -> None:
    """Alarm handler: write a mail to everyone who is to know of an event, and have each sent."""
    ticket = ("status", "priority", "category", "tier", "team", "channel", "organization", "requester", "assignee")
    found = Event.objects.select_related("actor__role", *(f"ticket__{name}" for name in ticket))
    event = found.filter(pk=event_id).first()
    if event is not None:
        post(writing.mails_about(event, now), now)


def send(mail_id: UUID, now: datetime) -> None:
    """Alarm handler: send one mail, or set the alarm for the next try. The ticket is not locked meanwhile."""
    found = OutgoingMail.objects.select_for_update(of=("self",)).select_related("recipient")
    mail = found.filter(pk=mail_id, state=State.WAITING).first()
    if mail is None:
        return
    if mail.recipient is not None and not mail.recipient.is_active:
        _finish(mail, State.WITHHELD, now, error="InactivePerson")
    elif _is_early(mail, now):
        alarms.set(SEND, mail.pk, now + timedelta(minutes=1))
    elif sending.is_away():
        _later(mail, now)
    else:
        _try(mail, now)


def _is_early(mail: OutgoingMail, now: datetime) -> bool:
    """Whether this person has to read something of the same ticket first that is not sent, or not even written yet."""
    if mail.event_id is None:
        return False
    if OutgoingMail.objects.before(mail).exists():
        return True
    earlier = Event.objects.filter(ticket=mail.ticket_id, pk__lt=mail.event_id).values("pk")
    unwritten = Alarm.objects.filter(tenant_id=active_tenant().id, kind=TELL, parked_at=None, at__lte=now)
    return unwritten.filter(subject__in=earlier).exists()


def _try(mail: OutgoingMail, now: datetime) -> None:
    mail.attempts += 1
    mail.tried_at = now
    try:
        sending.hand_over(mail)
    except sending.TryLater as reason:
        mail.error = str(reason)[:200]
        mail.save(update_fields=["attempts", "tried_at", "error"])
        _later(mail, now)
    except sending.Undeliverable as reason:
        _finish(mail, State.FAILED, now, error=str(reason)[:200])
    else:
        mail.sent_at = now
        _finish(mail, State.SENT, now)


def _later(mail: OutgoingMail, now: datetime) -> None:
    # The general retry of alarms gives up after minutes; mail has to outlive a weekend.
    again = sending.next_try(mail, now)
    if again is None:
        _finish(mail, State.FAILED, now, error=mail.error or "GivenUp")
    else:
        alarms.set(SEND, mail.pk, again)


def _finish(mail: OutgoingMail, state: str, now: datetime, *, error: str = "") -> None:
    mail.state, mail.error = state, error
    if mail.is_secret and state != State.WAITING:
        mail.text = mail.html = ""
    mail.save(update_fields=["state", "error", "attempts", "tried_at", "sent_at", "text", "html"])
    if mail.event_id is not None:
        _wake_next(mail, now)


def _wake_next(mail: OutgoingMail, now: datetime) -> None:
    """The mail that waited for this one need not wait for its alarm."""
    same = OutgoingMail.objects.filter(ticket=mail.ticket_id, address=mail.address, state=State.WAITING)
    waiting = same.filter(event__gt=mail.event_id).order_by("event").values_list("pk", flat=True).first()
    if waiting is not None:
        alarms.set(SEND, waiting, now)
