"""Maintenance and outages stop clocks."""

import pytest

from sla.clock import Target, TargetTable, Window, fold
from tests.sla.histories import ALL_DAY, created, event, kinds, terms, today

PROMISED = terms(first_response=60, resolution=120)


def window(begins, ends, *metrics, known_at=None, reason="Database down"):
    return Window(
        today(begins),
        ends and today(ends),
        frozenset(metrics or ("resolution",)),
        reason,
        source="w",
        known_at=known_at and today(known_at),
    )


def ticket(events, windows, as_of, promised=PROMISED):
    return fold([created(), *events], TargetTable(promised), today(as_of), windows)


def test_a_window_stops_the_metrics_that_it_names_and_the_ledger_says_why():
    outage = window("09:30", "10:00")

    during, after = ticket([], [outage], "09:45"), ticket([], [outage], "11:00")

    assert (during.resolution.state, during.resolution.due_at) == ("paused", None)
    assert during.first_response.due_at == today("10:00")
    assert (after.resolution.state, after.resolution.due_at) == ("running", today("11:30"))
    assert kinds(after.resolution) == ["started", "paused", "resumed"]
    assert [(entry.rule, entry.reason, entry.source) for entry in after.resolution.ledger[1:]] == [
        ("window", "Database down", "w")
    ] * 2


def test_an_outage_lasts_until_somebody_says_that_it_is_over():
    clock = ticket([], [window("09:30", None)], "18:00").resolution

    assert (clock.state, clock.consumed, clock.breached_at) == ("paused", 1800, None)


@pytest.mark.parametrize("begins", ["08:00", "09:00"])
def test_a_ticket_filed_during_a_window_starts_paused(begins):
    clock = ticket([], [window(begins, "10:00")], "10:30").resolution

    assert (clock.due_at, clock.consumed) == (today("12:00"), 0)
    assert kinds(clock) == ["started", "paused", "resumed"]


def test_a_window_that_was_over_before_changes_nothing():
    assert kinds(ticket([], [window("07:00", "09:00")], "10:00").resolution) == ["started"]


def test_windows_that_overlap_stop_once():
    windows = [window("09:30", "10:00"), window("09:40", "10:20"), window("09:50", "09:55")]

    clock = ticket([], windows, "10:30").resolution

    assert (clock.due_at, kinds(clock)) == (today("11:50"), ["started", "paused", "resumed"])


def test_a_window_and_a_status_stop_together():
    history = [event("09:40", "status", to="pending"), event("10:10", "status", to="open")]

    early, late = (
        ticket(history, [window("09:30", "10:00")], "10:30"),
        ticket(history, [window("09:50", "10:20")], "10:30"),
    )

    assert early.resolution.due_at == late.resolution.due_at == today("11:40")
    assert kinds(early.resolution) == kinds(late.resolution) == ["started", "paused", "resumed"]


def test_solving_and_reopening_during_a_window():
    history = [event("09:40", "status", to="solved"), event("09:50", "status", to="open")]

    clock = ticket(history, [window("09:30", "10:00")], "10:30").resolution

    assert clock.due_at == today("11:30")
    assert kinds(clock) == ["started", "paused", "fulfilled", "reopened", "paused", "resumed"]


def test_another_priority_during_a_window_goes_on_waiting():
    promised = PROMISED | terms(priority="high", resolution=60)

    clock = ticket([event("09:40", "priority", to="high")], [window("09:30", "10:00")], "10:10", promised).resolution

    assert (clock.due_at, clock.consumed) == (today("10:30"), 1800)


def test_a_window_entered_late_takes_its_time_out_again():
    outage = window("09:30", "10:00", known_at="10:30")

    before, after = ticket([], [outage], "10:29"), ticket([], [outage], "10:30")

    assert before.resolution.due_at == today("11:00")
    assert (after.resolution.due_at, after.resolution.consumed_at(today("10:30"))) == (today("11:30"), 3600)
    assert kinds(after.resolution) == ["started", "excluded"]
    assert after.resolution.ledger[1].reason == "Database down"
    assert after.resolution.revision == 1


def test_an_outage_known_late_stops_from_its_beginning_and_goes_on():
    clock = ticket([], [window("09:30", "10:30", known_at="10:00")], "10:40").resolution

    assert (clock.due_at, kinds(clock)) == (today("12:00"), ["started", "excluded", "paused", "resumed"])


def test_a_breach_inside_a_window_entered_late_is_taken_back_and_kept_in_the_log():
    clock = ticket([], [window("09:30", "10:30", known_at="11:30")], "11:30").resolution

    assert (clock.breached_at, clock.due_at) == (None, today("12:00"))
    assert [breach.at for breach in clock.breach_log] == [today("11:00")]
    assert kinds(clock) == ["started", "breached", "excluded", "breach_cleared"]


def test_a_window_entered_late_changes_nothing_that_is_fulfilled_or_was_paused():
    history = [
        event("09:20", "agent_reply"),
        event("09:25", "status", to="pending"),
        event("10:10", "status", to="open"),
    ]
    late = window("09:10", "10:00", "first_response", "resolution", known_at="11:00")

    after = ticket(history, [late], "11:00")

    assert kinds(after.first_response) == ["started", "fulfilled"]
    assert after.resolution.consumed_at(today("11:00")) == 60 * (10 + 50)


def test_a_window_that_took_no_time_from_a_clock_is_not_in_its_ledger():
    history = [event("09:05", "status", to="pending")]

    clock = ticket(history, [window("09:10", "10:00", known_at="10:30")], "11:00").resolution

    assert kinds(clock) == ["started", "paused"]


def test_a_clock_promised_later_has_waited_during_the_window_too():
    promised = terms(policy="gold", resolution=120)

    clock = ticket([event("10:30", "policy", to="gold")], [window("09:30", "10:00")], "10:40", promised).resolution

    assert (clock.due_at, clock.consumed_at(today("10:40"))) == (today("11:30"), 60 * 70)


def test_cycles_that_start_during_a_window_wait():
    promised = terms(first_response=60, next_response=30)
    history = [event("09:10", "agent_reply"), event("09:40", "customer_reply")]

    (clock,) = ticket(history, [window("09:30", "10:00", "next_response")], "10:10", promised).next_response

    assert clock.due_at == today("10:30")


def test_a_promise_is_a_time_and_no_window_moves_it():
    history = [event("09:30", "promised", to=today("10:30"))]

    (promise,) = ticket(history, [window("09:40", "10:00", "resolution", "first_response")], "10:40").promises

    assert promise.breached_at == today("10:30")


def test_a_tier_that_waits_for_the_service_is_not_holding_the_ticket_up():
    table = TargetTable({}, {}, {"standard": Target(ALL_DAY, open_ended=True)})
    first = event("09:00", "created", status="open", policy="standard", priority="normal", tier="1")

    held = fold([first], table, today("10:30"), [window("09:30", "10:00", "tier")]).tiers["1"]

    assert held.consumed_at(today("10:30")) == 3600


@pytest.mark.parametrize(
    ("begins", "ends", "metric"),
    [("10:00", "09:00", "resolution"), ("10:00", "10:00", "tier"), ("09:00", "10:00", "lunch")],
)
def test_a_window_that_makes_no_sense_is_refused(begins, ends, metric):
    with pytest.raises(ValueError, match=r"window|metric"):
        window(begins, ends, metric)


def test_a_window_entered_late_leaves_the_other_metrics_alone():
    after = ticket([], [window("09:30", "10:00", known_at="10:30")], "10:30")

    assert kinds(after.first_response) == ["started", "breached"]
    assert (after.first_response.due_at, after.first_response.revision) == (today("10:00"), 0)


def test_each_window_entered_late_is_a_revision_and_one_that_touches_a_pause_takes_nothing():
    late = [window("09:30", "09:40", known_at="10:00"), window("09:40", "09:50", known_at="10:10")]
    paused = [event("09:10", "status", to="pending"), event("09:30", "status", to="open")]

    assert ticket([], late, "10:20").resolution.revision == 2
    assert ticket(paused, late[:1], "10:20").resolution.due_at == today("11:30")


def test_an_outage_that_goes_on_is_known_late():
    clock = ticket([], [window("09:30", None, known_at="10:00")], "10:40").resolution

    assert (clock.state, clock.consumed, kinds(clock)) == ("paused", 1800, ["started", "excluded", "paused"])


def test_a_clock_promised_during_an_outage_that_goes_on_waits():
    promised = terms(policy="gold", resolution=120)

    clock = ticket([event("10:30", "policy", to="gold")], [window("09:30", None)], "10:40", promised).resolution

    assert (clock.state, clock.consumed) == ("paused", 1800)
