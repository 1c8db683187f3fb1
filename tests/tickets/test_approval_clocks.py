"""Approvals and the clocks of tickets: which the policy stops, what they say, and what a new version changes."""

from datetime import timedelta

import pytest

from helpdesk.policy.apply import apply
from sla.document import SupportPolicy
from tenants import alarms
from tests.support.world import MONDAY_9AM, make_organization, make_ticket
from tickets import actions, clocks, errors, explaining, ledger
from tickets.models import Approval, Clock, Event
from tickets.versions import TAKEOVER

MINUTE = timedelta(minutes=1)


def change_policy(at, pauses=("approval",), **more):
    from tickets.desk import current_policy

    document = current_policy().policy.to_document() | more
    for sla in document["sla"]:
        sla["pause_on"] = {"first_response": list(pauses)}
    apply(SupportPolicy.from_document(document), source="", at=at)


@pytest.fixture
def waiting(at_acme):
    """Acme, whose first responses stand still while an approval is pending."""
    change_policy(MONDAY_9AM - timedelta(days=7))
    return at_acme


def ask(ticket, ada, mary, at, **more):
    return actions.ask_approval(ticket, text="Buy a printer.", approvers=[mary], actor=ada, at=at, **more)


def first_response(ticket):
    return Clock.objects.get(ticket=ticket, metric="first_response")


def test_a_clock_stands_still_until_the_answer_and_says_who_is_waited_for(waiting, ada, mary, grace):
    ticket = make_ticket(grace)
    due_at = first_response(ticket).due_at
    approval = ask(ticket, ada, mary, MONDAY_9AM + 10 * MINUTE)

    asked_at = MONDAY_9AM + 20 * MINUTE
    assert (first_response(ticket).state, first_response(ticket).due_at) == ("paused", None)
    ticket.refresh_from_db()
    assert ticket.due_at is None
    told = clocks.explain(ticket, at=asked_at)[0]
    assert "waiting for approval by Mary" in ledger.lines(told, ticket.policy)[-1].text
    (staff, *_), (customer, *_) = (explaining.explained(ticket, at=asked_at, for_staff=each) for each in (True, False))
    assert "waiting for approval by Mary" in staff.why
    assert "Mary" not in f"{customer.why} {customer.lines} {customer.entries}"
    assert "waiting for an approval" in customer.why
    assert "Waiting for an approval" in staff.pauses
    assert "while an approval is waited for" in customer.promise.sentence

    actions.answer_approval(approval, answer="declined", comment="No.", actor=mary, at=MONDAY_9AM + 40 * MINUTE)
    assert (first_response(ticket).state, first_response(ticket).due_at) == ("running", due_at + 30 * MINUTE)


def test_without_a_word_of_the_policy_clocks_run_on(at_acme, ada, mary, grace):
    ticket = make_ticket(grace)
    due_at = first_response(ticket).due_at

    ask(ticket, ada, mary, MONDAY_9AM)

    assert (first_response(ticket).state, first_response(ticket).due_at) == ("running", due_at)


def test_a_version_that_comes_meanwhile_stops_the_clock_from_then_on_and_folds_to_the_same(at_acme, ada, mary, grace):
    ticket = make_ticket(grace)
    due_at = first_response(ticket).due_at
    approval = ask(ticket, ada, mary, MONDAY_9AM)

    change_policy(MONDAY_9AM + 10 * MINUTE)
    alarms.work_due(until=MONDAY_9AM + 20 * MINUTE)
    assert first_response(ticket).state == "paused"
    actions.withdraw_approval(approval, actor=ada, at=MONDAY_9AM + 40 * MINUTE)

    later = due_at + 30 * MINUTE - TAKEOVER
    assert first_response(ticket).due_at == later
    ticket.refresh_from_db()
    again = clocks.fold(ticket, at=MONDAY_9AM + 41 * MINUTE).first_response
    assert (str(again.state), again.due_at) == ("running", later)
    change_policy(MONDAY_9AM + 42 * MINUTE, pauses=())
    alarms.work_due(until=MONDAY_9AM + 50 * MINUTE)
    assert first_response(ticket).due_at == later  # what stood still stays so


def test_the_clock_goes_on_when_it_was_answered_while_the_ticket_was_merged(waiting, ada, mary, grace):
    ticket, other = make_ticket(grace), make_ticket(grace)
    due_at = first_response(ticket).due_at
    approval = ask(ticket, ada, mary, MONDAY_9AM)

    actions.merge(ticket, into=other, actor=ada, at=MONDAY_9AM + 10 * MINUTE)
    assert first_response(other).state == "paused"
    actions.answer_approval(approval, answer="approved", actor=mary, at=MONDAY_9AM + 15 * MINUTE)
    actions.unmerge(ticket, actor=ada, at=MONDAY_9AM + 20 * MINUTE)

    assert first_response(other).state == "running"
    assert (first_response(ticket).state, first_response(ticket).due_at) == ("running", due_at + 20 * MINUTE)


@pytest.mark.parametrize(("overdue", "state"), [("wait", "pending"), ("expire", "expired")])
def test_the_policy_says_what_comes_of_a_missing_answer(at_acme, ada, mary, grace, overdue, state):
    change_policy(MONDAY_9AM - timedelta(days=7), approvals={"overdue": overdue})
    ticket = make_ticket(grace)
    approval = ask(ticket, ada, mary, MONDAY_9AM, until=MONDAY_9AM + 60 * MINUTE)

    alarms.work_due(until=MONDAY_9AM + 90 * MINUTE)

    approval.refresh_from_db()
    assert approval.state == state
    finished = Event.objects.filter(ticket=ticket, verb="approval.finished")
    assert finished.count() == (overdue == "expire")
    assert first_response(ticket).state == ("paused" if overdue == "wait" else "running")
    if overdue == "expire":
        with pytest.raises(errors.ApprovalOver):
            actions.answer_approval(approval, answer="approved", actor=mary, at=MONDAY_9AM + 91 * MINUTE)


def test_replaying_history_under_a_draft_knows_of_approvals(waiting, ada, mary, grace):
    from helpdesk.policy.refolding import VERBS, Draft, Filed
    from tickets.desk import current_policy

    ticket = make_ticket(grace, organization=make_organization("Initech", grace))
    due_at = first_response(ticket).due_at
    approval = ask(ticket, ada, mary, MONDAY_9AM)
    actions.answer_approval(approval, answer="approved", actor=mary, at=MONDAY_9AM + 30 * MINUTE)
    answered = due_at + 20 * MINUTE
    actions.reply(ticket, author=ada, body="It is bought.", at=answered)
    told = [(each.verb, each.at, each.data) for each in Event.objects.filter(ticket=ticket, verb__in=VERBS)]
    created = Event.objects.get(ticket=ticket, verb="ticket.created")
    filed = Filed(
        *(created.pk, ticket.pk, created.at, created.data, ticket.number, ticket.subject),
        *(ticket.priority.key, ticket.tier.key, ticket.category.key, ticket.organization_id, None, "", ""),
    )

    kept = Draft(current_policy().policy, []).results(filed, told, answered)

    assert kept["first_response", MONDAY_9AM] == (True, due_at + 30 * MINUTE)
    assert not Approval.objects.filter(state="pending").exists()
