"""Pausing, resuming, solving, reopening, breaking and warning."""

import pytest

from sla.clock import Target
from tests.sla.calendars import MADRID, NEVER, OFFICE, at
from tests.sla.histories import ALL_DAY, clocks, created, event, kinds, terms, today

RESOLUTION = terms(resolution=120)


def resolution(events, as_of, promised=RESOLUTION):
    return clocks([created(), *events], promised, as_of).resolution


def status(time, to):
    return event(time, "status", to=to)


def test_a_pause_keeps_what_was_used_to_the_second_and_shows_no_deadline():
    history = [status("09:30:24", "pending"), status("10:00:11", "open")]

    paused, resumed = resolution(history, "09:59"), resolution(history, "10:30")

    assert (paused.state, paused.due_at, paused.running_since, paused.consumed) == ("paused", None, None, 1824)
    assert paused.remaining_seconds(today("09:59")) == 7200 - 1824
    assert paused.next_instant(today("09:59")) is None
    assert (resumed.state, resumed.due_at) == ("running", today("11:29:47"))
    assert resumed.remaining_seconds(today("10:30")) == 7200 - 1824 - 1789


def test_two_pauses_in_one_minute_are_two_pauses():
    history = [status("09:10:05", "pending"), status("09:10:15", "open"), status("09:10:25", "on_hold")]

    assert resolution([*history, status("09:10:55", "open")], "09:11").due_at == today("11:00:40")


def test_pausing_twice_and_resuming_twice_is_once():
    history = [status("09:30", "pending"), status("09:40", "on_hold"), status("10:00", "open"), status("10:10", "new")]

    clock = resolution(history, "10:30")

    assert clock.due_at == today("11:30")
    assert kinds(clock) == ["started", "paused", "resumed"]


@pytest.mark.parametrize("time", ["09:30", "11:00"])
def test_a_pause_of_no_length_is_no_pause(time):
    history = [status(time, "pending"), status(time, "open")]

    clock = resolution(history, "10:30" if time == "09:30" else "11:00")

    assert (clock.due_at, clock.consumed, clock.running_since) == (today("11:00"), 0, today("09:00"))
    assert clock.breached_at == (today("11:00") if time == "11:00" else None)


def test_a_pause_outside_hours_costs_nothing():
    night = [created("17:00"), status("19:00", "pending"), status("23:30", "open")]
    promised = terms(OFFICE, resolution=120)

    assert clocks(night, promised, "23:45").resolution.due_at == clocks(night[:1], promised, "23:45").resolution.due_at


def test_a_ticket_created_in_a_pausing_status_starts_paused():
    clock = clocks([created(status="pending"), status("10:00", "open")], RESOLUTION, "09:30").resolution
    later = clocks([created(status="pending"), status("10:00", "open")], RESOLUTION, "10:30").resolution

    assert (clock.state, clock.started_at, clock.consumed) == ("paused", today("09:00"), 0)
    assert later.due_at == today("12:00")


@pytest.mark.parametrize("waiting", ["pending", "on_hold", "solved"])
def test_a_customers_message_opens_the_ticket_at_that_instant(waiting):
    ticket = clocks([created(), status("09:30", waiting), event("10:00", "customer_reply")], RESOLUTION, "10:10")

    assert ticket.status == "open"
    assert (ticket.resolution.state, ticket.resolution.due_at) == ("running", today("11:30"))


def test_a_customers_message_leaves_a_new_ticket_new():
    assert clocks([created(status="new"), event("09:10", "customer_reply")], RESOLUTION, "09:20").status == "new"


def test_each_policy_says_which_statuses_stop_a_clock():
    target = Target(ALL_DAY, seconds=7200, pause_on=frozenset({"on_hold", "new"}))
    history = [created(status="new"), status("09:30", "open"), status("09:40", "pending"), status("10:00", "on_hold")]

    clock = clocks(history, terms(resolution=target), "10:30").resolution

    assert (clock.state, clock.consumed) == ("paused", 1800)


def test_an_answer_at_the_deadline_is_in_time_and_one_second_later_is_late():
    in_time, late = (
        resolution([status("11:00", "solved")], "12:00"),
        resolution([status("11:00:01", "solved")], "12:00"),
    )

    assert (in_time.breached_at, in_time.due_at) == (None, today("11:00"))
    assert (late.breached_at, late.fulfilled_at) == (today("11:00"), today("11:00:01"))


def test_monday_morning_is_late_for_friday_evening():
    history = [created("2026-01-09 16:00"), event("2026-01-12 08:00", "agent_reply")]

    clock = clocks(history, terms(OFFICE, first_response=120), "2026-01-12 09:00").first_response

    assert (clock.due_at, clock.breached_at) == (at("2026-01-09 18:00"), at("2026-01-09 18:00"))


def test_a_breach_is_dated_by_the_deadline_however_late_one_looks():
    assert resolution([], "11:00").breached_at == today("11:00")
    assert resolution([], "10:59:59").breached_at is None
    assert resolution([], "2026-03-01 00:00").breached_at == today("11:00")


def test_a_paused_clock_never_breaks():
    clock = resolution([status("11:00", "pending")], "2026-03-01 00:00")

    assert (clock.state, clock.breached_at, clock.remaining_seconds(today("11:30"))) == ("paused", None, 0)


def test_a_breached_clock_keeps_its_deadline_when_paused_and_resumed():
    history = [status("11:30", "pending"), status("12:00", "open")]

    paused, resumed = resolution(history, "11:45"), resolution(history, "12:30")

    assert (paused.state, paused.due_at) == ("paused", today("11:00"))
    assert paused.remaining_seconds(today("11:45")) == -1800
    assert (resumed.state, resumed.due_at, resumed.breached_at) == ("running", today("11:00"), today("11:00"))
    assert len(resumed.breach_log) == 1


def test_solving_while_paused_is_in_time():
    clock = resolution([status("09:30", "pending"), status("15:00", "solved")], "18:00")

    assert (clock.state, clock.breached_at, clock.fulfilled_at, clock.due_at) == (
        "fulfilled",
        None,
        today("15:00"),
        None,
    )


def test_reopening_goes_on_with_what_was_left():
    history = [status("10:00", "solved"), status("13:00", "open")]

    solved, reopened = resolution(history, "12:00"), resolution(history, "13:30")

    assert (solved.state, solved.fulfilled_at, solved.due_at) == ("fulfilled", today("10:00"), today("11:00"))
    assert (reopened.state, reopened.fulfilled_at, reopened.due_at) == ("running", None, today("14:00"))
    assert kinds(reopened) == ["started", "fulfilled", "reopened"]


def test_reopening_into_a_pausing_status_waits():
    clock = resolution([status("10:00", "solved"), status("13:00", "pending")], "13:30")

    assert (clock.state, clock.due_at, clock.consumed, clock.fulfilled_at) == ("paused", None, 3600, None)


def test_reopening_keeps_a_breach_and_starts_no_new_first_response():
    promised = terms(first_response=60, resolution=120)
    history = [created(), status("12:00", "solved"), event("13:00", "customer_reply")]

    ticket = clocks(history, promised, "14:00")

    assert (ticket.resolution.state, ticket.resolution.breached_at) == ("running", today("11:00"))
    assert ticket.resolution.due_at == today("11:00")
    assert ticket.first_response.state == "fulfilled"


def test_a_ticket_can_be_reopened_again_and_again():
    history = [status("09:30", "solved"), status("10:00", "open"), status("10:30", "closed"), status("12:00", "open")]

    assert resolution(history, "12:30").due_at == today("13:00")


def test_events_of_one_instant_come_before_its_breach():
    history = [event("11:00", "internal_note"), status("11:00", "pending"), status("11:00", "solved")]

    assert resolution(history, "12:00").breached_at is None


def test_events_apply_by_their_time_and_at_one_instant_as_committed():
    history = [
        created(),
        status("10:00", "open"),
        status("09:30", "pending"),
        status("10:30", "pending"),
        status("10:30", "open"),
    ]

    assert clocks(history, RESOLUTION, "10:40").resolution.due_at == today("11:30")


def test_what_happens_later_has_not_happened_yet():
    history = [created(), status("10:00", "solved")]

    assert clocks(history, RESOLUTION, "09:59:59").resolution.state == "running"
    assert clocks(history, RESOLUTION, "08:00").resolution.state == "not_started"
    assert clocks(history, {}, "08:00").resolution.state == "no_target"


def test_warnings_come_at_shares_of_the_target_that_was_used():
    promised = terms(resolution=Target(ALL_DAY, seconds=7200, warn=(50, 75)))
    history = [created(), status("09:30", "pending"), status("10:30", "open")]

    before, after = clocks(history, promised, "10:30").resolution, clocks(history, promised, "11:15").resolution

    assert before.warn_at == ((today("11:00"), 50), (today("11:30"), 75))
    assert before.next_instant(today("10:30")) == today("11:00")
    assert after.warn_at == ((today("11:30"), 75),)
    assert [(entry.at, entry.percent) for entry in after.ledger if entry.kind == "warned"] == [(today("11:00"), 50)]
    assert after.next_instant(today("11:30")) == today("12:00")


def test_a_warning_is_given_once_however_often_the_clock_pauses():
    promised = terms(resolution=Target(ALL_DAY, seconds=7200, warn=(50,)))
    history = [created(), status("10:30", "pending"), status("10:40", "open"), status("10:41", "pending")]

    clock = clocks([*history, status("10:50", "open")], promised, "11:00").resolution

    assert kinds(clock).count("warned") == 1


def test_a_share_of_the_target_is_used_at_an_instant():
    running, paused = resolution([], "09:30"), resolution([status("10:00", "pending")], "10:30")

    assert (running.instant_at(75), running.instant_at(100), running.instant_at(150)) == (
        today("10:30"),
        today("11:00"),
        today("12:00"),
    )
    assert running.instant_used(600) == today("09:10")
    assert (paused.instant_at(25), paused.instant_at(75)) == (today("09:30"), None)


def test_the_revision_grows_with_each_change_of_the_deadline_and_not_with_time():
    history = [status("09:30", "pending"), status("10:00", "open"), event("10:10", "internal_note")]

    revisions = [resolution(history, time).revision for time in ("09:10", "09:40", "10:05", "10:30", "18:00")]

    assert revisions == [0, 1, 2, 2, 2]


def test_business_days_end_at_closing_and_are_paused_in_open_time():
    promised = terms(resolution=Target(OFFICE, days=2))
    history = [created("10:00"), status("12:00", "pending"), status("14:00", "open")]

    plain, paused = clocks(history[:1], promised, "11:00").resolution, clocks(history, promised, "15:00").resolution

    assert (plain.due_at, plain.target_seconds) == (at("2026-01-07 18:00"), 28 * 3600)
    assert paused.due_at == at("2026-01-08 10:00")


def test_a_calendar_that_runs_dry_is_shown_and_never_breaks_silently():
    promised = terms(NEVER, first_response=60) | terms(resolution=Target(NEVER, days=1))

    ticket = clocks([created()], promised, "2027-01-05 09:00")
    answered = clocks([created(), event("09:30", "agent_reply")], promised, "2027-01-05 09:00")

    assert [(clock.state, clock.due_at, clock.breached_at) for clock in ticket] == [("unschedulable", None, None)] * 2
    assert ticket.next_instant(today("10:00")) is None
    assert answered.first_response.state == "fulfilled"


def test_a_clock_runs_through_the_night_of_a_clock_change():
    history = [created("2026-03-27 17:00+01:00"), status("2026-03-29 02:30+02:00", "pending")]

    clock = clocks(
        [*history, status("2026-03-29 12:00+02:00", "open")], terms(MADRID, resolution=120), "2026-03-30 00:00"
    )

    assert clock.resolution.due_at == at("2026-03-30 09:00+02:00")
