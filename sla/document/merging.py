"""Two people changed the same policy: the changes of one put on top of what the other one made of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_GONE: Any = object()


def merged(base: Any, mine: Any, theirs: Any) -> Any:
    """`theirs` with what was changed from `base` to `mine`, all of them JSON-able documents of a policy.

    Records are told apart by their keys. Where both changed the same value, mine holds: the plan shows that.
    """
    if mine == base:
        return theirs
    if theirs in (base, mine):
        return mine
    if all(isinstance(each, dict) for each in (base, mine, theirs)):
        return _members(base, mine, theirs, [*theirs, *(name for name in mine if name not in theirs)])
    if all(_is_keyed(each) for each in (base, mine, theirs)):
        old, own, other = ({record["key"]: record for record in each} for each in (base, mine, theirs))
        return list(_members(old, own, other, _order(old, own, other)).values())
    return mine


def _members(base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any], order: Iterable[str]) -> Any:
    found = {name: merged(*(each.get(name, _GONE) for each in (base, mine, theirs))) for name in order}
    return {name: value for name, value in found.items() if value is not _GONE}


def _order(base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """My order if I changed it, otherwise theirs; what is new in the other one stands after its neighbour."""
    moved = [key for key in mine if key in base] != [key for key in base if key in mine]
    first, second = (mine, theirs) if moved else (theirs, mine)
    order = list(first)
    former: str | None = None
    for key in second:
        if key not in order:
            order.insert(order.index(former) + 1 if former in order else 0, key)
        former = key
    return order


def _is_keyed(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) and "key" in item for item in value)
