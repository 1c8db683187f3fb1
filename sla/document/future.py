"""What can be said of a policy only on the day on which it is to hold: whether its promises can still be kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sla.clock import Target
from sla.document import reading
from sla.document.checks import node_at
from sla.document.errors import Problem, worded
from sla.hours import CalendarError

if TYPE_CHECKING:
    from sla.document.policy import SupportPolicy

Path = tuple[str, ...]


def impossible(policy: SupportPolicy, at: datetime) -> Iterator[tuple[Path, str]]:
    """Calendars that never open after this instant, and targets for which too few hours are left, by field."""
    dry = {key for key in policy.calendars if policy.calendar(key).next_open(at) is None}
    for key in dry:
        yield (
            ("calendars", key),
            worded("This calendar does not open after %(at)s. Give it hours that are to come.", at=f"{at:%Y-%m-%d}"),
        )
    for sla in policy.sla.values():
        for priority, metrics in sla.targets.items():
            calendar = policy.calendar_key(sla.key, priority)
            for metric, length in metrics.items():
                target = policy.target(sla.key, priority, metric)
                if target is not None and calendar not in dry and not _is_within_reach(target, at):
                    message = worded(
                        'The calendar "%(calendar)s" has too few hours left for %(length)s. Give it more hours.',
                        calendar=calendar,
                        length=length,
                    )
                    yield ("sla", sla.key, "targets", priority, metric), message


def _is_within_reach(target: Target, at: datetime) -> bool:
    try:
        if target.days is not None:
            target.calendar.add_days(at, target.days)
        else:
            target.calendar.add(at, target.seconds or 0)
    except CalendarError:
        return False
    return True


def placed(text: str, path: Path, message: str, *, source: str = "policy") -> Problem:
    """A problem with the line and column of its field in the policy file; without them when there is no file."""
    if not text:
        return Problem(message, ".".join(path), source=source)
    node = node_at(reading.from_yaml(text, source), path)
    return Problem(message, ".".join(path), node.line, node.column, source)
