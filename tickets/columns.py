"""The columns that a list of tickets can show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sla.document import SupportPolicy
from tickets import answers
from tickets.selection.language import ANSWER, Kind, named

#: In the order in which they stand; number and subject always come first.
COLUMNS: dict[str, str | Promise] = {
    "customer": _("Customer"),
    "priority": _("Priority"),
    "status": _("State"),
    "assignee": _("Assignee"),
    "team": _("Team"),
    "tier": _("Tier"),
    "channel": _("Channel"),
    "tags": _("Tags"),
    "created": _("Filed"),
    "updated": _("Changed"),
    "due": _("Next due"),
}
#: `field.` and the key of a field.
LONGEST = 46
USUAL = ("customer", "priority", "status", "assignee", "due")


def offered(policy: SupportPolicy | None) -> dict[str, str | Promise]:
    """Every column with its heading, also `field.KEY` for each field of the policy. What is due stays the last."""
    own = answers.names_of_fields(policy) if policy else {}
    fields: dict[str, str | Promise] = {f"{ANSWER}{key}": name for key, name in own.items()}
    return {name: COLUMNS[name] for name in COLUMNS if name != "due"} | fields | {"due": COLUMNS["due"]}


def chosen(names: Iterable[str], among: Mapping[str, str | Promise] = COLUMNS) -> dict[str, str | Promise]:
    """Those of the names that are columns, in their order, with headings; the usual ones when there is none."""
    wanted = {part for name in names for part in name.split(",")}
    return {name: among[name] for name in among if name in wanted} or {name: COLUMNS[name] for name in USUAL}


def kept(names: Iterable[str]) -> list[str]:
    """The names as a view keeps them: a field that the policy has given up may come back."""
    wanted = list(dict.fromkeys(names))
    return [name for name in COLUMNS if name in wanted] + [name for name in wanted if _is_field(name)]


def fields_in(names: Iterable[str]) -> list[str]:
    """The keys of the policy's fields among columns."""
    return [name.removeprefix(ANSWER) for name in names if _is_field(name)]


def _is_field(name: str) -> bool:
    asked = named(name)
    return asked is not None and asked.kind is Kind.ANSWER and len(name) <= LONGEST
