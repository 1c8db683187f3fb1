"""What an agent promises: an answer by a time, for a reason."""

import pytest

from sla.clock import HistoryInvalid, OnPromise, Target
from tests.sla.calendars import OFFICE
from tests.sla.histories import ALL_DAY, clocks, created, event, kinds, terms, today

HOUR = terms(first_response=60, next_response=60, periodic_update=240)
EXTENDED = terms(
    **{
        metric: Target(ALL_DAY, seconds=3600, warn=(50,), on_promise=OnPromise.EXTEND)
        for metric in ("first_response", "next_response")
    }
)


def promised(time, until, reason="The part is on its way."):
    return event(time, "promised", to=today(until), reason=reason)


def test_a_promise_is_a_clock_of_its_own_and_is_kept_by_an_answer_at_its_time():
    history = [created(), promised("09:30", "11:00"), event("11:00", "agent_reply")]

    waiting, kept = clocks(history, HOUR, "10:59"), clocks(history, HOUR, "12:00")

    (running,), (promise,) = waiting.promises, kept.promises
    assert (running.state, running.due_at) == ("running", today("11:00"))
    assert running.remaining_seconds(today("10:59")) == 60
    assert (promise.state, promise.breached_at, promise.fulfilled_at) == ("fulfilled", None, today("11:00"))
    assert (promise.ledger[0].rule, promise.ledger[0].reason) == ("promised", "The part is on its way.")
    assert list(kept)[-1] is promise


def test_a_promise_is_broken_one_second_later():
    history = [created(), promised("09:30", "11:00"), event("11:00:01", "agent_reply")]

    (promise,) = clocks(history, HOUR, "12:00").promises

    assert (promise.state, promise.breached_at) == ("fulfilled", today("11:00"))
    assert kinds(promise) == ["started", "breached", "fulfilled"]


def test_a_policy_may_leave_the_clock_running():
    ticket = clocks([created(), promised("09:30", "11:00")], HOUR, "10:30")

    assert ticket.first_response.breached_at == today("10:00")
    assert kinds(ticket.first_response) == ["started", "breached"]
    assert ticket.due_at == today("10:00")


def test_a_policy_may_extend_the_clock():
    history = [created(), promised("09:20", "11:00"), event("10:50", "agent_reply")]

    owed, answered = clocks(history, EXTENDED, "10:30").first_response, clocks(history, EXTENDED, "12:00")

    assert (owed.due_at, owed.breached_at, owed.revision) == (today("11:00"), None, 1)
    assert owed.remaining_seconds(today("10:30")) == 1800
    assert (owed.warn_at, owed.next_instant(today("10:30"))) == ((), today("11:00"))
    assert kinds(owed) == ["started", "extended"]
    assert (owed.ledger[1].reason, owed.ledger[1].due_at) == ("The part is on its way.", today("11:00"))
    assert answered.first_response.breached_at is None


def test_the_promise_warns_in_place_of_the_clock_that_it_extends():
    (promise,) = clocks([created(), promised("09:20", "11:00")], EXTENDED, "10:30").promises

    assert [(entry.at, entry.percent) for entry in promise.ledger if entry.kind == "warned"] == [(today("10:10"), 50)]


def test_an_extended_clock_breaks_at_the_promised_time():
    clock = clocks([created(), promised("09:30", "11:00")], EXTENDED, "11:00").first_response

    assert (clock.breached_at, clock.breach_log[0].due_at) == (today("11:00"), today("11:00"))


def test_an_earlier_time_does_not_shorten_the_clock():
    clock = clocks([created(), promised("09:20", "09:45")], EXTENDED, "09:50").first_response

    assert (clock.due_at, clock.breached_at, clock.revision, kinds(clock)) == (
        today("10:00"),
        None,
        0,
        ["started", "warned"],
    )


def test_a_promise_after_the_deadline_takes_no_breach_back():
    ticket = clocks([created(), promised("10:10", "11:00")], EXTENDED, "10:20")

    assert (ticket.first_response.breached_at, ticket.first_response.due_at) == (today("10:00"), today("10:00"))
    assert ticket.promises[0].due_at == today("11:00")


def test_a_new_promise_takes_the_place_of_the_one_before():
    history = [created(), promised("09:30", "11:00"), promised("10:30", "13:00"), event("12:00", "agent_reply")]

    ticket = clocks(history, EXTENDED, "12:30")

    assert [(one.state, one.breached_at, one.number) for one in ticket.promises] == [
        ("cancelled", None, 1),
        ("fulfilled", None, 2),
    ]
    assert (ticket.first_response.due_at, ticket.first_response.breached_at) == (today("13:00"), None)


def test_a_broken_promise_stays_broken_when_another_is_made():
    history = [created(), promised("09:30", "10:00"), promised("10:30", "13:00")]

    assert [one.breached_at for one in clocks(history, HOUR, "10:40").promises] == [today("10:00"), None]


def test_a_promise_survives_another_priority_and_a_pause():
    promises = EXTENDED | {
        ("standard", "high", "first_response"): Target(ALL_DAY, seconds=1800, pause_on=frozenset({"pending"}))
    }
    history = [
        created(),
        promised("09:20", "11:00"),
        event("09:40", "priority", to="high"),
        event("09:50", "status", to="pending"),
        event("10:00", "status", to="open"),
    ]

    paused, resumed = clocks(history, promises, "09:55"), clocks(history, promises, "10:30")

    assert (paused.first_response.state, paused.first_response.breached_at) == ("paused", None)
    assert (resumed.first_response.due_at, resumed.first_response.breached_at) == (today("11:00"), None)
    assert resumed.promises[0].due_at == today("11:00")


def test_a_promise_outside_hours_moves_the_deadline_to_that_very_instant():
    owed = {("standard", "normal", "first_response"): Target(OFFICE, seconds=3600, on_promise=OnPromise.EXTEND)}

    clock = clocks([created(), promised("09:30", "20:00")], owed, "19:00").first_response

    assert (clock.due_at, clock.breached_at) == (today("20:00"), None)


def test_a_promise_answers_the_reply_that_is_owed():
    history = [created(), event("09:10", "agent_reply"), event("09:20", "customer_reply"), promised("09:30", "12:00")]

    ticket = clocks(history, EXTENDED, "11:00")

    assert (ticket.next_response[0].due_at, ticket.first_response.due_at) == (today("12:00"), today("10:00"))


def test_solving_keeps_a_promise_and_a_ticket_that_is_gone_owes_none():
    history = [created(), promised("09:30", "12:00")]

    (solved,) = clocks([*history, event("11:00", "status", to="solved")], HOUR, "13:00").promises
    (merged,) = clocks([*history, event("11:00", "merged"), event("11:30", "restored")], HOUR, "13:00").promises

    assert (solved.state, solved.breached_at) == ("fulfilled", None)
    assert (merged.state, merged.breached_at, merged.due_at) == ("cancelled", None, None)


@pytest.mark.parametrize("over", [event("09:10", "status", to="solved"), event("09:10", "merged")])
def test_nothing_is_promised_on_a_ticket_that_is_over(over):
    assert clocks([created(), over, promised("09:30", "12:00")], HOUR, "10:00").promises == ()


@pytest.mark.parametrize("to", ["09:30", "09:00", None])
def test_a_promise_names_a_time_to_come(to):
    with pytest.raises(HistoryInvalid, match="after"):
        clocks([created(), event("09:30", "promised", to=to and today(to))], HOUR, "10:00")


def test_a_promise_is_no_answer_and_survives_the_customers_messages():
    ticket = clocks([created(), promised("09:30", "11:00"), event("09:40", "customer_reply")], HOUR, "09:50")

    assert (ticket.first_response.state, ticket.promises[0].state) == ("running", "running")


def test_a_promise_without_a_reply_that_is_owed_stands_alone():
    history = [event("09:00", "created", by="agent", status="open", policy="standard"), promised("09:30", "11:00")]

    ticket = clocks(history, EXTENDED, "10:00")

    assert (ticket.promises[0].due_at, ticket.first_response.state) == (today("11:00"), "no_target")
    assert kinds(ticket.promises[0]) == ["started"]


def test_a_promise_bears_on_the_newest_reply_that_is_owed_and_each_is_a_revision():
    replies = [event("09:10", "agent_reply"), event("09:20", "customer_reply"), event("09:25", "agent_reply")]
    history = [created(), *replies, event("09:30", "customer_reply")]
    history += [promised("09:40", "12:00"), promised("09:50", "13:00"), promised("09:55", "12:30")]

    ticket = clocks(history, EXTENDED, "10:00")

    assert [clock.due_at for clock in ticket.next_response] == [today("10:20"), today("12:30")]
    assert ticket.next_response[1].revision == 3
    assert [(one.state, kinds(one)[-1]) for one in ticket.promises] == [
        ("cancelled", "cancelled"),
        ("cancelled", "cancelled"),
        ("running", "started"),
    ]
    assert ticket.promises[0].ledger[-1].rule == "promised"


def test_after_an_answer_a_promise_bears_on_the_next_update():
    owed = {("standard", "normal", "periodic_update"): Target(ALL_DAY, seconds=3600, on_promise=OnPromise.EXTEND)}
    history = [created(), event("09:10", "agent_reply"), event("09:20", "agent_reply"), promised("09:30", "12:00")]

    ticket = clocks(history, owed, "10:00")

    assert [clock.due_at for clock in ticket.periodic_update] == [today("10:10"), today("12:00")]
