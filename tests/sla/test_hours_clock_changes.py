"""The doorkeeper: the door opens and closes when the clock on the wall first shows the time, or a later one."""

from datetime import timedelta

import pytest

from sla.hours import Calendar
from tests.sla.calendars import WEEKDAYS, at, weekly


def hours(zone, opens, closes):
    return Calendar(zone, weekly((opens, closes), days=WEEKDAYS))


def stretches(calendar, begin, end):
    """The open stretches in [begin, end) as pairs of instants."""
    steps = calendar.explain_between(at(begin), at(end)).steps
    return [(step.begins, step.ends) for step in steps if step.kind == "open"]


@pytest.mark.parametrize(
    ("zone", "opens", "closes", "begin", "open_from", "open_to"),
    [
        # Madrid, 2026-03-29: 02:00 becomes 03:00 at 01:00 UTC.
        ("Europe/Madrid", "02:30", "12:00", "2026-03-29 00:00+01:00", "2026-03-29 01:00", "2026-03-29 10:00"),
        ("Europe/Madrid", "01:00", "02:30", "2026-03-29 00:00+01:00", "2026-03-29 00:00", "2026-03-29 01:00"),
        ("Europe/Madrid", "00:00", "24:00", "2026-03-29 00:00+01:00", "2026-03-28 23:00", "2026-03-29 22:00"),
        ("Europe/Madrid", "03:00", "04:00", "2026-03-29 00:00+01:00", "2026-03-29 01:00", "2026-03-29 02:00"),
        # Madrid, 2025-10-26: 03:00 becomes 02:00 at 01:00 UTC; what comes twice counts from the first, until the first.
        ("Europe/Madrid", "02:30", "02:45", "2025-10-26 00:00+02:00", "2025-10-26 00:30", "2025-10-26 00:45"),
        ("Europe/Madrid", "02:30", "03:00", "2025-10-26 00:00+02:00", "2025-10-26 00:30", "2025-10-26 02:00"),
        ("Europe/Madrid", "01:00", "02:30", "2025-10-26 00:00+02:00", "2025-10-25 23:00", "2025-10-26 00:30"),
        ("Europe/Madrid", "00:00", "24:00", "2025-10-26 00:00+02:00", "2025-10-25 22:00", "2025-10-26 23:00"),
        # Lord Howe moves by half an hour: 2026-10-04, 02:00 becomes 02:30 at 15:30 UTC of the day before.
        ("Australia/Lord_Howe", "02:15", "03:00", "2026-10-04 00:00+10:30", "2026-10-03 15:30", "2026-10-03 16:00"),
        ("Australia/Lord_Howe", "01:00", "02:15", "2026-10-04 00:00+10:30", "2026-10-03 14:30", "2026-10-03 15:30"),
        # 2026-04-05, 02:00 becomes 01:30 at 15:00 UTC of the day before.
        ("Australia/Lord_Howe", "01:45", "02:00", "2026-04-05 00:00+11:00", "2026-04-04 14:45", "2026-04-04 15:30"),
        # Beirut, 2026-03-29: midnight becomes 01:00.
        ("Asia/Beirut", "00:00", "02:00", "2026-03-28 23:59+02:00", "2026-03-28 22:00", "2026-03-28 23:00"),
        ("Asia/Beirut", "00:30", "02:00", "2026-03-28 23:59+02:00", "2026-03-28 22:00", "2026-03-28 23:00"),
        # Havana, 2025-11-02: 01:00 becomes midnight; the first midnight opens, at 04:00 UTC.
        ("America/Havana", "00:00", "01:00", "2025-11-02 00:00-04:00", "2025-11-02 04:00", "2025-11-02 06:00"),
    ],
)
def test_the_door_opens_and_closes_by_the_clock_on_the_wall(zone, opens, closes, begin, open_from, open_to):
    begin_at = at(begin)

    first = stretches(hours(zone, opens, closes), begin, (begin_at + timedelta(hours=26)).isoformat())[0]

    assert first == (at(open_from), at(open_to))


def test_hours_that_lie_whole_in_a_gap_are_no_hours_and_the_date_is_no_working_date():
    calendar = hours("Europe/Madrid", "02:10", "02:50")

    assert calendar.between(at("2026-03-28 12:00+01:00"), at("2026-03-29 12:00+02:00")) == 0
    assert calendar.add_days(at("2026-03-28 12:00+01:00"), 1) == at("2026-03-30 02:50+02:00")


def test_the_date_that_apia_skipped_is_not_counted():
    calendar = hours("Pacific/Apia", "09:00", "17:00")  # 2011-12-30 never came

    assert calendar.add(at("2011-12-29 16:00-10:00"), 2 * 3600) == at("2011-12-31 10:00+14:00")
    assert calendar.between(at("2011-12-29 00:00-10:00"), at("2012-01-01 00:00+14:00")) == 2 * 8 * 3600
    assert calendar.add_days(at("2011-12-29 12:00-10:00"), 1) == at("2011-12-31 17:00+14:00")
    assert (
        hours("Pacific/Apia", "00:00", "24:00").between(at("2011-12-29 00:00-10:00"), at("2012-01-01 00:00+14:00"))
        == 2 * 86400
    )


def test_a_night_shift_into_the_skipped_date_ends_at_the_jump_and_one_out_of_it_begins_there():
    calendar = hours("Pacific/Apia", "22:00", "06:00")
    jump = at("2011-12-30 00:00-10:00")

    assert stretches(calendar, "2011-12-29 12:00-10:00", "2011-12-31 12:00+14:00") == [
        (at("2011-12-29 22:00-10:00"), jump),
        (jump, at("2011-12-31 06:00+14:00")),
    ]


def test_a_night_shift_is_as_long_as_the_night_really_was():
    calendar = hours("Europe/Madrid", "22:00", "06:00")

    assert calendar.between(at("2026-03-28 12:00+01:00"), at("2026-03-29 12:00+02:00")) == 7 * 3600
    assert calendar.between(at("2025-10-25 12:00+02:00"), at("2025-10-26 12:00+01:00")) == 9 * 3600


@pytest.mark.parametrize(
    ("a", "b", "length"),
    [
        ("2025-10-26 00:30+02:00", "2025-10-27 00:00+01:00", 24.5),  # one day, not counted twice
        ("2025-03-29 23:30+01:00", "2025-03-31 00:00+02:00", 23.5),  # and the short one not left out
    ],
)
def test_days_are_not_steps_of_86400_seconds(a, b, length):
    assert hours("Europe/Madrid", "00:00", "24:00").between(at(a), at(b)) == length * 3600


def test_a_clock_change_at_midnight_moves_no_hours_to_another_date():
    calendar = Calendar("America/Sao_Paulo", weekly(("00:00", "24:00"), days=["sun"]))  # 2018-11-04 began at 01:00

    assert calendar.between(at("2018-11-03 00:00-03:00"), at("2018-11-05 12:00-02:00")) == 23 * 3600


def test_an_hour_that_comes_twice_before_midnight_belongs_to_its_date():
    calendar = Calendar("America/Sao_Paulo", weekly(("23:00", "24:00"), days=["sat"]))  # 2018-02-17 had two of it

    assert calendar.between(at("2018-02-17 12:00-02:00"), at("2018-02-18 12:00-03:00")) == 2 * 3600
