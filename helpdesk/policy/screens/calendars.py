"""The calendars of the policy: a list, and one with its week, dates, holidays, import and tester."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.policy.screens import ical
from helpdesk.policy.screens.calendar_forms import (
    CalendarForm,
    ClosedDates,
    OpenDates,
    closed_initial,
    open_initial,
    with_imported,
)
from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.editing import Editing, rendered, screen
from helpdesk.policy.screens.places import zones
from helpdesk.policy.screens.week import bars
from sla import hours, way, words
from sla.document import PolicyError, SupportPolicy, durations
from sla.document.calendars import CalendarSpec
from sla.document.opening import DAYS
from tenants.text import say

TAB = "policy_calendars"


@dataclass(frozen=True)
class Tried:
    """What the tester found: when a length of time is over by these hours, and the way there."""

    due: str
    place: str
    days: list[words.Day]


@dataclass
class Sheet:
    """The three forms of the page, which are sent together, and what was found out about them."""

    editing: Editing
    spec: CalendarSpec | None
    form: CalendarForm
    closed: Any
    opened: Any
    tried: Tried | None = None
    imported: str = ""
    problems: list[str] = field(default_factory=list)

    def is_valid(self) -> bool:
        """Whether everything typed can be read; every field is looked at."""
        return all([self.form.is_valid(), self.closed.is_valid(), self.opened.is_valid()])

    def document(self) -> Document:
        """The whole document with this calendar in it."""
        document, key = self.editing.document(), self.form.record_key()
        record = self.form.record(
            {line["day"].isoformat(): line["name"] for line in self.closed.filled()},
            {line["day"].isoformat(): line["hours"] for line in self.opened.filled()},
        )
        known = {each["key"]: each for each in document["calendars"]}
        document["calendars"] = list({**known, key: record}.values())
        if self.form.cleaned_data["is_default"]:
            document["default_calendar"] = key
        return document


@require_safe
@screen
def calendars(request: HttpRequest, editing: Editing) -> HttpResponse:
    """All calendars with their week in words."""
    policy = editing.policy
    rows = [
        {
            "key": key,
            "name": say(spec.name),
            "hours": words.hours(policy.calendar(key)),
            "bars": bars(spec.weekly),
            "is_default": key == policy.default_calendar,
            "users": users_of(policy, key),
            "now": words.open_now(policy.calendar(key), timezone.now()),
        }
        for key, spec in policy.calendars.items()
    ]
    return rendered(request, "calendars.html", {"rows": rows}, tab=TAB, editing=editing)


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def new(request: HttpRequest, editing: Editing) -> HttpResponse:
    """A calendar that is not there yet."""
    return _edited(request, editing, None)


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def edit(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Change a calendar."""
    if key not in editing.policy.calendars:
        raise Http404
    return _edited(request, editing, editing.policy.calendars[key])


@require_POST
@screen
def remove(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Make a draft without a calendar, unless something is counted in it."""
    if key not in editing.policy.calendars:
        raise Http404
    if users := users_of(editing.policy, key):
        said = _("These hours are in use: %(users)s. Choose other hours there first.") % {"users": ", ".join(users)}
        messages.warning(request, said)
        return redirect(reverse("desk:policy_calendar", args=[key]) + editing.query)
    document = editing.document()
    document["calendars"] = [each for each in document["calendars"] if each["key"] != key]
    return editing.keep(document)


def _edited(request: HttpRequest, editing: Editing, spec: CalendarSpec | None) -> HttpResponse:
    sheet = _sheet(request, editing, spec)
    if request.method != "POST":
        return _page(request, sheet)
    if not sheet.is_valid():
        return _page(request, sheet, status=422)
    then = request.POST.get("then")
    if then == "import":
        return _imported(request, sheet)
    if then == "more":
        return _page(request, _more_lines(sheet))
    try:
        if then == "try":
            sheet.tried = _try(SupportPolicy.from_document(sheet.document()), sheet)
            return _page(request, sheet, status=422 if sheet.form.errors else 200)
        return editing.keep(sheet.document())
    except PolicyError as error:
        sheet.form.refuse(error, inside=f"calendars.{sheet.form.record_key()}")
        return _page(request, sheet, status=422)


def _sheet(request: HttpRequest, editing: Editing, spec: CalendarSpec | None) -> Sheet:
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    words_in = {"languages": editing.policy.languages}
    form = CalendarForm(data, files, policy=editing.policy, spec=spec, today=timezone.localdate())
    closed = ClosedDates(data, initial=closed_initial(spec), prefix="closed", form_kwargs=words_in)
    opened = OpenDates(data, initial=open_initial(spec), prefix="open", form_kwargs=words_in)
    return Sheet(editing, spec, form, closed, opened)


def _more_lines(sheet: Sheet, lines: list[dict[str, Any]] | None = None) -> Sheet:
    """The same with its lines anew: those that are filled in, and empty ones below."""
    words_in = {"languages": sheet.editing.policy.languages}
    sheet.closed = ClosedDates(
        initial=list(sheet.closed.filled()) if lines is None else lines, prefix="closed", form_kwargs=words_in
    )
    sheet.opened = OpenDates(
        initial=[_typed(line) for line in sheet.opened.filled()], prefix="open", form_kwargs=words_in
    )
    return sheet


def _typed(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "hours": ", ".join("-".join(each) for each in line["hours"])}


def _imported(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """The dates of a calendar file in the lines, to be looked at; nothing is kept yet."""
    uploaded = sheet.form.cleaned_data["ical"]
    try:
        raw = uploaded.read(ical.LARGEST_FILE + 1) if uploaded else b""
        found = ical.closed_dates(raw, today=timezone.localdate())
    except ical.NoCalendarFile as refusal:
        sheet.form.add_error("ical", str(refusal))
        return _page(request, sheet, status=422)
    lines, count = with_imported(list(sheet.closed.filled()), found, sheet.editing.policy.languages)
    said = [
        _("New dates: %(count)s; known already: %(known)s. They stand below; look at them, then go on to the plan.")
    ]
    if found.passed_over:
        said.append(_("Events with hours of their own, left out: %(passed_over)s."))
    values = {"count": count, "known": len(found.dates) - count, "passed_over": found.passed_over}
    sheet = _more_lines(sheet, lines)
    sheet.imported = " ".join(said) % values
    return _page(request, sheet)


def _try(policy: SupportPolicy, sheet: Sheet) -> Tried | None:
    """When the length is over that the tester asks for, by the hours that were typed."""
    data, calendar = sheet.form.cleaned_data, policy.calendar(sheet.form.record_key())
    if not data["start"] or not data["length"]:
        sheet.form.add_error("start", _("Say from when and how long."))
        return None
    start = data["start"].replace(tzinfo=calendar.zone, microsecond=0)
    length = durations.parse(data["length"], days_allowed=False)
    try:
        due, walk = _walk(calendar, start, length)
    except hours.CalendarError:
        sheet.form.add_error("start", _("These hours never come to that length. Give the calendar more hours."))
        return None
    days = way.steps(calendar, way.between(calendar, start, due)) if walk is None else way.steps(calendar, walk)
    with timezone.override(calendar.zone):
        return Tried(words.when(due), words.place(calendar.timezone), days)


def _walk(calendar: hours.Calendar, start: datetime, length: durations.Duration) -> tuple[datetime, Any]:
    """When it is over, and the way there; None for the way when it is too long to be told day by day."""
    days = length.days
    due = calendar.add(start, length.seconds or 0) if days is None else calendar.add_days(start, days)
    if due - start > way.LONGEST:
        return due, None
    return due, calendar.explain(start, length.seconds or 0) if days is None else calendar.explain_days(start, days)


def users_of(policy: SupportPolicy, key: str) -> list[str]:
    """What is counted in a calendar, by name."""
    found = [_("the usual hours of the policy")] if policy.default_calendar == key else []
    for sla in policy.sla.values():
        if key in (sla.calendar, *sla.calendars.values()):
            found.append(say(sla.name))
    found += [say(channel.name) for channel in policy.channels.values() if channel.calendar == key]
    if policy.complaints and policy.complaints.calendar == key:
        found.append(_("complaints"))
    return found


def _page(request: HttpRequest, sheet: Sheet, *, status: int = 200) -> HttpResponse:
    spec, form = sheet.spec, sheet.form
    week = [(form[day], bars({day: _readable(form, day)})[0]) for day in DAYS]
    context = {
        "sheet": sheet,
        "form": form,
        "spec": spec,
        "week": week,
        "zones": zones(),
        "holidays": _holidays(spec),
        "users": users_of(sheet.editing.policy, spec.key) if spec else [],
    }
    return rendered(request, "calendar.html", context, tab=TAB, editing=sheet.editing, status=status)


def _readable(form: CalendarForm, day: str) -> Any:
    """The hours of a day as typed; none while they can't be read."""
    if form.is_bound:
        return getattr(form, "cleaned_data", {}).get(day) or []
    return form.spec.weekly.get(day, ()) if form.spec else []


def _holidays(spec: CalendarSpec | None) -> list[dict[str, Any]]:
    """What the holidays came to, by year: closed dates and working days."""
    if spec is None or spec.holidays is None:
        return []
    dates, moved = spec.holidays.dates or {}, spec.holidays.working_days or {}
    return [
        {
            "year": year,
            "closed": [(words.full_date(day), say(name)) for day, name in sorted(dates.items()) if day.year == year],
            "working": [(words.full_date(day), say(name)) for day, name in sorted(moved.items()) if day.year == year],
        }
        for year in spec.holidays.years
    ]
