"""What customers may ask for on the page of a request: the next tier, and a call."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.editing import Editing, drafted, rendered, screen
from helpdesk.policy.screens.forms import LengthField, PartForm
from sla.document import SupportPolicy

MAY_AFTER = "customer_may_after"


class AskingForm(PartForm):
    """`escalation.customer_may_after`, and of the phone channel `callback` and `calls_at_once`."""

    places = {
        f"escalation.{MAY_AFTER}": MAY_AFTER,
        "channels.phone.callback": "callback",
        "channels.phone.calls_at_once": "calls_at_once",
    }

    def __init__(self, data: Any, *, policy: SupportPolicy) -> None:
        line, wait = policy.channels["phone"], policy.escalation.customer_may_after
        initial: dict[str, Any] = {MAY_AFTER: str(wait) if wait else "", "callback": line.callback}
        super().__init__(data, initial={**initial, "calls_at_once": line.calls_at_once})
        self.fields[MAY_AFTER] = LengthField(
            label=_("The next tier"),
            help_text=_(
                "How long a tier has a request before its customer may ask for the next one, in the hours of the"
                " request, such as 4h or 2 business days. Empty: customers can't ask for it."
            ),
        )
        self.fields["callback"] = forms.BooleanField(
            label=_("Customers may ask to be called, within the hours of the phone line"), required=False
        )
        self.fields["calls_at_once"] = forms.IntegerField(
            label=_("Calls in the same half hour"),
            min_value=1,
            max_value=100,
            required=False,
            help_text=_("As many as there are people to make them. Empty: any number."),
        )

    def write_into(self, document: Document) -> None:
        """Put what was chosen into the document; all else of both parts stays."""
        said = self.cleaned_data
        _put(document.setdefault("escalation", {}), MAY_AFTER, said[MAY_AFTER])
        line = next(each for each in document["channels"] if each["key"] == "phone")
        _put(line, "callback", said["callback"])
        _put(line, "calls_at_once", said["calls_at_once"] if said["callback"] else None)


def _put(part: Document, name: str, value: Any) -> None:
    if value:
        part[name] = value
    else:
        part.pop(name, None)


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def asking(request: HttpRequest, editing: Editing) -> HttpResponse:
    """Change what customers may ask for."""
    form = AskingForm(request.POST if request.method == "POST" else None, policy=editing.policy)
    if answer := drafted(request, editing, form):
        return answer
    context = {"form": form, "is_closed": not editing.policy.channels["phone"].on}
    return rendered(
        request, "asking.html", context, tab="policy_asking", editing=editing, status=422 if form.errors else 200
    )
