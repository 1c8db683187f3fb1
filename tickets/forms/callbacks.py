"""What is filled in to be called, and to say what came of a call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.widgets import DateTimeInput
from tickets.forms.portal import CourtesyForm

Days = Sequence[tuple[str, list[tuple[str, str]]]]


class CallbackForm(CourtesyForm):
    """Number, topic, and a time at which somebody is there."""

    phone = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        help_text=_("With its country code, such as +34 600 123 456."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    topic = forms.CharField(
        label=_("What is the call about?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    when = forms.ChoiceField(label=_("When?"), help_text=_("In your time zone."))

    def __init__(self, *args: Any, days: Days, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["when"]
        field.choices = [("", "—"), *days]

    def clean_when(self) -> datetime:
        """The instant at which the call begins."""
        return datetime.fromisoformat(self.cleaned_data["when"])


class CallMadeForm(forms.Form):
    """The customer was called."""

    note = forms.CharField(
        label=_("What was said"),
        max_length=2000,
        required=False,
        help_text=_("Colleagues read it, the customer does not."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CallMissedForm(CallMadeForm):
    """Nobody answered."""

    again = forms.DateTimeField(
        label=_("Try again"),
        required=False,
        help_text=_("In your time zone. Left empty, the customer is told that nobody was reached, and that is all."),
        widget=DateTimeInput(),
    )


class CallMovedForm(forms.Form):
    """Another time."""

    to = forms.DateTimeField(label=_("Call at"), help_text=_("In your time zone."), widget=DateTimeInput())
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False, help_text=_("The customer reads it."))
