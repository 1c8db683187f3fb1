"""When one of the staff is told by mail: at once, when they are at work again, in a digest, or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta

from inbox.mail import readers
from inbox.models import NotificationPreference, OutgoingMail
from tenants.models import User
from tickets import desk
from tickets.errors import PolicyMissing
from tickets.models import Absence, AgentProfile
from tickets.staffing import is_working

When, Every = NotificationPreference.When, NotificationPreference.Every
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: More mails than this to one of the staff are told in a digest, whatever they chose: nobody reads five hundred.
MOST_TO_STAFF = [(HOUR, 30), (DAY, 200)]
#: When a day's digest is sent, in its reader's zone.
MORNING = 8


def preference_of(person: User) -> NotificationPreference:
    """What a person chose; everything at once, and an hourly digest of what is too much, where they chose nothing."""
    found = NotificationPreference.objects.filter(person=person).first()
    return found or NotificationPreference(person=person, digest_every=Every.HOUR)


def place(mail: OutgoingMail, topic: str, preference: NotificationPreference, *, now: datetime) -> OutgoingMail | None:
    """The unsaved mail as its reader wants it: to be sent, held back or collected; None where they want none."""
    if preference.when(topic) == When.NEVER:
        return None
    is_too_much = OutgoingMail.objects.is_too_much(mail.address, MOST_TO_STAFF, now)
    if preference.when(topic) == When.DIGEST or is_too_much:
        mail.state = OutgoingMail.State.COLLECTED
    elif preference.at_work_only:
        begins = at_work_from(preference.person, at=now)
        if begins is None:
            mail.state = OutgoingMail.State.COLLECTED
        elif begins > now:
            mail.not_before = begins
    return mail


def next_digest(preference: NotificationPreference, *, after: datetime) -> datetime:
    """When what is collected is told: the next full hour, or the next morning of the person's zone."""
    if preference.digest_every == Every.HOUR:
        return after.replace(minute=0, second=0, microsecond=0) + HOUR
    local = after.astimezone(readers.zone_of(preference.person))
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return morning if morning > local else morning + DAY


def at_work_from(person: User, *, at: datetime) -> datetime | None:
    """Since when or from when the person is at work, not before `at`; None where nobody can tell.

    By the working hours of their profile and their absences. Whoever has no working hours is always at work.
    """
    instant = at
    # Hours and absences take turns: after some of either it is nobody's guess.
    for _ in range(10):
        back = _back_from_absence(person, instant)
        if back is None:
            return None
        opens = _opens(person, back)
        if opens is None or opens == instant:
            return opens
        instant = opens
    return None


def _back_from_absence(person: User, at: datetime) -> datetime | None:
    """The instant itself when they are not away at it; None where they are away without end."""
    ends = list(Absence.objects.at(at).filter(user=person).values_list("ends_at", flat=True))
    if None in ends:
        return None
    return max((each for each in ends if each is not None), default=at)


def _opens(person: User, at: datetime) -> datetime | None:
    profile = AgentProfile.objects.filter(user=person).first()
    if profile is None or not profile.calendar:
        return at
    try:
        policy = desk.current_policy().policy
    except PolicyMissing:
        return at
    return at if is_working(profile, policy, at=at) else policy.calendar(profile.calendar).next_open(at)
