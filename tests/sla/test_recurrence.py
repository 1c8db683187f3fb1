"""When something comes round: rules of RFC 5545, ends of months, closed days, and the days on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from sla.hours import Calendar
from sla.recurrence import CLOSED, Recurrence, Rule, RuleInvalid

WEEK = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
#: Epiphany is a Tuesday in 2026, Labour Day a Friday.
MADRID = Calendar("Europe/Madrid", WEEK, ["2026-01-01", "2026-01-06", "2026-05-01"])
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def comes(document, number=4, *, since=NEW_YEAR, beyond=None, **more):
    more = {"time": time(9), "timezone": "Europe/Madrid", "starts_on": date(2026, 1, 1), "calendar": MADRID, **more}
    found = Recurrence(rule=Rule.read(document), **more).after(since, beyond=beyond)
    return list(islice(found, number))


def days(*args, **more):
    return [f"{each.day:%m-%d}" for each in comes(*args, **more)]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"unit": "day", "every": 10}, ["01-01", "01-11", "01-21", "01-31"]),
        ({"unit": "week", "every": 2, "weekdays": [1, 3]}, ["01-01", "01-13", "01-15", "01-27"]),
        ({"unit": "month", "day": 31}, ["01-31", "03-31", "05-31", "07-31"]),
        ({"unit": "month", "which": "last_day"}, ["01-31", "02-28", "03-31", "04-30"]),
        ({"unit": "month", "which": "first_working_day"}, ["01-02", "02-02", "03-02", "04-01"]),
        ({"unit": "month", "which": "last_working_day"}, ["01-30", "02-27", "03-31", "04-30"]),
        ({"unit": "month", "which": "weekday", "nth": 2, "weekday": 1}, ["01-13", "02-10", "03-10", "04-14"]),
        (
            {"unit": "month", "every": 3, "which": "weekday", "nth": -1, "weekday": 4},
            ["01-30", "04-24", "07-31", "10-30"],
        ),
        ({"unit": "year", "month": 3, "day": 15}, ["03-15"] * 4),
        ({"unit": "year", "month": 3, "which": "last_working_day"}, ["03-31", "03-31", "03-31", "03-30"]),
    ],
)
def test_dates_of_a_rule(document, expected):
    assert days(document) == expected


def test_a_day_that_february_lacks_comes_in_leap_years_only():
    found = comes({"unit": "year", "month": 2, "day": 29}, 3)

    assert [each.day for each in found] == [date(2028, 2, 29), date(2032, 2, 29), date(2036, 2, 29)]


@pytest.mark.parametrize(
    ("closed", "expected"),
    [
        ("open", ["01-05", "01-06", "01-12", "01-13"]),
        ("skip", ["01-05", "01-12", "01-13", "01-19"]),
        ("previous", ["01-05", "01-12", "01-13", "01-19"]),  # the 6th is done on the 5th, which has one already
        ("next", ["01-05", "01-07", "01-12", "01-13"]),
    ],
)
def test_closed_days_are_done_left_out_or_moved(closed, expected):
    assert days({"unit": "week", "weekdays": [0, 1]}, closed=closed, starts_on=date(2026, 1, 2)) == expected


def test_days_that_move_onto_one_are_one():
    assert days({"unit": "day"}, 5, closed="next") == ["01-02", "01-05", "01-07", "01-08", "01-09"]
    assert days({"unit": "day"}, 4, closed="previous") == ["01-02", "01-05", "01-07", "01-08"]
    assert all(each.on == each.day for each in comes({"unit": "day"}, 9, closed="next"))


def test_a_weekly_friday_holiday_moves_to_monday_and_keeps_the_date_of_the_rule():
    moved = comes({"unit": "week", "weekdays": [4]}, closed="next", since=datetime(2026, 4, 25, tzinfo=UTC))[0]

    assert (moved.on, moved.day) == (date(2026, 5, 1), date(2026, 5, 4))


def test_a_month_without_a_working_day_has_no_first_one():
    shut = Calendar("Europe/Madrid", WEEK, [f"2026-02-{day:02}" for day in range(1, 29)])

    assert days({"unit": "month", "which": "first_working_day"}, 2, calendar=shut) == ["01-01", "03-02"]


def test_the_clock_jumps_over_the_time_and_shows_it_twice():
    spring, autumn = datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)
    found = (
        comes({"unit": "day"}, 2, since=spring, time=time(2, 30)),
        comes({"unit": "day"}, 2, since=autumn, time=time(2, 30)),
    )

    assert [each.at for each in found[0]] == [
        datetime(2026, 3, 28, 1, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 1, tzinfo=UTC),
    ]
    assert [each.at for each in found[1]] == [
        datetime(2026, 10, 24, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    ]


def test_nine_in_the_morning_stays_nine_in_the_morning():
    found = comes({"unit": "month", "day": 1}, 12)

    assert {each.at.hour for each in found} == {7, 8}
    assert {each.at.astimezone(MADRID.zone).hour for each in found} == {9}


def test_a_midnight_that_the_zone_skips_is_the_first_instant_of_the_day():
    begin = {"since": datetime(2018, 11, 4, 2, tzinfo=UTC), "starts_on": date(2018, 11, 4)}
    found = comes({"unit": "day"}, 1, time=time(0), timezone="America/Sao_Paulo", **begin)

    assert found[0].at == datetime(2018, 11, 4, 3, tzinfo=UTC)


def test_bounds_count_what_is_left_out_too():
    assert days({"unit": "day"}, 9, closed="skip", count=6) == ["01-02", "01-05"]
    assert days({"unit": "week", "weekdays": [0]}, 9, ends_on=date(2026, 1, 19)) == ["01-05", "01-12", "01-19"]
    assert days({"unit": "day"}, 3, starts_on=date(2026, 2, 1)) == ["02-01", "02-02", "02-03"]
    assert days({"unit": "month", "which": "first_working_day"}, 1, starts_on=date(2026, 1, 2)) == ["01-02"]
    assert days({"unit": "month", "which": "first_working_day"}, 1, starts_on=date(2026, 1, 3)) == ["02-02"]


def test_what_lies_behind_is_not_told_again():
    since = datetime(2026, 1, 5, 8, tzinfo=UTC)  # nine in Madrid

    assert days({"unit": "day"}, 2, since=since) == ["01-06", "01-07"]
    assert days({"unit": "day"}, 2, since=since, beyond=date(2026, 1, 8)) == ["01-09", "01-10"]


@pytest.mark.parametrize(
    "document",
    [{"unit": "month", "every": 12, "day": 31}, {"unit": "month", "every": 12, "day": 30}],
)
def test_what_never_comes_ends(document):
    assert comes(document, starts_on=date(2026, 2, 1)) == []


def test_a_calendar_that_never_opens_ends_too():
    assert comes({"unit": "day"}, closed="next", calendar=Calendar("UTC", {})) == []


@pytest.mark.parametrize(
    ("document", "wrong"),
    [
        ({}, "unit"),
        ({"unit": "hour"}, "unit"),
        ({"unit": "day", "every": 0}, "every"),
        ({"unit": "day", "every": True}, "every"),
        ({"unit": "day", "every": "2"}, "every"),
        ({"unit": "week"}, "weekdays"),
        ({"unit": "week", "weekdays": [7]}, "weekdays"),
        ({"unit": "month", "day": 32}, "day"),
        ({"unit": "month", "which": "whenever"}, "which"),
        ({"unit": "month", "which": "weekday", "nth": 0, "weekday": 1}, "nth"),
        ({"unit": "month", "which": "weekday", "nth": 5, "weekday": 1}, "nth"),
        ({"unit": "year", "day": 1}, "month"),
        ({"unit": "year", "month": 2, "day": 30}, "day"),
    ],
)
def test_a_rule_that_cannot_be_read_names_its_field(document, wrong):
    with pytest.raises(RuleInvalid) as problem:
        Rule.read(document)

    assert problem.value.field == wrong


@pytest.mark.parametrize(
    "text",
    ["", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=often", "FREQ=WEEKLY;BYDAY=XX", "FREQ=MONTHLY;BYDAY=+2XX", "every day"],
)
def test_a_written_rule_that_is_not_ours_is_refused(text):
    with pytest.raises(RuleInvalid):
        Rule.from_rrule(text)


def test_a_working_day_reads_back_as_the_day_it_is_moved_from():
    first, last = (Rule.read({"unit": "month", "which": f"{which}_working_day"}) for which in ("first", "last"))

    assert Rule.from_rrule(first.rrule) == Rule.read({"unit": "month", "day": 1})
    assert Rule.from_rrule(last.rrule) == Rule.read({"unit": "month", "which": "last_day"})
    assert (first.moves, last.moves) == ("next", "previous")


RULES = st.one_of(
    st.builds(lambda every: {"unit": "day", "every": every}, st.integers(1, 40)),
    st.builds(
        lambda every, weekdays: {"unit": "week", "every": every, "weekdays": weekdays},
        st.integers(1, 8),
        st.lists(st.integers(0, 6), min_size=1, max_size=7),
    ),
    st.builds(lambda every, day: {"unit": "month", "every": every, "day": day}, st.integers(1, 5), st.integers(1, 31)),
    st.builds(
        lambda nth, weekday, month: {
            "unit": "year",
            "which": "weekday",
            "nth": nth,
            "weekday": weekday,
            "month": month,
        },
        st.sampled_from([1, 2, 3, 4, -1]),
        st.integers(0, 6),
        st.integers(1, 12),
    ),
)


@given(RULES, st.sampled_from(CLOSED), st.integers(0, 2_000))
def test_any_rule_goes_forwards_once_a_day_and_reads_back(document, closed, later):
    since = NEW_YEAR + timedelta(days=later)
    found = comes(document, 6, since=since, closed=closed)
    rule = Rule.read(document)

    assert Rule.read(rule.to_document()) == rule == Rule.from_rrule(rule.rrule)
    assert all(each.at > since for each in found)
    assert [each.at for each in found] == sorted({each.at for each in found})
    dates = rrulestr(rule.rrule, dtstart=datetime.combine(NEW_YEAR, time()))
    assert all(datetime.combine(each.on, time()) in dates for each in found)
    if closed in ("next", "previous", "skip"):
        assert all(MADRID.spans_of(each.day.toordinal()) for each in found)
    # From any of them on, the rest is the same.
    if len(found) > 2:
        assert comes(document, 3, since=found[1].at, closed=closed) == found[2:5]
