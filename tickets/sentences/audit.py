"""Entries of the audit log in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.models import AuditEntry, Role, User
from tickets.models import Membership

ACTS: dict[str, str | Promise] = {
    "organization.added": _("Organisation added"),
    "organization.changed": _("Name or contract changed"),
    "organization.member_set": _("Person added, or what they may see changed"),
    "organization.member_removed": _("Person taken out"),
    "organization.address_added": _("Address authorised"),
    "organization.address_removed": _("Address withdrawn"),
    "organization.exceptions_set": _("Agreed exceptions changed"),
    "organization.suspended": _("Support suspended"),
    "organization.suspension_lifted": _("Suspension lifted"),
    "person.added": _("Person added"),
    "team.members_set": _("Members of the team changed"),
    "token.issued": _("Token issued"),
    "token.revoked": _("Token revoked"),
}
_FIELDS: dict[str, str | Promise] = {
    "name": _("Name"),
    "contract": _("Contract"),
    "person": _("Person"),
    "scope": _("May see"),
    "address": _("Mail address"),
    "exceptions": _("Agreed exceptions"),
    "suspended_from": _("Suspended from"),
    "suspended_until": _("Suspended until"),
    "reason": _("Reason"),
    "role": _("Role"),
    "members": _("Members"),
    "token": _("Token"),
}
_WORDS: dict[str, dict[Any, Any]] = {"scope": dict(Membership.Scope.choices), "role": dict(Role.Kind.choices)}


@dataclass(frozen=True)
class Change:
    """A field of what was changed; `before` and `after` are the same for what only says which it was."""

    label: str
    before: str
    after: str

    @property
    def is_same(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True)
class Entry:
    """A line of the audit log."""

    at: datetime
    actor: User | None
    text: str
    subject: UUID
    subject_name: str
    is_organization: bool
    changes: list[Change]


def told(entries: Iterable[AuditEntry]) -> list[Entry]:
    """The entries in the reader's language and zone. Wants `actor` loaded."""
    return [
        Entry(
            at=entry.at,
            actor=entry.actor,
            text=str(ACTS.get(entry.act, entry.act)),
            subject=entry.subject,
            subject_name=entry.subject_name,
            is_organization=entry.act.startswith("organization."),
            changes=[
                Change(str(_FIELDS.get(name, name)), _value(name, entry.before), _value(name, entry.after))
                for name in {**entry.before, **entry.after}
            ],
        )
        for entry in entries
    ]


def _value(name: str, values: dict[str, Any]) -> str:
    value = values.get(name)
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(value)
    if name.startswith("suspended_") and (at := parse_datetime(value)):
        return date_format(timezone.localtime(at), "DATETIME_FORMAT")
    return str(_WORDS.get(name, {}).get(value, value))
