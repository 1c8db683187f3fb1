"""One thing for several tickets: which, and what it needs beside."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sla.document import SupportPolicy
from sla.models import Priority
from tenants.models import Role, User
from tenants.text import say
from tickets.forms.desk import LONGEST_REASON, MOST_CHOSEN
from tickets.forms.selects import QuickSelect

#: Acts that need something more than can be chosen in a list.
ASKING = ("assign", "priority", "tag", "untag")


class BulkForm(forms.Form):
    """What to do with the ticked tickets of a list, or with all that it finds."""

    act = forms.ChoiceField(
        label=_("With the chosen tickets"),
        widget=QuickSelect(attrs={"data-key": ".", "data-key-label": _("What to do with the chosen tickets")}),
    )
    everything = forms.BooleanField(label=_("All that this list finds"), required=False)

    def __init__(self, *args: Any, policy: SupportPolicy | None, **options: Any) -> None:
        super().__init__(*args, auto_id="bulk_%s", **options)  # type: ignore[misc]
        choices: list[tuple[str, Any]] = [
            ("take", _("Assign to me")),
            ("release", _("Assign to nobody")),
            ("assign", _("Assign to …")),
            ("priority", _("Change the priority …")),
            ("tag", _("Add a tag …")),
            ("untag", _("Take a tag off …")),
        ]
        if policy:
            choices += [
                (f"status-{each.key}", _("Set to: %(status)s") % {"status": say(each.name)})
                for each in policy.statuses.values()
            ]
            choices += [
                (f"team-{each.key}", _("Hand over to: %(team)s") % {"team": say(each.name)})
                for each in policy.teams.values()
            ]
        self.fields["act"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The numbers of the ticked tickets."""
        cleaned = super().clean() or self.cleaned_data
        ticked = self.data.getlist("chosen") if hasattr(self.data, "getlist") else []
        numbers = [int(each) for each in ticked if each.isascii() and each.isdecimal() and len(each) < 19]
        if not numbers and not cleaned.get("everything"):
            raise forms.ValidationError(_("Tick the tickets that you mean first."))
        if len(numbers) > MOST_CHOSEN:
            raise forms.ValidationError(_("Choose 100 tickets at most."))
        cleaned["chosen"] = numbers
        return cleaned


class BulkDetailsForm(forms.Form):
    """What an act needs beside: a person, a priority with its reason, a word."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("Assignee"))
    priority = forms.ModelChoiceField(Priority.objects.none(), label=_("Priority"), empty_label=None)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("The customer reads it, and the promised times follow."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    tag = forms.CharField(label=_("Tag"), max_length=50)

    _NEEDED = {"assign": ("person",), "priority": ("priority", "reason"), "tag": ("tag",), "untag": ("tag",)}

    def __init__(self, *args: Any, act: str, **options: Any) -> None:
        super().__init__(*args, auto_id="details_%s", **options)  # type: ignore[misc]
        for name in list(self.fields):
            if name not in self._NEEDED.get(act, ()):
                del self.fields[name]
        # Who came here by a key goes on by keys.
        for first in list(self.fields.values())[:1]:
            first.widget.attrs["autofocus"] = True
        if "person" in self.fields:
            staff = User.objects.exclude(role__kind=Role.Kind.CUSTOMER).filter(is_active=True).order_by("name", "email")
            self.fields["person"].queryset = staff  # type: ignore[attr-defined]
        if "priority" in self.fields:
            self.fields["priority"].queryset = Priority.objects.filter(is_active=True)  # type: ignore[attr-defined]

    def value_and_reason(self) -> tuple[str, str]:
        """What the change sets, and why."""
        said = self.cleaned_data
        if "person" in said:
            return str(said["person"].pk), ""
        if "priority" in said:
            return said["priority"].key, said["reason"]
        return said.get("tag", ""), ""
