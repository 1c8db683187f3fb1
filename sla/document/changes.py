"""What changed from one policy to the next, a line for each change, for people to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sla.document.policy import SupportPolicy

LONGEST_VALUE = 80
#: Parts of a policy that are words for people, or hold for new requests only.
ONLY_READ = frozenset(
    "name organization language languages brand source effective_from introduction matrix request_types fields"
    " exclusions responsibilities guidance refusal_reasons suspension fair_use feedback complaints sections".split()
)
#: Fields of priorities, categories and so on that only people read, or that are about people and no clock.
WORDS = frozenset(
    "name meaning meanings examples counter_examples colour description customer_name text address icon articles"
    " fields requires assignment capacity".split()
)


def diff(old: SupportPolicy | None, new: SupportPolicy) -> list[str]:
    """One line for each difference, by field; without an old policy one line for each collection that is new."""
    if old is None:
        return list(_contents(new.to_document()))
    return list(_differences("", old.to_document(), new.to_document()))


def moves_clocks(old: SupportPolicy | None, new: SupportPolicy) -> bool:
    """Whether the two differ in anything that clocks may depend on, and not only in what people read."""
    if old is None:
        return True
    return _without_words(old.to_document()) != _without_words(new.to_document())


def _without_words(document: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [{key: item for key, item in record.items() if key not in WORDS} for record in value]
        if _is_keyed(value)
        else value
        for name, value in document.items()
        if name not in ONLY_READ
    }


def by_section(changes: Iterable[str]) -> dict[str, list[str]]:
    """The lines of a difference by the part of the policy that they are about, as they are."""
    grouped: dict[str, list[str]] = {}
    for line in changes:
        section = line.partition(":")[0].partition(".")[0]
        grouped.setdefault(section, []).append(line)
    return grouped


def summary(changes: Iterable[str]) -> str:
    """A difference in one line: which parts changed, and in how many places."""
    return ", ".join(f"{section} ({len(lines)})" for section, lines in by_section(changes).items())


def _contents(document: dict[str, Any]) -> Iterator[str]:
    for name, value in document.items():
        if _is_keyed(value) and value:
            yield f"{name}: {len(value)} added ({', '.join(record['key'] for record in value)})"
        elif not isinstance(value, list | dict):
            yield f"{name}: {_shown(value)}"


def _is_keyed(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) and "key" in item for item in value)


def _differences(path: str, old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if isinstance(old, list) and isinstance(new, list) and _is_keyed(old) and _is_keyed(new):
        before, after = ({record["key"]: record for record in value} for value in (old, new))
        yield from _members(path, before, after)
        stayed = [key for key in after if key in before]
        if stayed != [key for key in before if key in after]:
            yield f"{path}: the order is now {', '.join(after)}"
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _members(path, old, new)
    else:
        yield f"{path}: {_shown(old)} -> {_shown(new)}"


def _members(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    prefix = f"{path}." if path else ""
    for name in old:
        if name not in new:
            yield f"{prefix}{name}: removed (was {_shown(old[name])})"
    for name, value in new.items():
        if name not in old:
            yield f"{prefix}{name}: added ({_shown(value)})"
        else:
            yield from _differences(f"{prefix}{name}", old[name], value)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        title = value.get("name") or value.get("text") or value
        title = title if title is value or not isinstance(title, dict) else next(iter(title.values()), "")
        value = ", ".join(f"{key}: {item}" for key, item in value.items()) if title is value else title
    elif isinstance(value, list):
        value = ", ".join(_shown(item) for item in value) or "none"
    elif value is None:
        value = "none"
    elif isinstance(value, bool):
        value = "yes" if value else "no"
    words = " ".join(str(value).split())
    return words if len(words) <= LONGEST_VALUE else f"{words[: LONGEST_VALUE - 1]}…"
