"""Drafts of the policy: what was changed on the pages and is not in force yet.

A draft keeps the version that it was changed from. When another version comes into force meanwhile, the changes of the
draft are put on top of that one, so that nobody's work is taken back unseen. A file stands for the whole policy.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpdesk.policy.apply import Applied, apply
from helpdesk.policy.errors import StalePlan
from sla.document import PolicyError, SupportPolicy
from sla.document.merging import merged
from sla.models import PolicyDraft, PolicyVersion, version_in_force
from tenants.models import User

Document = dict[str, Any]


@dataclass(frozen=True)
class Joined:
    """What a draft comes to on top of a version; `takes_back`: it could not be joined and undoes what came between."""

    policy: SupportPolicy
    number: int
    takes_back: bool = False


def latest() -> PolicyVersion | None:
    """The version in force, None before the first one."""
    return version_in_force()


def document_of(number: int) -> Document | None:
    """A copy of the document of a version, None if there is no such version."""
    version = PolicyVersion.objects.defer("document", "source").filter(number=number).first()
    return deepcopy(version.policy.to_document()) if version else None


def joined(draft: PolicyDraft, version: PolicyVersion | None) -> Joined:
    """The draft on top of a version. Raises PolicyError if it can't be read at all any more."""
    number = version.number if version else 0
    base = document_of(draft.base) if draft.base != number and not draft.source else None
    if base is not None and version is not None:
        try:
            together = merged(base, draft.document, version.policy.to_document())
            return Joined(SupportPolicy.from_document(together), number)
        except PolicyError:
            return Joined(SupportPolicy.from_document(draft.document), number, takes_back=True)
    return Joined(SupportPolicy.from_document(draft.document), number)


def keep(
    policy: SupportPolicy, *, author: User, base: int, at: datetime, source: str = "", draft: PolicyDraft | None = None
) -> PolicyDraft:
    """Write a draft down: a new one, or further changes to one. `source` is the file that it came as."""
    if draft is None:
        draft = PolicyDraft(author=author)
    draft.base, draft.document, draft.source, draft.changed_at = base, policy.to_document(), source, at
    draft.save()
    return draft


def put_into_force(draft: PolicyDraft, *, seen: int, at: datetime, actor: User) -> Applied:
    """Apply a draft as a new version. `seen` is the version that the plan was shown against.

    Raises StalePlan when another one came in between, PartInUse, PolicyImpossible; the draft stays then.
    """
    version = latest()
    if seen != (number := version.number if version else 0):
        raise StalePlan(planned=seen, current=number)
    policy = joined(draft, version).policy
    applied = apply(policy, source=draft.source or None, at=at, actor=actor, base=number)
    draft.delete()
    return applied
