"""The policy screens' first page: what is in force, what is being changed, and where its parts are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from helpdesk.policy.screens.approvals import OVERDUE
from helpdesk.policy.screens.editing import configuring, editing_of, rendered
from helpdesk.policy.sections import lead_times
from sla import words
from sla.document import SupportPolicy
from sla.models import PolicyDraft, PolicyVersion
from tenants.models import User
from tenants.paging import by_time
from tenants.text import say
from tickets import callbacks, recalculation

DRAFTS = 20


@dataclass(frozen=True)
class Card:
    """A part of the policy: its name, what it holds, and its screen."""

    title: str
    icon: str
    url: str
    holds: list[str]


@require_safe
@configuring
def overview(request: HttpRequest, person: User) -> HttpResponse:
    """The version in force with its parts, drafts, and how far open tickets have followed."""
    editing = editing_of(request, person)
    latest = PolicyVersion.objects.select_related("applied_by").defer("document", "source").order_by("-number").first()
    drafts = PolicyDraft.objects.select_related("author").defer("document", "source")
    after = request.GET.get("after", "")
    page = by_time(drafts, "changed_at", after, size=DRAFTS)
    context = {
        "latest": latest,
        "cards": list(_cards(editing.policy, editing.query)) if editing else [],
        "drafts": page.rows,
        "older": page.following,
        "is_first": not after,
        "job": recalculation.running(),
    }
    return rendered(request, "overview.html", context, tab="policy_settings", editing=editing)


@require_safe
@configuring
def progress(request: HttpRequest, person: User) -> HttpResponse:
    """How far open tickets have followed, for the page to ask again while they do."""
    return rendered(request, "_progress.html", {"job": recalculation.running()}, tab="")


def _cards(policy: SupportPolicy, query: str) -> Iterator[Card]:
    yield Card(_("Opening hours"), "calendar", reverse("desk:policy_calendars") + query, names(policy.calendars))
    yield Card(_("SLA policies"), "clock", reverse("desk:policy_slas") + query, names(policy.sla))
    yield Card(_("Priorities"), "flag", reverse("desk:policy_priorities") + query, names(policy.priorities))
    matrix = policy.matrix
    grid = f"{len(matrix.impacts)} × {len(matrix.urgencies)}" if matrix else _("There is none yet.")
    yield Card(_("Priority by impact and urgency"), "layout-dashboard", reverse("desk:policy_matrix") + query, [grid])
    yield Card(_("Tiers"), "stairs-up", reverse("desk:policy_tiers") + query, names(policy.tiers))
    rules = names(policy.escalation.rules) or [_("There is none yet.")]
    yield Card(_("Rules"), "robot", reverse("desk:policy_rules") + query, rules)
    yield Card(_("Approvals"), "user-check", reverse("desk:policy_approvals") + query, list(_waits(policy)))
    yield Card(
        _("What customers may ask for"), "users", reverse("desk:policy_asking") + query, list(_asked_for(policy))
    )
    yield Card(_("Maintenance"), "tool", reverse("desk:policy_maintenance") + query, list(_told_ahead(policy)))
    counted = [
        ngettext("%(count)s request category", "%(count)s request categories", len(policy.categories)),
        ngettext("%(count)s contract", "%(count)s contracts", len(policy.contracts)),
        ngettext("%(count)s exclusion", "%(count)s exclusions", len(policy.exclusions)),
    ]
    sizes = [len(policy.categories), len(policy.contracts), len(policy.exclusions)]
    rest = [text % {"count": size} for text, size in zip(counted, sizes, strict=True) if size]
    yield Card(
        _("Everything else, as a file"),
        "file-text",
        reverse("desk:policy_file"),
        [*rest, _("channels, texts, conduct")],
    )


def _waits(policy: SupportPolicy) -> Iterator[str]:
    """How long approvals may take, and what becomes of one that is late."""
    within = policy.approvals.answer_within
    yield words.duration(within) if within else _("no deadline")
    yield str(OVERDUE[policy.approvals.overdue])


def _asked_for(policy: SupportPolicy) -> Iterator[str]:
    """After how long the next tier, and whether a call."""
    wait, line = policy.escalation.customer_may_after, callbacks.phone_line(policy)
    yield _("The next tier: after %(length)s") % {"length": words.duration(wait)} if wait else _("No next tier")
    yield _("A call") if line else _("No calls")


def _told_ahead(policy: SupportPolicy) -> Iterator[str]:
    """How long ahead customers are told of maintenance."""
    times = lead_times(policy)
    yield _("Told ahead: %(times)s") % {"times": times} if times else _("Not told ahead")


def names(records: Mapping[str, Any]) -> list[str]:
    """What the records of a part are called, in the reader's language."""
    return [say(record.name) for record in records.values()]
