"""The priorities, the most urgent first, and the matrix of impact and urgency that leads to them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.editing import MATRIX, Editing, moved, rendered, screen
from helpdesk.policy.screens.meanings import grid
from helpdesk.policy.screens.priority_forms import COUNTED, MatrixForm, PriorityForm, SuccessorForm
from sla.document import PolicyError
from tenants.text import say
from tickets.models import Ticket

TAB = "policy_priorities"


@require_safe
@screen
def priorities(request: HttpRequest, editing: Editing) -> HttpResponse:
    """The list, with meanings and how many open tickets have each."""
    counts = dict(Ticket.objects.active().order_by().values_list("priority__key").annotate(Count("pk")))
    rows = [
        {
            "key": key,
            "name": say(each.name),
            "meaning": say(each.meaning),
            "is_default": each is editing.policy.default_priority,
            "level": min(4, each.rank),
            "count": counts.get(key, 0),
        }
        for key, each in editing.policy.priorities.items()
    ]
    return rendered(request, "priorities.html", {"rows": rows}, tab=TAB, editing=editing)


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def new(request: HttpRequest, editing: Editing) -> HttpResponse:
    """A priority that is not there yet; it stands last."""
    return _edited(request, editing, "")


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def edit(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Change a priority."""
    _known(editing, key)
    return _edited(request, editing, key)


def _edited(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    priority = editing.policy.priorities.get(key)
    form = PriorityForm(request.POST if request.method == "POST" else None, policy=editing.policy, priority=priority)
    if request.method == "POST" and form.is_valid():
        document = editing.document()
        known = {each["key"]: each for each in document["priorities"]}
        if form.cleaned_data["default"]:
            for each in known.values():
                each["default"] = False
        document["priorities"] = list({**known, form.record_key(): form.record()}.values())
        try:
            return editing.keep(document)
        except PolicyError as error:
            form.refuse(error, inside=f"priorities.{form.record_key()}")
    others = [each for each in editing.policy.priorities if each != key] if priority else []
    context = {
        "form": form,
        "priority": priority,
        "successor": SuccessorForm(policy=editing.policy, former=key) if others else None,
    }
    return rendered(request, "priority.html", context, tab=TAB, editing=editing, status=422 if form.errors else 200)


@require_POST
@screen
def move(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Put it one place up or down, in a draft, and show the list again."""
    _known(editing, key)
    document = editing.document()
    document["priorities"] = moved(document["priorities"], key, up=request.POST.get("to") == "up")
    return redirect(f"{reverse('desk:policy_priorities')}?draft={editing.write(document).pk}")


@require_POST
@screen
def remove(request: HttpRequest, editing: Editing, key: str) -> HttpResponse:
    """Make a draft in which another priority takes its place everywhere, on open tickets too."""
    _known(editing, key)
    form = SuccessorForm(request.POST, policy=editing.policy, former=key)
    if not form.is_valid():
        messages.warning(request, _("Say which priority takes its place."))
        return redirect(reverse("desk:policy_priority", args=[key]) + editing.query)
    return editing.keep(without_priority(editing.document(), key, form.cleaned_data["successor"]))


def without_priority(document: Document, key: str, successor: str) -> Document:
    """The document with a priority in the place of another one, wherever that was named."""
    gone = next(each for each in document["priorities"] if each["key"] == key)
    document["priorities"] = [each for each in document["priorities"] if each["key"] != key]
    heir = next(each for each in document["priorities"] if each["key"] == successor)
    heir["replaces"] = list(dict.fromkeys([*heir.get("replaces", []), *gone.get("replaces", []), key]))
    heir["default"] = heir.get("default", False) or gone.get("default", False)
    for row in (document.get("matrix") or {}).get("priorities", {}).values():
        row.update({urgency: successor for urgency, cell in row.items() if cell == key})
    for category in document["categories"]:
        category.get("meanings", {}).pop(key, None)
        if category.get("default_priority") == key:
            category["default_priority"] = successor
    for sla in document["sla"]:
        for name in ("targets", "tiers", "calendars"):
            sla.get(name, {}).pop(key, None)
    conditions = [sla.get("when", {}) for sla in document["sla"]]
    conditions += [rule["when"].get("only", {}) for rule in document.get("escalation", {}).get("rules", [])]
    for each in conditions:
        named = [successor if one == key else one for one in each.get("priorities", [])]
        if named:
            each["priorities"] = list(dict.fromkeys(named))
    return document


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def matrix(request: HttpRequest, editing: Editing) -> HttpResponse:
    """Impact and urgency as a grid of priorities, with how many requests came into each cell lately."""
    form = MatrixForm(request.POST if request.method == "POST" else None, policy=editing.policy, counts=_counts())
    if request.method == "POST" and form.is_valid():
        document = editing.document()
        record = form.record()
        document.pop("matrix", None)
        if record:
            document["matrix"] = record
        try:
            return editing.keep(document)
        except PolicyError as error:
            form.refuse(error, inside="matrix")
    context: dict[str, Any] = {"form": form, "days": COUNTED.days, "categories": grid(editing.policy)}
    return rendered(request, "matrix.html", context, tab=MATRIX, editing=editing, status=422 if form.errors else 200)


def _counts() -> dict[tuple[str, str], int]:
    lately = Ticket.objects.filter(created_at__gte=timezone.now() - COUNTED).exclude(impact="").order_by()
    found = lately.values_list("impact", "urgency").annotate(Count("pk"))
    return {(impact, urgency): count for impact, urgency, count in found}


def _known(editing: Editing, key: str) -> None:
    if key not in editing.policy.priorities:
        raise Http404
