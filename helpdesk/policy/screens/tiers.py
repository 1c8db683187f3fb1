"""Tiers in their order, and the rules that act when a clock warns or breaks."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.policy.screens.conditions import in_words
from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.editing import Editing, moved, rendered, screen
from helpdesk.policy.screens.removing import TierSuccessorForm
from helpdesk.policy.screens.tier_forms import NOTIFIED, RuleForm, TierForm, moment
from sla.document import PolicyError
from sla.document.rules import Rule
from tenants.text import say
from tickets.promise import NAMES
from tickets.sentences.staffing import assignment

TIERS, RULES = "policy_tiers", "policy_rules"


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


@require_safe
@screen
def rules(request: HttpRequest, editing: Editing) -> HttpResponse:
    """The rules in their order: when each acts, for which requests, what it does."""
    rows = [_row(editing, rule) for rule in editing.policy.escalation.rules.values()]
    return rendered(request, "rules.html", {"rows": rows}, tab=RULES, editing=editing)


def _row(editing: Editing, rule: Rule) -> dict[str, Any]:
    policy, do = editing.policy, rule.do
    goes_to = policy.tiers.get(do.escalate or "")
    return {
        "key": rule.key,
        "name": say(rule.name),
        "clock": NAMES[rule.when.clock],
        "at": moment(rule.when.at),
        "on_breach": rule.when.on_breach,
        "only": list(in_words(policy, rule.when.only)),
        "raises": do.raise_priority,
        "escalates": do.escalate,
        "goes_to": say(goes_to.name) if goes_to else "",
        "notified": [NOTIFIED[each] for each in do.notify],
        "told": say(do.tell_customer),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def new_rule(request: HttpRequest, editing: Editing) -> HttpResponse:
    """A rule that is not there yet."""
    return _edited_rule(request, editing, "")


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def rule(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Change a rule."""
    _known(editing.policy.escalation.rules, key)
    return _edited_rule(request, editing, key)


def _edited_rule(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    known = editing.policy.escalation.rules.get(key)
    form = RuleForm(request.POST if request.method == "POST" else None, policy=editing.policy, rule=known)
    if request.method == "POST" and form.is_valid():
        document, made = editing.document(), form.record()
        others = {each["key"]: each for each in _rules_in(document)}
        document["escalation"]["rules"] = list({**others, made["key"]: made}.values())
        try:
            return editing.keep(document)
        except PolicyError as error:
            form.refuse(error, inside=f"escalation.rules.{made['key']}")
    context = {"form": form, "rule": known}
    return rendered(request, "rule.html", context, tab=RULES, editing=editing, status=422 if form.errors else 200)


@require_POST
@screen
def move_rule(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Put a rule one place up or down, in a draft, and show the list again."""
    _known(editing.policy.escalation.rules, key)
    document = editing.document()
    document["escalation"]["rules"] = moved(_rules_in(document), key, up=request.POST.get("to") == "up")
    return redirect(f"{reverse('desk:policy_rules')}?draft={editing.write(document).pk}")


@require_POST
@screen
def remove_rule(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Make a draft without a rule."""
    _known(editing.policy.escalation.rules, key)
    document = editing.document()
    document["escalation"]["rules"] = [each for each in _rules_in(document) if each["key"] != key]
    return editing.keep(document)


def _rules_in(document: Document) -> list[Document]:
    found: list[Document] = document.setdefault("escalation", {}).setdefault("rules", [])
    return found


def _known(records: Any, key: str) -> None:
    if key not in records:
        raise Http404
