"""The rules that act when a clock warns or breaks: what they do, and when each last did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from escalation.runs import LastRun, last_runs
from helpdesk.policy.screens.conditions import in_words
from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.editing import Editing, moved, rendered, screen
from helpdesk.policy.screens.tier_forms import CATCH_UP, NOTIFIED, CatchUpForm, RuleForm
from sla import words
from sla.document import PolicyError
from sla.document.rules import Rule
from tenants.text import say
from tickets.promise import NAMES

TAB = "policy_rules"


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def rules(request: HttpRequest, editing: Editing) -> HttpResponse:
    """The rules in their order: when each acts, for which requests, what it does; and what is common to all."""
    form = CatchUpForm(request.POST if request.method == "POST" else None, policy=editing.policy)
    if request.method == "POST" and form.is_valid():
        document = editing.document()
        document.setdefault("escalation", {})[CATCH_UP] = form.cleaned_data[CATCH_UP]
        try:
            return editing.keep(document)
        except PolicyError as error:
            form.refuse(error)
    known = editing.policy.escalation.rules
    ran = last_runs(known, reader=editing.person)
    context = {"rows": [_row(editing, rule, ran) for rule in known.values()], "form": form}
    return rendered(request, "rules.html", context, tab=TAB, editing=editing, status=422 if form.errors else 200)


def _row(editing: Editing, rule: Rule, ran: Mapping[str, LastRun]) -> dict[str, Any]:
    policy, do = editing.policy, rule.do
    goes_to = policy.tiers.get(do.escalate or "")
    return {
        "key": rule.key,
        "name": say(rule.name),
        "moment": words.trigger(str(NAMES[rule.when.clock]), rule.when.at),
        "only": list(in_words(policy, rule.when.only)),
        "raises": do.raise_priority,
        "escalates": do.escalate,
        "goes_to": say(goes_to.name) if goes_to else "",
        "notified": [NOTIFIED[each] for each in do.notify],
        "told": say(do.tell_customer),
        "ran": ran.get(rule.key),
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
    return rendered(request, "rule.html", context, tab=TAB, editing=editing, status=422 if form.errors else 200)


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
