"""What customers say of the help they got, and what staff makes of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.forms.portal import CourtesyForm


class RatingForm(CourtesyForm):
    """A score of the policy's scale, and words if there are any."""

    score = forms.TypedChoiceField(
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a score."), "invalid_choice": _("Choose one of the scores.")},
    )
    comment = forms.CharField(
        label=_("What was good, what could be better?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, scale: int, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["score"]
        field.choices = [(score, str(score)) for score in range(1, scale + 1)]
        field.label = _("Your score: 1 is the worst, %(scale)s the best") % {"scale": scale}


class ImprovementForm(forms.Form):
    """What comes of a rating."""

    improvement = forms.CharField(
        label=_("What was done, or will be"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
