"""Other priorities, policies and calendars while the clock runs."""

from sla.clock import Target
from sla.hours import Calendar
from tests.sla.calendars import NEVER, OFFICE, at, minutes, weekly
from tests.sla.histories import clocks, created, event, kinds, terms, today

PRIORITIES = terms(resolution=120) | terms(priority="high", resolution=60) | terms(priority="low", resolution=480)
WEEKEND_TOO = Calendar("Etc/UTC", weekly(("08:00", "18:00")) | weekly(("08:00", "18:00"), days=("sat", "sun")))


def priority(time, to):
    return event(time, "priority", to=to)


def resolution(events, as_of, promised=PRIORITIES):
    return clocks([created(), *events], promised, as_of).resolution


def test_another_priority_counts_from_the_original_start():
    clock = resolution([priority("09:30", "high")], "09:45")

    assert (clock.due_at, clock.consumed, clock.started_at) == (today("10:00"), 0, today("09:00"))
    assert (clock.priority, clock.target_seconds, clock.revision) == ("high", 3600, 1)


def test_a_target_that_is_already_used_breaks_at_the_change():
    clock = resolution([priority("10:30", "high")], "10:30")

    assert (clock.due_at, clock.breached_at) == (today("10:00"), today("10:30"))
    assert [(breach.at, breach.due_at) for breach in clock.breach_log] == [(today("10:30"), today("10:00"))]
    assert kinds(clock) == ["started", "retargeted", "breached"]


def test_a_longer_target_takes_the_breach_back_and_the_log_keeps_it():
    clock = resolution([priority("12:00", "low")], "12:30")

    assert (clock.state, clock.due_at, clock.breached_at) == ("running", today("17:00"), None)
    assert [breach.at for breach in clock.breach_log] == [today("11:00")]
    assert kinds(clock) == ["started", "breached", "retargeted", "breach_cleared"]


def test_a_clock_can_break_again_after_a_breach_was_taken_back():
    clock = resolution([priority("12:00", "low")], "18:00")

    assert clock.breached_at == today("17:00")
    assert [breach.at for breach in clock.breach_log] == [today("11:00"), today("17:00")]


def test_a_breach_that_stays_keeps_its_first_instant():
    clock = resolution([priority("12:00", "high")], "13:00")

    assert (clock.breached_at, len(clock.breach_log)) == (today("11:00"), 1)


def test_two_changes_at_one_instant_leave_no_trace_of_the_first():
    clock = resolution([priority("10:30", "high"), priority("10:30", "normal")], "10:45")

    assert (clock.due_at, clock.breached_at, clock.breach_log) == (today("11:00"), None, ())


def test_the_time_used_survives_a_pause_and_a_change():
    history = [event("09:30", "status", to="pending"), priority("09:45", "low"), event("10:00", "status", to="open")]

    paused, resumed = resolution(history, "09:50"), resolution(history, "10:30")

    assert (paused.state, paused.due_at, paused.remaining_seconds(today("09:50"))) == ("paused", None, 27000)
    assert resumed.due_at == today("17:30")


def test_a_paused_clock_whose_new_target_is_used_breaks_at_the_change():
    clock = resolution([event("10:30", "status", to="pending"), priority("10:45", "high")], "10:50")

    assert (clock.state, clock.due_at, clock.breached_at) == ("paused", today("10:00"), today("10:45"))


def test_fulfilled_clocks_are_not_judged_again():
    promised = PRIORITIES | terms(first_response=60) | terms(priority="high", first_response=5)
    history = [created(), event("09:30", "agent_reply"), priority("09:40", "high")]

    clock = clocks(history, promised, "09:50").first_response

    assert (clock.due_at, clock.breached_at, clock.priority) == (today("10:00"), None, "normal")


def test_a_priority_changed_while_solved_holds_after_reopening():
    before = [priority("09:20", "low"), event("09:30", "status", to="solved"), event("10:00", "status", to="open")]
    after = [event("09:30", "status", to="solved"), priority("09:40", "low"), event("10:00", "status", to="open")]

    assert resolution(before, "10:30").due_at == resolution(after, "10:30").due_at == today("17:30")
    assert resolution(after, "09:50").due_at == today("11:00")


def test_a_priority_may_bring_another_calendar():
    promised = terms(OFFICE, resolution=240) | terms(WEEKEND_TOO, priority="critical", resolution=240)
    history = [created("2026-01-09 17:00"), priority("2026-01-10 09:00", "critical")]

    ticket = clocks(history, promised, "2026-01-10 10:00")

    assert ticket.resolution.consumed == 3600  # Friday's hour stays as counted
    assert ticket.resolution.due_at == at("2026-01-10 12:00")


def test_what_was_counted_under_another_calendar_stays_counted():
    promised = terms(WEEKEND_TOO, resolution=240) | terms(OFFICE, policy="gold", resolution=480)
    history = [created("2026-01-10 08:00"), event("2026-01-10 10:00", "policy", to="gold")]

    clock = clocks(history, promised, "2026-01-11 10:00").resolution

    assert (clock.consumed, clock.due_at, clock.policy) == (7200, at("2026-01-12 14:00"), "gold")


def test_a_policy_without_the_metric_stops_its_clock():
    history = [event("09:30", "policy", to="none")]

    clock = resolution(history, "18:00")

    assert (clock.state, clock.due_at, clock.breached_at) == ("no_target", None, None)


def test_a_new_metric_starts_at_its_natural_start():
    promised = terms(policy="gold", resolution=120, first_response=240)
    history = [
        created(),
        event("09:30", "status", to="pending"),
        event("10:00", "status", to="open"),
        event("10:30", "policy", to="gold"),
    ]

    ticket = clocks(history, promised, "10:40")

    assert (ticket.resolution.started_at, ticket.resolution.due_at) == (today("09:00"), today("11:30"))
    assert ticket.first_response.due_at == today("13:00")


def test_a_new_metric_whose_target_is_used_breaks_at_the_change():
    clock = resolution([event("12:00", "policy", to="gold")], "13:00", terms(policy="gold", resolution=60))

    assert (clock.due_at, clock.breached_at) == (today("10:00"), today("12:00"))


def test_a_metric_lost_and_regained_has_run_all_the_time():
    history = [event("09:30", "policy", to="none"), event("10:00", "policy", to="standard")]

    assert resolution(history, "10:30").due_at == today("11:00")


def test_an_unanswered_message_is_promised_an_answer_by_the_new_policy():
    history = [
        created(),
        event("09:10", "agent_reply"),
        event("09:20", "customer_reply"),
        event("09:30", "policy", to="gold"),
    ]

    (clock,) = clocks(history, terms(policy="gold", next_response=30), "09:40").next_response

    assert (clock.number, clock.started_at, clock.due_at) == (1, today("09:20"), today("09:50"))


def test_a_policy_may_stop_the_clock_in_other_statuses():
    promised = terms(resolution=120) | terms(
        policy="gold", resolution=Target(OFFICE, seconds=7200, pause_on=frozenset())
    )
    history = [event("09:30", "status", to="pending"), event("10:00", "policy", to="gold")]

    clock = resolution(history, "10:10", promised)

    assert (clock.state, clock.consumed, clock.due_at) == ("running", 1800, today("11:30"))
    assert kinds(clock) == ["started", "paused", "retargeted", "resumed"]


def test_a_holiday_entered_late_is_counted_from_the_start():
    closed = Calendar("Etc/UTC", weekly(("08:00", "18:00")), ["2026-01-06"])
    history = [created("2026-01-05 17:00"), event("2026-01-06 17:00", "calendar", to=closed, replaces=OFFICE)]
    promised = terms(OFFICE, resolution=600)

    before, after = clocks(history, promised, "2026-01-06 16:59"), clocks(history, promised, "2026-01-06 17:00")

    assert before.resolution.due_at == at("2026-01-06 17:00")
    assert after.resolution.due_at == at("2026-01-07 17:00")
    assert after.resolution.breached_at is None
    assert kinds(after.resolution) == ["started", "calendar_changed"]


def test_a_breach_is_taken_back_when_the_day_turns_out_to_be_a_holiday():
    closed = Calendar("Etc/UTC", weekly(("08:00", "18:00")), ["2026-01-06"])
    history = [
        created("2026-01-05 17:00"),
        event("2026-01-06 10:00", "status", to="pending"),
        event("2026-01-06 11:00", "status", to="open"),
        event("2026-01-06 19:00", "calendar", to=closed),
    ]

    clock = clocks(history, terms(OFFICE, resolution=240), "2026-01-07 08:30").resolution

    assert (clock.breached_at, clock.consumed, clock.due_at) == (None, 3600, at("2026-01-07 11:00"))
    assert [breach.at for breach in clock.breach_log] == [at("2026-01-06 12:00")]


def test_hours_added_late_break_at_the_edit_and_not_before():
    history = [created("2026-01-10 08:00"), event("2026-01-11 12:00", "calendar", to=WEEKEND_TOO)]

    clock = clocks(history, terms(OFFICE, resolution=240), "2026-01-11 12:00").resolution

    assert (clock.due_at, clock.breached_at) == (at("2026-01-10 12:00"), at("2026-01-11 12:00"))


def test_a_calendar_edit_touches_only_clocks_on_that_calendar_and_nothing_fulfilled():
    closed = Calendar("Etc/UTC", weekly(("08:00", "18:00")), ["2026-01-06"])
    promised = terms(OFFICE, first_response=60) | terms(WEEKEND_TOO, resolution=1200)
    history = [
        created("2026-01-05 17:30"),
        event("2026-01-06 08:10", "agent_reply"),
        event("2026-01-06 09:00", "calendar", to=closed, replaces=OFFICE),
    ]

    ticket = clocks(history, promised, "2026-01-06 10:00")

    assert ticket.first_response.due_at == at("2026-01-06 08:30")
    assert (ticket.resolution.due_at, ticket.resolution.revision) == (at("2026-01-07 17:30"), 0)


def test_a_new_version_of_the_policy_can_bring_the_new_calendar():
    closed = Calendar("Etc/UTC", weekly(("08:00", "18:00")), ["2026-01-06"])
    promised = terms(OFFICE, resolution=600) | terms(closed, policy="standard/2", resolution=600)
    history = [created("2026-01-05 17:00"), event("2026-01-06 12:00", "calendar", to="standard/2")]

    clock = clocks(history, promised, "2026-01-06 13:00").resolution

    assert (clock.due_at, clock.policy) == (at("2026-01-07 17:00"), "standard/2")


def test_business_days_are_counted_again_under_new_terms():
    promised = terms(resolution=Target(OFFICE, days=2)) | terms(priority="high", resolution=Target(OFFICE, days=1))
    clock = resolution([priority("10:00", "high")], "11:00", promised)

    assert clock.due_at == at("2026-01-06 18:00")


def test_the_ledger_quotes_the_event_the_rule_and_the_terms():
    started, changed, breached = resolution([priority("10:30", "high")], "10:30").ledger

    assert (started.at, started.rule, started.source) == (today("09:00"), "metric", "created 09:00")
    assert (started.policy, started.priority, started.due_at) == ("standard", "normal", today("11:00"))
    assert (changed.rule, changed.event, changed.source) == ("priority_changed", "priority", "priority 10:30")
    assert (changed.consumed, changed.target_seconds, changed.due_at) == (5400, 3600, today("10:00"))
    assert (breached.rule, breached.source) == ("priority_changed", "priority 10:30")


def test_an_answer_at_the_instant_of_the_change_is_late_if_the_new_deadline_is_past():
    at_once = [priority("10:30", "high"), event("10:30", "status", to="solved")]
    just = [priority("10:00", "high"), event("10:00", "status", to="solved")]

    late, in_time = resolution(at_once, "10:31"), resolution(just, "10:31")

    assert (late.state, late.due_at, late.breached_at) == ("fulfilled", today("10:00"), today("10:30"))
    assert kinds(late) == ["started", "retargeted", "breached", "fulfilled"]
    assert (in_time.due_at, in_time.breached_at) == (today("10:00"), None)


def test_the_row_holds_all_that_is_worth_storing():
    clock = resolution([priority("10:30", "high"), event("10:40", "status", to="solved")], "11:00")

    assert clock.row() == {
        "metric": "resolution",
        "number": 1,
        "tier": None,
        "state": "fulfilled",
        "policy": "standard",
        "priority": "high",
        "target_seconds": 3600,
        "started_at": today("09:00"),
        "consumed": 6000,
        "running_since": None,
        "due_at": today("10:00"),
        "breached_at": today("10:30"),
        "breach_log": clock.breach_log,
        "fulfilled_at": today("10:40"),
        "fulfilled_by": "status 10:40",
        "revision": 1,
    }
    assert (clock.breach_log[0].due_at, clock.breach_log[0].target_seconds) == (today("10:00"), 3600)


def test_escalation_may_lie_before_or_after_the_deadline_in_open_time():
    office = terms(OFFICE, resolution=120)
    clock = clocks([created("17:00")], office, "17:10").resolution
    paused = clocks([created("17:00"), event("17:10", "status", to="pending")], office, "17:20").resolution
    late = clocks([created("17:00"), event("2026-01-06 10:00", "status", to="pending")], office, "2026-01-06 11:00")
    dry = clocks([created()], terms(NEVER, resolution=60), "10:00").resolution

    assert clock.due_at == at("2026-01-06 09:00")
    assert [clock.instant_from_due(minutes(offset)) for offset in (-90, -60, 0, 60, -500)] == [
        today("17:30"),
        today("18:00"),
        at("2026-01-06 09:00"),
        at("2026-01-06 10:00"),
        today("17:00"),
    ]
    assert clock.instant_from_due(600 * 60) == at("2026-01-07 09:00")
    assert (paused.instant_from_due(0), paused.instant_from_due(-minutes(111))) == (None, today("17:09"))
    assert late.resolution.instant_from_due(minutes(30)) == at("2026-01-06 09:30")
    assert (dry.instant_from_due(60), dry.instant_from_due(-60)) == (None, None)
    assert clocks([created()], {}, "10:00").resolution.instant_from_due(60) is None
    soon_dry = Calendar("Etc/UTC", {}, [], {"2026-01-05": [("09:00", "10:00")]})
    assert clocks([created()], terms(soon_dry, resolution=60), "09:10").resolution.instant_from_due(1) is None


def test_what_was_cancelled_does_not_count_under_a_later_target():
    promised = terms(policy="gold", resolution=120)
    history = [event("09:10", "merged"), event("09:40", "restored"), event("10:00", "policy", to="gold")]

    assert resolution(history, "10:00", promised).due_at == today("11:30")
