"""The builder of views: conditions as rows of field, operator and value, which are text all the same."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from sla.document import SupportPolicy
from tenants.models import User
from tenants.permissions import Permission
from tenants.text import say
from tickets import answers
from tickets.columns import offered
from tickets.forms.selects import QuickSelect
from tickets.models import SavedView, Team
from tickets.paging import ORDERS
from tickets.selection import FIELDS, Condition, Query, named, parse, write
from tickets.selection.language import ANSWER, LONGEST, STATES_OF, Kind

MOST_ROWS = 20
_ROW = re.compile("field-([0-9]{1,3})")
#: Operators by the sign or the minus that they stand for.
IS, IS_NOT = ("is", _("is")), ("not", _("is not"))
TIMES = (
    ("<", _("less than, before")),
    (">", _("more than, after")),
    ("<=", _("until and with")),
    (">=", _("from … on")),
)
_COLLECTIONS = {
    "status": "statuses",
    "priority": "priorities",
    "category": "categories",
    "team": "teams",
    "tier": "tiers",
    "channel": "channels",
}


@dataclass
class Row:
    """One condition as it is edited."""

    number: int
    field: str
    operator: str
    values: list[str]
    policy: SupportPolicy | None

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """What can be ticked; nothing where a value is written."""
        asked = named(self.field)
        if asked is None:
            return []
        if asked.kind is Kind.ANSWER:
            return self._answers(asked.name.removeprefix(ANSWER))
        if asked.kind is Kind.STATE:
            return list(STATES_OF[asked.name].items())
        if asked.kind is not Kind.KEYED or self.policy is None:
            return []
        found = [(row.key, say(row.name)) for row in getattr(self.policy, _COLLECTIONS[asked.name]).values()]
        extra: list[tuple[str, Any]] = [("none", _("none")), ("mine", _("my teams"))] if asked.name == "team" else []
        # What was typed and is no key stays to be seen, so that nothing is lost.
        known = {key for key, _name in (*found, *extra)}
        return [*found, *extra, *((value, value) for value in self.values if value not in known)]

    def _answers(self, key: str) -> list[tuple[str, Any]]:
        """The choices of a field of the policy, or nothing where an answer is written."""
        asked = [each for each in answers.fields_everywhere(self.policy) if each.key == key] if self.policy else []
        found = answers.choices(asked)
        if not found:
            return []
        return [
            *found.items(),
            ("none", _("none")),
            *((value, value) for value in self.values if value not in found and value != "none"),
        ]

    @property
    def operators(self) -> list[tuple[str, Any]]:
        """How it can be compared."""
        asked = named(self.field)
        times = TIMES if asked and (asked.kind is Kind.TIME or (asked.kind is Kind.ANSWER and not self.choices)) else ()
        return [*times, IS, IS_NOT]

    @property
    def text(self) -> str:
        """The values as they are written, separated by commas."""
        return ", ".join(f'"{value}"' if "," in value else value for value in self.values)

    @property
    def example(self) -> str:
        """A value that would do."""
        asked = named(self.field)
        return asked.example.split(":", 1)[1].strip('"<>') if asked and asked.kind is not Kind.ANSWER else ""

    @property
    def condition(self) -> Condition | None:
        """None while it is empty."""
        values = [value for value in self.values if value]
        if named(self.field) is None or not values:
            return None
        if self.operator in dict(TIMES):
            values = [f"{self.operator}{value.lstrip('<>=')}" for value in values]
        return Condition(self.field, tuple(dict.fromkeys(values)), self.operator == "not")


class ViewForm(forms.Form):
    """A view: its name, for whom it is, its conditions, order and columns."""

    name = forms.CharField(label=_("Name"), max_length=80)
    words = forms.CharField(
        label=_("Words"), required=False, max_length=200, help_text=_("Looked for in subjects, messages and files.")
    )
    order = forms.ChoiceField(label=_("Sort"), required=False, widget=QuickSelect)
    columns = forms.MultipleChoiceField(label=_("Columns"), required=False, widget=forms.CheckboxSelectMultiple)
    audience = forms.ChoiceField(label=_("Who sees it"), widget=forms.RadioSelect)
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), required=False, empty_label="—")

    def __init__(self, *args: Any, person: User, policy: SupportPolicy | None, **options: Any) -> None:
        super().__init__(*args, auto_id="view_%s", **options)  # type: ignore[misc]
        shares, fields = person.may(Permission.SHARE_VIEWS), self.fields
        teams = Team.objects.filter(is_active=True)
        fields["team"].queryset = teams if shares else teams.filter(memberships__user=person)  # type: ignore[attr-defined]
        Audience = SavedView.Audience
        fields["audience"].choices = [  # type: ignore[attr-defined]
            (each.value, each.label) for each in Audience if each != Audience.EVERYBODY or shares
        ]
        fields["order"].choices = [(each.key, each.name) for each in ORDERS.values()]  # type: ignore[attr-defined]
        fields["columns"].choices = list(offered(policy).items())  # type: ignore[attr-defined]
        self.policy = policy
        self.rows = self._posted() if self.is_bound else self._rows(parse(self.initial.get("conditions", "")))

    def _rows(self, query: Query) -> list[Row]:
        rows = []
        for number, each in enumerate(query.conditions):
            operator, values = ("not" if each.negated else "is"), list(each.values)
            asked = named(each.field)
            if asked and asked.kind in (Kind.TIME, Kind.ANSWER) and len(values) == 1 and not each.negated:
                sign = values[0][: len(values[0]) - len(values[0].lstrip("<>="))]
                if sign:
                    operator, values = sign, [values[0].lstrip("<>=")]
            rows.append(Row(number, each.field, operator, values, self.policy))
        return rows or [Row(0, "status", "is", [], self.policy)]

    def _posted(self) -> list[Row]:
        data: QueryDict = self.data  # type: ignore[assignment]
        numbers = sorted(
            {int(name[6:]) for name in data if name.startswith("field-") and name[6:].isdecimal() and len(name) < 12}
        )
        removed = data.get("remove", "")
        rows: list[Row] = []
        for number in numbers[:MOST_ROWS]:
            if str(number) == removed:
                continue
            values = [part for value in data.getlist(f"value-{number}") for part in _parts(value)]
            name = data.get(f"field-{number}", "")
            rows.append(Row(len(rows), name, data.get(f"operator-{number}", "is"), values, self.policy))
        if "add" in data and len(rows) < MOST_ROWS:
            rows.append(Row(len(rows), "status", "is", [], self.policy))
        return rows

    @property
    def all_fields(self) -> list[tuple[str, Any]]:
        """What can be asked, with its word."""
        names = answers.names_of_fields(self.policy) if self.policy else {}
        return [
            *((each.name, each.label) for each in FIELDS.values()),
            *((f"{ANSWER}{key}", name) for key, name in names.items()),
        ]

    @property
    def conditions(self) -> str:
        """What the rows and the words say, in the language of the search box."""
        words = parse((self.data if self.is_bound else self.initial).get("words", ""))
        conditions = [each.condition for each in self.rows]
        written = [each for each in conditions if each is not None]
        return write(Query((*written, *words.conditions), words.words))

    def clean(self) -> dict[str, Any]:
        """The conditions must be understood."""
        cleaned = super().clean() or self.cleaned_data
        words = parse(self.data.get("words", ""))
        text = self.conditions
        for problem in (*words.problems, *parse(text).problems):
            self.add_error(None, str(problem))
        if cleaned.get("audience") == SavedView.Audience.TEAM and not cleaned.get("team"):
            self.add_error("team", _("Choose the team."))
        if cleaned.get("audience") != SavedView.Audience.TEAM:
            cleaned["team"] = None
        return cleaned


def _parts(text: str) -> list[str]:
    """Values separated by commas; quotation marks hold one together."""
    text = " ".join(text.replace("\0", "\N{REPLACEMENT CHARACTER}").split())[:LONGEST]
    return [" ".join(part.replace('"', " ").split()) for part in next(csv.reader([text], skipinitialspace=True), [])]
