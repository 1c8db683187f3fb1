"""Forms about people, and the one that asks for a word before something is lost."""

from typing import Any

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


class TypedWordForm(forms.Form):
    """A name that is typed as it stands before what has this name is lost: nobody does that by mistake."""

    typed = forms.CharField(
        max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"})
    )

    def __init__(self, *args: Any, word: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.word = " ".join(word.split())
        self.fields["typed"].label = _("To go on, type: %(word)s") % {"word": self.word}

    def clean_typed(self) -> str:
        typed = " ".join(str(self.cleaned_data["typed"]).split())
        if typed.casefold() != self.word.casefold():
            raise forms.ValidationError(
                _("That is not the same. Nothing was done; type: %(word)s") % {"word": self.word}
            )
        return typed
