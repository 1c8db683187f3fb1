"""When schedules of templates come round: the policy's calendars, what is next, and the alarm for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from sla.document import SupportPolicy
from sla.recurrence import Occurrence, Recurrence, Rule
from tenants import alarms
from tickets import desk
from tickets.errors import CalendarGone
from tickets.models import TemplateSchedule

#: Opens a ticket by a schedule; its subject is the schedule.
ALARM = "template.run"


def recurrence(schedule: TemplateSchedule, policy: SupportPolicy) -> Recurrence:
    """A schedule as arithmetic knows it. Raises CalendarGone."""
    if schedule.calendar and schedule.calendar not in policy.calendars:
        raise CalendarGone(name=schedule.calendar)
    return Recurrence(
        rule=Rule.read(schedule.rule),
        time=schedule.time,
        timezone=schedule.timezone,
        starts_on=schedule.starts_on,
        ends_on=schedule.ends_on,
        count=schedule.count,
        closed=schedule.closed,
        calendar=policy.calendar(schedule.calendar or None),
    )


def to_come(schedule: TemplateSchedule, policy: SupportPolicy) -> Iterator[Occurrence]:
    """All that is not done with yet, what was missed first. Raises CalendarGone."""
    return recurrence(schedule, policy).after(schedule.settled_at, beyond=schedule.settled_on)


def upcoming(schedule: TemplateSchedule, policy: SupportPolicy, number: int = 5) -> list[Occurrence]:
    """The next few times. Raises CalendarGone."""
    return list(islice(to_come(schedule, policy), number))


def set_next(schedule: TemplateSchedule, *, since: datetime | None = None) -> None:
    """Work out when a locked schedule comes round next, and set its alarm; with `since` nothing before that is done.

    Without its calendar it keeps the time that is set, so that the run says what is wrong.
    """
    if since is not None:
        schedule.settled_at = max(schedule.settled_at, since)
    try:
        found = next(to_come(schedule, desk.current_policy().policy), None)
        schedule.next_on, schedule.next_at = (found.on, found.at) if found else (None, None)
    except CalendarGone:
        if schedule.next_at is not None and schedule.next_at <= schedule.settled_at:
            schedule.next_on = schedule.next_at = None
    if not (schedule.is_active and schedule.template.is_active):
        schedule.next_on = schedule.next_at = None
    schedule.save(update_fields=["next_on", "next_at", "settled_on", "settled_at", "run_count", "is_active"])
    if schedule.next_at is None:
        alarms.cancel(ALARM, schedule.pk)
    else:
        alarms.set(ALARM, schedule.pk, schedule.next_at)


def realign() -> None:
    """Let every schedule follow the calendars of a new version of the policy."""
    running = TemplateSchedule.objects.filter(is_active=True, template__is_active=True).select_related("template")
    for schedule in running.select_for_update(of=("self",)).order_by("id"):
        set_next(schedule)
