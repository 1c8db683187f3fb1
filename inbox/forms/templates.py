"""What an administrator writes into the mails that customers get."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inbox.mail import templates
from tenants.errors import Refused


class MailTemplateForm(forms.Form):
    """Opening, first sentence and closing of one kind of mail."""

    opening = forms.CharField(
        label=_("Opening"), max_length=300, required=False, help_text=_("In place of “Hello Grace,”.")
    )
    lead = forms.CharField(label=_("First sentence"), max_length=500, required=False)
    closing = forms.CharField(
        label=_("Closing"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Below everything else: a farewell, opening hours, what the law asks for."),
    )

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        if kind not in templates.WITH_LEAD:
            del self.fields["lead"]

    def clean(self) -> dict[str, Any]:
        """Placeholders that every mail can fill."""
        said: dict[str, Any] = super().clean() or {}
        for name in list(said):
            try:
                templates.check(said[name])
            except Refused as refusal:
                self.add_error(name, str(refusal))
        return said
