"""A clock in words: the promise that customers read, in their language and zone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from sla.models import Priority
from tenants.context import act_as
from tests.policies.clauses import clause
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tickets import actions, promise
from tickets.models import Clock, Status

HOUR = timedelta(hours=1)
#: Monday 2 March 2026, 16:00 in Phnom Penh: two hours before Acme closes.
AT = MONDAY_9AM


@pytest.fixture
def in_madrid():
    with timezone.override("Europe/Madrid"), translation.override("en"):
        yield


def first(ticket, at):
    clock = Clock.objects.get(ticket=ticket, metric="first_response")
    return promise.of(clock, ticket=ticket, at=at)


def filed(requester, priority="high", **more):
    return make_ticket(requester, priority=Priority.objects.get(key=priority), at=AT, **more)


@clause("A1", "A3")
def test_a_customer_reads_the_due_time_in_their_own_zone(at_acme, grace, in_madrid):
    ticket = filed(grace)

    said = first(ticket, AT)

    # Four hours: two until 18:00 on Monday, two from 8:00 on Tuesday, which ends at 4:00 in Madrid.
    assert said.sentence == "We answer by Tuesday 3 March, 04:00 (your time)."
    assert (said.state, said.unit, said.remaining) == ("running", "business", "4 h")


def test_a_reader_in_the_desk_s_zone_is_told_which_zone_it_is(at_acme, grace):
    ticket = filed(grace)

    with timezone.override("Asia/Phnom_Penh"), translation.override("en"):
        # Read here: a promise is put into words when somebody reads it.
        sentence = first(ticket, AT).sentence

    assert sentence == "We answer by Tuesday 3 March, 10:00 (Phnom Penh time)."


def test_a_promise_is_close_when_the_policy_would_warn(at_acme, grace, in_madrid):
    ticket = filed(grace)
    due_at = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)

    assert first(ticket, due_at - 2 * HOUR).state == "running"
    assert first(ticket, due_at - HOUR).state == "close"
    assert first(ticket, due_at).state == "close"


def test_a_late_worker_does_not_make_us_look_punctual(at_acme, grace, in_madrid):
    ticket = filed(grace)

    late = first(ticket, datetime(2026, 3, 3, 4, 30, tzinfo=UTC))

    assert late.state == "overdue"
    assert late.sentence == "We are late: we promised an answer by Tuesday 3 March, 04:00 (your time)."
    assert late.remaining_seconds == -5400
    overdue = "First response was due Tuesday 3 March, 04:00, overdue by 1 h 30 min of working hours"
    assert late.agent_sentence == overdue


def test_kept_and_broken_promises_are_told_apart(at_acme, ada, grace, in_madrid):
    kept, broken = filed(grace), filed(grace)

    actions.reply(kept, author=ada, body="Unplug it.", at=AT + HOUR)
    actions.reply(broken, author=ada, body="Sorry.", at=AT + 30 * HOUR)

    assert first(kept, AT + 31 * HOUR).sentence == "We answered in time, on Monday 2 March, 11:00."
    assert first(broken, AT + 31 * HOUR).state == "missed"
    assert "later than we promised" in first(broken, AT + 31 * HOUR).sentence


def test_a_paused_clock_says_what_is_left_and_whom_it_waits_for(at_acme, ada, grace, in_madrid):
    ticket = filed(grace)
    pending = Status.objects.get(kind="pending")

    actions.reply(ticket, author=ada, body="Which printer?", at=AT + HOUR, status=pending)

    ticket.refresh_from_db()
    resolution = promise.of(Clock.objects.get(ticket=ticket, metric="resolution"), ticket=ticket, at=AT + 2 * HOUR)
    assert (resolution.state, resolution.due_at, resolution.remaining) == ("paused", None, "23 h")
    assert "until you answer" in resolution.sentence


def test_the_answer_that_is_owed_is_told_before_the_solution(at_acme, ada, grace, in_madrid):
    ticket = filed(grace)
    before = promise.headline(ticket, ticket.clocks.all(), at=AT)

    actions.reply(ticket, author=ada, body="Unplug it.", at=AT + HOUR)
    ticket.refresh_from_db()
    after = promise.headline(ticket, ticket.clocks.all(), at=AT + HOUR)

    assert (before.metric, after.metric) == ("first_response", "resolution")


@clause("E8")
def test_an_advisory_channel_promises_nothing_and_says_so(tenant_on):
    with act_as(tenant_on("hostiquant")), translation.override("en"):
        ticket = make_ticket(make_person("Grace"), channel="phone")

        said = promise.headline(ticket, ticket.clocks.all(), at=AT)

    assert said.state == "none"
    assert "advice only" in said.sentence


def test_the_way_to_a_deadline_names_the_days_that_do_not_count(at_acme, grace, in_madrid):
    friday = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
    ticket = make_ticket(grace, priority=Priority.objects.get(key="high"), at=friday)

    days, stood_still = promise.way_to(Clock.objects.get(ticket=ticket, metric="first_response"), ticket)

    assert [day.hours for day in days] == [
        "16:00–18:00 count: 2 h",
        "closed: weekend",
        "closed: weekend",
        "08:00–10:00 count: 2 h",
    ]
    assert stood_still == 0
