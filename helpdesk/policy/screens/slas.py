"""The SLA policies in their order: the first whose conditions a request meets holds for it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.policy.screens import matches as counting
from helpdesk.policy.screens.conditions import in_words
from helpdesk.policy.screens.editing import Editing, moved, rendered, screen
from helpdesk.policy.screens.sla_forms import SlaForm
from sla import words
from sla.document import PolicyError, SupportPolicy
from sla.document.terms import METRICS, Conditions, SlaPolicy
from tenants.text import say
from tickets.models import Ticket
from tickets.promise import NAMES

TAB = "policy_slas"


@require_safe
@screen
def slas(request: HttpRequest, editing: Editing) -> HttpResponse:
    """The list, with what each promises, for whom, and how many open tickets it holds for now."""
    policy = editing.policy
    counts = dict(Ticket.objects.active().order_by().values_list("sla").annotate(Count("pk")))
    rows = [
        {
            "key": key,
            "name": say(sla.name),
            "when": list(in_words(policy, sla.when)),
            "contracts": [say(each.name) for each in policy.contracts.values() if each.sla == key],
            "targets": list(_targets(policy, sla)),
            "count": counts.get(key, 0),
        }
        for key, sla in policy.sla.items()
    ]
    context = {
        "rows": rows,
        "metrics": [NAMES[metric] for metric in METRICS],
        "without": sum(count for key, count in counts.items() if key not in policy.sla),
    }
    return rendered(request, "slas.html", context, tab=TAB, editing=editing)


def _targets(policy: SupportPolicy, sla: SlaPolicy) -> Any:
    for key, priority in policy.priorities.items():
        if key in sla.targets:
            lengths = [sla.targets[key].get(metric) for metric in METRICS]
            told = [words.duration(length) if length else "" for length in lengths]
            yield say(priority.name), list(zip([NAMES[metric] for metric in METRICS], told, strict=True))


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def new(request: HttpRequest, editing: Editing) -> HttpResponse:
    """An SLA policy that is not there yet; it stands last, so that it takes nothing from the others."""
    return _edited(request, editing, None)


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def edit(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Change an SLA policy."""
    return _edited(request, editing, _known(editing, key))


@require_POST
@screen
def move(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Put it one place up or down, in a draft, and show the list again."""
    _known(editing, key)
    document = editing.document()
    document["sla"] = moved(document["sla"], key, up=request.POST.get("to") == "up")
    return redirect(f"{reverse('desk:policy_slas')}?draft={editing.write(document).pk}")


@require_POST
@screen
def remove(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Make a draft without it, unless a contract names it or it is the last one."""
    _known(editing, key)
    users = [say(each.name) for each in editing.policy.contracts.values() if each.sla == key]
    if users or len(editing.policy.sla) == 1:
        said = _("It is the last one. Add another one first.")
        if users:
            said = _("Contracts name it: %(users)s. Give them another one in the policy file first.")
        messages.warning(request, said % {"users": ", ".join(users)} if users else said)
        return redirect(reverse("desk:policy_sla", args=[key]) + editing.query)
    document = editing.document()
    document["sla"] = [each for each in document["sla"] if each["key"] != key]
    return editing.keep(document)


@require_safe
@screen
def matches(request: HttpRequest, editing: Editing, key: str = "") -> HttpResponse:
    """How many open requests the conditions meet that are ticked at the moment; nothing is kept."""
    if key:
        _known(editing, key)
    found = counting.count(editing.policy, key, counting.ticked(request.GET, editing.policy))
    return render(request, "policy/desk/_sla_matches.html", {"matches": found})


def _known(editing: Editing, key: str) -> SlaPolicy:
    if key not in editing.policy.sla:
        raise Http404
    return editing.policy.sla[key]


def _edited(request: HttpRequest, editing: Editing, sla: SlaPolicy | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = SlaForm(data, policy=editing.policy, sla=sla)
    if request.method == "POST" and form.is_valid():
        document = editing.document()
        known = {each["key"]: each for each in document["sla"]}
        document["sla"] = list({**known, form.record_key(): form.record()}.values())
        try:
            return editing.keep(document)
        except PolicyError as error:
            form.refuse(error, inside=f"sla.{form.record_key()}")
    ticked = counting.ticked(data, editing.policy) if data else sla.when if sla else Conditions()
    context = {
        "form": form,
        "sla": sla,
        "tier_names": [say(tier.name) for tier in editing.policy.tiers.values()],
        "matches": counting.count(editing.policy, sla.key if sla else "", ticked),
    }
    return rendered(request, "sla.html", context, tab=TAB, editing=editing, status=422 if form.errors else 200)
