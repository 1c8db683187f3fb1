"""Schedules of templates: kept, paused, resumed; and what is done when their time has come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import transaction

from sla.recurrence import MOST_COUNT, Occurrence, Rule, RuleInvalid
from tenants import alarms, audit
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, recurring, templates
from tickets.actions.checks import require
from tickets.actions.preparing import asked_of, open_from
from tickets.errors import (
    CalendarGone,
    NeverComesRound,
    RuleNotUnderstood,
    ScheduleImpossible,
    TemplateNeedsCustomer,
    TemplatePutAside,
    TooManySchedules,
)
from tickets.models import TemplateRun, TemplateSchedule, Ticket, TicketTemplate

#: Tells who keeps templates what went wrong; its subject is the run.
TELL = "template.tell"
MOST_SCHEDULES = 20
LONGEST = timedelta(days=36_525)
_KEPT = ("rule", "time", "timezone", "calendar", "closed", "starts_on", "ends_on", "count")


def keep_schedule(
    schedule: TemplateSchedule,
    *,
    actor: User,
    at: datetime,
    rule: Mapping[str, Any],
    time: time,
    timezone: str,
    starts_on: date,
    ends_on: date | None = None,
    count: int | None = None,
    calendar: str = "",
    closed: str = TemplateSchedule.Closed.OPEN,
) -> TemplateSchedule:
    """Keep a new schedule of a template, or change one: what lies behind `at` is not made up for.

    Raises NotPermitted, TemplatePutAside, TemplateNeedsCustomer, RuleNotUnderstood, ScheduleImpossible, CalendarGone,
    NeverComesRound, TooManySchedules, PolicyMissing.
    """
    require(actor, Permission.MANAGE_TEMPLATES)
    template, is_new = _lock(schedule.template), schedule._state.adding
    if not template.is_active:
        raise TemplatePutAside(name=template)
    if template.requester_id is None and template.organization_id is None:
        raise TemplateNeedsCustomer
    if is_new and template.schedules.count() >= MOST_SCHEDULES:
        raise TooManySchedules(most=MOST_SCHEDULES)
    schedule = schedule if is_new else _lock_schedule(schedule)
    before = {} if is_new else told(schedule)
    schedule.template, schedule.kept_by, schedule.is_active = template, actor, True
    schedule.rule, schedule.time, schedule.timezone = dict(rule), time, timezone
    schedule.starts_on, schedule.ends_on, schedule.count = starts_on, ends_on, count
    schedule.calendar, schedule.closed, schedule.settled_at = calendar, closed, at
    check_schedule(schedule)
    schedule.save()
    recurring.set_next(schedule)
    act = "template_schedule.added" if is_new else "template_schedule.changed"
    audit.record(act, template, actor=actor, before=before, after=told(schedule))
    return schedule


def check_schedule(schedule: TemplateSchedule) -> list[Occurrence]:
    """The next times of a schedule that need not be saved. Raises what keep_schedule() raises of its fields."""
    try:
        schedule.rule = Rule.read(schedule.rule).to_document()
    except RuleInvalid as problem:
        raise RuleNotUnderstood(field=problem.field) from None
    if schedule.timezone not in available_timezones():
        raise RuleNotUnderstood(field=schedule.timezone)
    last = schedule.ends_on or schedule.starts_on
    if not schedule.starts_on <= last <= schedule.starts_on + LONGEST or not 1990 <= schedule.starts_on.year <= 2200:
        raise ScheduleImpossible
    if schedule.count is not None and not 1 <= schedule.count <= MOST_COUNT:
        raise ScheduleImpossible
    found = recurring.upcoming(schedule, desk.current_policy().policy)
    if not found:
        raise NeverComesRound
    return found


def pause_schedule(schedule: TemplateSchedule, *, actor: User, at: datetime) -> TemplateSchedule:
    """Open nothing by this schedule until it is resumed. Raises NotPermitted."""
    return _switch(schedule, is_active=False, actor=actor, at=at)


def resume_schedule(schedule: TemplateSchedule, *, actor: User, at: datetime) -> TemplateSchedule:
    """Go on with what is to come; what came round meanwhile is not made up for. Raises NotPermitted."""
    return _switch(schedule, is_active=True, actor=actor, at=at)


def rang(schedule_id: UUID, now: datetime) -> None:
    """Alarm handler: the time of a schedule has come. What was missed before is done once, late."""
    found = TemplateSchedule.objects.filter(pk=schedule_id, is_active=True, next_at__lte=now).first()
    if found is None:
        return
    template = _lock(found.template)
    schedule = _lock_schedule(found)
    if not (template.is_active and schedule.is_active) or schedule.next_at is None or schedule.next_at > now:
        return
    try:
        came = list(takewhile(lambda each: each.at <= now, recurring.to_come(schedule, desk.current_policy().policy)))
    except CalendarGone as refusal:
        came = [Occurrence(schedule.next_on or now.date(), schedule.next_on or now.date(), schedule.next_at)]
        _settle(template, schedule, came, None, [refusal], now)
        return
    if came:
        ticket, causes = _opened(template, schedule, came[-1].day, now)
        _settle(template, schedule, came, ticket, causes, now)
    else:
        recurring.set_next(schedule)  # a new version of the policy has moved it


def _opened(
    template: TicketTemplate, schedule: TemplateSchedule, day: date, now: datetime
) -> tuple[Ticket | None, list[Refused]]:
    try:
        with transaction.atomic():
            ticket = open_from(template, author=schedule.kept_by, at=now, day=day, schedule=schedule)
            return ticket, list(templates.left_out(template, asked_of(template)))
    except Refused as refusal:
        return None, [refusal]


def _settle(
    template: TicketTemplate,
    schedule: TemplateSchedule,
    came: list[Occurrence],
    ticket: Ticket | None,
    causes: list[Refused],
    now: datetime,
) -> None:
    """Write down what came of it, and go on with the next date."""
    last = came[-1]
    former = TemplateRun.objects.filter(schedule=schedule).first()
    told_before = [each["code"] for each in former.causes] if former else []
    run = TemplateRun.objects.create(
        template=template,
        schedule=schedule,
        on=last.on,
        due_at=last.at,
        ran_at=now,
        outcome=TemplateRun.Outcome.OPENED if ticket else TemplateRun.Outcome.FAILED,
        ticket=ticket,
        missed=[each.day for each in came[:-1]],
        causes=[_cause(each) for each in causes],
    )
    schedule.settled_on, schedule.settled_at = last.on, last.at
    schedule.run_count += 1
    recurring.set_next(schedule)
    # Once for what goes wrong again and again: the page of the template shows every time.
    if causes and [each.code for each in causes] != told_before:
        alarms.set(TELL, run.pk, now)


def _cause(refusal: Refused) -> dict[str, Any]:
    return {"code": refusal.code, "values": {name: str(value) for name, value in refusal.values.items()}}


def _switch(schedule: TemplateSchedule, *, is_active: bool, actor: User, at: datetime) -> TemplateSchedule:
    require(actor, Permission.MANAGE_TEMPLATES)
    template = _lock(schedule.template)
    schedule = _lock_schedule(schedule)
    if schedule.is_active == is_active:
        return schedule
    schedule.template, schedule.is_active = template, is_active
    recurring.set_next(schedule, since=at)
    act = "template_schedule.resumed" if is_active else "template_schedule.paused"
    audit.record(act, template, actor=actor, before={"in_use": not is_active}, after={"in_use": is_active})
    return schedule


def _lock(template: TicketTemplate) -> TicketTemplate:
    """The template, locked: always before its schedules."""
    return TicketTemplate.objects.for_page().select_for_update(of=("self",)).get(pk=template.pk)


def _lock_schedule(schedule: TemplateSchedule) -> TemplateSchedule:
    locked = TemplateSchedule.objects.select_for_update(of=("self",))
    return locked.select_related("template", "kept_by__role").get(pk=schedule.pk)


def told(schedule: TemplateSchedule) -> dict[str, Any]:
    """A schedule as the audit log keeps it: a working day as the rule's day and where it is moved to."""
    rule = Rule.read(schedule.rule)
    kept = {name: getattr(schedule, name) for name in _KEPT if name != "rule"}
    kept = {name: "" if value is None else str(value) for name, value in kept.items()}
    return {**kept, "closed": rule.moves or kept["closed"], "rule": rule.rrule}
