"""What is filled in about fair use: by agents about a customer, by customers about themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.text import say
from tickets.actions.suspending import causes
from tickets.forms.desk import LONGEST_REASON, TicketForm
from tickets.forms.fields import LONGEST_TEXT
from tickets.forms.people import SuspendForm
from tickets.forms.portal import CourtesyForm
from tickets.models import Channel

#: Over which customers press; to the portal they write what is kept.
_CONTACT = ("phone", "chat", "email", "letter")


class FalseReportForm(TicketForm):
    """Why a request is false or makes no sense."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("The customer reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ClearForm(TicketForm):
    """Nothing to fill in."""


class LogContactForm(TicketForm):
    """Over what the customer asked again, and what they said."""

    channel = forms.ChoiceField(label=_("Over"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What they said"),
        required=False,
        max_length=LONGEST_TEXT,
        help_text=_("Kept as an internal note."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def prepare(self) -> None:
        """The channels that there are."""
        field: Any = self.fields["channel"]
        known = {each.key: each for each in Channel.objects.filter(key__in=_CONTACT)}
        field.choices = [(key, say(known[key].name)) for key in _CONTACT if key in known]
        if field.choices:
            self.initial.setdefault("channel", field.choices[0][0])


class SuspensionForm(SuspendForm):
    """For which reason of the policy, besides from when until when and in which words."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = causes()
        if known:
            self.fields["cause"] = forms.ChoiceField(
                label=_("Reason of the policy"), choices=list(known.items()), widget=forms.RadioSelect
            )
            if len(known) == 1:
                self.initial.setdefault("cause", next(iter(known)))
            self.order_fields(["cause", "since", "until", "reason"])


class AppealForm(forms.Form):
    """What somebody objects."""

    text = forms.CharField(
        label=_("Why it is wrong"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5})
    )


class DecisionForm(forms.Form):
    """What is answered to an objection."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[("uphold", _("It stays suspended")), ("grant", _("Give the support back"))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("Answer"),
        max_length=LONGEST_REASON,
        help_text=_("The customer reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ContactForm(CourtesyForm):
    """What somebody wants to say about a request by chat or phone."""

    body = forms.CharField(
        label=_("What is it about?"), max_length=LONGEST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
