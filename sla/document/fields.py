"""Kinds of single values in a policy document: each reads itself, writes itself and describes itself for editors."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from sla.document.errors import MOST_FOUND, PolicyError, Problem, did_you_mean, worded
from sla.document.reading import Node
from sla.document.text import Text, in_order

KEY_PATTERN = "[a-z0-9]+(-[a-z0-9]+)*"
LANGUAGE_PATTERN = "[a-z]{2,3}(-[A-Za-z0-9]{2,8})?"
LONGEST_TEXT = 20_000


class _Invalid:
    """Stands for a value that could not be read; its problem is on record already."""

    def __repr__(self) -> str:
        return "INVALID"


INVALID: Final = _Invalid()


@dataclass
class Reader:
    """One reading of one document: what went wrong, and what is checked when everything has been seen."""

    source: str
    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    problems: list[Problem] = field(default_factory=list)
    known: dict[str, list[str]] = field(default_factory=dict)
    references: list[tuple[str, Node, str]] = field(default_factory=list)

    def refuse(self, node: Node, path: str, message: str) -> _Invalid:
        """Put a problem on record."""
        self.problems.append(Problem(message, path, node.line, node.column, self.source))
        if len(self.problems) == MOST_FOUND:  # this is no policy file; looking on would take long and help nobody
            raise PolicyError(self.problems)
        return INVALID

    def refer(self, collection: str, node: Node, path: str) -> None:
        """Ask that this key be one of a collection, which may be read later."""
        self.references.append((collection, node, path))

    def check_references(self) -> None:
        """Report every key that names nothing."""
        for collection, node, path in self.references:
            known = self.known.get(collection, [])
            if node.value not in known:
                what = worded('There is no "%(value)s" in "%(collection)s"', value=node.value, collection=collection)
                self.refuse(
                    node, path, worded("%(what)s: %(hint)s", what=what, hint=did_you_mean(str(node.value), known))
                )


def kind_of(node: Node) -> str:
    """What a node is, in words for people."""
    if node.is_mapping:
        return worded("a mapping")
    if node.is_list:
        return worded("a list")
    if node.value is None:
        return "empty"
    if isinstance(node.value, bool):
        return worded("the switch %(value)s", value=str(node.value).lower())
    return worded("a text") if isinstance(node.value, str) else worded("the number %(value)s", value=node.value)


class Field:
    """A kind of value. Subclasses know one kind each."""

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        """The value, or INVALID after putting on record why."""
        raise NotImplementedError

    def dump(self, value: Any) -> Any:
        """The value as JSON knows it."""
        return value

    def schema(self) -> dict[str, Any]:
        """The value's JSON Schema."""
        raise NotImplementedError


class Words(Field):
    """Text that customers read: a string in the policy's language, or one for each language it declares."""

    def __init__(self, *, longest: int = LONGEST_TEXT, for_staff: bool = False) -> None:
        self.longest = longest
        self.for_staff = for_staff

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if isinstance(node.value, str):
            missing = [language for language in reader.languages if language != reader.language]
            if missing and not self.for_staff:
                example = f"{{{reader.language}: ..., {missing[0]}: ...}}"
                message = worded(
                    "Customers read this, and there is no translation to %(missing)s. Write %(example)s.",
                    missing=", ".join(missing),
                    example=example,
                )
                return reader.refuse(node, path, message)
            words = self._words(node, path, reader)
            return words if words is INVALID else Text({reader.language: words})
        if not node.is_mapping:
            return reader.refuse(
                node, path, worded("This is %(kind)s. Write a text, in quotes if need be.", kind=kind_of(node))
            )
        return self._translations(node, path, reader)

    def _translations(self, node: Node, path: str, reader: Reader) -> Any:
        texts: dict[str, Any] = {}
        for language, entry in node.value.items():
            if language not in reader.languages:
                message = worded(
                    '"%(language)s" is not in "languages": %(hint)s',
                    language=language[:40],
                    hint=did_you_mean(language, reader.languages),
                )
                if entry.node.value is None:
                    message = worded(
                        'The comma before "%(language)s" ends the text. Put the whole text in quotes.',
                        language=language[:40],
                    )
                reader.refuse(entry.key, f"{path}.{language[:40]}", message)
            else:
                texts[language] = self._words(entry.node, f"{path}.{language}", reader)
        needed = [reader.language] if self.for_staff else reader.languages
        if missing := [language for language in needed if language not in node.value]:
            reader.refuse(
                node, path, worded("The translation to %(missing)s is missing. Add it.", missing=", ".join(missing))
            )
        if any(words is INVALID for words in texts.values()) or missing or len(texts) < len(node.value):
            return INVALID
        return in_order(texts, reader.language)

    def _words(self, node: Node, path: str, reader: Reader) -> Any:
        if not isinstance(node.value, str):
            return reader.refuse(
                node, path, worded("This is %(kind)s. Write a text, in quotes if need be.", kind=kind_of(node))
            )
        words = node.value.strip()
        if not words:
            return reader.refuse(node, path, worded("This text is empty. Write it or remove the line."))
        if len(words) > self.longest:
            return reader.refuse(
                node,
                path,
                worded(
                    "This text has %(count)s characters; at most %(longest)s fit. Shorten it.",
                    count=f"{len(words):,}",
                    longest=f"{self.longest:,}",
                ),
            )
        return words

    def dump(self, value: Text) -> dict[str, str]:
        return dict(value)

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/text"}


class Line(Field):
    """A single line that is the same in every language: an address, a number, a name."""

    def __init__(
        self, pattern: str = r"[^\n]+", hint: str = worded("Write one line of text."), longest: int = 500
    ) -> None:
        self.pattern, self.hint, self.longest = pattern, hint, longest

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if not isinstance(node.value, str):
            return reader.refuse(node, path, worded("This is %(kind)s. %(hint)s", kind=kind_of(node), hint=self.hint))
        if len(node.value) > self.longest or not re.fullmatch(self.pattern, node.value):
            return reader.refuse(
                node, path, worded('"%(value)s" does not fit here. %(hint)s', value=node.value[:60], hint=self.hint)
            )
        return node.value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^(?:{self.pattern})$", "maxLength": self.longest}


class Reference(Field):
    """The key of a record in another part of the document."""

    def __init__(self, collection: str) -> None:
        self.collection = collection

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if not isinstance(node.value, str):
            return reader.refuse(
                node,
                path,
                worded(
                    'This is %(kind)s. Write a key of "%(collection)s".', kind=kind_of(node), collection=self.collection
                ),
            )
        reader.refer(self.collection, node, path)
        return node.value

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/key"}


class Choice(Field):
    """One of a fixed list of words."""

    def __init__(self, *choices: str) -> None:
        self.choices = choices

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if isinstance(node.value, str) and node.value in self.choices:
            return node.value
        shown = (
            f'"{node.value[:60]}"'
            if isinstance(node.value, str)
            else worded("This is %(kind)s, which", kind=kind_of(node))
        )
        hint = did_you_mean(node.value if isinstance(node.value, str) else "", self.choices)
        return reader.refuse(node, path, worded("%(shown)s is not possible here: %(hint)s", shown=shown, hint=hint))

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.choices)}


class Flag(Field):
    """true or false."""

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if isinstance(node.value, bool):
            return node.value
        return reader.refuse(node, path, worded("This is %(kind)s. Write true or false.", kind=kind_of(node)))

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Integer(Field):
    """A whole number within bounds; with `percent` it may be written as 75%."""

    def __init__(self, least: int, most: int, *, percent: bool = False) -> None:
        self.least, self.most, self.percent = least, most, percent

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        value = node.value
        if self.percent and isinstance(value, str) and re.fullmatch(r"[0-9]{1,3} ?%", value):
            value = int(value.rstrip("% "))
        unit = "%" if self.percent else ""
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            shown = f'"{value[:60]}"' if isinstance(value, str) else kind_of(node)
            return reader.refuse(
                node,
                path,
                worded(
                    "This is %(shown)s. Write a whole number from %(least)s to %(most)s%(unit)s.",
                    shown=shown,
                    least=self.least,
                    most=self.most,
                    unit=unit,
                ),
            )
        return value

    def schema(self) -> dict[str, Any]:
        number: dict[str, Any] = {"type": "integer", "minimum": self.least, "maximum": self.most}
        return {"anyOf": [number, {"type": "string", "pattern": "^[0-9]{1,3} ?%$"}]} if self.percent else number
