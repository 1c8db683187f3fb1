"""What agents fill in to tell a customer that an answer takes longer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.widgets import DateTimeInput
from tickets.forms.desk import TicketForm, reason_field


class DelayForm(TicketForm):
    """Until when, and why."""

    until = forms.DateTimeField(
        label=_("We answer by"),
        help_text=_("In your time zone. The customer reads it in theirs."),
        widget=DateTimeInput(),
    )
    reason = reason_field(_("Reason"), help_text=_("The customer reads it."))
