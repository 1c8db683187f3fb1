"""The form of a calendar: its week, dates that are closed or have hours of their own, the holidays of a country."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import available_timezones

import holidays as public_holidays
from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.forms import (
    HoursField,
    KeyField,
    LengthField,
    PartForm,
    WordsField,
    hours_as_typed,
    key_for,
)
from helpdesk.policy.screens.ical import Imported
from helpdesk.policy.screens.places import countries
from sla import words
from sla.document import SupportPolicy
from sla.document.calendars import CalendarSpec
from sla.document.opening import DAYS
from tenants.widgets import DateTimeInput

#: Empty lines below those that are filled in.
SPARE = 2
MOST_YEARS = 30


class DateInput(forms.DateInput):
    """The browser's own picker."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class CalendarForm(PartForm):
    """A calendar, new or known. `record` is what the document gets."""

    places = {
        "name": "name",
        "timezone": "timezone",
        **{f"weekly.{day}": day for day in DAYS},
        "weekly": "mon",
        "holidays.country": "country",
        "holidays.subdivision": "subdivision",
        "holidays.years": "first_year",
        "holidays.moved_day_hours": "moved_day_hours",
    }

    def __init__(
        self, *args: Any, policy: SupportPolicy, spec: CalendarSpec | None, today: date, **kwargs: Any
    ) -> None:
        self.policy, self.spec = policy, spec
        kwargs["initial"] = {**_initial(policy, spec, today), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        if spec is None:
            self.fields["key"] = KeyField(policy.calendars)
        self.fields["name"] = WordsField(
            languages=policy.languages,
            longest=200,
            label=_("What it is called"),
            help_text=_("What customers and staff call these hours."),
        )
        self.fields["timezone"] = forms.CharField(
            label=_("Time zone"),
            required=False,
            help_text=gettext("Empty: %(zone)s, as in the whole policy.") % {"zone": policy.timezone},
            widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
        )
        for index, day in enumerate(DAYS):
            self.fields[day] = HoursField(
                label=capfirst(words.weekday(index)),
                widget=forms.TextInput(attrs={"placeholder": gettext("closed"), "autocomplete": "off"}),
            )
        self._ask_for_holidays()
        self.fields["is_default"] = forms.BooleanField(
            label=_("The usual hours of the policy"),
            required=False,
            help_text=_("Everything that names no other hours is counted in these."),
            disabled=spec is not None and policy.default_calendar == spec.key,
        )
        self.fields["start"] = forms.DateTimeField(
            label=_("From"),
            required=False,
            widget=DateTimeInput(),
        )
        self.fields["length"] = LengthField(label=_("How long"))
        self.fields["ical"] = forms.FileField(
            label=_("Calendar file (.ics)"),
            required=False,
            allow_empty_file=True,
            widget=forms.FileInput(attrs={"accept": ".ics"}),
        )

    def _ask_for_holidays(self) -> None:
        codes = public_holidays.list_supported_countries(include_aliases=False)
        chosen = str(self.data.get("country", "")) if self.is_bound else str(self.initial.get("country") or "")
        regions = codes.get(chosen, [])
        self.fields["country"] = forms.ChoiceField(
            label=_("Public holidays of"),
            required=False,
            choices=[
                ("", gettext("no country: dates by hand only")),
                *countries((get_language() or "en").split("-")[0]),
            ],
        )
        self.fields["subdivision"] = forms.CharField(
            label=_("Region"),
            required=False,
            max_length=6,
            help_text=gettext("Empty: the whole country. Known: %(codes)s.") % {"codes": ", ".join(regions)}
            if regions
            else _("Empty: the whole country."),
        )
        year = {"min_value": 1970, "max_value": 2200, "required": False}
        self.fields["first_year"] = forms.IntegerField(label=_("From year"), **year)  # type: ignore[arg-type]
        self.fields["last_year"] = forms.IntegerField(label=_("to year"), **year)  # type: ignore[arg-type]
        self.fields["moved_day_hours"] = HoursField(
            label=_("Hours of days off that were made working days"),
            help_text=_("Empty: the hours of the first open day of the week."),
        )
        self.fields["look_up_again"] = forms.BooleanField(
            label=_("Look the holidays up again"),
            required=False,
            help_text=_("The dates were kept when they were looked up. Tick this when a new decree is out."),
        )

    def clean(self) -> dict[str, Any]:
        """Holidays need their years, and the zone has to be one."""
        data = super().clean() or {}
        if data.get("timezone") and data["timezone"] not in available_timezones():
            self.add_error("timezone", gettext("This is no time zone. Write one like Europe/Madrid or UTC."))
        if data.get("country"):
            first, last = data.get("first_year"), data.get("last_year")
            if not first or not last or not 0 <= last - first < MOST_YEARS:
                self.add_error("first_year", gettext("Say from which year to which, at most 30 years."))
            regions = public_holidays.list_supported_countries(include_aliases=False).get(data["country"], [])
            if data.get("subdivision") and data["subdivision"] not in regions:
                known = ", ".join(regions) or gettext("none")
                self.add_error("subdivision", gettext("This region is not known. Known: %(codes)s.") % {"codes": known})
        return data

    def record_key(self) -> str:
        """The calendar's key."""
        if self.spec is not None:
            return self.spec.key
        return self.cleaned_data["key"] or key_for(self.cleaned_data["name"], self.policy.calendars, "calendar")

    def record(self, closed: dict[str, Any], opened: dict[str, Any]) -> Document:
        """The calendar as the document has it, with these closed and open dates."""
        data = self.cleaned_data
        record: Document = {
            "key": self.record_key(),
            "name": data["name"],
            "weekly": {day: data[day] for day in DAYS if data[day]},
            "closed_dates": closed,
            "open_dates": opened,
        }
        if data["timezone"]:
            record["timezone"] = data["timezone"]
        if data["country"]:
            record["holidays"] = self._holidays()
        return record

    def _holidays(self) -> Document:
        """The dates that are known already are kept, unless another country or other years are asked for."""
        data = self.cleaned_data
        wanted: Document = {"country": data["country"], "years": list(range(data["first_year"], data["last_year"] + 1))}
        if data["subdivision"]:
            wanted["subdivision"] = data["subdivision"]
        former = self.spec.holidays if self.spec else None
        is_same = former is not None and (former.country, former.subdivision or "", list(former.years)) == (
            data["country"],
            data["subdivision"],
            wanted["years"],
        )
        if former is not None and is_same and not data["look_up_again"]:
            for name in ("dates", "working_days"):
                if (found := getattr(former, name)) is not None:
                    wanted[name] = {day.isoformat(): dict(text) for day, text in found.items()}
        if data["moved_day_hours"]:
            wanted["moved_day_hours"] = data["moved_day_hours"]
        return wanted


def _initial(policy: SupportPolicy, spec: CalendarSpec | None, today: date) -> dict[str, Any]:
    friday = date.fromordinal(today.toordinal() + (4 - today.weekday()) % 7)
    initial: dict[str, Any] = {
        "start": f"{friday.isoformat()}T16:50",
        "length": "4h",
        "first_year": today.year,
        "last_year": today.year + 2,
    }
    if spec is None:
        return initial
    initial |= {
        "name": dict(spec.name),
        "timezone": spec.timezone or "",
        "is_default": policy.default_calendar == spec.key,
        **{day: hours_as_typed(spec.weekly.get(day, ())) for day in DAYS},
    }
    if spec.holidays:
        initial |= {
            "country": spec.holidays.country,
            "subdivision": spec.holidays.subdivision or "",
            "first_year": spec.holidays.years[0],
            "last_year": spec.holidays.years[-1],
            "moved_day_hours": hours_as_typed(spec.holidays.moved_day_hours or ()),
        }
    return initial


class ClosedForm(forms.Form):
    """A date that is closed; a line without a date is none."""

    def __init__(self, *args: Any, languages: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"] = forms.DateField(label=_("Date"), required=False, widget=DateInput())
        self.fields["name"] = WordsField(languages=languages, longest=200, label=_("What it is called"), required=False)


class OpenForm(forms.Form):
    """A date with hours of its own."""

    def __init__(self, *args: Any, languages: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"] = forms.DateField(label=_("Date"), required=False, widget=DateInput())
        self.fields["hours"] = HoursField(label=_("Hours"))


class DatesFormSet(forms.BaseFormSet):
    """Lines of dates, each at most once."""

    def filled(self) -> Iterator[dict[str, Any]]:
        """The lines that have a date."""
        return (form.cleaned_data for form in self.forms if form.cleaned_data.get("day"))

    def clean(self) -> None:
        """A date twice would be one of them by chance."""
        seen: set[date] = set()
        for form in self.forms:
            day = form.cleaned_data.get("day") if hasattr(form, "cleaned_data") else None
            if day in seen and day is not None:
                form.add_error("day", gettext("This date is there twice. Remove one of the two."))
                raise ValidationError(gettext("A date is there twice."))
            if day is not None:
                seen.add(day)


ClosedDates = forms.formset_factory(ClosedForm, formset=DatesFormSet, extra=SPARE, max_num=600, absolute_max=700)
OpenDates = forms.formset_factory(OpenForm, formset=DatesFormSet, extra=SPARE, max_num=200, absolute_max=300)


def closed_initial(spec: CalendarSpec | None) -> list[dict[str, Any]]:
    """The closed dates as their lines show them, in their order in time."""
    dates = spec.closed_dates if spec else {}
    return [{"day": day, "name": dict(dates[day] or {})} for day in sorted(dates)]


def open_initial(spec: CalendarSpec | None) -> list[dict[str, Any]]:
    """The dates with hours of their own as their lines show them."""
    dates = spec.open_dates if spec else {}
    return [{"day": day, "hours": hours_as_typed(dates[day])} for day in sorted(dates)]


def with_imported(
    lines: list[dict[str, Any]], found: Imported, languages: tuple[str, ...]
) -> tuple[list[dict[str, Any]], int]:
    """The lines with the dates of a calendar file that are not there yet, and how many those are."""
    known = {line["day"] for line in lines}
    new = [
        {"day": day, "name": dict.fromkeys(languages, name) if name else {}}
        for day, name in found.dates.items()
        if day not in known
    ]
    return sorted([*lines, *new], key=lambda line: line["day"]), len(new)
