"""The walk: which open stretches a deadline went through, and why days were skipped."""

from datetime import date

from sla.hours import Calendar
from tests.sla.calendars import ALWAYS, MADRID, OFFICE, at, minutes, weekly


def told(walk):
    """The walk in short: dates with minutes or with the reason."""
    return [(step.date.isoformat(), getattr(step, "reason", None) or step.seconds / 60) for step in walk.steps]


def test_a_deadline_tells_what_was_used_until_closing_and_which_days_are_closed():
    walk = MADRID.explain(at("2026-01-09 16:20+01:00"), minutes(240))

    assert walk.ends == at("2026-01-12 10:20+01:00")
    assert told(walk) == [
        ("2026-01-09", 100),
        ("2026-01-10", "weekend"),
        ("2026-01-11", "weekend"),
        ("2026-01-12", 140),
    ]
    assert [step.to_closing for step in walk.steps if step.kind == "open"] == [True, False]
    assert walk.seconds == minutes(240)


def test_holidays_and_moved_days_are_named():
    calendar = Calendar(
        "Etc/UTC",
        weekly(("08:00", "18:00"), days=("mon", "tue", "thu", "fri")),
        {"2026-01-06": "Epiphany"},
        {
            "2026-01-10": {"hours": [["10:00", "14:00"]], "name": "For Friday"},
            "2026-01-09": {"hours": [], "name": "Bridge"},
        },
    )

    walk = calendar.explain(at("2026-01-05 19:00"), minutes(700))

    assert told(walk) == [
        ("2026-01-05", "after_hours"),
        ("2026-01-06", "holiday"),
        ("2026-01-07", "closed_weekday"),
        ("2026-01-08", 600),
        ("2026-01-09", "moved"),
        ("2026-01-10", 100),
    ]
    assert [step.name for step in walk.steps] == [None, "Epiphany", None, None, "Bridge", "For Friday"]
    assert walk.steps[-1].moved


def test_a_change_of_the_clock_is_told():
    walk = ALWAYS.explain(at("2026-03-28 12:00+01:00"), 86400)

    assert [(step.kind, step.date) for step in walk.steps] == [
        ("open", date(2026, 3, 28)),
        ("clock_change", date(2026, 3, 29)),
        ("open", date(2026, 3, 29)),
    ]
    assert walk.steps[1].at == at("2026-03-29 01:00")
    assert walk.steps[1].seconds == 3600


def test_a_date_that_never_came_is_told_once():
    calendar = Calendar("Pacific/Apia", weekly(("09:00", "17:00")))

    walk = calendar.explain(at("2011-12-29 16:00-10:00"), minutes(120))

    assert [(step.date.day, getattr(step, "reason", step.kind)) for step in walk.steps] == [
        (29, "open"),
        (30, "clock_change"),
        (31, "clock_change"),
        (31, "weekend"),
        (1, "weekend"),
        (2, "open"),
    ]


def test_the_night_before_is_part_of_the_walk():
    calendar = Calendar("Etc/UTC", weekly(("21:00", "03:00")))

    walk = calendar.explain(at("2026-01-06 01:00"), minutes(180))

    assert told(walk) == [("2026-01-05", 120), ("2026-01-06", 60)]


def test_overlapping_hours_are_told_once():
    calendar = Calendar("Etc/UTC", weekly(("08:00", "12:00"), ("10:00", "14:00")))

    assert told(calendar.explain(at("2026-01-05 08:00"), minutes(360))) == [("2026-01-05", 240), ("2026-01-05", 120)]


def test_business_days_and_spans_can_be_explained_too():
    days = OFFICE.explain_days(at("2026-01-09 12:00"), 1)
    span = OFFICE.explain_between(at("2026-01-09 12:00"), at("2026-01-12 09:00"))

    assert told(days) == [
        ("2026-01-09", 360),
        ("2026-01-10", "weekend"),
        ("2026-01-11", "weekend"),
        ("2026-01-12", 600),
    ]
    assert told(span)[-1] == ("2026-01-12", 60)
    assert OFFICE.explain_between(at("2026-01-09 12:00"), at("2026-01-08 12:00")).seconds == 0


def test_waiting_for_the_door_to_open_is_a_walk_without_open_time():
    walk = OFFICE.explain(at("2026-01-09 18:00"), 0)

    assert walk.ends == at("2026-01-12 08:00")
    assert told(walk) == [("2026-01-09", "after_hours"), ("2026-01-10", "weekend"), ("2026-01-11", "weekend")]
