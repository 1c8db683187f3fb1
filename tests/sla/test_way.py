"""A long way is told by its beginning and its end, and a clock knows the stretches that counted."""

from __future__ import annotations

from datetime import timedelta

from sla import clock, way
from tests.sla.calendars import MADRID, OFFICE, at, minutes


def test_a_way_of_years_is_summed_up_in_the_middle():
    begins = at("2026-01-05 08:00+01:00")
    ends = MADRID.add(begins, minutes(60 * 2000 * 9))

    long = way.between(MADRID, begins, ends)

    gap = next(step for step in long.steps if isinstance(step, way.Gap))
    assert len(long.steps) < 200
    assert gap.days > 1000
    assert long.seconds == MADRID.between(begins, ends)
    assert len(way.parts(long, is_last=True)) == 3


def test_a_way_in_one_stretch_is_told_in_one_part():
    begins = at("2026-01-05 09:00+01:00")

    assert way.parts(way.between(MADRID, begins, begins + timedelta(hours=2)), is_last=True) == [
        "2 h on Monday 5 January"
    ]


def test_a_clock_knows_when_it_ran():
    terms = clock.TargetTable({("p", "high", "resolution"): clock.Target(OFFICE, seconds=minutes(600))})
    start, stop, go = (at(f"2026-01-05 {hour}:00") for hour in ("09", "10", "12"))
    history = [
        clock.Event(start, "created", policy="p", priority="high", status="open"),
        clock.Event(stop, "status", to="pending"),
        clock.Event(go, "status", to="open"),
    ]

    folded = clock.fold(history, terms, go).resolution

    assert folded.runs == ((start, stop, OFFICE), (go, None, OFFICE))
