"""Tiers in their order, the first line first."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.policy.screens.editing import Editing, moved, rendered, screen
from helpdesk.policy.screens.removing import TierSuccessorForm
from helpdesk.policy.screens.tier_forms import TierForm
from sla.document import PolicyError
from tenants.text import say
from tickets.sentences.staffing import assignment

TIERS = "policy_tiers"


@require_safe
@screen
def tiers(request: HttpRequest, editing: Editing) -> HttpResponse:
    """The tiers with their teams, the first line first."""
    policy = editing.policy
    rows = [
        {
            "tier": tier,
            "name": say(tier.name),
            "teams": [
                {"key": team.key, "name": say(team.name), "terms": assignment(team)}
                for team in policy.teams.values()
                if team.tier == key
            ],
        }
        for key, tier in policy.tiers.items()
    ]
    return rendered(request, "tiers.html", {"rows": rows}, tab=TIERS, editing=editing)


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def new_tier(request: HttpRequest, editing: Editing) -> HttpResponse:
    """A tier above the others, with a team of the same name, since each tier needs one."""
    return _edited_tier(request, editing, "")


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def tier(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Change a tier."""
    _known(editing.policy.tiers, key)
    return _edited_tier(request, editing, key)


def _edited_tier(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    known = editing.policy.tiers.get(key)
    form = TierForm(request.POST if request.method == "POST" else None, policy=editing.policy, tier=known)
    if request.method == "POST" and form.is_valid():
        document, made = editing.document(), form.record()
        document["tiers"] = list({**{each["key"]: each for each in document["tiers"]}, made["key"]: made}.values())
        if known is None:
            document["teams"].append({"key": form.team_key(), "name": made["name"], "tier": made["key"]})
        try:
            return editing.keep(document)
        except PolicyError as error:
            form.refuse(error, inside=f"tiers.{made['key']}")
    others = known and len(editing.policy.tiers) > 1
    successor = TierSuccessorForm(policy=editing.policy, former=key) if others else None
    context = {"form": form, "tier": known, "successor": successor}
    return rendered(request, "tier.html", context, tab=TIERS, editing=editing, status=422 if form.errors else 200)


@require_POST
@screen
def move_tier(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Put a tier one place up or down, in a draft, and show the list again."""
    _known(editing.policy.tiers, key)
    document = editing.document()
    document["tiers"] = moved(document["tiers"], key, up=request.POST.get("to") == "up")
    return redirect(f"{reverse('desk:policy_tiers')}?draft={editing.write(document).pk}")


def _known(records: Any, key: str) -> None:
    if key not in records:
        raise Http404
