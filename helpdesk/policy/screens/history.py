"""The versions of the policy: who put which into force and what it changed; comparing two, exporting, going back."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from helpdesk.policy import changelog
from helpdesk.policy.errors import NoSuchVersion
from helpdesk.policy.screens import drafting
from helpdesk.policy.screens.editing import configuring, rendered
from helpdesk.policy.versions import between, version_of
from sla.document import by_section
from sla.models import PolicyVersion
from tenants.context import active_tenant
from tenants.models import User

#: Versions on one page.
A_PAGE = 20


@dataclass(frozen=True)
class Row:
    """A version, and what it changed against the one before."""

    version: PolicyVersion
    former: int | None
    parts: tuple[changelog.Part, ...]
    is_latest: bool


@require_safe
@configuring
def history(request: HttpRequest, person: User) -> HttpResponse:
    """The versions, the latest first."""
    rows = PolicyVersion.objects.select_related("applied_by").defer("document", "source").order_by("-number")
    before = _number(request.GET.get("before", ""))
    latest = rows.first()
    page = list((rows.filter(number__lt=before) if before else rows)[: A_PAGE + 1])
    shown = [
        Row(version, former.number if former else None, _parts(former, version), version == latest)
        for version, former in zip(page[:A_PAGE], [*page[1:], None], strict=False)
    ]
    older = f"?before={shown[-1].version.number}" if len(page) > A_PAGE else ""
    return rendered(request, "history.html", {"rows": shown, "older": older}, tab="policy_history")


def _parts(former: PolicyVersion | None, version: PolicyVersion) -> tuple[changelog.Part, ...]:
    return changelog.changes(former.pk, version.pk) if former else ()


@require_safe
@configuring
def compare(request: HttpRequest, person: User) -> HttpResponse:
    """What changed from one version to another, in words and by field."""
    old, new = (_number(request.GET.get(name, "")) for name in ("old", "new"))
    try:
        latest = version_of().number
        new = new or latest
        old = old or max(1, new - 1)
        first, second = version_of(old), version_of(new)
    except NoSuchVersion as refusal:
        if not PolicyVersion.objects.exists():
            return redirect("desk:policy_settings")
        return rendered(request, "compare.html", {"refusal": str(refusal)}, tab="policy_history", status=404)
    context = {
        "old": old,
        "new": new,
        "latest": latest,
        "parts": changelog.changes(first.pk, second.pk),
        "fields": by_section(between(old, new)),
    }
    return rendered(request, "compare.html", context, tab="policy_history")


@require_safe
@configuring
def export(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """The policy file of a version, to the byte as it was applied."""
    version = _version_or_404(number)
    answer = HttpResponse(version.source.encode(), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{active_tenant().slug}-policy-{version.number}.yaml"'
    return answer


@require_POST
@configuring
def go_back(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Make a draft of an older version and show its plan: applying it undoes the later ones."""
    version, latest = _version_or_404(number), drafting.latest()
    base = latest.number if latest else 0
    draft = drafting.keep(version.policy, author=person, base=base, at=timezone.now(), source=version.source)
    return redirect("desk:policy_draft", draft.pk)


def _version_or_404(number: int) -> PolicyVersion:
    if number >= 2**31:
        raise Http404
    try:
        return version_of(number)
    except NoSuchVersion:
        raise Http404 from None


def _number(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0
