"""Open tickets follow a new version of the policy, finished ones never; folding again gives the same rows."""

from datetime import datetime, timedelta

import pytest
from django.forms import model_to_dict
from django.test import Client

from helpdesk.policy.errors import PriorityInUse
from sla.clock import Kind
from sla.models import PolicyVersion, Priority, Recalculation
from tenants import alarms
from tests.helpdesk.policy.conftest import IONE, OPENED, changed, without_high
from tests.support.world import make_organization, make_ticket, token_of
from tickets import actions, clocks, recalculation
from tickets.models import Clock, Event, Status, Ticket
from tickets.versions import TAKEOVER

HOUR, SOON = timedelta(hours=1), timedelta(seconds=5)
APPLIED = OPENED + 2 * HOUR
HOLDS = APPLIED + TAKEOVER
SHORTER = ("first_response: 24h", "first_response: 1h")
LONGER = ("first_response: 24h", "first_response: 30h")
HOLIDAY = ('mon-fri: "08:00-18:00"\n', 'mon-fri: "08:00-18:00"\n    closed_dates: [2026-03-02]\n')


def first_response(ticket: Ticket) -> Clock:
    return Clock.objects.get(ticket=ticket, metric="first_response")


def follow(at: datetime = HOLDS) -> None:
    """Let the worker do what is due some seconds after a version came to hold."""
    alarms.work_due(until=at + SOON, drop=["mail.tell", "mail.send"])


def assert_folding_again_gives_the_same_rows(at: datetime = HOLDS + SOON) -> None:
    for ticket in Ticket.objects.all():
        before = {row.pk: model_to_dict(row) for row in Clock.objects.filter(ticket=ticket)}
        clocks.settle([ticket], at=at)
        assert {row.pk: model_to_dict(row) for row in Clock.objects.filter(ticket=ticket)} == before


def test_a_longer_target_moves_the_deadline_of_an_open_ticket(put, grace):
    ticket = make_ticket(grace, at=OPENED)
    due = first_response(ticket).due_at

    applied = put(changed(LONGER), at=APPLIED)
    follow()

    ticket.refresh_from_db()
    assert first_response(ticket).target_seconds == 30 * 3600
    assert ticket.due_at == first_response(ticket).due_at > due
    assert ticket.policy_version == applied.version
    assert_folding_again_gives_the_same_rows()


def test_a_target_that_is_used_up_by_the_new_terms_breaks_when_they_begin_to_hold(put, grace):
    ticket = make_ticket(grace, at=OPENED)

    put(changed(SHORTER), at=APPLIED)
    follow()

    late = first_response(ticket)
    assert late.breached_at == HOLDS
    assert late.due_at == OPENED + HOUR
    assert Event.objects.filter(ticket=ticket, verb="clock.breached", at=HOLDS).exists()
    assert_folding_again_gives_the_same_rows()


def test_a_breach_is_taken_back_when_the_new_target_is_not_reached(put, grace):
    ticket = make_ticket(grace, at=OPENED)
    put(changed(SHORTER), at=APPLIED)
    follow()

    put(IONE, at=APPLIED + 2 * HOUR)
    follow(HOLDS + 2 * HOUR)

    assert first_response(ticket).breached_at is None
    assert Event.objects.filter(ticket=ticket, verb="clock.breached").exists()


def test_a_holiday_entered_late_is_counted_as_if_it_had_been_known(put, grace):
    ticket = make_ticket(grace, at=OPENED)

    put(changed(HOLIDAY), at=APPLIED)
    follow()

    [counted] = [each for each in clocks.fold(ticket, at=HOLDS) if each.metric == "first_response"]
    assert [entry.kind for entry in counted.ledger] == [Kind.STARTED, Kind.CALENDAR_CHANGED]
    assert counted.ledger[-1].consumed == 0
    assert_folding_again_gives_the_same_rows()


def test_what_is_finished_never_changes(put, ada, grace):
    answered, solved = make_ticket(grace, at=OPENED), make_ticket(grace, at=OPENED)
    actions.reply(answered, author=ada, body="Unplug it.", at=OPENED + 90 * timedelta(minutes=1))
    actions.change_status(solved, Status.objects.get(kind="solved"), actor=ada, at=OPENED + HOUR)
    before = {ticket: model_to_dict(first_response(ticket)) for ticket in (answered, solved)}

    put(changed(SHORTER), at=APPLIED)
    follow()

    assert {ticket: model_to_dict(first_response(ticket)) for ticket in (answered, solved)} == before
    solved.refresh_from_db()
    assert solved.policy_version.number == 1
    assert_folding_again_gives_the_same_rows()


def test_an_action_before_the_job_comes_by_follows_the_new_terms_already(put, ada, grace):
    ticket = make_ticket(grace, at=OPENED)
    put(changed(SHORTER), at=APPLIED)

    actions.reply(ticket, author=ada, body="Unplug it.", at=HOLDS + HOUR)

    late = first_response(ticket)
    assert (late.state, late.breached_at) == ("fulfilled", HOLDS)
    assert_folding_again_gives_the_same_rows(HOLDS + HOUR)


def test_what_was_under_way_while_a_policy_was_applied_ends_under_the_former_one(put, ada, grace):
    ticket = make_ticket(grace, at=OPENED)
    put(changed(SHORTER), at=APPLIED)

    actions.reply(ticket, author=ada, body="Unplug it.", at=APPLIED + timedelta(seconds=1))
    follow()

    assert first_response(ticket).breached_at is None
    assert_folding_again_gives_the_same_rows()


def test_texts_move_no_clock_but_tickets_follow_them_too(put, grace):
    ticket = make_ticket(grace, at=OPENED)
    before = model_to_dict(first_response(ticket))

    applied = put(changed(("{en: High, ru: Высокий, es: Alta}", "{en: Tall, ru: Высокий, es: Alta}")), at=APPLIED)
    follow()

    ticket.refresh_from_db()
    assert not applied.version.moves_clocks
    assert ticket.policy_version == applied.version
    assert model_to_dict(first_response(ticket)) == before


GOLD = (
    ("contracts:\n", "contracts:\n  gold:\n    name: {en: Gold, ru: Золото, es: Oro}\n"),
    (
        "sla:\n",
        "sla:\n  gold:\n    name: {en: Gold, ru: Золото, es: Oro}\n    when: {contracts: [gold]}\n"
        "    targets: {medium: {first_response: 2h}}\n",
    ),
)


def test_a_request_that_was_filed_without_an_account_has_its_contract_s_terms_once_it_is_claimed(put, grace):
    make_organization("Initech", grace, contract="gold")
    put(changed(*GOLD), at=OPENED - HOUR)
    said = {"subject": "Printer on fire", "description": "Smoke comes out of it."}
    ticket = actions.file_without_account(grace.email, at=OPENED, **said)
    other = actions.file_without_account("nobody@elsewhere.example", at=OPENED, **said)
    longer = put(changed(*GOLD, LONGER), at=APPLIED).version
    follow()
    assert first_response(ticket).target_seconds == 30 * 3600

    for each in (ticket, other):
        actions.claim(each, actor=each.requester, at=HOLDS + SOON)

    ticket.refresh_from_db()
    other.refresh_from_db()
    assert (ticket.sla, other.sla) == ("gold", "standard")
    assert first_response(ticket).target_seconds == 2 * 3600
    assert first_response(other).target_seconds == 30 * 3600
    # The version held for it before, since its own time: the claim takes nothing back.
    assert [(event.at, event.to) for event in clocks.history(ticket) if event.type == "policy"] == [
        (HOLDS, (str(longer.pk), "standard")),
        (HOLDS + SOON, (str(longer.pk), "gold")),
    ]
    assert_folding_again_gives_the_same_rows()


def test_a_ticket_gets_the_sla_policy_that_the_new_version_says_is_for_it(put, grace):
    make_organization("Initech", grace, contract="gold")
    ticket = make_ticket(grace, at=OPENED)
    other = make_ticket(grace, at=OPENED)
    Ticket.objects.filter(pk=other.pk).update(organization=None)
    gold = (
        "sla:\n  gold:\n    name: {en: Gold, ru: Золото, es: Oro}\n    when: {contracts: [gold]}\n"
        "    targets: {medium: {first_response: 2h}}\n"
    )
    contract = "contracts:\n  gold:\n    name: {en: Gold, ru: Золото, es: Oro}\n"

    put(changed(("sla:\n", gold), ("contracts:\n", contract)), at=APPLIED)
    follow()

    ticket.refresh_from_db()
    other.refresh_from_db()
    assert (ticket.sla, other.sla) == ("gold", "standard")
    assert first_response(ticket).target_seconds == 2 * 3600
    assert Event.objects.get(verb="policy.changed").ticket == ticket
    assert_folding_again_gives_the_same_rows()


def test_a_priority_that_open_tickets_have_is_not_taken_away(put, grace):
    ticket = make_ticket(grace, priority=Priority.objects.get(key="high"), at=OPENED)

    with pytest.raises(PriorityInUse, match=rf'priority "high", and 1 open tickets have it: #{ticket.number}\.'):
        put(without_high())

    assert Priority.objects.get(key="high").is_active


def test_another_priority_takes_the_place_of_one_that_is_gone(put, grace):
    ticket = make_ticket(grace, priority=Priority.objects.get(key="high"), at=OPENED)

    put(without_high(replaced=True), at=APPLIED)
    follow()

    ticket.refresh_from_db()
    assert ticket.priority.key == "tall"
    assert first_response(ticket).target_seconds == 4 * 3600
    told = Event.objects.get(ticket=ticket, verb="priority.changed")
    assert (told.data["former"], told.data["to"], told.is_public) == ("high", "tall", False)
    assert_folding_again_gives_the_same_rows()


def test_the_job_goes_on_where_it_was_and_shows_how_far_it_is(put, grace, monkeypatch):
    monkeypatch.setattr(recalculation, "BATCH", 2)
    for _ in range(5):
        make_ticket(grace, at=OPENED)
    put(changed(LONGER), at=APPLIED)
    job = recalculation.running()

    recalculation.work(job.pk, HOLDS)
    recalculation.work(job.pk, HOLDS)  # as after a worker that was killed: the alarm rings again

    half_way = recalculation.running()
    assert (half_way.done, half_way.total, half_way.percent) == (4, 5, 80)
    follow()
    assert recalculation.running() is None
    assert Recalculation.objects.get().done == 5
    promised = Clock.objects.exclude(metric="tier").values_list("target_seconds", flat=True)
    assert set(promised) == {30 * 3600}


def test_a_ticket_that_somebody_acts_on_is_passed_over_and_done_at_the_end(put, grace, monkeypatch):
    busy, free = make_ticket(grace, at=OPENED), make_ticket(grace, at=OPENED)
    put(changed(LONGER), at=APPLIED)
    job, lean = recalculation.running(), recalculation.lean
    monkeypatch.setattr(recalculation, "lean", lambda tickets: lean(tickets).exclude(pk=busy.pk))

    recalculation.work(job.pk, HOLDS)

    assert first_response(free).target_seconds == 30 * 3600
    assert first_response(busy).target_seconds == 24 * 3600
    assert recalculation.running().done == 1
    monkeypatch.setattr(recalculation, "lean", lean)
    follow()
    assert first_response(busy).target_seconds == 30 * 3600
    assert recalculation.running() is None


def test_programs_are_told_how_far_it_is(put, grace):
    make_ticket(grace, at=OPENED)
    put(changed(LONGER), at=APPLIED)
    headers = {"host": "acme.localhost", "authorization": f"Token {token_of(grace)}"}

    assert Client(headers=headers).get("/api/v1/policy/").json()["recalculation"] == {"total": 1, "done": 0}
    follow()
    assert Client(headers=headers).get("/api/v1/policy/").json()["recalculation"] is None


def test_a_later_version_takes_the_job_over(put, grace):
    ticket = make_ticket(grace, at=OPENED)
    put(changed(SHORTER), at=APPLIED)

    put(changed(LONGER), at=APPLIED + timedelta(seconds=1))
    follow(HOLDS + timedelta(seconds=1))

    assert [job.is_running for job in Recalculation.objects.all()] == [False, False]
    assert first_response(ticket).target_seconds == 30 * 3600
    assert_folding_again_gives_the_same_rows()


def test_a_version_does_not_hold_before_what_it_takes_over(put, grace):
    old, new = make_ticket(grace, at=OPENED), make_ticket(grace, at=OPENED + 3 * HOUR)

    applied = put(changed(LONGER), at=OPENED - HOUR)
    follow(new.created_at + TAKEOVER)

    assert applied.version.applied_at == new.created_at
    assert not Recalculation.objects.filter(finished_at=None).exists()
    assert set(Ticket.objects.values_list("policy_version", flat=True)) == {applied.version.pk}
    assert first_response(old).target_seconds == 30 * 3600


def test_tickets_that_cannot_follow_park_the_alarm_instead_of_ringing_for_ever(put, grace):
    ticket = make_ticket(grace, at=OPENED + 3 * HOUR)
    applied = put(changed(LONGER), at=OPENED + 4 * HOUR)
    PolicyVersion.objects.filter(pk=applied.version.pk).update(applied_at=OPENED)
    job = recalculation.running()

    with pytest.raises(recalculation.NoneFollows):
        recalculation.work(job.pk, OPENED + 5 * HOUR)
    assert ticket.policy_version != applied.version


def test_one_that_fails_does_not_keep_the_others_from_following(put, grace, monkeypatch):
    tickets = [make_ticket(grace, at=OPENED) for _ in range(3)]
    applied = put(changed(LONGER), at=APPLIED)
    settle = clocks.settle

    def fail(some, **more):
        settled = settle(some, **more)
        if tickets[1] in some:
            raise ZeroDivisionError
        return settled

    monkeypatch.setattr(clocks, "settle", fail)
    recalculation.work(recalculation.running().pk, HOLDS + SOON)

    followed = Ticket.objects.filter(policy_version=applied.version)
    assert set(followed) == {tickets[0], tickets[2]}
    assert recalculation.running().done == 2
    with pytest.raises(recalculation.NoneFollows):
        recalculation.work(recalculation.running().pk, HOLDS + 2 * SOON)
