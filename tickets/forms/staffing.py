"""What staff fill in about who is away, who can take what, and why a ticket is passed by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sla.document import SupportPolicy
from tenants.context import active_tenant
from tenants.models import Role, User
from tickets.forms.desk import TicketForm, named
from tickets.models import Absence, Skip


def _instant(label: Any, **options: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    return forms.DateTimeField(label=label, widget=widget, input_formats=formats, **options)


class AbsenceForm(forms.Form):
    """From when until when, why, and what becomes of the tickets."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("Who"), empty_label=None)
    begins_at = _instant(_("From"), help_text=_("In your time zone."))
    ends_at = _instant(_("Until"), required=False, help_text=_("Empty: until the person says that they are back."))
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("Colleagues read it, customers do not.")
    )
    tickets = forms.ChoiceField(
        label=_("The tickets that the person holds"),
        choices=Absence.Tickets.choices,
        widget=forms.RadioSelect,
        help_text=_("What goes back is for the team again, or for whoever it is assigned to automatically."),
    )

    def __init__(self, *args: Any, actor: User, manages: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if manages:
            staff = User.objects.filter(is_active=True).exclude(role__kind=Role.Kind.CUSTOMER)
            self.fields["person"].queryset = staff.order_by("name", "email")  # type: ignore[attr-defined]
            self.initial.setdefault("person", actor.pk)
        else:
            del self.fields["person"]
        self.initial.setdefault("begins_at", timezone.localtime())
        self.initial.setdefault("tickets", Absence.Tickets.RETURN_DUE)


class ProfileForm(forms.Form):
    """How much of what somebody can take."""

    capacity = forms.IntegerField(
        label=_("Most tickets to work on at once"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=_(
            "Those that wait for a customer, are on hold or snoozed do not count. "
            "Empty: what the policy says for the team."
        ),
    )
    categories = forms.MultipleChoiceField(
        label=_("Takes these categories"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: every category."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Writes these languages"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: every language."),
    )
    calendar = forms.ChoiceField(
        label=_("Working hours"),
        required=False,
        help_text=_("Nothing is assigned automatically outside of them."),
    )

    def __init__(self, *args: Any, policy: SupportPolicy, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["categories"].choices = named(policy.categories)
        offered = active_tenant().languages or [active_tenant().language]
        fields["languages"].choices = [each for each in settings.LANGUAGES if each[0] in offered]
        fields["calendar"].choices = [("", _("Any time")), *named(policy.calendars)]


class SkipForm(TicketForm):
    """Why a ticket is passed by."""

    reason = forms.ChoiceField(label=_("Why do you pass it by?"), choices=Skip.Reason.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed for another reason than these. Managers read it."),
    )

    def clean(self) -> dict[str, Any]:
        """Another reason needs words."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reason") == Skip.Reason.OTHER and not cleaned.get("words", "").strip():
            self.add_error("words", _("Say which reason: managers read it."))
        return cleaned
