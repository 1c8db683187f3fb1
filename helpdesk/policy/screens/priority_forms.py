"""The forms of a priority, of its successor, and of the matrix of impact and urgency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.forms import KeyField, PartForm, WordsField, key_for, options
from sla.document import SupportPolicy
from sla.document.requests import Level, Priority
from tenants.text import say

COLOURS = {
    "red": _("red"),
    "orange": _("orange"),
    "yellow": _("yellow"),
    "green": _("green"),
    "blue": _("blue"),
    "grey": _("grey"),
}
#: How far back requests are counted in the cells of the grids.
COUNTED = timedelta(days=90)
#: A ticket keeps no longer key of impact and urgency.
LONGEST_LEVEL = 40


class LinesField(WordsField):
    """Several texts, a line each, in every language of the policy in the same order."""

    def clean(self, value: Any) -> Any:
        """The texts, each by language. ValidationError when the languages do not have as many lines."""
        lines = {
            code: [line.strip() for line in text.splitlines() if line.strip()] for code, text in (value or {}).items()
        }
        if len({len(each) for each in lines.values()}) > 1:
            raise ValidationError(
                gettext("Write as many lines in every language: each is a translation of the others.")
            )
        count = len(next(iter(lines.values()), []))
        return [{code: each[index] for code, each in lines.items()} for index in range(count)]


def as_lines(texts: Any) -> dict[str, str]:
    """Texts as their field shows them: a line each, by language."""
    codes = dict.fromkeys(code for text in texts for code in text)
    return {code: "\n".join(" ".join(text.get(code, "").split()) for text in texts) for code in codes}


class PriorityForm(PartForm):
    """A priority, new or known. `record` is what the document gets."""

    places = {name: name for name in ("name", "meaning", "examples", "counter_examples", "default", "colour")}

    def __init__(self, data: Any, *, policy: SupportPolicy, priority: Priority | None) -> None:
        self.policy, self.priority = policy, priority
        super().__init__(data, initial=_initial(policy, priority))
        texts: dict[str, Any] = {"languages": policy.languages}
        if priority is None:
            self.fields["key"] = KeyField([*policy.priorities, *map(str, policy.replaced_priorities)])
        self.fields["name"] = WordsField(longest=80, label=_("What it is called"), **texts)
        self.fields["meaning"] = WordsField(
            longest=1000,
            rows=2,
            label=_("What it means"),
            help_text=_("Customers choose a priority by this sentence."),
            **texts,
        )
        self.fields["examples"] = LinesField(
            longest=5000, rows=3, required=False, label=_("Examples"), help_text=_("A line each."), **texts
        )
        self.fields["counter_examples"] = LinesField(
            longest=5000, rows=3, required=False, label=_("What it is not"), help_text=_("A line each."), **texts
        )
        self.fields["colour"] = forms.ChoiceField(
            label=_("Colour"), required=False, choices=[("", _("by its place in the order")), *COLOURS.items()]
        )
        self.fields["default"] = forms.BooleanField(
            label=_("Requests have it when nothing else says"),
            required=False,
            disabled=priority is not None and priority.default,
        )

    def record_key(self) -> str:
        """The priority's key."""
        if self.priority is not None:
            return self.priority.key
        return self.cleaned_data["key"] or key_for(self.cleaned_data["name"], self.policy.priorities, "priority")

    def record(self) -> Document:
        """The priority as the document has it."""
        data = self.cleaned_data
        record: Document = {name: data[name] for name in ("name", "meaning", "examples", "counter_examples", "default")}
        record["key"] = self.record_key()
        if data["colour"]:
            record["colour"] = data["colour"]
        if self.priority is not None and self.priority.replaces:
            record["replaces"] = list(self.priority.replaces)
        return record


def _initial(policy: SupportPolicy, priority: Priority | None) -> dict[str, Any]:
    if priority is None:
        return {}
    return {
        "name": dict(priority.name),
        "meaning": dict(priority.meaning),
        "examples": as_lines(priority.examples),
        "counter_examples": as_lines(priority.counter_examples),
        "colour": priority.colour or "",
        "default": priority.default,
    }


class SuccessorForm(forms.Form):
    """Which priority takes the place of one that is removed."""

    def __init__(self, *args: Any, policy: SupportPolicy, former: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [(key, name) for key, name in options(policy.priorities) if key != former]
        self.fields["successor"] = forms.ChoiceField(label=_("What takes its place"), choices=others)


@dataclass(frozen=True)
class MatrixRow:
    """An impact, and for each urgency its field and how many requests there were lately."""

    label: str
    cells: list[tuple[str, BoundField, int]]


class MatrixForm(PartForm):
    """The grid, and the words of its levels. A level is added by its name and removed by a tick."""

    def __init__(self, *args: Any, policy: SupportPolicy, counts: Mapping[tuple[str, str], int], **kwargs: Any) -> None:
        self.policy, self.counts = policy, counts
        self.sides: dict[str, Mapping[str, Level]] = {
            "impact": policy.matrix.impacts if policy.matrix else {},
            "urgency": policy.matrix.urgencies if policy.matrix else {},
        }
        super().__init__(*args, **kwargs)
        choices = options(policy.priorities)
        for impact in self.sides["impact"]:
            for urgency in self.sides["urgency"]:
                first = policy.priority_from(impact, urgency) or policy.default_priority
                self.fields[f"cell_{impact}_{urgency}"] = forms.ChoiceField(choices=choices, initial=first.key)
        for side, levels in self.sides.items():
            for key, level in levels.items():
                self._ask(f"{side}_{key}", level)
                self.fields[f"{side}_{key}_gone"] = forms.BooleanField(required=False, label=_("Remove this level"))
            self._ask(f"{side}_new", None)
        self.places = {
            **{
                f"{side_name}.{key}.{part}": f"{side}_{key}_{part}"
                for side, side_name in SIDES.items()
                for key in self.sides[side]
                for part in ("name", "meaning")
            },
        }

    def _ask(self, prefix: str, level: Level | None) -> None:
        for name, longest, label in (("name", 80, _("What it is called")), ("meaning", 1000, _("What it means"))):
            self.fields[f"{prefix}_{name}"] = WordsField(
                languages=self.policy.languages,
                longest=longest,
                label=label,
                required=level is not None,
                initial=dict(getattr(level, name)) if level else None,
            )

    def rows(self) -> Iterator[MatrixRow]:
        """The grid."""
        for impact, level in self.sides["impact"].items():
            cells = []
            for urgency, column in self.sides["urgency"].items():
                bound = self[f"cell_{impact}_{urgency}"]
                bound.field.widget.attrs["aria-label"] = f"{say(level.name)} × {say(column.name)}"
                cells.append((say(column.name), bound, self.counts.get((impact, urgency), 0)))
            yield MatrixRow(say(level.name), cells)

    def urgencies(self) -> list[str]:
        """The heads of the grid."""
        return [say(level.name) for level in self.sides["urgency"].values()]

    def levels(self) -> Iterator[tuple[str, list[tuple[str, list[BoundField]]]]]:
        """The words of each side: its heading, and name and fields of its levels; the last one is new."""
        for side, heading in (("impact", gettext("Impact")), ("urgency", gettext("Urgency"))):
            known = [
                (say(level.name), [self[f"{side}_{key}_{part}"] for part in ("name", "meaning", "gone")])
                for key, level in self.sides[side].items()
            ]
            yield (
                heading,
                [*known, (gettext("A new level"), [self[f"{side}_new_{part}"] for part in ("name", "meaning")])],
            )

    def clean(self) -> dict[str, Any]:
        """A new level has a name and a meaning, and a matrix has both sides or none."""
        data = super().clean() or {}
        for side in SIDES:
            name, meaning = (data.get(f"{side}_new_{part}") for part in ("name", "meaning"))
            if bool(name) != bool(meaning):
                missing = "meaning" if name else "name"
                self.add_error(f"{side}_new_{missing}", gettext("A new level needs a name and a meaning."))
        if not self.errors:
            sizes = [len(self._levels(side)) for side in SIDES]
            if bool(sizes[0]) != bool(sizes[1]):
                self.add_error(None, gettext("A matrix needs at least one impact and one urgency, or none of both."))
        return data

    def _levels(self, side: str) -> list[Document]:
        data = self.cleaned_data
        kept = [
            {"key": key, "name": data[f"{side}_{key}_name"], "meaning": data[f"{side}_{key}_meaning"]}
            for key in self.sides[side]
            if not data[f"{side}_{key}_gone"]
        ]
        if name := data.get(f"{side}_new_name"):
            short = {code: text[:LONGEST_LEVEL] for code, text in name.items()}
            key = key_for(short, self.sides[side], side)[:LONGEST_LEVEL].strip("-")
            kept.append({"key": key, "name": name, "meaning": data[f"{side}_new_meaning"]})
        return kept

    def record(self) -> Document:
        """The matrix as the document has it; nothing without any level. New cells have the usual priority."""
        impacts, urgencies = self._levels("impact"), self._levels("urgency")
        if not impacts:
            return {}
        usual = self.policy.default_priority.key
        cells = {
            impact["key"]: {
                urgency["key"]: self.cleaned_data.get(f"cell_{impact['key']}_{urgency['key']}", usual)
                for urgency in urgencies
            }
            for impact in impacts
        }
        return {"impacts": impacts, "urgencies": urgencies, "priorities": cells}


SIDES = {"impact": "impacts", "urgency": "urgencies"}
