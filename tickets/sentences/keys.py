"""What the audit log keeps as keys of the policy, by the names that stand for them today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla.document import SupportPolicy
from sla.document.form_fields import FormField
from sla.models import PolicyVersion, version_in_force
from tenants.context import active_tenant_id
from tenants.fields import parse_id
from tenants.models import AuditEntry, User
from tenants.text import say
from tickets import answers, macros
from tickets.selection.selecting import rows_in_force

#: Fields of the log that name rows which tickets point at: those that the policy has given up are there, too.
_ROWS = {
    "category": "category",
    "categories": "category",
    "priority": "priority",
    "team": "team",
    "seen_by": "team",
    "status": "status",
}
#: Fields that name parts of the policy that have no such rows.
_PARTS: dict[str, Callable[[SupportPolicy], Mapping[str, Any]]] = {
    "contract": lambda policy: policy.contracts,
    "exceptions": lambda policy: policy.exclusions,
    "cause": lambda policy: policy.suspension.reasons if policy.suspension else {},
    "calendar": lambda policy: policy.calendars,
    "working_hours": lambda policy: policy.calendars,
    "impact": lambda policy: policy.matrix.impacts if policy.matrix else {},
    "urgency": lambda policy: policy.matrix.urgencies if policy.matrix else {},
}
_ASSIGNED: dict[str, str | Promise] = {
    macros.ME: gettext_lazy("Assign the ticket to whoever sends it."),
    macros.NOBODY: gettext_lazy("Assign the ticket to nobody."),
}
#: How an act begins that names a person.
_ASSIGNEE = "assignee: "


class Names:
    """Names in the reader's language, for one page or file; a key that nothing has is shown as it was kept.

    One query, which version of the policy is in force, once there is a key; one for the people whom macros assign to.
    """

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Any]] = {}
        self._people: dict[str, str] = {}

    def read_people(self, entries: Iterable[AuditEntry]) -> None:
        """Look up whom the macros of these entries assign tickets to, but for those who are known."""
        acts = (act for entry in entries for side in (entry.before, entry.after) for act in side.get("acts") or ())
        named = (parse_id(act.removeprefix(_ASSIGNEE)) for act in acts if act.startswith(_ASSIGNEE))
        wanted = {pk for pk in named if pk and str(pk) not in self._people}
        if wanted:
            self._people |= dict.fromkeys(map(str, wanted), "")  # who is not there is not looked for again
            self._people |= {str(each.pk): str(each) for each in User.objects.filter(pk__in=wanted)}

    def knows(self, field: str) -> bool:
        """Whether the log keeps keys in this field."""
        return field in _ROWS or field in _PARTS or field in ("acts", "answers")

    def say(self, field: str, kept: str) -> str:
        """What is kept in such a field, in words."""
        if field == "acts":
            return self._act(kept)
        if field == "answers":
            return self._answer(kept)
        known = self._parts(field)
        return say(known[kept].name) if kept in known else kept

    def _act(self, kept: str) -> str:
        """An act of a macro, kept as "status: solved"."""
        name, _colon, value = kept.partition(": ")
        if name == "reason":
            return f"{_('Reason for the priority')}: {value}"
        if name not in macros.ACTS:
            return kept
        if name == "assignee":
            return str(_ASSIGNED.get(value) or macros.sentence(name, self._people.get(value) or value))
        return macros.sentence(name, value if name == "tags" else self.say(name, value))

    def _answer(self, kept: str) -> str:
        """An answer of a template of tickets, kept as "cause: disk, fan"."""
        key, colon, value = kept.partition(": ")
        if key not in self._fields:
            return kept
        same = self._fields[key]
        several = any(each.kind == "multichoice" for each in same)
        name = " / ".join(dict.fromkeys(say(each.name) for each in same))
        return f"{name}{colon}{answers.words_of_any(same, value.split(', ') if several else value)}"

    def _parts(self, field: str) -> Mapping[str, Any]:
        if field not in self._known:
            if self._version is None:
                self._known[field] = {}
            elif field in _PARTS:
                self._known[field] = dict(_PARTS[field](self._version.policy))
            else:
                rows = rows_in_force(active_tenant_id(), self._version.pk)[_ROWS[field]]
                self._known[field] = {row.key: row for row in rows.values()}
        return self._known[field]

    @cached_property
    def _version(self) -> PolicyVersion | None:
        return version_in_force()

    @cached_property
    def _fields(self) -> dict[str, list[FormField]]:
        return answers.fields_by_key(self._version.policy) if self._version else {}
