"""What agents fill in to put a ticket aside."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sla.words import when
from tickets.forms.desk import TicketForm

#: When a day of work is taken to begin, in the agent's zone.
MORNING = time(9, 0)


class SnoozeForm(TicketForm):
    """Until when; asked twice when a promised time would pass meanwhile."""

    choice = forms.ChoiceField(label=_("Until"), widget=forms.RadioSelect, initial="tomorrow")
    until = forms.DateTimeField(
        label=_("Another time"),
        required=False,
        help_text=_("In your time zone."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    past_due = forms.BooleanField(label=_("Put it aside all the same"), required=False)

    def prepare(self) -> None:
        """The times that are asked for most, said as times."""
        now = timezone.localtime()
        self.times = {
            "hour": now + timedelta(hours=1),
            "tomorrow": _morning(now, 1),
            # On a Sunday tomorrow is a Monday already: then the one after.
            "monday": _morning(now, 8 if now.weekday() == 6 else 7 - now.weekday()),
        }
        names = {"hour": gettext("In an hour"), "tomorrow": gettext("Tomorrow"), "monday": gettext("Next Monday")}
        choices: Any = [(key, f"{names[key]}, {when(at)}") for key, at in self.times.items()]
        self.fields["choice"].choices = [  # type: ignore[attr-defined]
            *choices,
            ("reply", gettext("The customer writes")),
            ("time", gettext("Another time, below")),
        ]
        self.fields["until"].input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]  # type: ignore[attr-defined]
        self.fields["past_due"].widget = forms.HiddenInput()
        due = self.ticket.due_at
        self.fields["choice"].help_text = (
            gettext("The clocks run on. Next is due %(due)s.") % {"due": when(due)}
            if due
            else gettext("The clocks run on. Nothing is due at the moment.")
        )

    def clean(self) -> dict[str, Any]:
        """One instant, or none for a reply."""
        cleaned = super().clean() or self.cleaned_data
        choice, own = cleaned.pop("choice", ""), cleaned.pop("until", None)
        until = own if choice == "time" else self.times.get(choice)
        if choice == "time" and own is None and "until" not in self.errors:
            self.add_error("until", _("Choose the time."))
        agreed = cleaned.pop("past_due", False)
        due = self.ticket.due_at
        if not self.errors and due is not None and (until is None or until > due) and not agreed:
            self.fields["past_due"].widget = forms.CheckboxInput()
            said = gettext("A promised time passes meanwhile: %(due)s. Choose an earlier time, or tick the box.")
            self.add_error("past_due", said % {"due": when(due)})
        return {**cleaned, "until": until}


def _morning(now: datetime, days: int) -> datetime:
    day = (now + timedelta(days=days)).date()
    return timezone.make_aware(datetime.combine(day, MORNING))
