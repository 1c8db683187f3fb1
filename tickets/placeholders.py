"""Placeholders in texts that are kept ready: a fixed list each, no template language."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from tickets.errors import UnknownPlaceholder

_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")


def check(text: str, known: Collection[str]) -> None:
    """Raise UnknownPlaceholder for one that is not in the list."""
    for found in _PLACEHOLDER.findall(text):
        if found.strip() not in known:
            raise UnknownPlaceholder(name=written(found.strip()[:60]), known=", ".join(map(written, known)))


def written(name: str) -> str:
    """A placeholder as it stands in a text."""
    return "{{ " + name + " }}"


def each(text: str, change: Callable[[str], str]) -> str:
    """The text with each placeholder, braces and all, as `change` gives it."""
    return _PLACEHOLDER.sub(lambda found: change(found[0]), text)


def replaced(text: str, fill: Callable[[str], str | None]) -> str:
    """The text with what `fill` gives for each name, on one line; None leaves the placeholder as it stands.

    What stands in for a placeholder is never read for placeholders again.
    """

    def one(found: re.Match[str]) -> str:
        value = fill(found[1].strip())
        return found[0] if value is None else " ".join(value.split())

    return _PLACEHOLDER.sub(one, text)
