"""What the mail side does after events and at its alarms; helpdesk/reactions.py names these."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from inbox import digests
from inbox.actions import SEND, post
from inbox.actions.bouncing import mark_refused
from inbox.mail import sending, servers, writing
from inbox.mail.stories import NAMED
from inbox.models import BouncedAddress, OutgoingMail, Sender
from tenants import alarms
from tenants.context import active_tenant
from tenants.models import Alarm
from tickets import actions
from tickets.models import Event

#: Tells the readers of an event; its subject is the event.
TELL = "mail.tell"

#: When a mail whose server is at another one, or whose forerunner is in a worker's hands, is looked at again.
TURN = timedelta(seconds=3)
#: How long a mail waits at most for a forerunner that waits itself, and rings for it when it is through.
BEHIND = timedelta(minutes=10)

State = OutgoingMail.State


def tell(event_id: UUID, now: datetime) -> None:
    """Alarm handler: write a mail to everyone who is to know of an event, and have each sent."""
    found = Event.objects.select_related("actor__role", *(f"ticket__{name}" for name in NAMED))
    event = found.filter(pk=event_id).first()
    if event is not None:
        mails = writing.mails_about(event, now)
        post(mails, now)
        for mail in writing.newly_silenced(mails, now):
            actions.note_silence(event.ticket, address=mail.address, at=now)
        digests.plan((mail.recipient for mail in mails if mail.state == State.COLLECTED), now)


def begin(mail_id: UUID, now: datetime) -> None:
    """Committed before send(): a mail that was begun and never finished was in the hands of a worker that died.

    Whether the server had taken it cannot be told, so it is sent again with the same Message-ID, and that is noted.
    """
    found = OutgoingMail.objects.select_for_update(of=("self",), skip_locked=True)
    mail = found.filter(pk=mail_id, state=State.WAITING).first()
    if mail is not None:
        mail.is_doubtful = mail.is_doubtful or mail.begun_at is not None
        mail.begun_at = now
        mail.save(update_fields=["is_doubtful", "begun_at"])


def send(mail_id: UUID, now: datetime) -> None:
    """Alarm handler: send one mail, or set the alarm for the next try. The ticket is not locked meanwhile."""
    found = OutgoingMail.objects.select_for_update(of=("self",)).select_related("recipient", "ticket")
    mail = found.filter(pk=mail_id, state=State.WAITING).first()
    if mail is None:
        return
    sender = servers.current()
    if mail.recipient is not None and not mail.recipient.is_active:
        _finish(mail, State.WITHHELD, now, error="InactivePerson")
    elif not mail.is_asked_for and BouncedAddress.objects.among([mail.address]):
        _finish(mail, State.WITHHELD, now, error="Bouncing")
    elif mail.not_before is not None and mail.not_before > now:
        _wait(mail, mail.not_before)
    elif early := _early_by(mail, now):
        _wait(mail, now + early)
    elif servers.is_away(sender):
        _later(mail, now)
    elif servers.is_busy(sender):
        _wait(mail, now + TURN)
    else:
        _try(mail, sender, now)


def _early_by(mail: OutgoingMail, now: datetime) -> timedelta:
    """How long this person may still have to read something of the same ticket first; nothing when nothing is left.

    What is due is in the hands of another worker or about to be: it is over in a moment, and as neither sees the other
    before both are committed, nobody may ring for this mail then.
    """
    if mail.event_id is None:
        return timedelta(0)
    alarms_set = Alarm.objects.filter(tenant_id=active_tenant().id)
    earlier = Event.objects.filter(ticket=mail.ticket_id, pk__lt=mail.event_id).values("pk")
    # Before the mails: what is written between the two questions is found by the second.
    if alarms_set.filter(kind=TELL, subject__in=earlier, parked_at=None, at__lte=now).exists():
        return TURN
    unsent = list(OutgoingMail.objects.before(mail).values_list("pk", flat=True))
    if not unsent:
        return timedelta(0)
    # One without an alarm was sent between the two questions.
    rings = alarms_set.filter(kind=SEND, subject__in=unsent).values_list("at", "parked_at")
    rests = [BEHIND if parked_at else at - now for at, parked_at in rings]
    if not rests or min(rests) <= timedelta(0):
        return TURN
    # Not each minute: while a server is away for hours, thousands may wait behind others.
    return min(max(rests) + TURN, BEHIND)


def _try(mail: OutgoingMail, sender: Sender | None, now: datetime) -> None:
    mail.attempts += 1
    mail.tried_at = now
    try:
        sending.hand_over(mail, sender)
    except sending.TryLater as reason:
        mail.error = str(reason)[:200]
        mail.save(update_fields=["attempts", "tried_at", "error"])
        _later(mail, now)
    except sending.Undeliverable as reason:
        mark_refused(mail, str(reason), at=now)
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
        _wait(mail, again)


def _wait(mail: OutgoingMail, until: datetime) -> None:
    OutgoingMail.objects.filter(pk=mail.pk).update(begun_at=None)
    alarms.set(SEND, mail.pk, until)


def _finish(mail: OutgoingMail, state: str, now: datetime, *, error: str = "") -> None:
    mail.state, mail.error, mail.begun_at = state, error, None
    if mail.is_secret and state != State.WAITING:
        mail.text = mail.html = ""
    mail.save(update_fields=["state", "error", "attempts", "tried_at", "sent_at", "begun_at", "text", "html"])
    if mail.event_id is not None:
        _wake_next(mail, now)


def _wake_next(mail: OutgoingMail, now: datetime) -> None:
    """The mail that waited for this one need not wait for its alarm."""
    same = OutgoingMail.objects.filter(ticket=mail.ticket_id, address=mail.address, state=State.WAITING)
    waiting = same.filter(event__gt=mail.event_id).order_by("event").values_list("pk", flat=True).first()
    if waiting is not None:
        alarms.set(SEND, waiting, now)
