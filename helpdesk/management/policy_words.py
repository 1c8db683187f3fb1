"""What `manage.py policy` prints."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from helpdesk.policy.effect import Effect, Moved
from helpdesk.policy.replay import Figures, Flip, Replay
from helpdesk.policy.versions import Change
from sla.document import SupportPolicy, by_section, summary
from tickets.models import Organization

#: Categories, organisations and the like that are named.
MOST_KEYS = 20
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


def replayed(found: Replay, policy: SupportPolicy) -> list[str]:
    """Promises kept before and after, in all and by group; what flips the most comes first."""
    total = found.total
    lines = [
        _attained("all promises", total),
        f"{total.to_broken} kept ones would be broken, {total.to_kept} broken ones would be kept",
        f"{total.only_before} would not be promised or not be decided yet, {total.only_after} only now would be",
    ]
    if lost := found.lost_priorities(policy):
        lines.append(f"nothing replaces these priorities, so nothing is promised for them: {', '.join(lost)}")
    companies = [key for key, _ in found.most("organization", MOST_KEYS)]
    named: dict[Any, str] = dict(Organization.objects.filter(pk__in=companies).values_list("pk", "name"))
    named[None] = "no organization"
    for name, figures in found.groups.items():
        lines += [f"by {name}"] * bool(figures)
        lines += [f"  {_attained(str(named.get(key, key)), each)}" for key, each in found.most(name, MOST_KEYS)]
        lines += [f"  and {len(figures) - MOST_KEYS} more"] * (len(figures) > MOST_KEYS)
    return lines


def _attained(name: str, figures: Figures) -> str:
    before, after = (
        f"{'none decided' if share is None else f'{share} %'} ({kept} of {kept + broken})"
        for share, kept, broken in (
            (figures.share_before, figures.kept_before, figures.broken_before),
            (figures.share_after, figures.kept_after, figures.broken_after),
        )
    )
    flips = f", {figures.to_broken} to broken, {figures.to_kept} to kept" if figures.flips else ""
    return f"{name}: {before} -> {after}{flips}"


def flip(one: Flip) -> str:
    """A promise with another result."""
    results = ("kept", "broken") if one.was_kept else ("broken", "kept")
    subject = " ".join(one.subject.split())[:50]
    due = f"due {_instant(one.due_before)} -> {_instant(one.due_after)}"
    return f"#{one.number}  {one.metric}  {' -> '.join(results)}  {due}  {subject}"


def _instant(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "no deadline"
