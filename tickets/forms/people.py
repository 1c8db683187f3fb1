"""What staff fill in about customers and their companies, and for them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sla.document import SupportPolicy
from sla.models import Priority
from tenants.models import Role, User
from tickets.forms.desk import LONGEST_REASON, named
from tickets.forms.files import FilesField
from tickets.forms.portal import LONGEST_TEXT
from tickets.models import Category, Channel, Exclusion, Membership, Organization

#: Ways that reach an agent first; the others file tickets themselves.
ENTERED_BY_HAND = ("phone", "letter", "email", "chat")


class DeskTicketForm(forms.Form):
    """A ticket that an agent enters for a customer who called, wrote a letter or came by."""

    email = forms.EmailField(label=_("Customer's mail address"), max_length=254)
    name = forms.CharField(
        label=_("Customer's name"),
        max_length=120,
        required=False,
        help_text=_("Only for somebody who is new here."),
    )
    channel = forms.ModelChoiceField(
        Channel.objects.none(), label=_("How it reached us"), empty_label=None, to_field_name="key"
    )
    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("Organisation"),
        required=False,
        empty_label=_("The customer's only one, or none"),
        help_text=_("Only where the customer belongs to several."),
    )
    category = forms.ModelChoiceField(
        Category.objects.none(), label=_("Category"), empty_label=None, to_field_name="key"
    )
    priority = forms.ModelChoiceField(
        Priority.objects.none(),
        label=_("Priority"),
        required=False,
        empty_label=_("The category's usual one"),
        to_field_name="key",
    )
    subject = forms.CharField(label=_("Subject"), max_length=200)
    description = forms.CharField(
        label=_("Description"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 8})
    )
    files = FilesField(help_text=_("A letter: its scan, signed and stamped."))  # type: ignore[assignment]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["channel"].queryset = Channel.objects.filter(key__in=ENTERED_BY_HAND, is_active=True)
        fields["category"].queryset = Category.objects.filter(is_active=True)
        fields["priority"].queryset = Priority.objects.filter(is_active=True)
        known = self.data.get("email") or self.initial.get("email") or ""
        self.customer = User.objects.filter(email__iexact=known.strip()).first() if "\0" not in known else None
        if self.customer:
            fields["organization"].queryset = Organization.objects.of(self.customer)
        else:
            del fields["organization"]

    def clean(self) -> dict[str, Any]:
        """Somebody new needs a name."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("email") and self.customer is None and not cleaned.get("name"):
            self.add_error("name", _("Nobody with this address is known yet. Write their name to enter them."))
        return cleaned


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

    since = forms.DateTimeField(
        label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        help_text=_("Empty: until it is lifted."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
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
