"""Schedules of templates and what came of them, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dates import MONTHS_ALT
from django.utils.formats import date_format, time_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from sla.hours import Calendar
from sla.recurrence import Occurrence, Rule
from sla.words import full_date, when
from tenants.errors import Refused
from tenants.text import say
from tickets.models import TemplateRun, TemplateSchedule

#: As they stand after “every week on”.
_ON_WEEKDAYS = (
    pgettext_lazy("every week on", "Monday"),
    pgettext_lazy("every week on", "Tuesday"),
    pgettext_lazy("every week on", "Wednesday"),
    pgettext_lazy("every week on", "Thursday"),
    pgettext_lazy("every week on", "Friday"),
    pgettext_lazy("every week on", "Saturday"),
    pgettext_lazy("every week on", "Sunday"),
)
#: As they stand after “every month”, by the place in the month: languages bend both words.
_NTH: dict[int, tuple[Any, ...]] = {
    1: (
        gettext_lazy("on the 1st Monday"),
        gettext_lazy("on the 1st Tuesday"),
        gettext_lazy("on the 1st Wednesday"),
        gettext_lazy("on the 1st Thursday"),
        gettext_lazy("on the 1st Friday"),
        gettext_lazy("on the 1st Saturday"),
        gettext_lazy("on the 1st Sunday"),
    ),
    2: (
        gettext_lazy("on the 2nd Monday"),
        gettext_lazy("on the 2nd Tuesday"),
        gettext_lazy("on the 2nd Wednesday"),
        gettext_lazy("on the 2nd Thursday"),
        gettext_lazy("on the 2nd Friday"),
        gettext_lazy("on the 2nd Saturday"),
        gettext_lazy("on the 2nd Sunday"),
    ),
    3: (
        gettext_lazy("on the 3rd Monday"),
        gettext_lazy("on the 3rd Tuesday"),
        gettext_lazy("on the 3rd Wednesday"),
        gettext_lazy("on the 3rd Thursday"),
        gettext_lazy("on the 3rd Friday"),
        gettext_lazy("on the 3rd Saturday"),
        gettext_lazy("on the 3rd Sunday"),
    ),
    4: (
        gettext_lazy("on the 4th Monday"),
        gettext_lazy("on the 4th Tuesday"),
        gettext_lazy("on the 4th Wednesday"),
        gettext_lazy("on the 4th Thursday"),
        gettext_lazy("on the 4th Friday"),
        gettext_lazy("on the 4th Saturday"),
        gettext_lazy("on the 4th Sunday"),
    ),
    -1: (
        gettext_lazy("on the last Monday"),
        gettext_lazy("on the last Tuesday"),
        gettext_lazy("on the last Wednesday"),
        gettext_lazy("on the last Thursday"),
        gettext_lazy("on the last Friday"),
        gettext_lazy("on the last Saturday"),
        gettext_lazy("on the last Sunday"),
    ),
}
_WHICH = {
    "last_day": gettext_lazy("on the last day"),
    "first_working_day": gettext_lazy("on the first working day"),
    "last_working_day": gettext_lazy("on the last working day"),
}
_CLOSED = {
    "skip": gettext_lazy("left out if closed"),
    "previous": gettext_lazy("the working day before if closed"),
    "next": gettext_lazy("next working day if closed"),
}


def words(schedule: TemplateSchedule) -> str:
    """Every month on the 2nd Tuesday at 09:00 (Europe/Madrid); next working day if closed; until 31 December 2026."""
    rule = Rule.read(schedule.rule)
    at = {"days": days(rule), "time": time_format(schedule.time, "H:i"), "zone": schedule.timezone.replace("_", " ")}
    parts = [capfirst(_("%(days)s at %(time)s (%(zone)s)") % at)]
    if schedule.closed in _CLOSED and not rule.is_of_working_days:
        parts.append(str(_CLOSED[schedule.closed]))
    if rule.day > 28 and rule.unit == "month":
        parts.append(_("months without this day are left out"))
    if rule.unit == "year" and (rule.month, rule.day) == (2, 29):
        parts.append(_("years without this day are left out"))
    if schedule.ends_on:
        parts.append(_("until %(date)s") % {"date": date_format(schedule.ends_on, "DATE_FORMAT")})
    if schedule.count:
        times = ngettext("%(number)s time in all", "%(number)s times in all", schedule.count)
        parts.append(times % {"number": schedule.count})
    return "; ".join(parts)


def days(rule: Rule) -> str:
    """The rule alone, without its time: every 2 weeks on Monday and Thursday."""
    every = _every(rule)
    if rule.unit == "day":
        return every
    if rule.unit == "week":
        weekdays = [str(_ON_WEEKDAYS[each]) for each in rule.weekdays]
        named = get_text_list(weekdays, pgettext("Monday and Tuesday", "and"))
        return pgettext("every week on Monday", "%(every)s on %(days)s") % {"every": every, "days": named}
    if rule.unit == "month":
        on = _("on day %(day)s") % {"day": rule.day} if rule.which == "day" else _which(rule)
        return pgettext("every month on the last day", "%(every)s %(on)s") % {"every": every, "on": on}
    if rule.which == "day":
        day = date_format(date(2024, rule.month, rule.day), "MONTH_DAY_FORMAT")
        return pgettext("every year on 15 March", "%(every)s on %(day)s") % {"every": every, "day": day}
    of = {"every": every, "on": _which(rule), "month": MONTHS_ALT[rule.month]}
    return pgettext("every year on the last day of March", "%(every)s %(on)s of %(month)s") % of


def _every(rule: Rule) -> str:
    if rule.every == 1:
        once = {"day": _("every day"), "week": _("every week"), "month": _("every month"), "year": _("every year")}
        return once[rule.unit]
    several = {
        "day": ngettext("every %(number)s day", "every %(number)s days", rule.every),
        "week": ngettext("every %(number)s week", "every %(number)s weeks", rule.every),
        "month": ngettext("every %(number)s month", "every %(number)s months", rule.every),
        "year": ngettext("every %(number)s year", "every %(number)s years", rule.every),
    }
    return several[rule.unit] % {"number": rule.every}


def _which(rule: Rule) -> str:
    return str(_NTH[rule.nth][rule.weekday] if rule.which == "weekday" else _WHICH[rule.which])


def moment(occurrence: Occurrence, zone: ZoneInfo) -> str:
    """When it is done, by the clock of the schedule's zone: Tuesday 8 December 2026, 09:00."""
    return f"{full_date(occurrence.day)}, {time_format(occurrence.at.astimezone(zone).time(), 'H:i')}"


def moved(occurrence: Occurrence, calendar: Calendar) -> str:
    """Why it is not on the rule's own date; empty when it is."""
    if occurrence.day == occurrence.on:
        return ""
    said = {"date": date_format(occurrence.on, "DATE_FORMAT"), "name": say(_name_of(calendar, occurrence.on))}
    if said["name"]:
        return _("instead of %(date)s: %(name)s") % said
    return _("instead of %(date)s, which is closed") % said


def _name_of(calendar: Calendar, day: date) -> Any:
    return calendar.names.get(day.toordinal(), "")


def causes(run: TemplateRun) -> list[str]:
    """Why a run failed or what was left out, each with what to do, in the reader's language."""
    known = {each.code: each for each in _all(Refused)}
    return [str(known.get(each["code"], Refused)(**each["values"])) for each in run.causes]


def missed(run: TemplateRun) -> str:
    """Which dates before it nothing ran at; empty when there were none."""
    if not run.missed:
        return ""
    shown = [date_format(each, "SHORT_DATE_FORMAT") for each in run.missed[-10:]]
    listed = ", ".join(["…", *shown] if len(run.missed) > len(shown) else shown)
    return _("The helpdesk stood still on these dates, so nothing was opened for them: %(dates)s") % {"dates": listed}


def goes_on(run: TemplateRun) -> str:
    """When the schedule comes round next."""
    if run.schedule.next_at is None:
        return _("Nothing more is opened by this schedule until it is changed.")
    return _("The next date is %(date)s; what is mended until then holds for it.") % {
        "date": when(run.schedule.next_at)
    }


def _all(kind: type[Refused]) -> Iterable[type[Refused]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _all(each)
