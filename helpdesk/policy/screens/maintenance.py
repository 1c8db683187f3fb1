"""How maintenance is announced: what customers are promised, how long ahead they are told, what stands still."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.editing import Editing, drafted, rendered, screen
from helpdesk.policy.screens.forms import PartForm, WordsField, read_length
from sla.document import Duration, SupportPolicy
from sla.document.terms import STOPPABLE
from tickets.promise import NAMES

DAY = 24 * 60 * 60


class LeadTimesField(forms.CharField):
    """Several lengths of time, as 7 days, 24h, 3 business days; nothing for none. Gives them as a file has them."""

    def clean(self, value: Any) -> Any:
        """The lengths, the longest first, each once. ValidationError says which is none."""
        written = [each.strip() for each in re.split(r"[,;]", super().clean(value)) if each.strip()]
        lengths = {read_length(each, days_allowed=True) for each in written}
        return [str(each) for each in sorted(lengths, key=_roughly, reverse=True)]


def _roughly(length: Duration) -> int:
    """Seconds to sort by: how long business days are depends on when."""
    return (length.days or 0) * DAY if length.seconds is None else length.seconds


def _as_typed(length: Duration) -> str:
    days, rest = divmod(length.seconds or 0, DAY)
    return f"{days} days" if days > 1 and not rest else str(length)


class MaintenanceForm(PartForm):
    """The policy's part `maintenance`, which `write_into` replaces."""

    places = {name: name for name in ("text", "lead_times", "affected_only", "stops")}

    def __init__(self, data: Any, *, policy: SupportPolicy) -> None:
        said = policy.maintenance
        initial: dict[str, Any] = {}
        if said is not None:
            times = ", ".join(map(_as_typed, said.lead_times))
            initial = {"text": said.text, "lead_times": times, "stops": said.stops}
            initial["affected_only"] = said.affected_only
        super().__init__(data, initial=initial)
        self.fields["text"] = WordsField(
            languages=policy.languages,
            longest=2000,
            rows=2,
            label=_("What customers are promised"),
            help_text=_("It stands on the policy page. Empty: the policy says nothing about maintenance."),
            required=False,
        )
        self.fields["lead_times"] = LeadTimesField(
            label=_("How long ahead customers are told"),
            help_text=_(
                "Such as 7 days, 24h: a notice goes out at each of these times before the work begins, besides those"
                " at its beginning and end."
            ),
            max_length=1_000,
            required=False,
        )
        self.fields["affected_only"] = forms.BooleanField(
            label=_("Only customers of the services concerned are told"), required=False
        )
        self.fields["stops"] = forms.MultipleChoiceField(
            label=_("What stands still during maintenance and outages"),
            choices=[(name, NAMES[name]) for name in STOPPABLE],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )

    def clean(self) -> dict[str, Any]:
        """ValidationError at the words, where something is said of maintenance but not to customers."""
        data: dict[str, Any] = super().clean() or {}
        others = data.get("lead_times") or data.get("affected_only") or data.get("stops")
        if others and not data.get("text") and "text" not in self.errors:
            self.add_error("text", gettext("Say to customers, too, how maintenance is announced."))
        return data

    def write_into(self, document: Document) -> None:
        """Put what was chosen into the document; without words to customers the part goes."""
        data = self.cleaned_data
        document.pop("maintenance", None)
        if data["text"]:
            document["maintenance"] = {name: data[name] for name in self.places}


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def maintenance(request: HttpRequest, editing: Editing) -> HttpResponse:
    """Change how maintenance is announced."""
    form = MaintenanceForm(request.POST if request.method == "POST" else None, policy=editing.policy)
    if answer := drafted(request, editing, form, inside="maintenance"):
        return answer
    status = 422 if form.errors else 200
    return rendered(
        request, "maintenance.html", {"form": form}, tab="policy_maintenance", editing=editing, status=status
    )
