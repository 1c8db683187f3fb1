"""Conditions to text: what `parse` reads back as the same conditions."""

from __future__ import annotations

import re

from tickets.selection.language import Condition, Query, Words

_PLAIN = re.compile(r'[^\s,"]+')


def write(query: Query) -> str:
    """Conditions first, then words, each once, as short as it can be written."""
    return " ".join([*map(_condition, query.conditions), *map(_words, query.words)])


def value(text: str) -> str:
    """A value as it stands behind a colon."""
    text = " ".join(text.replace('"', " ").split())
    return text if _PLAIN.fullmatch(text) else f'"{text}"'


def _condition(each: Condition) -> str:
    return f"{'-' * each.negated}{each.field}:{','.join(map(value, each.values))}"


def _words(each: Words) -> str:
    return f"{'-' * each.negated}" + (f'"{each.text}"' if each.exact else each.text)
