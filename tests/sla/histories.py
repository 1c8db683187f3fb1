"""Short ways to write a ticket's history, for the tests of the clocks."""

from sla.clock import Event, Target, TargetTable, fold
from sla.hours import Calendar
from tests.sla.calendars import WEEKDAYS, at, minutes, weekly

ALL_DAY = Calendar("Etc/UTC", weekly(("00:00", "24:00"), days=WEEKDAYS))


def today(time):
    """A time of Monday, 5 January 2026, in UTC."""
    return at(f"2026-01-05 {time}") if len(time) <= 8 else at(time)


def event(time, kind, to=None, by=None, **more):
    return Event(today(time), kind, by=by, to=to, source=f"{kind} {time}", **more)


def created(time="09:00", by="customer", status="open", policy="standard", priority="normal"):
    return event(time, "created", by=by, status=status, policy=policy, priority=priority)


def terms(calendar=ALL_DAY, policy="standard", priority="normal", **targets):
    """Targets in minutes, or whole Targets, by metric."""
    return {
        (policy, priority, metric): target if isinstance(target, Target) else Target(calendar, seconds=minutes(target))
        for metric, target in targets.items()
    }


def clocks(events, promised, as_of):
    return fold(events, TargetTable(promised), today(as_of))


def kinds(clock):
    return [str(entry.kind) for entry in clock.ledger]
