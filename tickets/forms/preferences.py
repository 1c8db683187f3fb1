"""What people choose about how they are written to."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.text import capfirst
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from tenants.preferences import ZoneUnknown, offered


class PreferencesForm(forms.Form):
    """Language and time zone of pages and mails."""

    language = forms.ChoiceField(label=_("Language"), widget=forms.RadioSelect)
    timezone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        required=False,
        help_text=_("As in Europe/Madrid. Left empty, that of the helpdesk."),
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["language"]
        field.choices = [(code, capfirst(get_language_info(code)["name_local"])) for code in offered()]

    def clean_timezone(self) -> str:
        """A zone that there is, or none."""
        zone: str = self.cleaned_data["timezone"].strip().replace(" ", "_")
        if zone and zone not in available_timezones():
            raise forms.ValidationError(str(ZoneUnknown.sentence))
        return zone
