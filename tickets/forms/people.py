"""What staff fill in about customers and their companies, and for them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sla.document import SupportPolicy
from tenants.models import Role, User
from tenants.widgets import DateTimeInput
from tickets.errors import EndsBeforeItBegins
from tickets.forms.desk import LONGEST_REASON, named
from tickets.models import Exclusion, Membership


class OrganizationForm(forms.Form):
    """A company and its contract."""

    name = forms.CharField(label=_("Name"), max_length=200)
    contract = forms.ChoiceField(label=_("Contract"), required=False)

    def __init__(self, *args: Any, policy: SupportPolicy | None, **options: Any) -> None:
        super().__init__(*args, **options)
        contracts = named(policy.contracts) if policy else []
        self.fields["contract"].choices = [("", _("The usual terms")), *contracts]  # type: ignore[attr-defined]


class MemberForm(forms.Form):
    """A person of a company."""

    email = forms.EmailField(label=_("Mail address"), max_length=254)
    scope = forms.ChoiceField(label=_("May see"), choices=Membership.Scope.choices)

    def clean_email(self) -> User:
        """A customer who is known."""
        found = User.objects.filter(email__iexact=self.cleaned_data["email"], role__kind=Role.Kind.CUSTOMER).first()
        if found is None:
            raise forms.ValidationError(
                _("No customer has this address yet. File a ticket for them, or ask them to sign up first.")
            )
        return found


class AddressForm(forms.Form):
    """An address that may make requests for a company."""

    email = forms.EmailField(label=_("Mail address"), max_length=254)


class LiftedForm(forms.Form):
    """Which exclusions do not hold."""

    exclusions = forms.ModelMultipleChoiceField(
        Exclusion.objects.none(),
        label=_("Covered all the same, by agreement"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["exclusions"].queryset = Exclusion.objects.filter(is_active=True)  # type: ignore[attr-defined]


class SuspendForm(forms.Form):
    """From when until when, and why."""

    since = forms.DateTimeField(label=_("From"), widget=DateTimeInput())
    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        help_text=_("Empty: until it is lifted."),
        widget=DateTimeInput(),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("The customer reads it when they file a request."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("since", timezone.localtime())
        for name in ("since", "until"):
            self.fields[name].input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Told before a word is asked for, not after."""
        said = super().clean() or self.cleaned_data
        since, until = said.get("since"), said.get("until")
        if since and until and until <= since:
            self.add_error("until", EndsBeforeItBegins.sentence)
        return said


class MembersForm(forms.Form):
    """Who is in a team."""

    people = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("Members"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        staff = User.objects.filter(is_active=True).exclude(role__kind=Role.Kind.CUSTOMER)
        self.fields["people"].queryset = staff.select_related("role").order_by("name", "email")  # type: ignore[attr-defined]


class TokenForm(forms.Form):
    """What a token is for."""

    name = forms.CharField(
        label=_("What is it for?"), max_length=80, help_text=_("So that you know later which one to revoke.")
    )
