"""Forms about people."""

from allauth.account.forms import SignupForm as BaseSignupForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tenants.models import User


class SignupForm(BaseSignupForm):
    """Asks for a name too, which agents see beside the address."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1"]

    def save(self, request: HttpRequest) -> User:
        """Make the person, in the language that they signed up in."""
        user = super().save(request)
        user.name = self.cleaned_data["name"]
        user.language = (get_language() or "")[:2]
        user.save(update_fields=["name", "language"])
        return user
