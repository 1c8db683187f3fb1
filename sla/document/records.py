"""Lists, mappings and records of a policy document, read from one declaration: the fields of a frozen dataclass."""

import dataclasses
import re
from functools import cache
from typing import Any

from sla.document.errors import did_you_mean, worded
from sla.document.fields import INVALID, KEY_PATTERN, Field, Reader, kind_of
from sla.document.reading import Entry, Node

LONGEST_KEY = 40


def part(kind: Field, help: str, **options: Any) -> Any:
    """A field of a record: its kind of value and a sentence for editors; required unless it has a default."""
    return dataclasses.field(metadata={"kind": kind, "help": help}, **options)


def join(path: str, name: object) -> str:
    """The path of a field inside another."""
    return f"{path}.{str(name)[:80]}" if path else str(name)[:80]


class ListOf(Field):
    """A list of values of one kind; a single value may be written without brackets."""

    def __init__(self, kind: Field, *, least: int = 0) -> None:
        self.kind, self.least = kind, least

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if node.is_list:
            items = [self.kind.read(item, f"{path}[{index}]", reader) for index, item in enumerate(node.value, 1)]
        elif node.value is None:
            return reader.refuse(node, path, worded("This is empty. Write a list, [] for none, or remove the line."))
        else:
            items = [self.kind.read(node, path, reader)]
        if any(item is INVALID for item in items):
            return INVALID
        if len(items) < self.least:
            return reader.refuse(
                node,
                path,
                worded(
                    "This list has %(count)s entries. Write at least %(least)s.", count=len(items), least=self.least
                ),
            )
        return tuple(items)

    def dump(self, value: tuple[Any, ...]) -> list[Any]:
        return [self.kind.dump(item) for item in value]

    def schema(self) -> dict[str, Any]:
        item = self.kind.schema()
        return {"anyOf": [{"type": "array", "items": item, "minItems": self.least}, item]}


class MapOf(Field):
    """A mapping from keys of one kind to values of another; with `or_none` a value may be null."""

    def __init__(self, key: Field, kind: Field, *, or_none: bool = False) -> None:
        self.key, self.kind, self.or_none = key, kind, or_none

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if not node.is_mapping:
            return reader.refuse(
                node, path, worded("This is %(kind)s. Write a mapping, one `key: value` a line.", kind=kind_of(node))
            )
        values = {}
        for name, entry in node.value.items():
            key = self.key.read(entry.key, join(path, name), reader)
            if self.or_none and entry.node.value is None:
                value = None
            else:
                value = self.kind.read(entry.node, join(path, name), reader)
            values[key] = value
        if INVALID in values or any(value is INVALID for value in values.values()):
            return INVALID
        return Mapped(values)

    def dump(self, value: dict[Any, Any]) -> dict[str, Any]:
        return {self.key.dump(key): None if item is None else self.kind.dump(item) for key, item in value.items()}

    def schema(self) -> dict[str, Any]:
        value = self.kind.schema()
        return {
            "type": "object",
            "additionalProperties": {"anyOf": [value, {"type": "null"}]} if self.or_none else value,
        }


class Mapped(dict[Any, Any]):
    """A mapping that frozen records may hold: treat it as a constant."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))


class RecordOf(Field):
    """A mapping with the fields of a dataclass. The dataclass may check itself in `problems(self)`."""

    def __init__(self, record: type) -> None:
        self.record = record

    @property
    def fields(self) -> dict[str, dataclasses.Field[Any]]:
        return _fields(self.record)

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if not node.is_mapping:
            names = ", ".join(list(self.fields)[:6])
            return reader.refuse(
                node,
                path,
                worded(
                    "This is %(kind)s. Write a mapping with fields such as %(names)s.", kind=kind_of(node), names=names
                ),
            )
        values = self._values(node, path, reader)
        for name, field in self.fields.items():
            required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
            if required and name not in node.value:
                values[name] = reader.refuse(
                    node, path, worded('"%(name)s" is missing. %(help)s', name=name, help=field.metadata["help"])
                )
        if any(value is INVALID for value in values.values()):
            return INVALID
        return self.build(values, node, path, reader)

    def _values(self, node: Node, path: str, reader: Reader) -> dict[str, Any]:
        values: dict[str, Any] = {}
        fields = self.fields
        for name, entry in node.value.items():
            inner = join(path, name)
            if name not in fields:
                hint = did_you_mean(name, tuple(fields))
                values[name] = reader.refuse(
                    entry.key, inner, worded('There is no field "%(name)s" here: %(hint)s', name=name[:60], hint=hint)
                )
            elif entry.node.value is None:
                values[name] = reader.refuse(
                    entry.key, inner, worded("This is empty. Write a value or remove the line.")
                )
            else:
                values[name] = fields[name].metadata["kind"].read(entry.node, inner, reader)
        return values

    def build(self, values: dict[str, Any], node: Node, path: str, reader: Reader) -> Any:
        """The record of values that were read, unless it finds fault with itself."""
        record = self.record(**values)
        faults = list(record.problems()) if hasattr(record, "problems") else []
        for name, message in faults:
            entry = node.value.get(name)
            reader.refuse(entry.node if entry else node, join(path, name) if name else path, message)
        return INVALID if faults else record

    def dump(self, value: Any) -> dict[str, Any]:
        dumped = {name: (field, getattr(value, name)) for name, field in self.fields.items()}
        return {name: field.metadata["kind"].dump(item) for name, (field, item) in dumped.items() if item is not None}

    def schema(self) -> dict[str, Any]:
        properties = {
            name: {"description": field.metadata["help"], **field.metadata["kind"].schema()}
            for name, field in self.fields.items()
        }
        required = [
            name
            for name, field in self.fields.items()
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        ]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


class Keyed(Field):
    """Records in order, each under a key of its own: a mapping in a file, a list with `key` in the database.

    (Postgres does not keep the order of a mapping.)
    """

    def __init__(self, record: type, collection: str = "", *, least: int = 0) -> None:
        self.inner, self.collection, self.least = RecordOf(record), collection, least
        self.counted = any(field.name == "rank" for field in dataclasses.fields(record))

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        entries = self._entries(node, path, reader)
        if entries is INVALID:
            return INVALID
        if self.collection:
            reader.known[self.collection] = [entry.key.value for entry in entries]
        records = {}
        for rank, entry in enumerate(entries, 1):
            key, inner = entry.key.value, join(path, entry.key.value)
            valid = check_key(entry.key, inner, reader)
            record = self.inner.read(entry.node, inner, reader)
            if record is INVALID or not valid:
                records[key] = INVALID
                continue
            if key in records:
                reader.refuse(
                    entry.key, inner, worded('The key "%(key)s" is there twice. Remove one of the two.', key=key)
                )
            records[key] = dataclasses.replace(record, key=key, **({"rank": rank} if self.counted else {}))
        if any(record is INVALID for record in records.values()):
            return INVALID
        if len(records) < self.least:
            return reader.refuse(
                node,
                path,
                worded(
                    "There are %(count)s entries here. Write at least %(least)s.", count=len(records), least=self.least
                ),
            )
        return Mapped(records)

    def _entries(self, node: Node, path: str, reader: Reader) -> Any:
        if node.is_mapping:
            return list(node.value.values())
        if not node.is_list:
            return reader.refuse(
                node, path, worded("This is %(kind)s. Write a mapping, one `key:` for each entry.", kind=kind_of(node))
            )
        entries = []
        for index, item in enumerate(node.value, 1):
            key = item.value.get("key") if item.is_mapping else None
            if key is None or not isinstance(key.node.value, str):
                reader.refuse(item, f"{path}[{index}]", worded('"key" is missing. Give each entry of the list a key.'))
                continue
            fields = {name: entry for name, entry in item.value.items() if name != "key"}
            entries.append(Entry(key.node, Node(fields, item.line, item.column)))
        return entries if len(entries) == len(node.value) else INVALID

    def dump(self, value: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"key": key, **self.inner.dump(record)} for key, record in value.items()]

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "propertyNames": {"$ref": "#/$defs/key"},
            "additionalProperties": self.inner.schema(),
            "minProperties": self.least,
        }


def check_key(node: Node, path: str, reader: Reader) -> bool:
    """Whether this is a key: small letters, digits and hyphens."""
    if len(node.value) <= LONGEST_KEY and re.fullmatch(KEY_PATTERN, node.value):
        return True
    hint = worded(
        "Write small letters a-z, digits and single hyphens, at most %(longest_key)s.", longest_key=LONGEST_KEY
    )
    reader.refuse(node, path, worded('"%(value)s" can\'t be a key. %(hint)s', value=node.value[:60], hint=hint))
    return False


@cache
def _fields(record: type) -> dict[str, dataclasses.Field[Any]]:
    """What a person writes: the fields with a kind. `key` and `rank` come from where a record stands."""
    return {field.name: field for field in dataclasses.fields(record) if "kind" in field.metadata}
