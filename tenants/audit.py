"""The audit log: who changed what, from what to what. The one place that writes it; Postgres lets nobody rewrite it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from tenants import live
from tenants.context import active_tenant
from tenants.models import AuditEntry, User


class Subject(Protocol):
    """What was changed: a row, or a part of one that has an id of its own."""

    @property
    def pk(self) -> Any:
        """Its id."""


def record(
    act: str,
    subject: Subject,
    *,
    actor: User | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write a change down, at the database's time, in the transaction of the change; nothing where both are the same.

    `actor` is None for the command line. Values are texts, instants and lists of texts; no secrets.
    """
    if before != after:
        for entry in entries(act, [subject], actor=actor, before=before, after=after):
            entry.save(force_insert=True)


def entries(
    act: str,
    subjects: Iterable[Subject],
    *,
    actor: User | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> list[AuditEntry]:
    """What record() writes of the same change to each of many, for the caller to write in one statement."""
    # Whatever is written here may have given or taken a right, so it is looked at again for all open pages.
    live.rights_changed(active_tenant().pk)
    return [
        AuditEntry(
            act=act,
            subject=subject.pk,
            subject_name=str(subject)[:200],
            actor=actor,
            before=before or {},
            after=after or {},
        )
        for subject in subjects
    ]
