"""Public holidays and moved working days: Russia's, against the decrees on its production calendars."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sla.document import SupportPolicy

ALLEANZA = Path(__file__).parents[2] / "policies" / "alleanza.yaml"


@pytest.fixture(scope="module")
def policy():
    return SupportPolicy.load(ALLEANZA)


def is_open(policy, day):
    noon_in_moscow = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return policy.calendar().is_open(noon_in_moscow)


@pytest.mark.parametrize("day", ["2024-04-27", "2024-11-02", "2024-12-28", "2025-11-01", "2027-02-20"])
def test_a_saturday_made_a_working_day_is_open_with_normal_hours(policy, day):
    day = date.fromisoformat(day)
    opening = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)  # 7:00 in Moscow

    assert day.weekday() == 5
    assert is_open(policy, day)
    assert policy.calendar().between(opening.replace(hour=0), opening.replace(hour=23)) == 10 * 3600


@pytest.mark.parametrize(
    "day",
    [
        "2024-01-08", "2024-02-23", "2024-03-08", "2024-04-29", "2024-04-30", "2024-05-10", "2024-11-04", "2024-12-31",
        "2025-01-02", "2025-05-02", "2025-05-08", "2025-06-13", "2025-11-03", "2025-11-04", "2025-12-31",
        "2026-01-09", "2026-03-09", "2026-05-11", "2026-06-12", "2026-11-04", "2026-12-31",
        "2027-01-08", "2027-02-22", "2027-02-23", "2027-03-08", "2027-05-03", "2027-05-10", "2027-06-14", "2027-11-04",
        "2027-11-05", "2027-12-31",
    ],
)  # fmt: skip
def test_a_weekday_off_by_law_or_decree_is_closed(policy, day):
    assert date.fromisoformat(day).weekday() < 5
    assert not is_open(policy, date.fromisoformat(day))


@pytest.mark.parametrize(
    "day",
    ["2024-04-26", "2024-05-08", "2025-01-09", "2025-05-05", "2026-01-12", "2026-11-20", "2027-02-24", "2027-04-30"],
)
def test_an_ordinary_weekday_is_open(policy, day):
    assert is_open(policy, date.fromisoformat(day))


def test_holidays_are_named_in_the_policys_languages(policy):
    named = policy.calendars["working-days"].closed()[date(2026, 6, 12)]

    assert named["ru"] == "День России"
    assert named["en"] == "Russia Day"


def test_dates_by_hand_win_over_the_country():
    text = ALLEANZA.read_text(encoding="utf-8").replace(
        "    holidays:\n",
        '    closed_dates: ["2025-11-01"]\n    open_dates: {2026-06-12: "09:00-12:00"}\n    holidays:\n',
    )

    policy = SupportPolicy.load(text)

    assert not is_open(policy, date(2025, 11, 1))
    assert is_open(policy, date(2026, 6, 12)) is False  # noon is closing time
    assert policy.calendar().is_open(datetime(2026, 6, 12, 8, 59, tzinfo=UTC))


def test_a_moved_day_may_have_hours_of_its_own():
    text = ALLEANZA.read_text(encoding="utf-8").replace(
        "      country: RU\n", '      country: RU\n      moved_day_hours: "07:00-16:00"\n'
    )

    calendar = SupportPolicy.load(text).calendar()

    assert calendar.is_open(datetime(2024, 11, 2, 12, 59, tzinfo=UTC))
    assert not calendar.is_open(datetime(2024, 11, 2, 13, 0, tzinfo=UTC))


def test_a_stored_policy_keeps_the_holidays_that_it_was_applied_with(policy):
    document = policy.to_document()
    (calendar,) = document["calendars"]
    calendar["holidays"]["dates"] = {"2026-08-03": {"ru": "День Х", "en": "Day X", "es": "Día X"}}
    calendar["holidays"]["working_days"] = {}

    again = SupportPolicy.from_document(document)

    assert not is_open(again, date(2026, 8, 3))
    assert is_open(again, date(2026, 6, 12))
