"""What is filled in to appeal, and to decide an appeal."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.forms.desk import TicketForm
from tickets.forms.fields import LONGEST_TEXT
from tickets.forms.portal import CourtesyForm


class ObjectionForm(CourtesyForm):
    """Why the refusal is wrong."""

    body = forms.CharField(
        label=_("Why should we look at it again?"),
        max_length=LONGEST_TEXT,
        help_text=_("Somebody else than who refused it reads this."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class SecondLookForm(TicketForm):
    """Yes or no, and why."""

    accepted = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Take the request up after all")), ("no", _("It stays refused"))],
        coerce=lambda chosen: chosen == "yes",
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_TEXT,
        help_text=_("The customer reads it."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
