"""Clocks on tickets: rows that follow the history, an alarm for the next instant, breaches recorded once."""

from datetime import timedelta

from sla.models import Priority
from tenants import alarms
from tenants.models import Alarm
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tickets import actions
from tickets.models import Clock, Event, Status

HOUR = timedelta(hours=1)


def first_response(ticket):
    return Clock.objects.get(ticket=ticket, metric="first_response")


def test_a_new_ticket_is_promised_an_answer_by_its_priority(at_acme, grace):
    ticket = make_ticket(grace, priority=Priority.objects.get(key="critical"), at=MONDAY_9AM + 8 * HOUR)

    promised = first_response(ticket)

    assert promised.state == "running"
    assert promised.due_at == ticket.due_at
    assert promised.target_seconds == 3600


def test_an_answer_in_time_keeps_the_promise_and_stops_the_alarm_for_it(at_acme, ada, grace):
    ticket = make_ticket(grace, at=MONDAY_9AM + 8 * HOUR)

    actions.reply(ticket, author=ada, body="Unplug it.", at=MONDAY_9AM + 9 * HOUR)

    kept = first_response(ticket)
    assert (kept.state, kept.breached_at) == ("fulfilled", None)
    assert Event.objects.filter(ticket=ticket, verb="clock.breached").count() == 0


def test_a_breach_is_recorded_once_at_its_due_time_however_late_the_worker_is(at_acme, grace):
    ticket = make_ticket(grace, priority=Priority.objects.get(key="critical"), at=MONDAY_9AM + 8 * HOUR)
    due_at = first_response(ticket).due_at

    alarms.work_due(until=due_at + 5 * HOUR)
    alarms.work_due(until=due_at + 6 * HOUR)

    breach = Event.objects.get(ticket=ticket, verb="clock.breached", data__metric="first_response")
    assert breach.at == due_at
    assert first_response(ticket).breached_at == due_at


def test_a_pending_ticket_stops_the_resolution_clock(at_acme, ada, grace):
    ticket = make_ticket(grace, priority=Priority.objects.get(key="critical"), at=MONDAY_9AM + 8 * HOUR)

    actions.change_status(ticket, Status.objects.filter(kind="pending").first(), actor=ada, at=MONDAY_9AM + 9 * HOUR)

    clocks = {clock.metric: clock.state for clock in Clock.objects.filter(ticket=ticket)}
    assert clocks.get("resolution", "paused") == "paused"
    assert clocks["first_response"] == "running"


def test_a_finished_ticket_leaves_no_alarm(at_acme, ada, grace):
    ticket = make_ticket(grace, at=MONDAY_9AM + 8 * HOUR)

    actions.reply(
        ticket,
        author=ada,
        body="Done.",
        at=MONDAY_9AM + 9 * HOUR,
        status=Status.objects.filter(kind="solved").first(),
    )

    assert not Alarm.objects.filter(tenant=at_acme, kind="clock", subject=ticket.pk).exists()
    ticket.refresh_from_db()
    assert ticket.due_at is None


def test_who_waited_for_the_lock_while_a_breach_was_recorded_comes_after_it(at_acme, ada, grace):
    ticket = make_ticket(grace, priority=Priority.objects.get(key="critical"), at=MONDAY_9AM + 8 * HOUR)
    due_at = first_response(ticket).due_at
    alarms.work_due(until=due_at + timedelta(seconds=1))

    actions.reply(ticket, author=ada, body="Just in time?", at=due_at - timedelta(seconds=1))

    assert first_response(ticket).breached_at == due_at


def test_an_answer_within_the_second_of_the_deadline_is_in_time(at_acme, ada, grace):
    ticket = make_ticket(grace, priority=Priority.objects.get(key="critical"), at=MONDAY_9AM + 8 * HOUR)
    due_at = first_response(ticket).due_at
    alarms.work_due(until=due_at)

    actions.reply(ticket, author=ada, body="Just in time.", at=due_at + timedelta(milliseconds=900))
    alarms.work_due(until=due_at + HOUR)

    assert first_response(ticket).state == "fulfilled"
    assert not Event.objects.filter(ticket=ticket, verb="clock.breached", data__metric="first_response").exists()


def test_numbers_count_up_for_each_tenant_by_itself(at_acme, grace):
    numbers = [make_ticket(grace).number for _ in range(3)]

    assert numbers == [1, 2, 3]


def test_filing_costs_a_bounded_number_of_queries(at_acme, django_assert_max_num_queries):
    author = make_person("Linus")

    # What tickets point at is read once by a process that files its first one.
    with django_assert_max_num_queries(14):
        make_ticket(author)
    with django_assert_max_num_queries(7):
        make_ticket(author, "The door does not close")
