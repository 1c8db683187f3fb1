"""What agents fill in about the time that they spent."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets.forms.desk import TicketForm

_HOURS = re.compile(r"(?:(\d{1,2})\s*(?::|h|ч|г))\s*(?:(\d{1,2})\s*(?:m|min|м|мин)?)?\.?")


class MinutesField(forms.CharField):
    """A length as people write it: 90, 1:30, 1h 30."""

    def clean(self, value: Any) -> int:
        """In minutes. Raises ValidationError."""
        typed = super().clean(value).strip().lower()
        if typed.isascii() and typed.isdecimal() and len(typed) < 6:
            return int(typed)
        if match := _HOURS.fullmatch(typed):
            return int(match[1]) * 60 + int(match[2] or 0)
        raise forms.ValidationError(_("Write minutes, such as 90, or hours and minutes, such as 1:30."))


class TimeForm(TicketForm):
    """How long, when, and on what."""

    minutes = MinutesField(
        label=_("Time spent"), max_length=12, help_text=_("Minutes, or 1:30 for an hour and a half.")
    )
    spent_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    note = forms.CharField(
        label=_("What for"), max_length=500, required=False, help_text=_("Colleagues read it, the customer does not.")
    )

    def prepare(self) -> None:
        """Today, unless an entry is changed."""
        self.initial.setdefault("spent_on", timezone.localdate())

    def clean_spent_on(self) -> date:
        """No work lies in the future."""
        day = self.cleaned_data["spent_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet. Choose today or an earlier one."))
        return day


class PeriodForm(forms.Form):
    """Which days; this month if nothing is said."""

    begins = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day; what is not understood is this month's."""
        today = timezone.localdate()
        said = self.cleaned_data if self.is_valid() else {}
        ends = said.get("ends") or today
        begins = said.get("begins") or ends.replace(day=1)
        return max(min(begins, ends), ends - timedelta(days=366)), ends
