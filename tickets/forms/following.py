"""What agents fill in to put people in copy."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.addresses import owners_of
from tickets.forms.desk import TicketForm
from tickets.recipients import MOST_IN_COPY


class ParticipantsForm(TicketForm):
    """Mail addresses; those that nobody has yet are asked about once more."""

    emails = forms.CharField(
        label=_("Mail addresses"),
        max_length=60_000,
        help_text=_("One, or several with commas or on lines of their own. They get every public message from now on."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    enter = forms.BooleanField(label=_("Enter the new addresses as customers"), required=False)

    def prepare(self) -> None:
        """The second question is asked only when it is needed."""
        self.fields["enter"].widget = forms.HiddenInput()

    def clean_emails(self) -> list[str]:
        """Each address once."""
        typed = [each for each in re.split(r"[\s,;]+", self.cleaned_data["emails"]) if each]
        wrong = [each[:100] for each in typed if not _is_address(each)]
        if wrong:
            raise forms.ValidationError(
                _("This is no mail address: %(wrong)s. Correct it."), params={"wrong": ", ".join(wrong[:5])}
            )
        if len(typed) > MOST_IN_COPY:
            raise forms.ValidationError(
                _("%(count)s addresses are too many: %(limit)s people can be in copy."),
                params={"count": len(typed), "limit": MOST_IN_COPY},
            )
        return list(dict.fromkeys(each.lower() for each in typed))

    def clean(self) -> dict[str, Any]:
        """A typing error must not invite a stranger."""
        cleaned = super().clean() or self.cleaned_data
        emails = cleaned.get("emails", [])
        known = owners_of(emails)
        new = [email for email in emails if email.strip().lower() not in known]
        if new:
            self.fields["enter"].widget = forms.CheckboxInput()
            if not cleaned.pop("enter", False):
                said = gettext("New here: %(emails)s. Look at them once more, then tick the box to enter them.")
                self.add_error("enter", said % {"emails": ", ".join(new)})
        cleaned.pop("enter", None)
        return cleaned


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except forms.ValidationError:
        return False
    return len(text) <= 254
