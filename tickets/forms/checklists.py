"""What agents fill in to send steps, and to keep lists of steps ready."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from tenants.context import active_tenant
from tenants.text import say
from tickets.actions.checklists import MOST_STEPS
from tickets.forms.desk import LONGEST_REASON, TicketForm
from tickets.forms.portal import CourtesyForm
from tickets.models import ChecklistTemplate
from tickets.promise import policy_for


class StepsField(forms.CharField):
    """Steps, one a line."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": 5}))
        super().__init__(max_length=20_000, **options)

    def clean(self, value: Any) -> list[str]:
        """Each line that says something. Raises ValidationError for a long one, and for too many."""
        steps = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(steps) > MOST_STEPS:
            raise forms.ValidationError(
                _("A checklist has %(limit)s steps at most. Leave some out, or send a second one."),
                params={"limit": MOST_STEPS},
            )
        if any(len(step) > 500 for step in steps):
            raise forms.ValidationError(_("A step has 500 letters at most. Make two of the long one."))
        return steps


class ChecklistForm(TicketForm):
    """Steps for the customer: of the policy's category, of a list that is kept ready, or written now."""

    template = forms.ChoiceField(label=_("Steps"), required=False)
    title = forms.CharField(
        label=_("Title"), max_length=120, required=False, help_text=_("Left empty, that of the chosen list.")
    )
    steps = StepsField(label=_("Your own steps, one a line"), required=False)
    message = forms.CharField(
        label=_("Message"),
        max_length=LONGEST_REASON,
        required=False,
        help_text=_("Stands before the steps. Left empty: a sentence that asks to go through them."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    waits = forms.BooleanField(label=_("Wait for the customer until all steps are done"), required=False, initial=True)

    def prepare(self) -> None:
        """The category's own steps first, then the tenant's lists."""
        self.ready = self._of_category()
        self.ready |= {str(each.pk): (each.name, each.steps) for each in ChecklistTemplate.objects.all()}
        choices: Any = [(key, title) for key, (title, _steps) in self.ready.items()]
        self.fields["template"].choices = [*choices, ("", _("My own, below"))]  # type: ignore[attr-defined]
        self.initial.setdefault("template", next(iter(self.ready), ""))

    def _of_category(self) -> dict[str, tuple[str, list[str]]]:
        """In the customer's language."""
        category = policy_for(self.ticket).categories.get(self.ticket.category.key)
        if category is None or not category.checklist:
            return {}
        with override(self.ticket.requester.language or active_tenant().language):
            return {"category": (say(category.name), [say(step) for step in category.checklist])}

    def clean(self) -> dict[str, Any]:
        """What was written goes before what was chosen."""
        cleaned = super().clean() or self.cleaned_data
        title, steps = self.ready.get(cleaned.pop("template", ""), ("", []))
        if not cleaned.get("steps") and "steps" not in self.errors:
            cleaned["steps"], cleaned["title"] = steps, cleaned.get("title") or title
            if not steps:
                self.add_error("steps", _("Write at least one step, one a line, or choose a list that is kept ready."))
        return cleaned


class ChecklistTemplateForm(forms.Form):
    """A list of steps that is kept ready."""

    name = forms.CharField(label=_("Name"), max_length=120)
    steps = StepsField(label=_("Steps, one a line"))


class TickForm(CourtesyForm):
    """A step that is done, and what came of it."""

    result = forms.CharField(
        label=_("What did you see?"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
