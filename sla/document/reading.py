"""From YAML or plain data to a tree whose every node knows where it stands.

The events of the parser are read directly: that way aliases, tags and deep nesting are refused before they cost
anything, duplicate keys are seen, and a date or a `08:00` stays the string that was written.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from sla.document.errors import PolicyError, Problem, worded

LARGEST_FILE = 512 * 1024
DEEPEST = 16

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# What neither Postgres nor a mail header can hold; tabs and line ends are text.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Node(NamedTuple):
    """A scalar, a list of nodes or a mapping of node pairs, with the line and column where it begins (from 1)."""

    value: Any
    line: int | None = None
    column: int | None = None

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)


class Entry(NamedTuple):
    """A key of a mapping and what it holds."""

    key: Node
    node: Node


def from_yaml(raw: bytes | str, source: str) -> Node:
    """The tree of a policy file; PolicyError names the place when it is no single, plain YAML document."""
    text = _decoded(raw, source)
    parser = YAML(typ="safe", pure=True)
    parser.version = (1, 2)
    try:
        return _Composer(parser.parse(text), source).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = " ".join(part for part in (error.context, error.problem) if part)
        place = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise _refusal(worded("This is not valid YAML here: %(message)s.", message=message), source, *place) from error
    except (YAMLError, ValueError, IndexError, AttributeError, AssertionError, RecursionError) as error:
        # The parser has a few corners that raise bare Python errors on broken input.
        detail = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise _refusal(worded("This is not valid YAML: %(detail)s.", detail=detail), source) from error


def _decoded(raw: bytes | str, source: str) -> str:
    size = len(raw)
    if size > LARGEST_FILE:
        raise _refusal(
            worded(
                "The file has %(size)s bytes; a policy file has at most %(largest_file)s.",
                size=f"{size:,}",
                largest_file=f"{LARGEST_FILE:,}",
            ),
            source,
        )
    text = raw if isinstance(raw, str) else _utf8(raw, source)
    text = text.removeprefix("\ufeff")
    if found := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        code = f"U+{ord(found[0]):04X}"
        raise _refusal(
            worded("The control character %(code)s can't be stored. Remove it.", code=code), source, line, column
        )
    return text


def _utf8(raw: bytes, source: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise _refusal(worded("The file is not UTF-8 text. Save it as UTF-8."), source, line, column) from error


def _refusal(message: str, source: str, line: int | None = None, column: int | None = None) -> PolicyError:
    return PolicyError([Problem(message, line=line, column=column, source=source)])


class _Composer:
    """Composes nodes from parser events, refusing what a policy file has no use for."""

    def __init__(self, events: Iterator[Event], source: str) -> None:
        self.events = events
        self.source = source
        self.problems: list[Problem] = []

    def document(self) -> Node:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                if root is not None:
                    raise self._refused(
                        event, worded('A second document begins here. Remove the "---" and what follows.')
                    )
                root = self._node(next(self.events), 0)
        if self.problems:
            raise PolicyError(self.problems)
        if root is None or root.value is None:
            raise _refusal(worded("The file is empty. Start from one of the examples in policies/."), self.source)
        return root

    def _refused(self, event: Event, message: str) -> PolicyError:
        mark = event.start_mark
        return _refusal(message, self.source, mark.line + 1, mark.column + 1)

    def _node(self, event: Any, depth: int) -> Node:
        if isinstance(event, AliasEvent):
            raise self._refused(
                event, worded('The alias "*%(anchor)s" is not allowed. Write the value out.', anchor=event.anchor)
            )
        if event.anchor:
            raise self._refused(
                event, worded('The anchor "&%(anchor)s" is not allowed. Remove it.', anchor=event.anchor)
            )
        if event.tag is not None:
            raise self._refused(event, worded('The tag "%(tag)s" is not allowed. Remove it.', tag=event.tag))
        if depth > DEEPEST:
            raise self._refused(
                event,
                worded(
                    "This is nested more than %(deepest)s deep, deeper than any field of a policy.", deepest=DEEPEST
                ),
            )
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, MappingStartEvent):
            return Node(self._entries(depth), *place)
        if isinstance(event, SequenceStartEvent):
            return Node(self._items(depth), *place)
        value = _resolved(event.value) if event.implicit[0] else event.value
        if isinstance(value, str) and (found := _UNPRINTABLE.search(value)):
            code = f"U+{ord(found[0]):04X}"
            raise self._refused(event, worded("The text holds the control character %(code)s. Remove it.", code=code))
        return Node(value, *place)

    def _items(self, depth: int) -> list[Node]:
        items = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return items

    def _entries(self, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                raise self._refused(event, worded("A key must be a word, not a list or a mapping."))
            key = self._node(event, depth)
            # A key is what was written: `on`, `2026` and `null` are words here.
            name, node = str(event.value), self._node(next(self.events), depth + 1)
            if name in entries:
                first = entries[name].key.line
                message = worded(
                    '"%(name)s" is already there on line %(first)s. Remove one of the two.', name=name[:80], first=first
                )
                self.problems.append(Problem(message, name[:80], key.line, key.column, self.source))
            entries[name] = Entry(Node(name, key.line, key.column), node)
        return entries


def _resolved(plain: str) -> Any:
    """The value of an unquoted scalar by YAML 1.2: null, true, false, a number, or else the text itself."""
    if plain in _CONSTANTS:
        return _CONSTANTS[plain]
    if _INTEGER.fullmatch(plain):
        return int(plain)
    return float(plain) if _DECIMAL.fullmatch(plain) else plain


def from_plain(data: object, source: str) -> Node:
    """The tree of a JSON-able document, such as the one that the database keeps."""
    return _Plain(source).node(data, 0)


class _Plain:
    """Makes nodes of plain data. Most of it is words, under keys that come again and again."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._keys: dict[object, Node] = {}

    def node(self, value: object, depth: int) -> Node:
        if depth > DEEPEST:
            raise self._refused(worded("The document is nested more than %(deepest)s deep.", deepest=DEEPEST))
        if isinstance(value, str):
            return Node(self._text(value))
        if isinstance(value, dict):
            keys, node = self._keys, self.node
            return Node({key: Entry(keys.get(key) or self._key(key), node(value[key], depth + 1)) for key in value})
        if isinstance(value, list | tuple):
            return Node([self.node(item, depth + 1) for item in value])
        if isinstance(value, float) and not math.isfinite(value):
            raise self._refused(worded("The document holds %(value)s, which is no number. Remove it.", value=value))
        if value is None or isinstance(value, bool | int | float):
            return Node(value)
        return self.node(dict(value), depth) if isinstance(value, Mapping) else Node(self._text(value))

    def _key(self, name: object) -> Node:
        self._keys[name] = node = Node(self._text(name))
        return node

    def _text(self, value: object) -> str:
        if not isinstance(value, str):
            raise self._refused(
                worded("The document holds a %(name)s, which JSON does not know.", name=type(value).__name__)
            )
        if found := _UNPRINTABLE.search(value):
            code = f"{ord(found[0]):04X}"
            raise self._refused(worded("The document holds the control character U+%(value)s. Remove it.", value=code))
        return value

    def _refused(self, message: str) -> PolicyError:
        return _refusal(message, self.source)
