"""A draft's plan: what it changes, what that does to open tickets, and putting it into force."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.policy import changelog, planning
from helpdesk.policy.effect import Moved
from helpdesk.policy.errors import StalePlan
from helpdesk.policy.planning import Plan
from helpdesk.policy.screens import drafting
from helpdesk.policy.screens.editing import Editing, configuring, rendered
from helpdesk.policy.wording import all_told
from sla.document import PolicyError, by_section, to_yaml
from sla.models import PolicyDraft
from tenants.context import active_tenant
from tenants.errors import Refused
from tenants.models import User
from tickets import recalculation
from tickets.models import Ticket

#: So many open tickets are counted while the page is made; for more of them the page asks by itself.
COUNTED_AT_ONCE = 500
#: The most tickets that a list names.
MOST_LISTED = 1000


@dataclass
class Shown:
    """What the page of a draft says: a plan, or why there can be none."""

    draft: PolicyDraft
    plan: Plan | None = None
    parts: tuple[changelog.Part, ...] = ()
    fields: dict[str, list[str]] = field(default_factory=dict)
    takes_back: bool = False
    refusal: str = ""
    #: The version that the plan was compared with; applying it sends that back.
    number: int = 0

    @property
    def may_be_applied(self) -> bool:
        """Whether applying makes a version: something changes, or the file reads otherwise."""
        return self.plan is not None and (self.plan.changes_anything or bool(self.draft.source))


def shown(draft: PolicyDraft) -> Shown:
    """The draft compared with the policy in force."""
    version = drafting.latest()
    number = version.number if version else 0
    try:
        joined = drafting.joined(draft, version)
        made = planning.plan(joined.policy, source="", at=timezone.now())
    except PolicyError as error:
        return Shown(draft, refusal=all_told(error), number=number)
    except Refused as refusal:
        return Shown(draft, refusal=str(refusal), number=number)
    parts = changelog.told(version.policy, joined.policy) if version else ()
    return Shown(draft, made, parts, by_section(made.changes), joined.takes_back, number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@configuring
def draft(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Look at a draft's plan, and put it into force. A plan that is stale is refused and shown anew."""
    drafted = get_object_or_404(PolicyDraft.objects.select_related("author"), pk=pk)
    if request.method != "POST":
        return _page(request, person, shown(drafted))
    seen = request.POST.get("base", "")
    try:
        number = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else -1
        applied = drafting.put_into_force(drafted, seen=number, at=timezone.now(), actor=person)
    except StalePlan as refusal:
        sentence = str(refusal) if number >= 0 else _("This form was not complete. Look at the plan and apply it.")
        return _page(request, person, shown(drafted), refused=sentence, status=409)
    except (Refused, PolicyError):  # the page says why
        return _page(request, person, shown(drafted), status=422)
    _tell(request, applied.version.number, is_new=applied.is_new)
    return redirect("desk:policy_settings")


def _tell(request: HttpRequest, number: int, *, is_new: bool) -> None:
    if not is_new:
        messages.info(request, _("Version %(number)s is in force already. Nothing was changed.") % {"number": number})
        return
    job = recalculation.running()
    said = [_("Version %(number)s of the policy is in force.") % {"number": number}]
    if job is not None:
        follow = ngettext("%(count)s open ticket follows it now.", "%(count)s open tickets follow it now.", job.total)
        said.append(follow % {"count": job.total})
    messages.success(request, " ".join(said))


def _page(request: HttpRequest, person: User, page: Shown, *, refused: str = "", status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"page": page, "draft": page.draft, "refused": refused}
    editing = None
    if page.plan is not None and not page.draft.source:
        editing = Editing(person, page.plan.policy, page.number, page.draft)
    if page.plan is not None and (page.plan.looked_at() <= COUNTED_AT_ONCE or "count" in request.GET):
        context["effect"] = page.plan.effect()
    return rendered(request, "draft.html", context, tab="", editing=editing, status=status)


@require_safe
@configuring
def effect(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """What the draft does to open tickets, for the page that did not wait for it."""
    page = shown(get_object_or_404(PolicyDraft, pk=pk))
    if page.plan is None:
        raise Http404
    return rendered(request, "_effect.html", {"draft": page.draft, "effect": page.plan.effect()}, tab="")


@require_safe
@configuring
def tickets(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """The open tickets with another deadline, or those of them that become overdue, or stop being so."""
    drafted = get_object_or_404(PolicyDraft.objects.select_related("author"), pk=pk)
    kind, page = request.GET.get("kind", ""), shown(drafted)
    if page.plan is None:
        return redirect("desk:policy_draft", drafted.pk)
    found = [each for each in page.plan.moved() if _is(each, kind)]
    listed = found[:MOST_LISTED]
    seen = set(
        Ticket.objects.visible_to(person)
        .filter(number__in=[each.number for each in listed])
        .values_list("number", flat=True)
    )
    context = {
        "draft": drafted,
        "kind": kind,
        "count": len(found),
        "listed": [(each, each.number in seen) for each in listed],
    }
    return rendered(request, "draft_tickets.html", context, tab="")


def _is(ticket: Moved, kind: str) -> bool:
    kinds = {"become_overdue": ticket.becomes_overdue, "stop_being_overdue": ticket.stops_being_overdue}
    return kinds.get(kind, True)


@require_safe
@configuring
def export(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """The draft as a policy file, with the comments of the file in force: to be kept, mailed, or replayed."""
    drafted, version = get_object_or_404(PolicyDraft, pk=pk), drafting.latest()
    try:
        text = drafted.source or to_yaml(
            drafting.joined(drafted, version).policy, like=version.source if version else ""
        )
    except PolicyError:
        return redirect("desk:policy_draft", drafted.pk)
    answer = HttpResponse(text.encode(), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{active_tenant().slug}-policy-draft.yaml"'
    return answer


@require_POST
@configuring
def discard(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Throw a draft away."""
    get_object_or_404(PolicyDraft, pk=pk).delete()
    messages.info(request, _("The draft is thrown away. The policy in force is as it was."))
    return redirect("desk:policy_settings")
