"""The support policy as customers read it, made wholly from a version of it; and what changed from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from helpdesk.policy import changelog, sections
from helpdesk.policy.opening import opening
from helpdesk.policy.readers import audience
from sla import words
from sla.document import SupportPolicy, diff
from sla.models import PolicyVersion
from tenants.access import reader_of
from tenants.context import active_tenant
from tenants.models import User
from tenants.text import say
from tickets import desk
from tickets.views.portal.common import policy_required
from tickets.views.portal.home import tiles, ways

#: Versions on one page of the change log.
PAGE = 20
_MARKDOWN = MarkdownIt("js-default").enable(["table", "strikethrough"])


@dataclass(frozen=True)
class Change:
    """A version in the change log. By whom and by field only staff are told."""

    version: PolicyVersion
    until: datetime | None  # None: it is in force
    is_first: bool
    parts: tuple[changelog.Part, ...]
    fields: list[str]


@require_safe
@policy_required
def policy(request: HttpRequest) -> HttpResponse:
    """The version in force."""
    return _show(request, desk.current_policy(), later=None)


@require_safe
@policy_required
def version(request: HttpRequest, number: int) -> HttpResponse:
    """Any version, at an address that always shows the same one."""
    found = _versions(reader_of(request)).filter(number__gte=number).order_by("number")[:2]
    shown, later = (*found, None, None)[:2]
    if shown is None or shown.number != number:
        raise Http404
    return _show(request, shown, later=later)


@require_safe
@policy_required
def versions(request: HttpRequest) -> HttpResponse:
    """The change log: every version, the latest first."""
    person, current = reader_of(request), desk.current_policy()
    is_staff = person is not None and person.is_staff_member
    rows = _rows(person, request.GET.get("upto", ""))
    shown = [_change(row, later, former, is_staff) for later, row, former in rows[:PAGE]]
    context = {
        "version": current,
        "policy": current.policy,
        "changes": shown,
        "earlier": rows[PAGE][1].number if len(rows) > PAGE else None,
        "is_staff": is_staff,
        "crumbs": [*_crumbs(), {"label": _("What has changed"), "url": ""}],
    }
    return render(request, "policy/versions.html", context)


def _versions(person: User | None) -> Any:
    """The versions without their documents, which the process keeps; for staff with who applied them."""
    known = PolicyVersion.objects.defer("document", "source")
    return known.select_related("applied_by") if person is not None and person.is_staff_member else known


def _rows(person: User | None, upto: str) -> list[tuple[PolicyVersion | None, PolicyVersion, PolicyVersion | None]]:
    """The versions from a number downwards, a page and one more, each between the one after it and the one before."""
    known = _versions(person).order_by("-number")
    limit = int(upto) if upto.isascii() and upto.isdecimal() and len(upto) < 10 else None
    if limit is None:
        found = [None, *known[: PAGE + 2], None]
    else:
        found = [*known.filter(number__lte=limit + 1)[: PAGE + 3], None]
        if found[0] is None or found[0].number <= limit:
            found.insert(0, None)
    return [(later, row, former) for later, row, former in zip(found, found[1:], found[2:], strict=False) if row]


def _change(row: PolicyVersion, later: PolicyVersion | None, former: PolicyVersion | None, is_staff: bool) -> Change:
    return Change(
        version=row,
        until=later.applied_at if later else None,
        is_first=former is None,
        parts=changelog.changes(former.pk, row.pk) if former else (),
        fields=diff(former.policy, row.policy) if former and is_staff else [],
    )


def _crumbs() -> list[dict[str, str]]:
    return [{"label": _("Support policy"), "url": reverse("portal:policy")}]


def _show(request: HttpRequest, row: PolicyVersion, *, later: PolicyVersion | None) -> HttpResponse:
    person, said, at = reader_of(request), row.policy, timezone.now()
    readers = audience(person, request.GET.get("for", ""), said)
    # A version that is no longer in force names the days of its own year.
    since = timezone.localdate(at if later is None else row.applied_at)
    context = {
        "version": row,
        "later": later,
        "is_staff": person is not None and person.is_staff_member,
        "applied_by": row.applied_by if person is not None and person.is_staff_member else None,
        "permalink": request.build_absolute_uri(reverse("portal:policy_version", args=[row.number])),
        "at": at,
        "readers": readers,
        "policy": said,
        "openings": [opening(said, spec, since=since, at=at) for spec in said.calendars.values()],
        "since": since,
        "grids": [sections.grid(said, sla, readers.contract) for sla in readers.terms(said)],
        "categories": [sections.meanings(said, tile) for tile in tiles(said)],
        "matrix": sections.matrix(said),
        "channels": ways(said, at),
        "has_portal": said.channels["portal"].on,
        "contents": list(sections.contents(said)),
        "rules": sections.rules(said),
        "introduction": _MARKDOWN.render(say(said.introduction)) if said.introduction else "",
        "excluded": readers.excluded(said),
        "lifted": readers.lifted(said),
        "contracts": [] if readers.contract else sections.contracts(said),
        "lengths": sections.lengths(said),
        "complaint_due": words.when(due) if (due := said.complaint_due(at)) else "",
        "whose_time": words.whose_time(active_tenant().timezone),
        "sections": _prose(said),
    }
    return render(request, "policy/page.html", context)


def _prose(policy: SupportPolicy) -> list[tuple[Any, str]]:
    return [(section.title, _MARKDOWN.render(say(section.text))) for section in policy.sections.values()]
