"""Approvals: who is asked, what they may answer and until when, what ends them, and who is told."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from inbox.models import OutgoingMail
from tenants import alarms
from tenants.context import act_as
from tenants.errors import NotPermitted
from tenants.models import Alarm
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tickets import actions, errors
from tickets.actions.changing import apply_status
from tickets.models import Approval, Approver, Event, Membership, Participant, Status

HOUR = timedelta(hours=1)
LATER = MONDAY_9AM + HOUR


@pytest.fixture
def initech(grace):
    return make_organization("Initech", grace)


@pytest.fixture
def boss(initech):
    person = make_person("Bill")
    Membership.objects.create(user=person, organization=initech, scope="own")
    return person


@pytest.fixture
def ticket(grace, ada, initech):
    ticket = make_ticket(grace, organization=initech)
    actions.take(ticket, actor=ada, at=MONDAY_9AM)
    return ticket


def ask(ticket, ada, *people, **more):
    more = {"text": "Buy a new printer for 900 euros.", "at": MONDAY_9AM, **more}
    return actions.ask_approval(ticket, approvers=people, actor=ada, **more)


def answer(approval, person, said="approved", comment="", at=LATER):
    return actions.answer_approval(approval, answer=said, comment=comment, actor=person, at=at)


def state_of(approval):
    approval.refresh_from_db()
    return approval.state


def verbs(ticket):
    return list(Event.objects.filter(ticket=ticket, verb__startswith="approval.").values_list("verb", flat=True))


def test_all_have_to_agree_unless_one_is_enough(ticket, ada, mary, boss):
    everybody = ask(ticket, ada, mary, boss)
    answer(everybody, mary)
    assert state_of(everybody) == "pending"
    answer(everybody, boss)
    assert state_of(everybody) == "approved"

    anybody = ask(ticket, ada, mary, boss, needs="any")
    answer(anybody, mary, "declined", "Too dear.")
    assert state_of(anybody) == "pending"
    answer(anybody, boss)
    assert state_of(anybody) == "approved"
    assert not Approver.objects.filter(is_awaited=True).exists()


def test_one_no_is_enough_where_all_have_to_agree(ticket, ada, mary, boss):
    approval = ask(ticket, ada, mary, boss)

    answer(approval, mary, "declined", "Too dear.")

    assert state_of(approval) == "declined"
    with pytest.raises(errors.ApprovalOver):
        answer(approval, boss)
    assert verbs(ticket) == ["approval.asked", "approval.answered", "approval.finished"]


def test_a_no_needs_a_reason(ticket, ada, mary):
    approval = ask(ticket, ada, mary)

    with pytest.raises(errors.WhyDeclined):
        answer(approval, mary, "declined", "  ")

    assert state_of(approval) == "pending"


def test_an_answer_can_be_changed_until_the_whole_is_decided(ticket, ada, mary, boss):
    approval = ask(ticket, ada, mary, boss, needs="any")
    answer(approval, mary, "declined", "Too dear.")
    answer(approval, mary, "declined", "Too dear.")  # pressed twice
    answer(approval, mary, "declined", "Far too dear.")
    answer(approval, mary, "approved")

    assert state_of(approval) == "approved"
    assert verbs(ticket).count("approval.answered") == 3
    answer(approval, mary, "approved")  # the same once more says nothing new
    with pytest.raises(errors.ApprovalOver):
        answer(approval, mary, "declined", "After all.")


def test_only_who_is_asked_answers(ticket, ada, mary, root):
    approval = ask(ticket, ada, mary)

    for stranger in (ada, root, make_person("Eve")):
        with pytest.raises(NotPermitted):
            answer(approval, stranger)
    mary.is_active = False
    mary.save()
    with pytest.raises(NotPermitted):
        answer(approval, mary)


def test_customers_ask_nobody_and_end_nothing(ticket, ada, grace, mary, boss):
    approval = ask(ticket, ada, mary)

    for act in (
        lambda: ask(ticket, grace, boss),
        lambda: actions.withdraw_approval(approval, actor=grace, at=LATER),
        lambda: actions.remind_approvers(approval, actor=grace, at=LATER),
        lambda: actions.replace_approver(approval.approvers.get(), by=boss, actor=grace, at=LATER),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_who_cannot_be_asked(ticket, ada, mary, boss):
    outsider, closed = make_person("Eve"), make_person("Gone", "agent", is_active=False)

    for people, refusal in (
        ([], errors.NoApprovers),
        ([ada], errors.ApprovesOwn),
        ([outsider], errors.NotAnApprover),
        ([closed], errors.AccountClosed),
        ([make_person(f"P{n}", "agent") for n in range(21)], errors.TooManyApprovers),
    ):
        with pytest.raises(refusal):
            ask(ticket, ada, *people)
    with pytest.raises(errors.ApprovalEmpty):
        ask(ticket, ada, mary, text="  ")
    assert not Approval.objects.exists()
    Participant.objects.create(ticket=ticket, user=outsider, added_by=ada, added_at=MONDAY_9AM)
    assert ask(ticket, ada, outsider).is_pending  # in copy: on the customer's side


def test_a_deadline_lies_ahead_and_within_a_year(ticket, ada, mary):
    with pytest.raises(errors.DeadlinePast):
        ask(ticket, ada, mary, until=MONDAY_9AM)
    with pytest.raises(errors.DeadlineTooFar):
        ask(ticket, ada, mary, until=MONDAY_9AM + timedelta(days=400))


def test_asked_twice_by_a_double_click_is_asked_once(ticket, ada, mary, boss):
    first = ask(ticket, ada, mary, boss)
    again = ask(ticket, ada, boss, mary, at=MONDAY_9AM + timedelta(seconds=1))
    other = ask(ticket, ada, mary, at=MONDAY_9AM + timedelta(seconds=2))

    assert (again, Approval.objects.count()) == (first, 2)
    assert other != first
    assert ask(ticket, ada, mary, boss, at=LATER) != first


def test_a_ticket_waits_for_so_many_approvals_at_most(ticket, ada, mary):
    for n in range(20):
        ask(ticket, ada, mary, text=f"Step {n}")
    with pytest.raises(errors.TooManyApprovals):
        ask(ticket, ada, mary, text="One more")


def test_people_of_another_tenant_are_neither_asked_nor_stored(ticket, ada, globex):
    with act_as(globex):
        stranger = make_person("Eve", "agent")

    approval = ask(ticket, ada, make_person("Mary", "manager"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Approver.objects.create(approval=approval, person_id=stranger.pk)
        connection.check_constraints()
    with act_as(globex):
        assert not Approval.objects.exists()
        assert not Approver.objects.exists()


def test_a_person_who_left_is_replaced_and_the_new_one_is_asked(ticket, ada, mary, boss, root):
    approval = ask(ticket, ada, mary, boss)
    answer(approval, boss)
    mary.is_active = False
    mary.save()
    row, answered = approval.approvers.get(person=mary), approval.approvers.get(person=boss)

    with pytest.raises(errors.AskedAlready):
        actions.replace_approver(row, by=boss, actor=ada, at=LATER)
    with pytest.raises(errors.AnsweredAlready):
        actions.replace_approver(answered, by=root, actor=ada, at=LATER)
    with pytest.raises(errors.ApprovesOwn):
        actions.replace_approver(row, by=ada, actor=root, at=LATER)
    actions.replace_approver(row, by=root, actor=ada, at=LATER)
    alarms.work_due(LATER)

    assert OutgoingMail.objects.filter(address=root.email, text__contains="asks for your approval").count() == 1
    answer(approval, root)
    assert state_of(approval) == "approved"


def test_a_reminder_goes_once_an_hour_to_those_who_have_not_answered(ticket, ada, mary, boss):
    approval = ask(ticket, ada, mary, boss)
    answer(approval, boss, at=MONDAY_9AM)
    with pytest.raises(errors.RemindedJustNow):
        actions.remind_approvers(approval, actor=ada, at=MONDAY_9AM + timedelta(minutes=5))

    actions.remind_approvers(approval, actor=ada, at=LATER)
    alarms.work_due(LATER)

    reminded = OutgoingMail.objects.filter(text__contains="reminds you")
    assert [mail.address for mail in reminded] == [mary.email]


def test_the_deadline_is_told_once_and_an_answer_is_still_taken(ticket, ada, mary, boss):
    root = make_person("Root", "admin")
    actions.assign(ticket, root, actor=ada, at=MONDAY_9AM)
    approval = ask(ticket, ada, mary, boss, until=LATER)
    answer(approval, boss, at=MONDAY_9AM)

    for late in (HOUR, 2 * HOUR, 3 * HOUR):
        alarms.work_due(MONDAY_9AM + late)
        alarms.set("approval.due", approval.pk, MONDAY_9AM + late)  # as if a worker had died after its work
    alarms.work_due(MONDAY_9AM + 4 * HOUR)

    overdue = Event.objects.get(ticket=ticket, verb="approval.overdue")
    told = OutgoingMail.objects.filter(event=overdue).values_list("address", flat=True)
    assert sorted(told) == sorted([mary.email, ada.email, root.email])
    answer(approval, mary, at=MONDAY_9AM + 5 * HOUR)
    assert state_of(approval) == "approved"
    assert not Alarm.objects.filter(kind="approval.due").exists()


def test_what_is_answered_in_time_is_never_overdue(ticket, ada, mary):
    answer(ask(ticket, ada, mary, until=LATER + HOUR), mary)

    alarms.work_due(LATER + 2 * HOUR)

    assert "approval.overdue" not in verbs(ticket)


def test_who_asked_hears_of_the_outcome_with_what_was_said(ticket, ada, mary, boss):
    approval = ask(ticket, ada, mary, boss, needs="any")
    answer(approval, mary, "approved", "Take the blue one.")
    alarms.work_due(LATER)

    outcome = OutgoingMail.objects.get(address=ada.email, subject__contains="Printer", text__contains="Approved: Buy")
    assert "Mary, Approved: Take the blue one." in outcome.text
    asked, spared = OutgoingMail.objects.filter(address=boss.email).order_by("id")
    assert "Buy a new printer for 900 euros." in asked.text
    assert f"/approvals/{approval.pk}/" in asked.text
    assert "no longer needed" in spared.text


def test_mail_to_approvers_is_in_their_language(ticket, ada, acme):
    acme.languages = ["en", "es"]
    acme.save()
    mary = make_person("Marta", "manager", language="es")
    ask(ticket, ada, mary)
    alarms.work_due(MONDAY_9AM)

    mail = OutgoingMail.objects.get(address=mary.email)
    assert mail.language == "es"
    assert "pide su aprobación en la solicitud 1" in mail.text


def test_work_that_waits_for_a_yes_is_not_finished_by_hand(ticket, ada, mary):
    approval = ask(ticket, ada, mary)
    solved = Status.objects.get(kind="solved")

    with pytest.raises(errors.ApprovalPending, match="Mary"):
        actions.change_status(ticket, solved, actor=ada, at=LATER)
    with pytest.raises(errors.ApprovalPending), transaction.atomic():
        actions.reply(ticket, author=ada, body="Done.", status=solved, at=LATER)
    resting = {"body": "Done.", "status": solved.key, "at": LATER, "send_at": LATER + timedelta(seconds=10)}
    with pytest.raises(errors.ApprovalPending):
        actions.send_later(ticket, author=ada, is_scheduled=False, **resting)
    actions.withdraw_approval(approval, actor=ada, at=LATER)
    actions.change_status(ticket, solved, actor=ada, at=LATER)
    with pytest.raises(errors.ApprovalOver):
        actions.withdraw_approval(approval, actor=ada, at=LATER)
    with pytest.raises(errors.TicketNotActive):
        ask(ticket, ada, mary)


@pytest.mark.parametrize("ends", ["requester", "rule", "merged", "refused"])
def test_what_ends_the_ticket_ends_what_it_waited_for(ticket, ada, grace, mary, ends):
    approval = ask(ticket, ada, mary, until=LATER + HOUR)

    if ends == "requester":
        actions.solve_by_requester(ticket, actor=grace, at=LATER)
    elif ends == "rule":
        actions.change_status(ticket, Status.objects.get(kind="solved"), actor=None, at=LATER)
    elif ends == "merged":
        over = make_ticket(grace)  # to an open one it would go along
        actions.change_status(over, Status.objects.get(kind="solved"), actor=ada, at=MONDAY_9AM)
        actions.merge(ticket, into=over, actor=ada, at=LATER, disclose=True)
    else:
        apply_status(ticket, Status.objects.get(kind="refused"), actor=ada, at=LATER)
    alarms.work_due(LATER + 2 * HOUR)

    assert state_of(approval) == "ended"
    assert verbs(ticket) == ["approval.asked", "approval.finished"]
    assert OutgoingMail.objects.filter(address=mary.email, text__contains="no longer needed").count() == 1
    with pytest.raises(errors.ApprovalOver):
        answer(approval, mary)


def test_a_decision_brings_a_snoozed_ticket_back(ticket, ada, mary):
    approval = ask(ticket, ada, mary)
    actions.snooze(ticket, actor=ada, at=MONDAY_9AM)

    answer(approval, mary)

    ticket.refresh_from_db()
    assert ticket.snoozed_at is None
