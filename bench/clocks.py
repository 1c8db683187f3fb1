"""How fast deadlines are: a call, a calendar's memory, and one ticket's clocks from a long history."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from sla.clock import METRICS, Event, Target, TargetTable, fold
from sla.hours import Calendar

WORKING_DAYS = ("mon", "tue", "wed", "thu", "fri")
HOLIDAYS = ((1, 1), (1, 6), (4, 2), (4, 3), (5, 1), (5, 2), (8, 15), (10, 12), (11, 2), (12, 7), (12, 8), (12, 25))
HOUR = 3600
TARGETS = {"4 h": 4 * HOUR, "8 h": 8 * HOUR, "48 h": 48 * HOUR, "10 years": 25_000 * HOUR}
#: What is wanted: microseconds a deadline, KiB a calendar-year, milliseconds a ticket, times businesstimedelta.
MICROSECONDS, KIB, MILLISECONDS, TIMES = 3.0, 64.0, 1.0, {"4 h": 60, "48 h": 300}


def measure(say: Callable[[str], None]) -> None:
    """Print the figures beside what is wanted."""
    starts = _starts()
    calendar = _madrid()
    ours = {}
    for name, seconds in TARGETS.items():
        ours[name] = _microseconds(lambda start, seconds=seconds: calendar.add(start, seconds), starts)
        say(f"hours.add, {name}: {ours[name]:.2f} µs (at most {MICROSECONDS:g})")
    say(f"hours.between, 48 h: {_microseconds(lambda a: calendar.between(a, a + timedelta(days=6)), starts):.2f} µs")
    say(f"a compiled calendar-year: {_kib_a_year():.0f} KiB (at most {KIB:g})")
    say(f"the clocks of a ticket with 100 events: {_milliseconds_a_ticket(calendar):.2f} ms (at most {MILLISECONDS:g})")
    for name, times in TIMES.items():
        theirs = _businesstimedelta(TARGETS[name], starts[:100])
        if theirs is None:
            say("businesstimedelta is not installed: not compared")
            return
        say(f"businesstimedelta, {name}: {theirs:.0f} µs, {theirs / ours[name]:.0f} times ours (at least {times})")


def _madrid() -> Calendar:
    closed = [date(year, month, day).isoformat() for year in range(2020, 2041) for month, day in HOLIDAYS]
    return Calendar("Europe/Madrid", {day: [["08:00", "18:00"]] for day in WORKING_DAYS}, closed)


def _starts() -> list[datetime]:
    chance = random.Random(2025)
    return [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(365 * 86_400)) for _ in range(2_000)]


def _microseconds(ask: Callable[[datetime], object], starts: Sequence[datetime]) -> float:
    """Processor time a call, the best of several rounds: other work on the machine only adds to it."""
    rounds = []
    for _ in range(7):
        begun = time.process_time()
        for start in starts:
            ask(start)
        rounds.append(time.process_time() - begun)
    return min(rounds) / len(starts) * 1e6


def _kib_a_year() -> float:
    calendar = _madrid()
    calendar.add(datetime(2025, 1, 1, tzinfo=UTC), 1)
    tracemalloc.start()
    calendar.add(datetime(2025, 1, 1, tzinfo=UTC), TARGETS["10 years"])
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return used / 1024 / 10


def _milliseconds_a_ticket(calendar: Calendar) -> float:
    table = TargetTable({("standard", "normal", metric): Target(calendar, seconds=8 * HOUR) for metric in METRICS})
    opened = datetime(2026, 1, 5, 9, tzinfo=UTC)
    steps = [("agent_reply", None), ("status", "pending"), ("customer_reply", None), ("internal_note", None)]
    history = [Event(opened, "created", policy="standard", priority="normal")]
    for number in range(99):
        kind, to = steps[number % 4]
        history.append(Event(opened + timedelta(minutes=37 * (number + 1)), kind, to=to))
    as_of = opened + timedelta(days=5)
    return _microseconds(lambda _: fold(history, table, as_of), [as_of] * 50) / 1000


def _businesstimedelta(seconds: int, starts: Sequence[datetime]) -> float | None:
    """The same calendar and question by the library; None where it is not installed."""
    try:
        import businesstimedelta
        import pytz
    except ImportError:
        return None
    from datetime import time as time_of_day

    zone = pytz.timezone("Europe/Madrid")
    working_days = businesstimedelta.WorkDayRule(
        start_time=time_of_day(8), end_time=time_of_day(18), working_days=[0, 1, 2, 3, 4], tz=zone
    )
    closed = {date(year, month, day): "closed" for year in (2025, 2026) for month, day in HOLIDAYS}
    rules = businesstimedelta.Rules([working_days, businesstimedelta.HolidayRule(closed, tz=zone)])
    length = businesstimedelta.BusinessTimeDelta(rules, timedelta=timedelta(seconds=seconds))
    calendar = _madrid()
    for start in starts[:10]:
        found = (start + length).astimezone(UTC)
        if found != calendar.add(start, seconds):
            raise RuntimeError(f"{start}: businesstimedelta says {found}, we say {calendar.add(start, seconds)}.")
    return _microseconds(lambda start: start + length, starts)


if __name__ == "__main__":
    measure(print)
