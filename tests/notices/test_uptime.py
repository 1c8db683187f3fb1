"""What was the matter with a service, day by day: pure arithmetic."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from notices import uptime
from notices.uptime import Span

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_AGO = NOW - timedelta(days=400)


def days(*spans, since=LONG_AGO, zone="UTC"):
    return uptime.days(spans, since=since, now=NOW, zone=ZoneInfo(zone))


def test_ninety_days_end_today_and_are_calm_without_spans():
    found = days()

    assert len(found) == 90
    assert (found[-1].date.isoformat(), found[0].date.isoformat()) == ("2026-03-31", "2026-01-01")
    assert {(each.state, each.seconds_away) for each in found} == {("operational", 0)}


def test_nothing_is_known_before_a_service_was_listed():
    found = days(since=NOW - 2 * DAY)

    assert [each.state for each in found[-4:]] == ["", "operational", "operational", "operational"]


def test_a_day_shows_its_worst_and_an_outage_over_midnight_counts_on_both():
    begin = datetime(2026, 3, 29, 23, 0, tzinfo=UTC)
    found = days(Span("degraded", begin - HOUR, begin), Span("major", begin, begin + 3 * HOUR))

    assert [(each.state, each.seconds_away) for each in found[-3:-1]] == [("major", 3600), ("major", 2 * 3600)]


def test_days_are_those_of_the_reader_also_when_the_clocks_change():
    begin = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # half an hour before midnight in UTC, after it in Madrid
    outage = Span("major", begin, begin + 24 * HOUR)

    at_home, abroad = days(outage), days(outage, zone="Europe/Madrid")

    assert [each.seconds_away for each in at_home[-4:-2]] == [1800, 84600]
    # The day on which the clocks go forward has 23 hours.
    assert [each.seconds_away for each in abroad[-4:-1]] == [0, 22.5 * 3600, 1.5 * 3600]


def test_what_overlaps_counts_once_and_work_and_slowness_do_not_count():
    begin = NOW - 10 * HOUR
    spans = [
        Span("major", begin, begin + 2 * HOUR),
        Span("partial", begin + HOUR, begin + 3 * HOUR),
        Span("maintenance", begin, begin + 9 * HOUR),
        Span("degraded", begin, None),
    ]

    assert uptime.share_up(spans, since=NOW - 30 * HOUR, now=NOW) == pytest.approx(90)
    assert uptime.share_up(spans, since=NOW, now=NOW) is None


def test_what_lasts_holds_now_and_what_is_over_does_not():
    spans = [Span("major", NOW - DAY, NOW), Span("degraded", NOW - DAY, None), Span("partial", NOW + HOUR, None)]

    assert uptime.state_at(spans, NOW - HOUR) == "major"
    assert uptime.state_at(spans, NOW) == "degraded"
    assert uptime.state_at([], NOW) == "operational"
