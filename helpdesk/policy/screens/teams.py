"""A team of the policy: what it is called, who gets its requests, and how many each member holds at most."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.editing import Editing, drafted, rendered, screen
from helpdesk.policy.screens.forms import PartForm, WordsField
from sla.document import SupportPolicy
from sla.document.people import Team
from tickets.sentences.staffing import ASSIGNMENTS


class TeamForm(PartForm):
    """A known team; new ones are made with their tier."""

    places = {name: name for name in ("name", "assignment", "capacity")}

    def __init__(self, data: Any, *, policy: SupportPolicy, team: Team) -> None:
        self.team = team
        super().__init__(data, initial={name: getattr(team, name) for name in self.places})
        self.fields["name"] = WordsField(longest=120, label=_("What it is called"), languages=policy.languages)
        self.fields["assignment"] = forms.ChoiceField(
            label=_("Who gets its requests"),
            choices=list(ASSIGNMENTS.items()),
            widget=forms.RadioSelect,
            help_text=_("Automatic assignment passes by whoever is away, full, or does not take the category."),
        )
        self.fields["capacity"] = forms.IntegerField(
            label=_("How many open requests a member holds at most"),
            required=False,
            min_value=1,
            max_value=1000,
            help_text=_("Empty: without limit. A person's own page may say another number."),
        )

    def write_into(self, document: Document) -> None:
        """Put what was chosen into the team of the document."""
        data = self.cleaned_data
        (record,) = [each for each in document["teams"] if each["key"] == self.team.key]
        record.pop("capacity", None)
        record.update({"name": data["name"], "assignment": data["assignment"]})
        if data["capacity"]:
            record["capacity"] = data["capacity"]


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def team(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Change a team."""
    known = editing.policy.teams.get(key)
    if known is None:
        raise Http404
    form = TeamForm(request.POST if request.method == "POST" else None, policy=editing.policy, team=known)
    if answer := drafted(request, editing, form, inside=f"teams.{key}"):
        return answer
    context = {"form": form, "team": known}
    return rendered(
        request, "team.html", context, tab="policy_tiers", editing=editing, status=422 if form.errors else 200
    )
