"""Text to conditions. Whatever is not understood is said, never passed over."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from tickets.selection.language import (
    ALIASES,
    FIELDS,
    LONGEST,
    STATES_OF,
    Condition,
    Field,
    Kind,
    Problem,
    Query,
    Time,
    Words,
    named,
)

#: A field's name and its colon; an address of the web is none.
_FIELD = re.compile(r"(field\.[A-Za-z0-9-]{1,40}|[^\W\d_]{2,20}):(?!//)", re.IGNORECASE)
_BARE = re.compile(r'[^\s,"]*')
_WORD = re.compile(r"\S+")
#: Quotation marks of all languages are those of the language.
_QUOTES = str.maketrans(dict.fromkeys("“”„«»‟", '"') | {"\0": "\N{REPLACEMENT CHARACTER}"})

UNCLOSED = _("A quotation mark is missing at the end of: %(text)s")
UNKNOWN = _('“%(name)s:” is not known. Known are: %(known)s. To find these words as they stand, write "%(text)s".')
ALMOST = _("“%(name)s:” is not known. Did you mean “%(near)s:”?")
NOTHING = _("“%(name)s:” needs a value, such as %(example)s.")
NO_TIME = _(
    "“%(value)s” is no time for “%(name)s:”. Write a distance such as 2h, 3d or 1w, a day such as 2026-11-01, or today."
)
NO_STATE = _("“%(name)s:%(value)s” is not known. Known are: %(known)s.")
TOO_LONG = _("This is longer than %(most)s characters. Leave something out.")


@lru_cache(maxsize=2_000)
def parse(text: str) -> Query:
    """What a text asks for, with what is wrong in it; the same text asks for the same, whoever wrote it."""
    if len(text) > LONGEST:
        return Query(problems=(Problem.of(TOO_LONG, most=LONGEST),))
    return _Reader(text.translate(_QUOTES)).read()


class _Reader:
    """Goes through a text once and gathers what it finds."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.conditions: list[Condition] = []
        self.words: list[Words] = []
        self.problems: list[Problem] = []

    def read(self) -> Query:
        text = self.text
        while self.place < len(text):
            if text[self.place].isspace():
                self.place += 1
                continue
            after = text[self.place + 1 : self.place + 2]
            negated = text[self.place] == "-" and (after.isalnum() or after == '"')
            start = self.place + negated
            if found := _FIELD.match(text, start):
                self._field(found[1], start, found.end(), negated=negated)
            elif text[start] == '"':
                self._exact(start, negated=negated)
            else:
                self._word(start, negated=negated)
        return Query(tuple(dict.fromkeys(self.conditions)), tuple(self.words), tuple(self.problems))

    def _field(self, name: str, start: int, place: int, *, negated: bool) -> None:
        values, self.place, closed = _values(self.text, place)
        known = named(name)
        if not closed:
            self.problems.append(Problem.of(UNCLOSED, text=self.text[start:]))
        elif known is not None:
            wrong = _wrong(known, values)
            self.problems += wrong
            if not wrong:
                self.conditions.append(Condition(known.name, tuple(dict.fromkeys(values)), negated))
        elif any(values):
            self.problems.append(_unknown(name, self.text[start : self.place]))
        else:  # a word that ends in a colon
            self.words.append(Words(self.text[start : self.place].replace('"', ""), negated=negated))

    def _exact(self, start: int, *, negated: bool) -> None:
        end = self.text.find('"', start + 1)
        if end < 0:
            self.problems.append(Problem.of(UNCLOSED, text=self.text[start:]))
            self.place = len(self.text)
            return
        self.place = end + 1
        if exact := " ".join(self.text[start + 1 : end].split()):
            self.words.append(Words(exact, exact=True, negated=negated))

    def _word(self, start: int, *, negated: bool) -> None:
        found = _WORD.match(self.text, start)
        assert found is not None
        self.place = found.end()
        if word := found[0].replace('"', "").lstrip("-"):
            self.words.append(Words(word, exact=_FIELD.match(word) is not None, negated=negated))


def _values(text: str, place: int) -> tuple[list[str], int, bool]:
    """Values separated by commas, where they end, and whether every quotation mark has its second."""
    values: list[str] = []
    while True:
        if text[place : place + 1] == '"':
            end = text.find('"', place + 1)
            if end < 0:
                return values, len(text), False
            values.append(" ".join(text[place + 1 : end].split()))
            place = end + 1
        else:
            bare = _BARE.match(text, place)
            assert bare is not None
            values.append(bare[0])
            place = bare.end()
        if text[place : place + 1] != ",":
            return values, place, True
        place += 1


def _wrong(asked: Field, values: list[str]) -> list[Problem]:
    """What is wrong with the values of a known field, as far as that can be seen without the desk."""
    if not all(values):
        return [Problem.of(NOTHING, name=asked.name, example=asked.example)]
    values = [value for value in values if not (asked.may_be_none and value.lower() == "none")]
    if asked.kind is Kind.TIME:
        return [Problem.of(NO_TIME, value=each, name=asked.name) for each in values if Time.parse(each) is None]
    if asked.kind is Kind.STATE:
        known = STATES_OF[asked.name]
        unknown = [value for value in values if value.lower() not in known]
        return [Problem.of(NO_STATE, name=asked.name, value=each, known=", ".join(known)) for each in unknown]
    return []


def _unknown(name: str, text: str) -> Problem:
    near = get_close_matches(name.lower(), [*FIELDS, *ALIASES], n=1, cutoff=0.7)
    if near:
        return Problem.of(ALMOST, name=name, near=near[0])
    return Problem.of(UNKNOWN, name=name, known=", ".join([*FIELDS, "field.…"]), text=text.replace('"', ""))
