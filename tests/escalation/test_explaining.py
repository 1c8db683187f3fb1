"""Why did this rule run, and why did that one not? With names, and with the instant that the others wait for."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import translation

from escalation import explaining
from sla.models import Priority
from tenants import alarms
from tests.api.client import Api
from tests.support.world import MONDAY_9AM, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions
from tickets.models import Status

HOUR = timedelta(hours=1)


def told(ticket, *, at):
    ticket.refresh_from_db()
    return {each.rule: each for each in explaining.told(ticket, at=at)}


def filed(grace, priority):
    return make_ticket(grace, priority=Priority.objects.get(key=priority))


def test_rules_that_were_never_considered_say_what_they_wait_for(at_acme, grace):
    ticket = filed(grace, "critical")

    rules = told(ticket, at=MONDAY_9AM)

    missed, warned = rules["first-response-missed"], rules["warn-first-response"]
    assert (missed.outcome, missed.next_at) == ("waits", ticket.clocks.get(metric="first_response").due_at)
    assert missed.would_run
    assert warned.next_at < missed.next_at
    assert missed.name == "Unanswered in time, move to the next tier"
    assert missed.does == "moves the ticket to the next tier; tells the customer; notifies the team, the managers"


def test_a_condition_that_fails_is_told_with_names_before_and_after(at_acme, grace):
    ticket = filed(grace, "high")
    sentence = "Priority is “High” and must be Critical"

    before = told(ticket, at=MONDAY_9AM)["resolution-close"]
    alarms.work_due(until=ticket.clocks.get(metric="resolution").due_at + HOUR)
    after = told(ticket, at=ticket.clocks.get(metric="resolution").due_at + HOUR)["resolution-close"]

    assert (before.outcome, before.would_run) == ("waits", False)
    assert sentence in before.because
    assert (after.outcome, after.because) == ("did_not_run", f"{sentence}.")
    assert after.at is not None


@pytest.mark.parametrize(
    ("language", "expected"),
    [("ru", "Приоритет: «Высокий», а должно быть: Критический"), ("es", "Prioridad es «Alta» y debe ser Crítica")],
)
def test_it_is_told_in_the_reader_s_language(at_acme, grace, language, expected):
    ticket = filed(grace, "high")

    with translation.override(language):
        assert expected in told(ticket, at=MONDAY_9AM)["resolution-close"].because


def test_a_rule_that_ran_and_one_that_came_too_late(at_acme, ada, grace):
    ticket = filed(grace, "critical")
    due_at = ticket.clocks.get(metric="first_response").due_at
    alarms.work_due(until=due_at + HOUR)
    ran = told(ticket, at=due_at + HOUR)["first-response-missed"]
    solved = Status.objects.filter(kind="solved").first()
    actions.reply(ticket, author=ada, body="Done.", at=due_at + HOUR, status=solved)

    rests = told(ticket, at=due_at + 2 * HOUR)["resolution-missed"]

    assert (ran.outcome, ran.because) == ("ran", "Its conditions were met.")
    assert (rests.outcome, rests.because, rests.next_at) == ("rests", "The ticket is finished.", None)


def test_a_ticket_that_is_on_the_highest_tier_says_why_a_rule_could_not_act(at_acme, ada, grace):
    ticket = filed(grace, "critical")
    due_at = ticket.clocks.get(metric="first_response").due_at
    alarms.cancel("clock", ticket.pk)
    solved = Status.objects.filter(kind="solved").first()
    actions.reply(ticket, author=ada, body="Late.", at=due_at + HOUR, status=solved)
    alarms.work_due(until=due_at + 2 * HOUR)

    missed = told(ticket, at=due_at + 2 * HOUR)["first-response-missed"]

    assert missed.because == f"Rules act only on open tickets, and this one was “{solved}” by then."


def test_the_api_and_the_page_tell_it_to_staff_only(at_acme, ada, grace, django_assert_max_num_queries):
    ticket = filed(grace, "high")
    path = f"/api/v1/tickets/{ticket.number}/rules/"

    with time_machine.travel(MONDAY_9AM + HOUR, tick=False):
        rules = {each["rule"]: each for each in Api(ada).get(path).json()}
        page = visitor(at_acme, ada).get(f"/desk/tickets/{ticket.number}/rules", headers={"hx-request": "true"})

    assert rules["resolution-close"]["would_run"] is False
    assert rules["resolution-close"]["conditions"][0]["saw"] == "high"
    assert rules["resolution-close"]["next_at"]
    assert "Critical and nearly out of time" in text_of(page)
    assert Api(grace).get(path).status_code == 404
    whole = visitor(at_acme, ada).get(f"/desk/tickets/{ticket.number}/rules")
    assert whole["Location"] == f"/desk/tickets/{ticket.number}/explained#rules"
