"""From a policy back to a policy file, with the comments and the style of a former file wherever that says the same."""

from __future__ import annotations

import dataclasses
import io
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from sla.document.errors import PolicyError
from sla.document.fields import Field, Integer, Words
from sla.document.holidays import Holidays, HolidaysOf, Years, resolved
from sla.document.opening import DAYS, Hours, HoursOf, Weekly
from sla.document.records import Keyed, ListOf, MapOf, RecordOf
from sla.document.rules import Moment
from sla.document.times import Day

if TYPE_CHECKING:
    from sla.document.policy import SupportPolicy

#: A mapping of texts that is longer than this has a line for each.
LONGEST_FLOW = 90


def to_yaml(policy: SupportPolicy, *, like: str = "") -> str:
    """A policy file that says what the policy says; `like` is a former file, whose comments are kept where they can."""
    kind = type(policy)
    if like:
        try:
            former, root = kind.load(like + "\n"), _yaml().load(like)
            text = _dumped(_Writer(policy).changed(RecordOf(kind), root, former, policy))
            if kind.load(text).digest == policy.digest:
                return text
        except (PolicyError, YAMLError, ValueError):
            pass  # what can't be read any more has no comments that could be kept
    return _dumped(_Writer(policy).written(RecordOf(kind), policy))


class _Writer:
    """Writes values in the form that people write in files."""

    def __init__(self, policy: SupportPolicy) -> None:
        self.language, self.languages = policy.language, policy.languages

    def written(self, kind: Field, value: Any) -> Any:
        """A value as a file has it."""
        if isinstance(kind, Words):
            return self._text(value)
        if isinstance(kind, RecordOf):
            return self._record(kind, value)
        if isinstance(kind, Keyed):
            return CommentedMap((key, self._record(kind.inner, record)) for key, record in value.items())
        if isinstance(kind, MapOf):
            return self._map(kind, value)
        if isinstance(kind, ListOf):
            return _in_line([self.written(kind.kind, item) for item in value])
        return _scalar(kind, value)

    def changed(self, kind: Field, node: Any, old: Any, new: Any) -> Any:
        """The node of the former file as it is where nothing changed, with what changed written into it."""
        if old == new:
            return node
        if isinstance(node, CommentedMap) and old is not None:
            if isinstance(kind, RecordOf):
                return self._changed_record(kind, node, old, new)
            if isinstance(kind, Keyed):
                return self._changed_members(dict.fromkeys(new, kind.inner), node, old, new)
            if isinstance(kind, MapOf):
                return self._changed_members(
                    {kind.key.dump(key): kind.kind for key in new}, node, *_named(kind, old, new)
                )
            if isinstance(kind, Words):
                return self._changed_members(dict.fromkeys(new, None), node, old, new)
        return self.written(kind, new)

    def _changed_record(self, kind: RecordOf, node: CommentedMap, old: Any, new: Any) -> CommentedMap:
        for name, field in kind.fields.items():
            before, after = getattr(old, name), getattr(new, name)
            if before == after:
                continue
            if after is None:
                node.pop(name, None)
            elif name in node:
                node[name] = self.changed(field.metadata["kind"], node[name], before, after)
            else:
                node[name] = self.written(field.metadata["kind"], after)
        return node

    def _changed_members(self, kinds: dict[str, Field | None], node: CommentedMap, old: Any, new: Any) -> CommentedMap:
        keys = {str(key): key for key in node}
        for name, key in keys.items():
            if name not in new:
                del node[key]
        for name, value in new.items():
            kind, key = kinds[name], keys.get(name, name)
            if name not in keys or value is None or old[name] is None:
                node[key] = _words(value) if kind is None else None if value is None else self.written(kind, value)
            elif old[name] != value:
                node[key] = _words(value) if kind is None else self.changed(kind, node[key], old[name], value)
        order = [keys.get(name, name) for name in new]
        if order != list(node):
            for key in order:
                node.move_to_end(key)
        return node

    def _record(self, kind: RecordOf, value: Any) -> CommentedMap:
        if isinstance(kind, HolidaysOf):
            value = self._unresolved(value)
        usual = {"languages": (self.language,)} if hasattr(value, "languages") else {}
        record = CommentedMap()
        for name, field in kind.fields.items():
            item = getattr(value, name)
            default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
            if item is not None and item != default and item != usual.get(name):
                record[name] = self.written(field.metadata["kind"], item)
        if not record:
            record.fa.set_flow_style()
        return record

    def _unresolved(self, value: Holidays) -> Holidays:
        """Holidays without their dates, if reading the file brings the same ones."""
        asked = dataclasses.replace(value, dates=None, working_days=None)
        if value.dates is not None and resolved(asked, self.language, self.languages) == value:
            return asked
        return value

    def _map(self, kind: MapOf, value: dict[Any, Any]) -> CommentedMap:
        return CommentedMap(
            (_scalar(kind.key, key), None if item is None else self.written(kind.kind, item))
            for key, item in value.items()
        )

    def _text(self, text: dict[str, str]) -> Any:
        if list(text) == [self.language] and set(self.languages) <= {self.language}:
            return _words(text[self.language])
        mapped = CommentedMap((language, _words(words)) for language, words in text.items())
        if sum(map(len, text.values())) < LONGEST_FLOW and not any("\n" in words for words in text.values()):
            mapped.fa.set_flow_style()
        return mapped


def _named(kind: MapOf, *values: dict[Any, Any]) -> list[dict[str, Any]]:
    return [{kind.key.dump(key): item for key, item in value.items()} for value in values]


def _words(words: str) -> Any:
    return LiteralScalarString(words) if "\n" in words else words


def _scalar(kind: Field, value: Any) -> Any:
    if isinstance(kind, Weekly):
        return _week(value)
    if isinstance(kind, HoursOf):
        return _hours(value)
    if (isinstance(kind, Integer) and kind.percent) or (isinstance(kind, Moment) and isinstance(value, int)):
        return f"{value}%"
    if isinstance(kind, Day):
        return date(value.year, value.month, value.day)
    if isinstance(kind, Years):
        first, last = value[0], value[-1]
        return f"{first}-{last}" if len(value) == last - first + 1 > 1 else _in_line(list(value))
    return kind.dump(value)


def _week(weekly: dict[str, Hours]) -> CommentedMap:
    """Hours by day; days in a row that have the same are written as a range."""
    week = CommentedMap()
    for hours, days in groupby((day for day in DAYS if day in weekly), key=lambda day: weekly[day]):
        row = list(days)
        # A day that is not there may lie between two that have the same hours.
        stretches: list[list[str]] = []
        for day in row:
            if stretches and DAYS.index(day) == DAYS.index(stretches[-1][-1]) + 1:
                stretches[-1].append(day)
            else:
                stretches.append([day])
        for stretch in stretches:
            week[stretch[0] if len(stretch) == 1 else f"{stretch[0]}-{stretch[-1]}"] = _hours(hours)
    return week


def _hours(hours: Hours) -> Any:
    shown = [DoubleQuotedScalarString(f"{start}-{end}") for start, end in hours]
    return shown[0] if len(shown) == 1 else _in_line(shown)


def _in_line(items: list[Any]) -> CommentedSeq:
    """A list; of words in one line, of mappings a line for each."""
    listed = CommentedSeq(items)
    if not any(isinstance(item, CommentedMap | LiteralScalarString) for item in items):
        listed.fa.set_flow_style()
    return listed


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000  # a long line stays one line
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(
        type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    return yaml


def _dumped(root: Any) -> str:
    out = io.StringIO()
    _yaml().dump(root, out)
    return out.getvalue()
