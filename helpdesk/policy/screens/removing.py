"""Taking a tier or a team out of the policy: what named it follows, what can't is told."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.editing import Editing, screen
from helpdesk.policy.screens.forms import options
from helpdesk.policy.wording import told
from sla.document import PolicyError, SupportPolicy

MOST_TOLD = 5


class TierSuccessorForm(forms.Form):
    """Which tier gets the teams of one that is removed."""

    def __init__(self, *args: object, policy: SupportPolicy, former: str) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        others = [(key, name) for key, name in options(policy.tiers) if key != former]
        self.fields["successor"] = forms.ChoiceField(label=gettext_lazy("Where its teams go"), choices=others)


@require_POST
@screen
def remove_tier(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Make a draft without a tier; its teams work on another one."""
    if key not in editing.policy.tiers:
        raise Http404
    form = TierSuccessorForm(request.POST, policy=editing.policy, former=key)
    back = reverse("desk:policy_tier", args=[key]) + editing.query
    if not form.is_valid():
        messages.warning(request, _("Say which tier gets its teams."))
        return redirect(back)
    return _kept(request, editing, without_tier(editing.document(), key, form.cleaned_data["successor"]), back)


@require_POST
@screen
def remove_team(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Make a draft without a team."""
    if key not in editing.policy.teams:
        raise Http404
    back = reverse("desk:policy_team", args=[key]) + editing.query
    return _kept(request, editing, without_team(editing.document(), key), back)


def _kept(request: HttpRequest, editing: Editing, document: Document, back: str) -> HttpResponse:
    """The draft's plan, or the page that it was asked on with what stands against it."""
    try:
        return editing.keep(document)
    except PolicyError as error:
        for problem in error.problems[:MOST_TOLD]:
            messages.warning(request, told(problem))
        return redirect(back)


def without_tier(document: Document, key: str, successor: str) -> Document:
    """The document with a tier's teams on another one, and that one wherever the tier was named."""
    document["tiers"] = [each for each in document["tiers"] if each["key"] != key]
    for team in document["teams"]:
        if team["tier"] == key:
            team["tier"] = successor
    for category in document["categories"]:
        category.get("escalates_to", {}).pop(key, None)
    for sla in document["sla"]:
        for lengths in sla.get("tiers", {}).values():
            lengths.pop(key, None)
    rules = document.get("escalation", {}).get("rules", [])
    for conditions in (
        *(sla.get("when", {}) for sla in document["sla"]),
        *(rule["when"].get("only", {}) for rule in rules),
    ):
        if named := [successor if each == key else each for each in conditions.get("tiers", [])]:
            conditions["tiers"] = list(dict.fromkeys(named))
    for rule in rules:
        if rule["do"].get("escalate") == key:
            rule["do"]["escalate"] = successor
    return document


def without_team(document: Document, key: str) -> Document:
    """The document without a team; the categories that climb to it climb to the first team of that tier."""
    document["teams"] = [each for each in document["teams"] if each["key"] != key]
    for category in document["categories"]:
        climbs = category.get("escalates_to", {})
        category["escalates_to"] = {tier: team for tier, team in climbs.items() if team != key}
    return document
