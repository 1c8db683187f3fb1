"""The moments of clocks that rules wait for: which one an event tells of, and which count if several passed at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from sla.document.durations import Offset
from sla.document.rules import BREACH, At, Rule
from tickets.models import Event


def moment_of(event: Event) -> At:
    """The moment that a warning or a breach tells of, as a rule names it."""
    if event.verb == "clock.breached":
        return BREACH
    offset = event.data.get("offset")
    return int(event.data["percent"]) if offset is None else Offset(offset)


def is_for(rule: Rule, event: Event) -> bool:
    """Whether a rule waits for what an event tells of."""
    return bool(rule.when.clock == event.data["metric"] and rule.when.at == moment_of(event))


def overtaken(crossings: Sequence[Event], rules: Iterable[Rule], would_run: Callable[[Rule], bool]) -> set[UUID]:
    """The ids of those warnings and breaches after which the same clock came to a higher moment that a rule acts on.

    `crossings` are of one ticket, in order of time: the last of a clock is its highest.
    """
    known = list(rules)
    reached: set[tuple[object, object]] = set()
    found: set[UUID] = set()
    for event in reversed(crossings):
        clock = event.data["metric"], event.data["number"]
        if clock in reached:
            found.add(event.pk)
        elif any(is_for(rule, event) and would_run(rule) for rule in known):
            reached.add(clock)
    return found
