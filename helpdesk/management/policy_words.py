"""What `manage.py policy` prints."""

from __future__ import annotations

from datetime import datetime

from helpdesk.policy.effect import Effect, Moved
from helpdesk.policy.versions import Change
from sla.document import SupportPolicy, by_section, summary

COUNTED = ("calendars", "priorities", "sla", "categories", "tiers", "teams", "channels", "contracts", "exclusions")


def contents(policy: SupportPolicy) -> list[str]:
    """What a policy holds."""
    held = {name: list(getattr(policy, name)) for name in COUNTED}
    held["channels"] = [each.key for each in policy.open_channels]
    targets = sum(
        1 for sla in policy.sla.values() for each in sla.targets.values() for length in each.values() if length
    )
    lines = [f"{policy.name} of {policy.organization}, {', '.join(policy.languages)}, {policy.timezone}"]
    lines += [f"{name}: {', '.join(found)}" for name, found in held.items() if found]
    lines.append(f"targets: {targets}; escalation rules: {len(policy.escalation.rules)}")
    return lines


def version(number: int) -> str:
    """A version by its number."""
    return f"version {number}, which is in force" if number else "nothing: this is the first policy"


def difference(changes: list[str]) -> list[str]:
    """What changed, each part of the policy under its name."""
    if not changes:
        return ["Nothing that the policy says changes."]
    lines = []
    for section, told in by_section(changes).items():
        parts = [line for line in told if line.startswith(f"{section}.")]
        lines += [line for line in told if line not in parts]
        lines += [section] * bool(parts) + [f"  {line.removeprefix(section)[1:]}" for line in parts]
    return lines


def effect(found: Effect) -> list[str]:
    """How many tickets, in words."""
    return [
        f"{found.looked_at} looked at",
        f"{found.moved} get another deadline",
        f"{found.become_overdue} become overdue{_such(found, 'become_overdue')}",
        f"{found.stop_being_overdue} stop being overdue{_such(found, 'stop_being_overdue')}",
    ]


def _such(found: Effect, kind: str) -> str:
    examples = found.examples[kind]
    if not examples:
        return ""
    more = ", ..." if getattr(found, kind) > len(examples) else ""
    return f": {', '.join(f'#{ticket.number}' for ticket in examples)}{more}"


def moved(ticket: Moved) -> str:
    """A ticket with its deadlines."""
    told = (
        "  becomes overdue" if ticket.becomes_overdue else "  stops being overdue" if ticket.stops_being_overdue else ""
    )
    subject = " ".join(ticket.subject.split())[:50]
    return f"#{ticket.number}  {_instant(ticket.before)} -> {_instant(ticket.after)}{told}  {subject}"


def change(one: Change) -> str:
    """A version in a line."""
    who = f"{one.by.name or one.by.email}" if one.by else "by command"
    told = summary(one.changes) or "comments and layout only"
    return f"{one.number:>4}  {_instant(one.at)}  {who}  {told}"


def _instant(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "no deadline"
