"""The form of an SLA policy: targets by priority and metric, hours, when its clocks stand still, and for whom it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.policy.screens.conditions import ask_conditions, conditions_of, initial_of
from helpdesk.policy.screens.drafting import Document
from helpdesk.policy.screens.forms import KeyField, LengthField, PartForm, WordsField, key_for, options
from sla.document import SupportPolicy, durations
from sla.document.terms import DEFAULT_PAUSES, METRICS, PAUSES, STOPPABLE, SlaPolicy
from tenants.text import say
from tickets.promise import NAMES

#: Kinds of status in which a clock may stand still, and approvals; in other kinds a request is over.
STANDING = ("new", "open", "pending", "on_hold", "solved", "approval")


@dataclass(frozen=True)
class GridRow:
    """A row of a grid: what it is about, and its fields with the label of each."""

    label: str
    cells: list[tuple[str, BoundField]]


class WarnField(forms.CharField):
    """Shares of a target: 50%, 75%."""

    def clean(self, value: Any) -> Any:
        """The shares in percent. ValidationError if one is none."""
        written = super().clean(value) or ""
        shares = [each.strip().rstrip("% ") for each in written.replace(";", ",").split(",") if each.strip()]
        if any(not (share.isascii() and share.isdecimal() and 1 <= int(share[:4]) <= 99) for share in shares):
            raise ValidationError(gettext("Write shares from 1% to 99%, such as 50%, 75%."))
        return sorted({int(share) for share in shares})


class SlaForm(PartForm):
    """An SLA policy, new or known. `record` is what the document gets."""

    def __init__(self, data: Any, *, policy: SupportPolicy, sla: SlaPolicy | None) -> None:
        self.policy, self.sla = policy, sla
        super().__init__(data, initial=_initial(policy, sla))
        if sla is None:
            self.fields["key"] = KeyField(policy.sla)
        self.fields["name"] = WordsField(languages=policy.languages, longest=200, label=_("What it is called"))
        usual = gettext("the usual: %(name)s") % {"name": say(policy.calendars[policy.default_calendar].name)}
        calendars = options(policy.calendars)
        self.fields["calendar"] = forms.ChoiceField(
            label=_("Hours that its targets count in"), required=False, choices=[("", usual), *calendars]
        )
        for priority in policy.priorities:
            for metric in METRICS:
                self.fields[f"t_{priority}_{metric}"] = LengthField()
            self.fields[f"c_{priority}"] = forms.ChoiceField(
                required=False, choices=[("", gettext("as above")), *calendars]
            )
            for tier in policy.tiers:
                self.fields[f"h_{priority}_{tier}"] = LengthField()
        for metric in STOPPABLE:
            for kind in STANDING:
                self.fields[f"p_{metric}_{kind}"] = forms.BooleanField(required=False)
        self.fields["warn"] = WarnField(
            label=_("Warn at"),
            required=False,
            max_length=100,
            help_text=_("Shares of a target, such as 50%, 75%. Rules add their own."),
        )
        self.fields["on_promise"] = forms.ChoiceField(
            label=_("When an agent announces a delay with a new time"),
            choices=[
                ("leave", _("the clock of the reply runs on")),
                ("extend", _("the clock of the reply runs until the new time")),
            ],
            widget=forms.RadioSelect,
        )
        ask_conditions(self, policy, without=("tiers",) if not (sla and sla.when.tiers) else ())
        self.places = {
            **{f"targets.{p}.{m}": f"t_{p}_{m}" for p in policy.priorities for m in METRICS},
            **{f"tiers.{p}.{t}": f"h_{p}_{t}" for p in policy.priorities for t in policy.tiers},
            **{f"calendars.{p}": f"c_{p}" for p in policy.priorities},
            **{name: name for name in ("name", "calendar", "warn", "on_promise")},
        }

    def targets(self) -> Iterator[GridRow]:
        """The grid of priorities and metrics, with the hours of each priority."""
        for key, priority in self.policy.priorities.items():
            cells = [
                (str(NAMES[metric]), self._cell(f"t_{key}_{metric}", priority, NAMES[metric])) for metric in METRICS
            ]
            hours = gettext("Hours")
            yield GridRow(say(priority.name), [*cells, (hours, self._cell(f"c_{key}", priority, hours))])

    def holds(self) -> Iterator[GridRow]:
        """The grid of priorities and tiers: how long each may hold a request."""
        for key, priority in self.policy.priorities.items():
            tiers = [(say(tier.name), tier.key) for tier in self.policy.tiers.values()]
            yield GridRow(
                say(priority.name), [(name, self._cell(f"h_{key}_{tier}", priority, name)) for name, tier in tiers]
            )

    def pauses(self) -> Iterator[GridRow]:
        """The grid of kinds of status and metrics: in which a clock stands still."""
        for kind in STANDING:
            label = ", ".join(say(each.name) for each in self.policy.statuses.values() if each.kind == kind)
            label = label or gettext("Waiting for an approval")
            cells = []
            for metric in STOPPABLE:
                bound = self[f"p_{metric}_{kind}"]
                bound.field.widget.attrs["aria-label"] = f"{NAMES[metric]}: {label}"
                cells.append((str(NAMES[metric]), bound))
            yield GridRow(label, cells)

    def conditions(self) -> list[BoundField]:
        """The fields that say for which requests it is."""
        return [self[name] for name in self.fields if name.startswith("when_")]

    def metric_names(self) -> list[str]:
        """The heads of the grid of targets."""
        return [str(NAMES[metric]) for metric in METRICS]

    def stoppable_names(self) -> list[str]:
        """The heads of the grid of pauses."""
        return [str(NAMES[metric]) for metric in STOPPABLE]

    def _cell(self, name: str, priority: Any, what: object) -> BoundField:
        bound = self[name]
        bound.field.label = f"{say(priority.name)}: {what}"
        bound.field.widget.attrs["aria-label"] = bound.field.label
        bound.label = bound.field.label
        return bound

    def clean(self) -> dict[str, Any]:
        """There is a target, and nothing is to be solved before it is answered."""
        data = super().clean() or {}
        cells = [f"t_{priority}_{metric}" for priority in self.policy.priorities for metric in METRICS]
        if not any(data.get(name) or name in self.errors for name in cells):
            self.add_error(None, gettext("There is no target. Give at least one priority a time."))
        for priority in self.policy.priorities:
            first, last = (data.get(f"t_{priority}_{metric}") for metric in ("first_response", "resolution"))
            lengths = [durations.parse(each, days_allowed=False).seconds for each in (first, last) if each]
            if len(lengths) == 2 and lengths[0] and lengths[1] and lengths[1] < lengths[0]:
                self.add_error(
                    f"t_{priority}_resolution", gettext("This is to be solved before it is answered. Swap them.")
                )
        return data

    def record_key(self) -> str:
        """The key of the SLA policy."""
        if self.sla is not None:
            return self.sla.key
        return self.cleaned_data["key"] or key_for(self.cleaned_data["name"], self.policy.sla, "sla")

    def record(self) -> Document:
        """The SLA policy as the document has it."""
        data, sla, priorities = self.cleaned_data, self.sla, self.policy.priorities
        record: Document = {
            "key": self.record_key(),
            "name": data["name"],
            "when": conditions_of(self, sla.when if sla else None),
            "targets": self._lengths("t", METRICS, sla.targets if sla else {}),
            "tiers": self._lengths("h", tuple(self.policy.tiers), sla.tiers if sla else {}),
            "calendars": {key: data[f"c_{key}"] for key in priorities if data[f"c_{key}"]},
            "warn": data["warn"],
            "on_promise": data["on_promise"],
            "pause_on": self._pauses(),
        }
        if data["calendar"]:
            record["calendar"] = data["calendar"]
        return record

    def _lengths(self, prefix: str, columns: tuple[str, ...], former: Any) -> Document:
        """The lengths of a grid. What was said to be no promise is still said so; an empty cell says nothing."""
        found: Document = {}
        for priority in self.policy.priorities:
            old = former.get(priority, {})
            row = {
                column: length or None
                for column in columns
                if (length := self.cleaned_data[f"{prefix}_{priority}_{column}"])
                or (column in old and old[column] is None)
            }
            if row or (priority in former and not old):
                found[priority] = row
        return found

    def _pauses(self) -> Document:
        """When each clock stands still; left out where it is the usual, unless it was written out before."""
        former, found = (self.sla.pause_on if self.sla else {}), {}
        for metric in STOPPABLE:
            before = former.get(metric, DEFAULT_PAUSES[metric])
            chosen = {kind for kind in STANDING if self.cleaned_data[f"p_{metric}_{kind}"]}
            chosen |= {kind for kind in before if kind not in STANDING}
            if chosen == set(before) and metric in former:
                found[metric] = list(former[metric])
            elif chosen != DEFAULT_PAUSES[metric]:
                found[metric] = [kind for kind in PAUSES if kind in chosen]
        return found


def _initial(policy: SupportPolicy, sla: SlaPolicy | None) -> dict[str, Any]:
    paused = sla.pause_on if sla else {}
    initial: dict[str, Any] = {
        f"p_{metric}_{kind}": kind in paused.get(metric, DEFAULT_PAUSES[metric])
        for metric in STOPPABLE
        for kind in STANDING
    }
    if sla is None:
        return {**initial, "warn": "75%", "on_promise": "leave"}
    for prefix, grid in (("t", sla.targets), ("h", sla.tiers)):
        for priority, row in grid.items():
            initial |= {f"{prefix}_{priority}_{column}": str(length) for column, length in row.items() if length}
    return initial | {
        "name": dict(sla.name),
        "calendar": sla.calendar or "",
        **{f"c_{priority}": calendar for priority, calendar in sla.calendars.items()},
        "warn": ", ".join(f"{share}%" for share in sla.warn),
        "on_promise": sla.on_promise,
        **initial_of(sla.when),
    }
