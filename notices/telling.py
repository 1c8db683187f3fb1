"""Telling people of an announcement: each occasion is a row with an alarm, and its mails are written some at a ring."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from inbox.actions import post
from inbox.mail import headers, readers, stopping, writing
from inbox.mail.letters import Letter
from inbox.mail.links import site
from inbox.models import OutgoingMail
from notices import audience, words
from notices.models import Announcement, Component, Notice
from sla.document.durations import Duration
from sla.models import PolicyVersion
from tenants import alarms
from tenants.context import active_tenant
from tenants.models import User
from tenants.text import say

#: Tells the people of an announcement; its subject is the notice.
ALARM = "notice.tell"
#: Mails a ring: one short transaction.
BATCH = 50
NEXT = timedelta(milliseconds=1)
Occasion, State = Notice.Occasion, Notice.State


@dataclass(frozen=True)
class Wanted:
    """An occasion on which people are to be told."""

    occasion: str
    due_at: datetime
    lead: int | None = None
    is_past: bool = False


def plan(announcement: Announcement, *, at: datetime, again: str = "") -> None:
    """Bring the alarms in step with what is announced: what no longer holds rings no more, what is past is left out.

    `again` is an occasion to tell those of who were told before: that the work is moved, or called off.
    """
    wanted = list(_occasions(announcement, at))
    rows = list(announcement.notices.select_for_update(of=("self",)).order_by("id"))
    pending = [row for row in rows if row.state in (State.PLANNED, State.MISSED)]
    begun = [row for row in rows if row not in pending]
    if not again:
        # That it was moved a moment ago is still to be told.
        pending = [row for row in pending if row.occasion not in (Occasion.MOVED, Occasion.CANCELLED)]
    alarms.cancel(ALARM, *(row.pk for row in pending))
    Notice.objects.filter(pk__in=[row.pk for row in pending]).delete()
    if again and begun and begun[-1].occasion != Occasion.ENDS:
        _break_off(begun, at)
        wanted = [Wanted(again, at), *(each for each in wanted if each.occasion != Occasion.PUBLISHED)]
    if any(row.occasion == Occasion.AHEAD for row in begun):
        # Who was told ahead is not surprised, whatever the lead times are now.
        wanted = [each for each in wanted if each.occasion != Occasion.PUBLISHED]
    known = {_key(row.occasion, row.lead_seconds, row.due_at) for row in begun}
    notices = [
        Notice(
            announcement=announcement,
            occasion=each.occasion,
            lead_seconds=each.lead,
            due_at=each.due_at,
            by_mail=announcement.by_mail,
            state=State.MISSED if each.is_past else State.PLANNED,
        )
        for each in wanted
        if _key(each.occasion, each.lead, each.due_at) not in known
    ]
    Notice.objects.bulk_create(notices)
    alarms.set_many((ALARM, each.pk, each.due_at) for each in notices if each.state == State.PLANNED)


def follow_lead_times(*, at: datetime) -> None:
    """Tell of work that lies ahead at the lead times of the policy that is in force now; what was told stays told."""
    ahead = Announcement.objects.select_for_update(of=("self",)).filter(starts_at__gt=at, cancelled_at=None)
    for announcement in ahead.order_by("id"):
        plan(announcement, at=at)


def drop(announcement: Announcement, *, at: datetime) -> None:
    """Tell nobody any more, but that it was called off."""
    rows = list(
        announcement.notices.exclude(occasion=Occasion.CANCELLED).select_for_update(of=("self",)).order_by("id")
    )
    pending = [row.pk for row in rows if row.state in (State.PLANNED, State.MISSED)]
    alarms.cancel(ALARM, *pending)
    Notice.objects.filter(pk__in=pending).delete()
    _break_off(rows, at)


def _break_off(rows: Iterable[Notice], at: datetime) -> None:
    """What goes out right now says what no longer holds, so nobody else gets it."""
    going = [row.pk for row in rows if row.state == State.TELLING]
    alarms.cancel(ALARM, *going)
    Notice.objects.filter(pk__in=going).update(state=State.STOPPED, finished_at=at)


def _key(occasion: str, lead: int | None, due_at: datetime) -> tuple[object, ...]:
    # It is published once, whenever that is.
    return (occasion,) if occasion == Occasion.PUBLISHED else (occasion, lead, due_at)


def _occasions(announcement: Announcement, at: datetime) -> Iterator[Wanted]:
    starts, ends = announcement.starts_at, announcement.ends_at
    if announcement.cancelled_at is not None:
        return
    if starts is None or ends is None:
        if announcement.by_mail:
            yield Wanted(Occasion.PUBLISHED, max(announcement.shown_from, at))
        return
    ahead = [Wanted(Occasion.AHEAD, due, lead, is_past=due < at) for lead, due in _lead_times(starts)]
    if ends > at and all(each.is_past for each in ahead):
        # Too late for any of them: it is told at once, so that nobody is surprised.
        yield Wanted(Occasion.PUBLISHED, max(announcement.shown_from, at))
    yield from ahead
    yield Wanted(Occasion.BEGINS, starts, is_past=starts < at)
    yield Wanted(Occasion.ENDS, ends, is_past=ends < at)


def _lead_times(starts: datetime) -> Iterator[tuple[int, datetime]]:
    """Each lead time of the policy in seconds, and the instant it means."""
    try:
        policy = PolicyVersion.objects.current().policy
    except PolicyVersion.DoesNotExist:
        return
    for lead in policy.maintenance.lead_times if policy.maintenance else ():
        due = _before(starts, lead, policy)
        yield int((starts - due).total_seconds()), due


def _before(starts: datetime, lead: Duration, policy: object) -> datetime:
    if lead.days is None:
        return starts - timedelta(seconds=lead.seconds or 0)
    calendar = policy.calendar()  # type: ignore[attr-defined]
    for back in range(lead.days, lead.days * 4 + 30):
        due = starts - timedelta(days=back)
        if calendar.add_days(due, lead.days) <= starts:
            return due
    return starts - timedelta(days=lead.days * 4 + 30)


def tell(notice_id: UUID, now: datetime) -> None:
    """Alarm handler: the banner comes again, and one batch of mails is written, with the alarm for the next one."""
    about = Notice.objects.filter(pk=notice_id).values("announcement")
    # In the order in which actions lock.
    announcement = Announcement.objects.select_for_update(of=("self",)).filter(pk__in=about).first()
    open_ones = Notice.objects.select_for_update(of=("self",)).filter(state__in=[State.PLANNED, State.TELLING])
    notice = open_ones.filter(pk=notice_id).first()
    if announcement is None or notice is None:
        return
    if notice.state == State.PLANNED and not _begin(notice, announcement, now):
        return
    people = list(_waiting(notice, announcement, now)[:BATCH]) if notice.by_mail else []
    if people:
        letters = Letters(notice, announcement)
        post((letters.mail_to(person, now) for person in people if headers.deliverable(person.email)), now)
        notice.told += len(people)
        notice.last_person = people[-1].pk
    if len(people) == BATCH:
        alarms.set(ALARM, notice.pk, now + NEXT)
    else:
        notice.state, notice.finished_at = State.TOLD, now
    notice.save(update_fields=["state", "told", "total", "last_person", "began_at", "finished_at"])


def _begin(notice: Notice, announcement: Announcement, now: datetime) -> bool:
    """False when it comes too late to be of use: what lay ahead is there already."""
    if notice.occasion == Occasion.AHEAD and announcement.starts_at is not None and announcement.starts_at <= now:
        notice.state, notice.finished_at = State.MISSED, now
        notice.save(update_fields=["state", "finished_at"])
        return False
    notice.state, notice.began_at = State.TELLING, now
    if notice.by_mail:
        notice.total = audience.mailed(audience.reach_of(announcement), now).count()
    if notice.occasion != Occasion.PUBLISHED:
        announcement.renewed_at = now
        announcement.reword()
        announcement.save(update_fields=["renewed_at", "wording"])
    return True


def _waiting(notice: Notice, announcement: Announcement, now: datetime) -> QuerySet[User]:
    people = audience.mailed(audience.reach_of(announcement), now).select_related("role").order_by("pk")
    return people.filter(pk__gt=notice.last_person) if notice.last_person else people


class Letters:
    """The mails of a notice: what they have in common is looked up once."""

    def __init__(
        self, notice: Notice, announcement: Announcement, components: Collection[Component] | None = None
    ) -> None:
        self.notice = notice
        self.announcement = announcement
        if components is not None:  # of one that is not kept yet
            self.components = list(components)

    def mail_to(self, person: User, now: datetime) -> OutgoingMail:
        """An unsaved mail to one person, in their language and zone; the same however often it is written."""
        with readers.reading_as(person):
            letter, batch = self.letter(person), self.notice.pk
            words = writing.rendered("letter", {"letter": letter, "stop_url": stopping.address(person, at=now)})
            return writing.addressed(letter, person, key=str(batch), now=now, batch=batch, **words)

    def letter(self, person: User | None) -> Letter:
        """What it says in the active language and zone."""
        told = self.announcement
        occasion = self.notice.occasion
        title, body = say(told.title), say(told.body)
        hours = words.hours_of_work(told.starts_at, told.ends_at)
        lead = words.lead(occasion, hours) or body or title
        services = ", ".join(say(each.name) for each in self.components)
        return Letter(
            kind=OutgoingMail.Kind.ANNOUNCED,
            subject=words.subject(occasion, title),
            greeting=_("Hello %(name)s,") % {"name": person.name} if person and person.name else _("Hello,"),
            lead=lead,
            paragraphs=[body] if body and body != lead else [],
            facts=[(_("Services"), services)] if services else [],
            url=f"{self._site}/announcements/",
            button=_("All announcements"),
            why=_("You get this mail because %(tenant)s announces it to those whom it concerns.")
            % {"tenant": active_tenant().name},
        )

    @cached_property
    def components(self) -> list[Component]:
        """The services that it names: those that anybody may know of."""
        return list(self.announcement.components.filter(is_public=True, is_active=True))

    @cached_property
    def _site(self) -> str:
        return site()
