"""Approvals and the clocks: which stand still while somebody is asked, and how they say so."""

from sla.clock import Metric, Target
from sla.clock.events import APPROVAL
from sla.clock.ledger import Rule
from tests.sla.calendars import at
from tests.sla.histories import ALL_DAY, clocks, created, event, kinds, terms

WAITS = Target(ALL_DAY, seconds=7200, pause_on=frozenset({"pending", APPROVAL}))


def asked(time, name="A1", reason="Mary"):
    return event(time, "approval_asked", to=name, reason=reason)


def ended(time, name="A1"):
    return event(time, "approval_ended", to=name)


def resolution(history, as_of, target=WAITS):
    return clocks(history, terms(resolution=target), as_of).resolution


def test_a_clock_stands_still_while_an_approval_is_pending_and_says_for_whom():
    clock = resolution([created(), asked("10:00"), ended("12:00")], "12:00")

    assert clock.due_at == at("2026-01-05 13:00")
    paused, resumed = clock.ledger[1:]
    assert (paused.kind, paused.rule, paused.reason) == ("paused", Rule.APPROVAL, "Mary")
    assert (resumed.kind, resumed.rule) == ("resumed", Rule.APPROVAL)


def test_a_clock_whose_policy_does_not_say_so_runs_on():
    clock = resolution([created(), asked("10:00")], "10:30", Target(ALL_DAY, seconds=7200))

    assert clock.due_at == at("2026-01-05 11:00")
    assert kinds(clock) == ["started"]


def test_the_last_of_several_approvals_lets_it_go_on():
    history = [
        created(),
        asked("09:30"),
        asked("09:45", "A2"),
        ended("10:00"),
        ended("10:30", "A2"),
        ended("10:40", "A2"),
    ]

    assert resolution(history[:4], "10:20").state == "paused"
    assert resolution(history, "11:00").due_at == at("2026-01-05 12:00")


def test_a_status_and_an_approval_together_stop_it_once():
    history = [created(), asked("09:30"), event("09:40", "status", "pending"), ended("10:00")]

    assert resolution(history, "10:10").state == "paused"
    again = resolution([*history, event("10:30", "status", "open")], "10:30")
    assert (again.state, again.consumed_at(at("2026-01-05 10:30"))) == ("running", 1800)


def test_a_clock_that_begins_meanwhile_waits_from_its_beginning():
    history = [created(), event("09:10", "agent_reply"), asked("09:30"), event("09:40", "customer_reply")]
    waiting = clocks([*history, ended("10:00")], terms(first_response=60, next_response=WAITS), "10:00")

    (clock,) = waiting.next_response
    assert clock.due_at == at("2026-01-05 12:00")


def test_a_policy_that_comes_to_stop_it_stops_it_from_then_on():
    promised = terms(policy="standard", resolution=120) | terms(policy="strict", resolution=WAITS)
    history = [created(), asked("09:30"), event("09:45", "policy", "strict"), ended("10:30")]

    assert clocks(history, promised, "10:30").resolution.due_at == at("2026-01-05 11:45")


def test_a_policy_that_no_longer_stops_it_lets_it_go_on():
    promised = terms(policy="standard", resolution=WAITS) | terms(policy="lax", resolution=120)
    history = [created(), asked("09:30"), event("09:45", "policy", "lax"), ended("10:30")]

    assert clocks(history, promised, "10:30").resolution.due_at == at("2026-01-05 11:15")


def test_time_without_a_target_is_counted_without_the_approvals():
    promised = terms(policy="later", resolution=WAITS)
    history = [created(), asked("09:30"), ended("10:00"), asked("10:15"), event("10:30", "policy", "later")]

    clock = clocks(history, promised, "10:30").resolution

    assert (clock.state, clock.metric) == ("paused", Metric.RESOLUTION)
    assert clock.consumed == 45 * 60
