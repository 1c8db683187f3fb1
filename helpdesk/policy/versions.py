"""The versions of a tenant's policy: looking them up, what changed from one to the next, the file of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from helpdesk.policy.errors import NoSuchVersion
from sla.document import diff
from sla.models import PolicyVersion
from tenants.models import User


@dataclass(frozen=True)
class Change:
    """A version: its number, when and by whom it was applied (None: by command), and what it changed."""

    number: int
    at: datetime
    by: User | None
    changes: list[str]


def version_of(number: int | None = None) -> PolicyVersion:
    """A version of the active tenant's policy, the latest without a number. Raises NoSuchVersion."""
    known = PolicyVersion.objects.defer("document")
    latest = known.order_by("-number").first()
    found = latest if number is None else known.filter(number=number).first()
    if found is None:
        raise NoSuchVersion(number=number or 1, latest=latest.number if latest else 0)
    return found


def between(former: int, later: int) -> list[str]:
    """What changed from one version to another, a line each. Raises NoSuchVersion."""
    return diff(version_of(former).policy, version_of(later).policy)


def history(limit: int | None = None) -> Iterator[Change]:
    """The versions, the latest first, at most so many. Two documents are held at a time."""
    rows = PolicyVersion.objects.select_related("applied_by").defer("source", "document").order_by("-number")
    rows = rows if limit is None else rows[: limit + 1]
    later: PolicyVersion | None = None
    shown = 0
    for version in rows.iterator(chunk_size=20):
        if later is not None:
            yield _change(later, version)
            shown += 1
        later = version
    if later is not None and (limit is None or shown < limit):
        yield _change(later, None)


def _change(version: PolicyVersion, former: PolicyVersion | None) -> Change:
    changes = diff(former.policy if former else None, version.policy)
    return Change(version.number, version.applied_at, version.applied_by, changes)
