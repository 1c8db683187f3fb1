"""How long is waited for approvals, and what comes of those that nobody answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.editing import Editing, drafted, rendered, screen
from helpdesk.policy.screens.forms import LengthField, PartForm
from sla.document.contact import Approvals

#: What becomes of an approval that is not answered in time.
OVERDUE = {
    "wait": _("It is waited for on; who asked is told."),
    "expire": _("It ends, and nothing is approved; who asked is told."),
}


class ApprovalsForm(PartForm):
    """The policy's part `approvals`, which `write_into` replaces."""

    places = {name: name for name in ("answer_within", "overdue")}

    def __init__(self, data: Any, *, approvals: Approvals) -> None:
        within = str(approvals.answer_within) if approvals.answer_within else ""
        super().__init__(data, initial={"answer_within": within, "overdue": approvals.overdue})
        self.fields["answer_within"] = LengthField(
            label=_("By when an answer is asked for"),
            help_text=_(
                "In the hours of the request, such as 4h or 2 business days; the agent may choose another time."
                " Empty: without a deadline."
            ),
        )
        self.fields["overdue"] = forms.ChoiceField(
            label=_("What is not answered in time"), choices=list(OVERDUE.items()), widget=forms.RadioSelect
        )

    def write_into(self, document: Document) -> None:
        """Put the part into the document."""
        data = self.cleaned_data
        within = {"answer_within": data["answer_within"]} if data["answer_within"] else {}
        document["approvals"] = {"overdue": data["overdue"], **within}


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def approvals(request: HttpRequest, editing: Editing) -> HttpResponse:
    """Change what is said about approvals."""
    form = ApprovalsForm(request.POST if request.method == "POST" else None, approvals=editing.policy.approvals)
    if answer := drafted(request, editing, form, inside="approvals"):
        return answer
    context = {"form": form, "slas": editing.policy.sla.values()}
    return rendered(
        request, "approvals.html", context, tab="policy_approvals", editing=editing, status=422 if form.errors else 200
    )
