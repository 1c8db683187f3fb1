"""What starts, stops and fulfils each of the four clocks."""

import pytest

from tests.sla.histories import clocks, created, event, kinds, terms, today

REPLIES = terms(first_response=60, next_response=30, periodic_update=120, resolution=240)


def test_a_customers_ticket_starts_the_first_response_and_the_resolution():
    ticket = clocks([created()], REPLIES, "09:10")

    assert (ticket.first_response.state, ticket.first_response.due_at) == ("running", today("10:00"))
    assert (ticket.resolution.state, ticket.resolution.due_at) == ("running", today("13:00"))
    assert ticket.next_response == ticket.periodic_update == ()
    assert ticket.due_at == today("10:00")


def test_an_agents_ticket_owes_its_first_response_from_the_first_customer_message():
    history = [created(by="agent"), event("09:30", "agent_reply"), event("10:00", "customer_reply")]

    waiting = clocks(history, REPLIES, "09:45").first_response
    asked = clocks(history, REPLIES, "10:05").first_response

    assert (waiting.state, waiting.started_at, waiting.due_at) == ("not_started", None, None)
    assert (asked.state, asked.started_at, asked.due_at) == ("running", today("10:00"), today("11:00"))


def test_the_first_public_reply_fulfils_the_first_response_for_good():
    history = [
        created(),
        event("09:40", "agent_reply"),
        event("09:50", "agent_reply"),
        event("09:55", "customer_reply"),
    ]

    clock = clocks(history, REPLIES, "12:00").first_response

    assert (clock.state, clock.fulfilled_at, clock.due_at) == ("fulfilled", today("09:40"), today("10:00"))
    assert clock.breached_at is None
    assert clock.fulfilled_by == "agent_reply 09:40"


@pytest.mark.parametrize(
    "kind", ["internal_note", "draft", "automatic_reply", "assigned", "tagged", "absorbed", "escalated"]
)
def test_what_is_no_public_word_of_a_person_changes_nothing(kind):
    silent, noisy = [created()], [created(), event("09:05", kind, to="ada")]

    assert [clock.row() for clock in clocks(noisy, REPLIES, "12:00")] == [
        clock.row() for clock in clocks(silent, REPLIES, "12:00")
    ]


@pytest.mark.parametrize(
    ("kind", "by"), [("agent_reply", "bot"), ("customer_reply", "automatic"), ("agent_reply", "system")]
)
def test_what_machines_say_counts_for_nothing(kind, by):
    history = [
        created(),
        event("09:05", "agent_reply"),
        event("09:06", "status", to="pending"),
        event("09:10", kind, by=by),
    ]

    ticket = clocks(history, REPLIES, "09:15")

    assert ticket.status == "pending"
    assert ticket.next_response == ()
    assert len(ticket.periodic_update) == 1


def test_the_next_response_is_owed_from_the_oldest_unanswered_message():
    history = [
        created(),
        event("09:10", "customer_reply"),  # still the first response
        event("09:20", "agent_reply"),
        event("10:00", "customer_reply"),
        event("10:20", "customer_reply"),
        event("10:25", "agent_reply"),
        event("10:26", "agent_reply"),
        event("11:00", "customer_reply"),
    ]

    first, second = clocks(history, REPLIES, "12:00").next_response

    assert (first.number, first.started_at, first.due_at, first.fulfilled_at) == (
        1,
        today("10:00"),
        today("10:30"),
        today("10:25"),
    )
    assert (second.number, second.state, second.breached_at) == (2, "running", today("11:30"))


def test_a_stretch_of_unanswered_messages_is_missed_once():
    history = [created(), event("09:01", "agent_reply")] + [event(f"10:{n}", "customer_reply") for n in range(10, 60)]

    (clock,) = clocks(history, REPLIES, "15:00").next_response

    assert [breach.at for breach in clock.breach_log] == [today("10:40")]


def test_each_public_reply_promises_the_next_update():
    history = [
        created(),
        event("09:30", "agent_reply"),
        event("12:00", "agent_reply"),
        event("12:30", "status", to="solved"),
    ]

    first, second = clocks(history, REPLIES, "18:00").periodic_update

    assert (first.due_at, first.breached_at, first.fulfilled_at) == (today("11:30"), today("11:30"), today("12:00"))
    assert (second.started_at, second.state, second.fulfilled_at) == (today("12:00"), "fulfilled", today("12:30"))
    assert second.breached_at is None


def test_the_periodic_update_waits_while_the_customer_is_asked():
    history = [
        created(),
        event("09:30", "agent_reply"),
        event("10:00", "status", to="pending"),
        event("11:00", "status", to="on_hold"),
    ]

    assert clocks(history, REPLIES, "10:30").periodic_update[0].state == "paused"
    assert clocks(history, REPLIES, "11:30").periodic_update[0].due_at == today("12:30")


def test_a_reply_while_pending_promises_an_update_that_waits():
    history = [created(status="pending"), event("09:30", "agent_reply")]

    (clock,) = clocks(history, REPLIES, "18:00").periodic_update

    assert (clock.state, clock.due_at, clock.consumed) == ("paused", None, 0)


def test_a_reply_to_a_solved_ticket_promises_nothing():
    history = [created(), event("09:30", "status", to="solved"), event("09:40", "agent_reply")]

    assert clocks(history, REPLIES, "18:00").periodic_update == ()


def test_solving_fulfils_the_resolution_and_all_reply_clocks():
    history = [
        created(),
        event("09:20", "agent_reply"),
        event("09:30", "customer_reply"),
        event("09:40", "status", to="solved"),
    ]

    ticket = clocks(history, REPLIES, "18:00")

    assert [clock.state for clock in ticket] == ["fulfilled"] * 4
    assert ticket.next_response[0].fulfilled_at == ticket.resolution.fulfilled_at == today("09:40")
    assert ticket.due_at is None


def test_solving_without_a_word_fulfils_the_first_response():
    clock = clocks([created(), event("09:30", "status", to="solved")], REPLIES, "18:00").first_response

    assert (clock.state, clock.fulfilled_at) == ("fulfilled", today("09:30"))


def test_closing_after_solving_changes_nothing_and_closing_alone_solves():
    solved = [created(), event("09:30", "status", to="solved"), event("12:00", "status", to="closed")]
    closed = [created(), event("09:30", "status", to="closed")]

    assert clocks(solved, REPLIES, "18:00").resolution.fulfilled_at == today("09:30")
    assert clocks(closed, REPLIES, "18:00").resolution.fulfilled_at == today("09:30")


def test_a_message_to_a_closed_ticket_wakes_nothing():
    history = [created(), event("09:30", "status", to="closed"), event("10:00", "customer_reply")]

    ticket = clocks(history, REPLIES, "18:00")

    assert ticket.status == "closed"
    assert ticket.next_response == ()


def test_a_metric_without_a_target_has_no_clock_to_show():
    ticket = clocks([created(), event("09:05", "agent_reply"), event("09:10", "customer_reply")], {}, "18:00")

    assert (ticket.first_response.state, ticket.resolution.state) == ("no_target", "no_target")
    assert ticket.next_response == ticket.periodic_update == ()
    assert ticket.first_response.due_at is None
    assert ticket.due_at is None


def test_the_next_response_needs_no_target_for_the_first():
    history = [created(), event("09:05", "agent_reply"), event("09:10", "customer_reply")]

    ticket = clocks(history, terms(next_response=30), "09:20")

    assert [(clock.number, clock.due_at) for clock in ticket.next_response] == [(1, today("09:40"))]


@pytest.mark.parametrize("kind", ["merged", "deleted", "spam", "cancelled"])
def test_a_ticket_that_is_gone_owes_nothing(kind):
    history = [
        created(),
        event("09:10", "agent_reply"),
        event("09:15", "customer_reply"),
        event("09:20", kind),
        event("09:30", "customer_reply"),
        event("09:40", "status", to="solved"),
    ]

    ticket = clocks(history, REPLIES, "2026-02-01 09:00")

    assert ticket.first_response.state == "fulfilled"
    assert [clock.state for clock in (*ticket.next_response, *ticket.periodic_update, ticket.resolution)] == [
        "cancelled"
    ] * 3
    assert all(clock.breached_at is None and clock.next_instant(today("09:30")) is None for clock in ticket)


def test_a_refused_ticket_owes_nothing_until_the_refusal_is_lifted():
    history = [created(), event("09:30", "status", to="refused"), event("11:00", "status", to="open")]

    refused, lifted = clocks(history, REPLIES, "10:50"), clocks(history, REPLIES, "11:10")

    assert [clock.state for clock in refused] == ["cancelled", "cancelled"]
    assert (lifted.first_response.state, lifted.first_response.due_at) == ("running", today("11:30"))
    assert lifted.resolution.due_at == today("14:30")


def test_a_restored_ticket_goes_on_in_the_status_that_it_has():
    history = [created(), event("09:30", "spam"), event("10:00", "status", to="pending"), event("11:00", "restored")]

    ticket = clocks(history, REPLIES, "11:10")

    assert ticket.first_response.due_at == today("11:30")
    assert (ticket.resolution.state, ticket.resolution.consumed) == ("paused", 1800)


@pytest.mark.parametrize(
    ("meanwhile", "state", "fulfilled_at"),
    [
        (None, "running", None),
        ("solved", "fulfilled", "09:30"),
        ("refused", "cancelled", None),
        ("pending", "paused", None),
    ],
)
def test_a_restored_ticket_owes_what_its_status_says(meanwhile, state, fulfilled_at):
    history = [created(), event("09:10", "merged"), event("09:30", "restored")]
    if meanwhile:
        history.insert(2, event("09:20", "status", to=meanwhile))

    ticket = clocks(history, terms(first_response=60, resolution=120), "09:40")

    assert (ticket.resolution.state, ticket.resolution.fulfilled_at) == (state, fulfilled_at and today(fulfilled_at))
    if fulfilled_at:
        assert (ticket.resolution.ledger[-1].rule, ticket.resolution.ledger[-1].event) == ("metric", "restored")
        assert ticket.first_response.fulfilled_at == today("09:30")


def test_a_ticket_refused_while_it_was_gone_goes_on_when_the_refusal_is_lifted():
    history = [
        created(),
        event("09:10", "merged"),
        event("09:20", "status", to="refused"),
        event("09:30", "restored"),
        event("09:40", "status", to="open"),
    ]

    clock = clocks(history, terms(resolution=120), "09:50").resolution

    assert (clock.state, clock.due_at, clock.revision) == ("running", today("11:30"), 1)


def test_a_ticket_merged_after_it_was_refused_is_gone_until_it_is_restored():
    history = [created(), event("09:10", "status", to="refused"), event("09:20", "deleted")]

    lifted = clocks([*history, event("09:30", "status", to="open")], terms(resolution=120), "09:40").resolution
    restored = clocks(
        [*history, event("09:30", "status", to="open"), event("09:35", "restored")], terms(resolution=120), "09:40"
    ).resolution

    assert (lifted.state, kinds(lifted)) == ("cancelled", ["started", "cancelled"])
    assert restored.due_at == today("11:25")


def test_a_solved_ticket_that_is_merged_and_restored_open_is_taken_up_again():
    history = [
        created(),
        event("09:10", "status", to="solved"),
        event("09:20", "merged"),
        event("09:30", "status", to="open"),
        event("09:40", "restored"),
    ]

    ticket = clocks(history, terms(first_response=60, resolution=120), "09:50")

    assert (ticket.resolution.state, ticket.resolution.due_at) == ("running", today("11:30"))
    assert ticket.first_response.fulfilled_at == today("09:10")


def test_each_reopening_is_a_revision():
    history = [created()]
    for hour in ("10", "11", "12"):
        history += [event(f"{hour}:10", "status", to="solved"), event(f"{hour}:20", "status", to="open")]

    assert clocks(history, terms(resolution=600), "13:00").resolution.revision == 3
