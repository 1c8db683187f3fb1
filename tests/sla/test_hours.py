"""Opening hours: what a calendar answers."""

import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from sla.hours import Calendar, CalendarInvalid, CalendarNeverOpens, OutOfRange
from tests.sla.calendars import ALWAYS, MADRID, NEVER, OFFICE, WEEKDAYS, at, minutes, weekly

LUNCH = Calendar("Etc/UTC", weekly(("08:00", "12:00"), ("13:00", "17:00")))
NIGHT = Calendar("Etc/UTC", weekly(("21:00", "03:00")))


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        ("2026-01-05 09:00", 60, "2026-01-05 10:00"),
        ("2026-01-05 17:00", 60, "2026-01-05 18:00"),  # exactly at closing: the closing
        ("2026-01-05 17:00", 60.0166667, "2026-01-06 08:00:01"),
        ("2026-01-05 18:00", 1, "2026-01-06 08:01"),  # closed at the very closing
        ("2026-01-05 07:59:59", 1, "2026-01-05 08:01"),
        ("2026-01-09 16:20", 120, "2026-01-12 08:20"),  # over the weekend
        ("2026-01-10 12:00", 600, "2026-01-12 18:00"),
        ("2026-01-05 08:00", 3000, "2026-01-09 18:00"),
    ],
)
def test_a_deadline_is_the_first_instant_at_which_the_time_is_over(start, length, due):
    assert OFFICE.add(at(start), minutes(length)) == at(due)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-01-05 09:00", "2026-01-05 09:00"),
        ("2026-01-05 08:00", "2026-01-05 08:00"),
        ("2026-01-05 18:00", "2026-01-06 08:00"),
        ("2026-01-09 18:00", "2026-01-12 08:00"),
    ],
)
def test_no_time_at_all_is_due_at_the_first_open_instant(start, due):
    assert OFFICE.add(at(start), 0) == at(due)


@pytest.mark.parametrize(
    ("a", "b", "length"),
    [
        ("2026-01-05 09:00", "2026-01-05 10:15:30", 75.5),
        ("2026-01-05 10:00", "2026-01-05 09:00", 0),
        ("2026-01-05 10:00", "2026-01-05 10:00", 0),
        ("2026-01-05 17:59:59", "2026-01-06 08:00:01", 2 / 60),
        ("2026-01-09 18:00", "2026-01-12 08:00", 0),
        ("2025-12-31 00:00", "2027-01-01 00:00", 262 * 600),  # every weekday of 2026, and a day before
    ],
)
def test_elapsed_is_the_open_time_between(a, b, length):
    assert OFFICE.between(at(a), at(b)) == minutes(length)


def test_lunch_is_not_counted():
    assert LUNCH.add(at("2026-01-05 11:30"), minutes(60)) == at("2026-01-05 13:30")
    assert LUNCH.add(at("2026-01-05 11:30"), minutes(30)) == at("2026-01-05 12:00")
    assert LUNCH.between(at("2026-01-05 00:00"), at("2026-01-06 00:00")) == minutes(480)


@pytest.mark.parametrize(
    "hours",
    [
        [("13:00", "17:00"), ("08:00", "12:00")],
        [("08:00", "10:00"), ("09:00", "12:00"), ("13:00", "17:00")],
        [("08:00", "10:00"), ("10:00", "12:00"), ("13:00", "17:00"), ("14:00", "15:00")],
    ],
)
def test_unsorted_overlapping_and_touching_hours_count_once(hours):
    calendar = Calendar("Etc/UTC", weekly(*hours))

    assert calendar.between(at("2026-01-05 00:00"), at("2026-01-06 00:00")) == minutes(480)
    assert calendar.add(at("2026-01-05 11:00"), minutes(120)) == at("2026-01-05 14:00")


def test_overlaps_are_named_so_that_they_can_be_refused_when_saved():
    calendar = Calendar(
        "Etc/UTC",
        {"mon": [("08:00", "12:00"), ("11:00", "13:00")], "tue": [("08:00", "12:00"), ("12:00", "13:00")]},
        open_dates={"2026-01-10": [("08:00", "12:00"), ("08:00", "09:00")]},
    )

    assert [name for name, _ in calendar.overlaps()] == ["mon", "2026-01-10"]


def test_a_shift_over_midnight_counts_after_midnight():
    assert NIGHT.between(at("2026-01-06 01:00"), at("2026-01-06 02:00")) == minutes(60)
    assert NIGHT.add(at("2026-01-05 22:00"), minutes(240)) == at("2026-01-06 02:00")
    assert NIGHT.between(at("2026-01-10 00:00"), at("2026-01-12 00:00")) == minutes(180)  # Friday's tail only
    assert NIGHT.between(at("2026-01-05 00:00"), at("2026-01-05 03:00")) == 0  # Sunday has no shift


def test_closing_a_date_removes_its_tail_and_closing_the_next_does_not_cut_it():
    closed_tuesday = Calendar("Etc/UTC", weekly(("21:00", "03:00")), ["2026-01-06"])

    assert closed_tuesday.between(at("2026-01-06 00:00"), at("2026-01-06 12:00")) == minutes(180)
    assert closed_tuesday.between(at("2026-01-06 12:00"), at("2026-01-07 12:00")) == 0


@pytest.mark.parametrize("closing", ["24:00", "00:00"])
def test_a_day_can_end_at_midnight(closing):
    calendar = Calendar("Etc/UTC", weekly(("22:00", closing)))

    assert calendar.between(at("2026-01-05 12:00"), at("2026-01-06 12:00")) == minutes(120)
    assert calendar.add(at("2026-01-05 23:00"), minutes(60)) == at("2026-01-06 00:00")


def test_around_the_clock_is_wall_clock_time():
    start = at("2026-03-28 12:00")

    assert ALWAYS.add(start, 5 * 86400) == start + timedelta(days=5)
    assert ALWAYS.between(start, start + timedelta(days=4000)) == 4000 * 86400
    assert ALWAYS.next_close(start) is None
    assert ALWAYS.next_open(start) == start


def test_open_dates_replace_and_beat_closed_dates():
    calendar = Calendar(
        "Etc/UTC",
        weekly(("08:00", "18:00")),
        ["2026-01-06", "2026-01-10"],
        {"2026-01-10": [("10:00", "14:00")], "2026-01-07": [], "2026-01-08": [("12:00", "13:00")]},
    )

    assert calendar.between(at("2026-01-06 00:00"), at("2026-01-07 00:00")) == 0
    assert calendar.between(at("2026-01-07 00:00"), at("2026-01-08 00:00")) == 0
    assert calendar.between(at("2026-01-08 00:00"), at("2026-01-09 00:00")) == minutes(60)
    assert calendar.between(at("2026-01-10 00:00"), at("2026-01-11 00:00")) == minutes(240)


def test_a_holiday_is_a_date_of_the_calendars_zone():
    tokyo = Calendar("Asia/Tokyo", weekly(("09:00", "17:00")), ["2026-01-06"])

    assert tokyo.add(at("2026-01-05 07:30"), minutes(60)) == at("2026-01-07 00:30")


def test_holidays_may_span_new_year():
    calendar = Calendar("Etc/UTC", weekly(("08:00", "18:00")), ["2025-12-31", "2026-01-01", "2026-01-02"])

    assert calendar.add(at("2025-12-30 17:00"), minutes(90)) == at("2026-01-05 08:30")


def test_business_days_end_at_the_closing_of_the_nth_working_date():
    calendar = Calendar(
        "Europe/Madrid", weekly(("08:00", "18:00")), ["2026-01-06"], {"2026-01-10": [("10:00", "14:00")]}
    )

    assert calendar.add_days(at("2026-01-05 17:00+01:00"), 1) == at("2026-01-07 18:00+01:00")
    assert calendar.add_days(at("2026-01-05 23:30+00:00"), 1) == at("2026-01-07 18:00+01:00")  # Tuesday in Madrid
    assert calendar.add_days(at("2026-01-09 09:00+01:00"), 1) == at("2026-01-10 14:00+01:00")
    assert calendar.add_days(at("2026-01-04 09:00+01:00"), 3) == at("2026-01-08 18:00+01:00")
    assert NIGHT.add_days(at("2026-01-05 12:00"), 1) == at("2026-01-07 03:00")


def test_business_days_take_the_last_closing_of_a_date():
    assert LUNCH.add_days(at("2026-01-05 12:00"), 1) == at("2026-01-06 17:00")
    assert ALWAYS.add_days(at("2026-01-05 12:00"), 1) == at("2026-01-07 00:00+01:00")


@pytest.mark.parametrize("days", [0, -1])
def test_business_days_are_one_or_more(days):
    with pytest.raises(ValueError, match="1 or more"):
        OFFICE.add_days(at("2026-01-05 12:00"), days)


def test_ten_years_and_months_of_closure_are_no_horizon():
    start = at("2026-01-01 00:00")
    ten_years = OFFICE.between(start, at("2036-01-01 00:00"))
    closed = Calendar(
        "Etc/UTC",
        weekly(("08:00", "18:00")),
        [(date(2026, 1, 1) + timedelta(days=day)).isoformat() for day in range(1, 900)],
    )

    assert OFFICE.add(start, ten_years) == at("2035-12-31 18:00")
    assert closed.add(start, minutes(601)) == at("2028-06-19 08:01")
    assert closed.next_open(at("2026-01-02 00:00")) == at("2028-06-19 08:00")


def test_long_targets_do_not_depend_on_what_was_asked_before():
    days = {f"{year}-05-0{day}": [["08:00", "18:00"]] for year in range(1990, 2090) for day in (1, 2)}
    instants = [at(f"{year}-05-01 09:00") for year in (2026, 2060, 1991, 2027, 2024, 1985, 2080, 2026)]
    asked_often = Calendar("Europe/Madrid", {}, [], days)

    for start in instants:
        for hours in (100, 15, 400):
            once = Calendar("Europe/Madrid", {}, [], days)
            try:
                due = once.add(start, hours * 3600)
            except CalendarNeverOpens:
                with pytest.raises(CalendarNeverOpens):
                    asked_often.add(start, hours * 3600)
            else:
                assert asked_often.add(start, hours * 3600) == due
                assert asked_often.between(start, due) == once.between(start, due) == hours * 3600


def test_a_calendar_without_hours_says_so():
    for ask in (lambda: NEVER.add(at("2026-01-05 09:00"), 60), lambda: NEVER.add(at("2026-01-05 09:00"), 0)):
        with pytest.raises(CalendarNeverOpens):
            ask()
    with pytest.raises(CalendarNeverOpens):
        NEVER.add_days(at("2026-01-05 09:00"), 1)
    assert NEVER.between(at("1900-01-01 00:00"), at("2900-01-01 00:00")) == 0
    assert NEVER.next_open(at("2026-01-05 09:00")) is None
    assert NEVER.next_close(at("2026-01-05 09:00")) is None
    assert not NEVER.is_open(at("2026-01-05 09:00"))


def test_a_calendar_that_runs_dry_says_so_and_not_before():
    fair = Calendar("Etc/UTC", {}, open_dates={"2026-01-10": [("10:00", "14:00")], "2030-06-01": [("10:00", "11:00")]})

    assert fair.add(at("2026-01-01 00:00"), minutes(300)) == at("2030-06-01 11:00")
    assert fair.add_days(at("2026-01-01 00:00"), 2) == at("2030-06-01 11:00")
    assert fair.between(at("1990-01-01 00:00"), at("2990-01-01 00:00")) == minutes(300)
    with pytest.raises(CalendarNeverOpens):
        fair.add(at("2026-01-01 00:00"), minutes(300) + 1)
    with pytest.raises(CalendarNeverOpens):
        fair.add(at("2031-01-01 00:00"), 1)
    with pytest.raises(CalendarNeverOpens):
        fair.add_days(at("2026-01-01 00:00"), 3)


@pytest.mark.parametrize("seconds", [10**11, 10**15, 10**40])
def test_an_absurd_target_is_refused_at_once(seconds):
    with pytest.raises(OutOfRange):
        OFFICE.add(at("2026-01-05 09:00"), seconds)
    with pytest.raises(OutOfRange):
        OFFICE.add_days(at("2026-01-05 09:00"), seconds)


def test_a_negative_length_is_refused():
    with pytest.raises(ValueError, match="negative"):
        OFFICE.add(at("2026-01-05 09:00"), -1)


def test_next_open_and_next_close():
    assert OFFICE.next_open(at("2026-01-05 09:00")) == at("2026-01-05 09:00")
    assert OFFICE.next_open(at("2026-01-09 18:00")) == at("2026-01-12 08:00")
    assert OFFICE.next_close(at("2026-01-09 17:59")) == at("2026-01-09 18:00")
    assert OFFICE.next_close(at("2026-01-09 18:00")) == at("2026-01-12 18:00")
    assert OFFICE.is_open(at("2026-01-05 08:00"))
    assert not OFFICE.is_open(at("2026-01-05 18:00"))


def test_next_close_finds_the_one_closed_day_of_a_calendar_around_the_clock():
    calendar = Calendar("Etc/UTC", weekly(("00:00", "24:00"), days=WEEKDAYS), ["2029-05-01"])

    assert calendar.next_close(at("2026-01-05 09:00")) == at("2029-05-01 00:00")
    assert calendar.next_close(at("2029-05-01 09:00")) is None


def test_instants_go_in_with_any_zone_and_come_out_in_utc():
    madrid = datetime(2026, 1, 5, 17, tzinfo=ZoneInfo("Europe/Madrid"))
    plus_five = madrid.astimezone(timezone(timedelta(hours=5)))

    assert MADRID.add(madrid, 60).tzinfo is UTC
    assert MADRID.add(madrid, 60) == MADRID.add(plus_five, 60) == at("2026-01-05 16:01")


def test_the_hour_that_comes_twice_is_two_hours():
    zone = ZoneInfo("Europe/Madrid")
    first, second = datetime(2025, 10, 26, 2, 30, tzinfo=zone), datetime(2025, 10, 26, 2, 30, tzinfo=zone, fold=1)

    assert ALWAYS.between(first, second) == 3600


def test_a_naive_datetime_is_refused():
    with pytest.raises(TypeError, match="time zone"):
        OFFICE.add(datetime(2026, 1, 5), 60)  # noqa: DTZ001


def test_fractions_of_a_second_are_dropped():
    assert OFFICE.add(datetime(2026, 1, 5, 9, 0, 0, 999_999, tzinfo=UTC), 60) == at("2026-01-05 09:01")


def test_instants_before_1970_are_as_good_as_any():
    assert OFFICE.add(at("1965-03-05 17:00"), minutes(120)) == at("1965-03-08 09:00")
    assert OFFICE.between(at("1965-03-05 17:00"), at("1965-03-08 09:00")) == minutes(120)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"timezone": "Europe/Madrid", "weekly": {"mon": [["08:00", "08:00"]]}}, "weekly.mon[0]"),
        ({"timezone": "Europe/Madrid", "weekly": {"mon": [["24:00", "08:00"]]}}, "weekly.mon[0]"),
        ({"timezone": "Europe/Madrid", "weekly": {"mon": [["08:00", "24:01"]]}}, "weekly.mon[0]"),
        ({"timezone": "Europe/Madrid", "weekly": {"mon": [["8", "18"]]}}, "weekly.mon[0]"),
        ({"timezone": "Europe/Madrid", "weekly": {"mon": [["08:00"]]}}, "weekly.mon[0]"),
        ({"timezone": "Europe/Madrid", "weekly": {"mon": [[8, 18]]}}, "weekly.mon[0]"),
        ({"timezone": "Europe/Madrid", "weekly": {"mon": "08:00-18:00"}}, "weekly.mon"),
        ({"timezone": "Europe/Madrid", "weekly": {"monday": []}}, "weekly.monday"),
        ({"timezone": "Europe/Madrid", "weekly": []}, "weekly"),
        ({"timezone": "Europe/Madrid", "weekly": {}, "closed_dates": ["2026-02-30"]}, "closed_dates"),
        ({"timezone": "Europe/Madrid", "weekly": {}, "closed_dates": "2026-02-03"}, "closed_dates"),
        ({"timezone": "Europe/Madrid", "weekly": {}, "closed_dates": 7}, "closed_dates"),
        ({"timezone": "Europe/Madrid", "weekly": {}, "open_dates": {"2026-1-1": []}}, "open_dates"),
        (
            {"timezone": "Europe/Madrid", "weekly": {}, "open_dates": {"2026-01-01": {"hours": 3}}},
            "open_dates.2026-01-01.hours",
        ),
        (
            {"timezone": "Europe/Madrid", "weekly": {}, "open_dates": {"2026-01-01": {"open": []}}},
            "open_dates.2026-01-01",
        ),
        ({"timezone": "Europe/Madrid", "weekly": {}, "closed_date": []}, "closed_date"),
        ({"timezone": "Mars/Olympus", "weekly": {}}, "timezone"),
        ({"timezone": "../etc/passwd", "weekly": {}}, "timezone"),
        ({"timezone": 3, "weekly": {}}, "timezone"),
        ({"weekly": {}}, "timezone"),
        ([], "calendar"),
    ],
)
def test_a_calendar_that_cannot_be_understood_names_the_field(document, path):
    with pytest.raises(CalendarInvalid) as refusal:
        Calendar.from_document(document)

    assert refusal.value.path == path


def test_the_same_description_is_the_same_calendar():
    document = {
        "timezone": "Europe/Madrid",
        "weekly": {"mon": [["13:00", "18:00"], ["08:00", "12:00"]]},
        "closed_dates": {"2026-01-06": "Epiphany"},
        "open_dates": {"2026-01-10": {"hours": [["10:00", "14:00"]], "name": "Moved"}},
    }
    one, other = Calendar.from_document(document), Calendar.from_document(document)
    renamed = Calendar.from_document({**document, "closed_dates": {"2026-01-06": "Reyes"}})

    assert one == other
    assert hash(one) == hash(other)
    assert one != renamed
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301


def test_refusals_say_what_is_so():
    with pytest.raises(ValueError, match=r"^A length of time can't be negative\.$"):
        OFFICE.add(at("2026-01-05 09:00"), -1)
    with pytest.raises(ValueError, match=r"^A number of business days is 1 or more\.$"):
        OFFICE.add_days(at("2026-01-05 09:00"), 0)
    for ask, what in (
        (lambda: NEVER.add(at("2026-01-05 09:00"), 0), "opening hours"),
        (lambda: NEVER.add_days(at("2026-01-05 09:00"), 10**9), "working dates"),
    ):
        with pytest.raises(CalendarNeverOpens, match=rf"^The calendar has too few {what} left\. Give it weekly"):
            ask()


def test_business_days_begin_after_the_date_in_the_calendars_zone():
    auckland = Calendar("Pacific/Auckland", weekly(("08:00", "18:00"), days=WEEKDAYS))

    # At 12:00 UTC it is the 6th in Auckland.
    assert auckland.add_days(at("2026-01-05 12:00"), 1) == at("2026-01-07 05:00")
