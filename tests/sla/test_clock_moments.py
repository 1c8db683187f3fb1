"""Warnings before and after a deadline, in open time."""

from datetime import timedelta

import pytest

from sla.clock import Target
from sla.document import durations
from sla.document.durations import Offset
from tests.sla.calendars import OFFICE, at, minutes
from tests.sla.histories import ALL_DAY, clocks, created, event, terms, today

BEFORE, AFTER = timedelta(minutes=-30), timedelta(hours=2)


def target(seconds=7200, calendar=OFFICE, warn=(50, BEFORE, AFTER)):
    return terms(resolution=Target(calendar, seconds=seconds, warn=warn))


def told(clock):
    return [(entry.at, entry.percent, entry.offset) for entry in clock.ledger if entry.kind == "warned"]


def test_they_come_by_the_hours_of_the_calendar():
    history = [created("17:00")]

    early, late = (clocks(history, target(), moment).resolution for moment in ("17:10", "2026-01-06 12:00"))

    assert early.due_at == at("2026-01-06 09:00")
    assert early.warn_at == ((today("18:00"), 50), (at("2026-01-06 08:30"), BEFORE))
    assert early.instant_from_due(minutes(120)) == at("2026-01-06 11:00")
    assert told(late) == [
        (today("18:00"), 50, None),
        (at("2026-01-06 08:30"), None, -1800),
        (at("2026-01-06 11:00"), None, 7200),
    ]


def test_after_the_deadline_they_go_on_though_the_clock_stands_still_and_end_with_it():
    late = [created(), event("11:10", "status", to="pending")]

    still = clocks(late, target(calendar=ALL_DAY), "12:00").resolution
    past = clocks(late, target(calendar=ALL_DAY), "13:30").resolution
    done = clocks([*late, event("12:00", "status", to="solved")], target(calendar=ALL_DAY), "13:30").resolution

    assert (still.state, still.next_instant(today("12:00"))) == ("paused", today("13:00"))
    assert told(past)[-1] == (today("13:00"), None, 7200)
    assert (len(told(done)), done.warn_at) == (2, ())


def test_a_reopened_ticket_is_told_what_is_still_to_come():
    history = [created(), event("11:10", "status", to="solved"), event("14:00", "status", to="open")]

    assert told(clocks(history, target(calendar=ALL_DAY), "14:10").resolution)[-1] == (today("14:00"), None, 7200)


def test_of_a_target_that_is_shorter_it_comes_at_once():
    assert told(clocks([created()], target(seconds=600), "09:01").resolution)[0] == (today("09:00"), None, -1800)


def test_each_comes_once_for_a_target_and_again_for_another():
    promised = target() | terms(priority="high", resolution=Target(OFFICE, seconds=3600, warn=(AFTER,)))
    history = [created(), event("13:30", "priority", to="high")]

    clock = clocks(history, promised, "17:00").resolution

    assert [offset for _, _, offset in told(clock)] == [None, -1800, 7200, 7200]
    assert told(clock)[-1][0] == today("13:30")


@pytest.mark.parametrize("warn", [timedelta(0), timedelta(milliseconds=1)])
def test_a_moment_is_whole_seconds_away_from_the_deadline(warn):
    with pytest.raises(ValueError, match="warning"):
        Target(OFFICE, seconds=60, warn=(warn,))


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("30m before", -1800), ("2h after", 7200), ("1h30m  before", -5400), (" 2 hours AFTER ", 7200)],
)
def test_an_offset_is_written_like_other_lengths(written, seconds):
    assert durations.parse_offset(written) == Offset(seconds)
    assert durations.parse_offset(str(Offset(seconds))) == Offset(seconds)


@pytest.mark.parametrize("written", ["before", "30m", "30m later", "2 business days before", "1d after", "0m before"])
def test_what_is_no_offset_is_refused(written):
    with pytest.raises(ValueError, match=r"no moment|no length|business days|two things|out of range"):
        durations.parse_offset(written)
