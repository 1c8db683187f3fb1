"""What is filled in to complain, and to answer a complaint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.models import User
from tickets.actions.complaints import LONGEST_TEXT
from tickets.forms.files import FilesField, UploadingForm
from tickets.models import Complaint


def _text(label: Any, *, rows: int, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_TEXT,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ComplaintForm(UploadingForm):
    """What went wrong, and whom it is about."""

    text = _text(_("What went wrong?"), rows=7, help_text=_("Say what you expected, and what would put it right."))
    about = forms.MultipleChoiceField(
        label=_("Whom is it about?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever worked on the request never sees your complaint, nor does anybody whom you tick."),
    )
    others = forms.CharField(
        label=_("Somebody else"),
        max_length=200,
        required=False,
        help_text=_("Names, with commas between them. They will not see your complaint either."),
    )
    files = FilesField()  # type: ignore[assignment]

    def __init__(self, *args: Any, people: Iterable[User], **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = {str(each.pk): each for each in people}
        field: Any = self.fields["about"]
        field.choices = [(pk, each.name) for pk, each in self.people.items()]
        if not self.people:
            del self.fields["about"]
            self.fields["others"].label = _("Whom is it about?")

    def clean_about(self) -> list[User]:
        """The people that were ticked."""
        return [self.people[pk] for pk in self.cleaned_data["about"]]


class ComplaintMessageForm(UploadingForm):
    """Something more to say, or to show."""

    text = _text(_("Your message"), rows=4, required=False)
    files = FilesField()  # type: ignore[assignment]


class ComplaintNoteForm(UploadingForm):
    """Something for those who decide."""

    text = _text(_("Note"), rows=3, required=False, help_text=_("Only those who decide complaints read it."))
    files = FilesField()  # type: ignore[assignment]


class DecisionForm(forms.Form):
    """What came of a complaint."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[each for each in Complaint.Outcome.choices if each[0]],
        widget=forms.RadioSelect,
    )
    text = _text(_("Why"), rows=5, help_text=_("The customer reads it."))
    remedy = _text(
        _("What is done about it"),
        rows=3,
        required=False,
        help_text=_("The customer reads it. Needed unless the complaint is not upheld."),
    )
