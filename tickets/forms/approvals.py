"""What agents fill in to ask for an approval, and those who are asked to answer."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from sla.document.durations import Duration
from sla.hours import Calendar
from sla.words import when
from tenants.models import User
from tenants.widgets import DateTimeInput
from tickets import approvals
from tickets.actions.approvals import MOST_APPROVERS
from tickets.forms.desk import TicketForm
from tickets.forms.portal import CourtesyForm
from tickets.models import Approval, Approver
from tickets.promise import calendar_of, policy_for

#: The lengths that are offered, in open hours and in business days.
HOURS, DAYS = (4,), (1, 2, 5)


class PeopleField(forms.CharField):
    """People by mail address or whole name, with commas or on lines of their own; js/people.js suggests them."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "data-people": ""})
        super().__init__(max_length=6_000, widget=widget, **options)

    def clean(self, value: Any) -> list[str]:
        """Each address or name once."""
        typed = [" ".join(each.split()) for each in re.split(r"[,;\n]+", super().clean(value))]
        return list(dict.fromkeys(each for each in typed if each))


class AskApprovalForm(TicketForm):
    """What is to be approved, by whom, and by when."""

    text = forms.CharField(
        label=_("What is to be approved"),
        max_length=2000,
        help_text=_("Whoever is asked reads this; they need not be able to read the ticket."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    approvers = PeopleField(
        label=_("Who approves"),
        help_text=_("Colleagues, or people of the customer: type a part of a name or mail address."),
    )
    needs = forms.ChoiceField(
        label=_("Who has to agree"), choices=Approval.Needs.choices, widget=forms.RadioSelect, initial="all"
    )
    due = forms.ChoiceField(label=_("Answer by"), required=False)
    until = forms.DateTimeField(
        label=_("Another time"), required=False, help_text=_("In your time zone."), widget=DateTimeInput()
    )

    def prepare(self) -> None:
        """Times in the hours in which the ticket's clocks run, said as times."""
        policy = policy_for(self.ticket)
        calendar = calendar_of(self.ticket) or policy.calendar(policy.default_calendar)
        self.times = _times(calendar, timezone.now(), policy.approvals.answer_within)
        choices = [(key, f"{_length(key)}, {when(at)}") for key, at in self.times.items()]
        if "usual" in self.times:
            self.initial.setdefault("due", "usual")
        field: Any = self.fields["due"]
        field.choices = [("", gettext("No deadline")), *choices, ("time", gettext("Another time, below"))]
        self.fields["approvers"].widget.attrs["data-people"] = reverse(
            "desk:suggest_approvers", args=[self.ticket.number]
        )

    def clean_approvers(self) -> list[User]:
        """The people that were named. Raises ValidationError for those whom nobody knows, and for too many."""
        typed: list[str] = self.cleaned_data["approvers"]
        if len(typed) > MOST_APPROVERS:
            raise forms.ValidationError(
                _("At most %(limit)s people can be asked at once. Leave some out."), params={"limit": MOST_APPROVERS}
            )
        staff, side = approvals.may_be_asked(self.ticket, self.person)
        found, unknown = [], []
        for each in typed:
            person = _person(each, staff, side)
            found += [person] if person else []
            unknown += [] if person else [each[:100]]
        if unknown:
            raise forms.ValidationError(
                _("Nobody who can be asked is called %(people)s. Choose from the suggestions, or give a mail address."),
                params={"people": ", ".join(unknown[:5])},
            )
        return found

    def clean(self) -> dict[str, Any]:
        """One instant, or none."""
        cleaned = super().clean() or self.cleaned_data
        due, own = cleaned.pop("due", ""), cleaned.pop("until", None)
        if due == "time" and own is None and "until" not in self.errors:
            self.add_error("until", _("Choose the time."))
        # A time that was entered counts, whatever else is chosen above it.
        return {**cleaned, "until": own or self.times.get(due)}


class ReplaceApproverForm(TicketForm):
    """Who answers in place of somebody."""

    approver = PeopleField(
        label=_("Who approves instead"),
        help_text=_("Colleagues, or people of the customer: type a part of a name or mail address."),
    )

    def prepare(self) -> None:
        """The same people can be asked."""
        self.fields["approver"].widget.attrs["data-people"] = reverse(
            "desk:suggest_approvers", args=[self.ticket.number]
        )

    def clean_approver(self) -> User:
        """One person. Raises ValidationError for several, and for those whom nobody knows."""
        typed: list[str] = self.cleaned_data["approver"]
        person = _person(typed[0], *approvals.may_be_asked(self.ticket, self.person)) if len(typed) == 1 else None
        if person is None:
            raise forms.ValidationError(_("Choose one person from the suggestions, or give their mail address."))
        return person


class AnswerForm(CourtesyForm):
    """Yes or no, and why."""

    answer = forms.ChoiceField(choices=[each for each in Approver.Answer.choices if each[0]])
    comment = forms.CharField(
        label=_("Comment"),
        max_length=2000,
        required=False,
        help_text=_("The person who asked reads it. Needed when you decline."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["token"]  # an answer that is sent twice is one anyway


def _person(typed: str, *groups: Any) -> User | None:
    """The only one with this address or name. Who gave an address is told by the action why it can't be them."""
    if "@" in typed:
        return User.objects.select_related("role").filter(email__iexact=typed).first()
    found = [person for group in groups for person in group.filter(Q(name__iexact=typed))[:2]]
    return found[0] if len(found) == 1 else None


def _times(calendar: Calendar, now: datetime, usual: Duration | None) -> dict[str, datetime]:
    lengths: dict[str, datetime] = {}
    if usual is not None:
        lengths["usual"] = calendar.add_days(now, usual.days) if usual.days else calendar.add(now, usual.seconds or 0)
    lengths |= {f"{count}h": calendar.add(now, count * 3600) for count in HOURS}
    return lengths | {f"{count}d": calendar.add_days(now, count) for count in DAYS}


def _length(key: str) -> str:
    if key == "usual":
        return gettext("As usual here")
    count = int(key[:-1])
    if key.endswith("h"):
        text = ngettext("In %(count)s working hour", "In %(count)s working hours", count)
    else:
        text = ngettext("In %(count)s working day", "In %(count)s working days", count)
    return text % {"count": count}
