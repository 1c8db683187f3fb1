"""The fields of a request: what is asked, when, of whom, and what an answer may be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sla.document.errors import worded
from sla.document.fields import (
    INVALID,
    KEY_PATTERN,
    Choice,
    Field,
    Flag,
    Integer,
    Line,
    Reader,
    Reference,
    Words,
    kind_of,
)
from sla.document.reading import Node
from sla.document.records import Keyed, ListOf, MapOf, Mapped, RecordOf, part
from sla.document.text import Text

KINDS = ("text", "textarea", "url", "email", "number", "date", "boolean", "choice", "multichoice")
CHOOSING = ("choice", "multichoice")
#: What a field of kind boolean is answered with.
YES, NO = "yes", "no"
LARGEST = 10**12


class Answer(Field):
    """An answer as a condition names it: the key of a choice, a word, a number, true or false."""

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        value = node.value
        if isinstance(value, bool):
            return YES if value else NO
        if isinstance(value, str | int | float) and str(value).strip():
            return str(value).strip()[:500]
        reader.refuse(
            node, path, worded("This is %(kind)s. Write an answer, in quotes if need be.", kind=kind_of(node))
        )
        return INVALID

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True, kw_only=True)
class Option:
    """One of the answers to a choice."""

    key: str = ""
    name: Text = part(Words(longest=200), "What people read.")


@dataclass(frozen=True, kw_only=True)
class ShowWhen:
    """When a field is asked: every condition given is met."""

    fields: dict[str, tuple[str, ...]] = part(
        MapOf(Line(KEY_PATTERN, worded("Write the key of another field.")), ListOf(Answer(), least=1)),
        "Other fields, each with the answers of which one was given.",
        default_factory=Mapped,
    )
    categories: tuple[str, ...] = part(ListOf(Reference("categories")), "The category is one of these.", default=())
    priorities: tuple[str, ...] = part(ListOf(Reference("priorities")), "The priority is one of these.", default=())
    impacts: tuple[str, ...] = part(ListOf(Reference("matrix.impacts")), "The impact is one of these.", default=())
    urgencies: tuple[str, ...] = part(ListOf(Reference("matrix.urgencies")), "The urgency is one of these.", default=())

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with these conditions together."""
        if not (self.fields or self.categories or self.priorities or self.impacts or self.urgencies):
            yield "", worded("This condition asks for nothing. Write fields: {KEY: [ANSWER]}, or remove it.")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What conditions look at besides answers, as keys; None is met by no condition."""

    category: str | None = None
    priority: str | None = None
    impact: str | None = None
    urgency: str | None = None

    def meet(self, when: ShowWhen) -> bool:
        """Whether all conditions but those on other fields hold."""
        pairs = (
            (when.categories, self.category),
            (when.priorities, self.priority),
            (when.impacts, self.impact),
            (when.urgencies, self.urgency),
        )
        return all(not wanted or fact in wanted for wanted, fact in pairs)


@dataclass(frozen=True, kw_only=True)
class FormField:
    """A field of a request: a question that the form asks, or something that staff fill in."""

    key: str = ""
    name: Text = part(Words(longest=200), "The question's label.")
    help: Text | None = part(Words(longest=1000), "A sentence below the question.", default=None)
    kind: str = part(Choice(*KINDS), "What is entered.", default="text")
    required: bool = part(Flag(), "Whether the form insists on it.", default=False)
    required_to_solve: bool = part(
        Flag(), "Whether staff must have it filled in before the request is solved.", default=False
    )
    customers: str = part(
        Choice("fill", "read", "hidden"),
        "What customers do with it: fill it in, read what staff filled in, or never see it.",
        default="fill",
    )
    show_when: ShowWhen | None = part(RecordOf(ShowWhen), "When it is asked; always if left out.", default=None)
    identifies: bool = part(
        Flag(),
        "Whether it is authorisation data: a request without it waits until the customer adds it.",
        default=False,
    )
    max_length: int | None = part(Integer(1, 100_000), "How many characters fit.", default=None)
    pattern: str | None = part(Line(longest=200), "A regular expression that the answer must match.", default=None)
    minimum: int | None = part(Integer(-LARGEST, LARGEST), "The smallest number.", default=None)
    maximum: int | None = part(Integer(-LARGEST, LARGEST), "The largest number.", default=None)
    decimals: int | None = part(Integer(0, 6), "How many decimals a number has; none if left out.", default=None)
    choices: dict[str, Option] = part(Keyed(Option), "The answers to choose from.", default_factory=Mapped)

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with these fields together."""
        if self.kind in CHOOSING and len(self.choices) < 2:
            yield "choices", worded('A field of kind "%(kind)s" needs at least two choices. Add them.', kind=self.kind)
        if self.kind not in CHOOSING and self.choices:
            yield (
                "choices",
                worded(
                    'A field of kind "%(kind)s" has no choices. Write kind: choice, or remove them.', kind=self.kind
                ),
            )
        yield from self._wrong_number()
        if self.customers != "fill":
            for name in ("required", "identifies"):
                if getattr(self, name):
                    yield (
                        name,
                        worded(
                            'Customers do not fill this field in, so "%(name)s" asks nobody.'
                            " Write required_to_solve: true, or remove it.",
                            name=name,
                        ),
                    )
        try:
            re.compile(self.pattern or "")
        except (re.error, OverflowError, RecursionError) as error:
            yield "pattern", worded("This is no regular expression: %(error)s.", error=error)

    def _wrong_number(self) -> Iterator[tuple[str, str]]:
        if self.kind != "number":
            for name in ("minimum", "maximum", "decimals"):
                if getattr(self, name) is not None:
                    yield (
                        name,
                        worded('Only a field of kind "number" has this. Write kind: number, or remove it.'),
                    )
        elif self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            yield "maximum", worded("The largest number is below the smallest one. Change one of the two.")

    @property
    def is_for_staff(self) -> bool:
        """Whether staff fill it in."""
        return self.customers != "fill"

    @property
    def is_seen_by_customers(self) -> bool:
        """Whether customers may know it at all."""
        return self.customers != "hidden"


def shown(fields: Iterable[FormField], answers: Mapping[str, Any], facts: Facts) -> tuple[FormField, ...]:
    """Which of the fields are asked, given what was answered to the others. A field that is not asked has no answer."""
    by_key = {each.key: each for each in fields}
    found: dict[str, bool] = {}

    def is_shown(key: str) -> bool:
        if key not in found:
            found[key] = False  # a field that waits for itself is never asked
            when = by_key[key].show_when
            found[key] = when is None or (
                facts.meet(when)
                and all(
                    other in by_key and is_shown(other) and is_given(answers.get(other), wanted)
                    for other, wanted in when.fields.items()
                )
            )
        return found[key]

    return tuple(each for each in by_key.values() if is_shown(each.key))


def is_given(answer: Any, wanted: Iterable[str]) -> bool:
    """Whether an answer, or one of several, is among those that a condition names."""
    given = answer if isinstance(answer, list | tuple) else [answer]
    return any(str(each) in wanted for each in given if each not in (None, ""))
