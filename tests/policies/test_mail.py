"""What the five policies promise that customers are told, as it reaches their mailbox."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from escalation.actions import escalate, hand_back
from inbox.models import OutgoingMail
from sla.models import Priority
from tenants import alarms
from tenants.context import active_tenant
from tests.policies.clauses import clause
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tickets import actions, links
from tickets.models import Exclusion, RefusalReason, Status

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def catcher(settings, tmp_path) -> Path:
    settings.EMAIL_BACKEND = "inbox.mail.catcher.FileCatcher"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def newest_to(person, minutes):
    """The last mail to a person, after everything that is due by then was done."""
    alarms.work_due(MONDAY_9AM + minutes * MINUTE)
    return OutgoingMail.objects.filter(address=person.email).order_by("event").last()


@clause("B4")
def test_the_number_comes_at_once_and_stands_in_every_subject(desk_on, catcher):
    desk = desk_on("techsupport")
    ticket = make_ticket(desk.grace)

    receipt = newest_to(desk.grace, 0)
    actions.reply(ticket, author=desk.ada, body="Reload the page.", at=MONDAY_9AM + MINUTE)
    actions.change_status(ticket, Status.objects.get(kind="solved"), actor=desk.ada, at=MONDAY_9AM + 2 * MINUTE)
    newest_to(desk.grace, 2)

    assert receipt.state == "sent"
    assert f"Its number is {ticket.number}." in receipt.text
    subjects = OutgoingMail.objects.filter(ticket=ticket).values_list("subject", flat=True)
    assert len(subjects) == 3
    assert all(f"[#{ticket.number}]" in subject for subject in subjects)
    assert len(list((catcher / "techsupport").glob("*.eml"))) == 3


@clause("B5")
def test_the_customer_is_told_of_every_escalation_and_every_change_of_state(desk_on):
    desk = desk_on("techsupport")
    ticket = make_ticket(desk.grace)
    newest_to(desk.grace, 0)
    tier = str(type(ticket.tier).objects.all()[1])

    escalate(ticket, actor=desk.ada, at=MONDAY_9AM + MINUTE, reason="Not for the first level.")
    assert tier in newest_to(desk.grace, 1).text
    hand_back(ticket, actor=desk.ada, at=MONDAY_9AM + 2 * MINUTE, reason="It was.")
    assert str(ticket.tier) in newest_to(desk.grace, 2).text
    told = 3
    for minute, kind in enumerate(("open", "pending", "on_hold", "solved"), 3):
        status = Status.objects.get(kind=kind)
        actions.change_status(ticket, status, actor=desk.ada, at=MONDAY_9AM + minute * MINUTE)
        news = newest_to(desk.grace, minute)
        told += 1
        assert f"Your request is now: {status.customer_name['en']}" in news.text
        assert "Not for the first level" not in news.text

    assert OutgoingMail.objects.filter(address=desk.grace.email).count() == told


@clause("A10", "E14")
@pytest.mark.parametrize("policy", ["ione", "hostiquant"])
def test_a_request_that_is_not_covered_is_answered_with_the_exclusion_s_own_words(desk_on, policy):
    desk = desk_on(policy)
    exclusion = Exclusion.objects.filter(is_active=True).first()

    actions.mark_not_covered(make_ticket(desk.grace), exclusion, actor=desk.ada, at=MONDAY_9AM + MINUTE)

    assert str(exclusion) in newest_to(desk.grace, 1).text


def test_a_refusal_names_its_reason_in_the_customer_s_language(desk_on):
    desk = desk_on("alleanza")
    desk.grace.language = "ru"
    desk.grace.save()
    ticket, reason = make_ticket(desk.grace), RefusalReason.objects.filter(is_active=True).first()

    actions.refuse(ticket, reason, actor=desk.ada, at=MONDAY_9AM + MINUTE, explanation="Пришлите номер договора.")

    news = newest_to(desk.grace, 1)
    words = ticket.policy_version.policy.refusal_reasons[reason.key].text["ru"]
    assert words in news.text
    assert "Пришлите номер договора." in news.text


def test_a_corrected_priority_is_told_with_its_reason_in_spanish(desk_on):
    desk = desk_on("justo")
    ticket = make_ticket(desk.grace, priority=Priority.objects.order_by("rank").first())
    medium = Priority.objects.order_by("rank")[1]

    reason = "El fallo de cPanel es de prioridad media."
    actions.change_priority(ticket, medium, actor=desk.ada, at=MONDAY_9AM + MINUTE, reason=reason)

    news = newest_to(desk.grace, 1)
    assert news.language == "es"
    assert medium.name["es"] in news.text
    assert reason in news.text


def test_the_sender_of_a_second_ticket_is_told_where_it_goes_on(desk_on):
    desk = desk_on("justo")
    first, second = make_ticket(desk.grace), make_ticket(desk.grace, at=MONDAY_9AM + MINUTE)

    actions.merge(second, into=first, actor=desk.ada, at=MONDAY_9AM + 2 * MINUTE)

    alarms.work_due(MONDAY_9AM + 2 * MINUTE)

    told = OutgoingMail.objects.filter(address=desk.grace.email, event__verb="ticket.merged")
    news = told.get(subject__contains=f"[#{second.number}]")
    token = re.search(r"/t/([\w.-]+)/", news.text)[1]
    assert links.opened(token, at=MONDAY_9AM + 3 * MINUTE).ticket == first


@pytest.mark.parametrize("policy", ["ione", "techsupport", "alleanza", "justo", "hostiquant"])
def test_every_tenant_writes_in_its_own_name_colour_and_language(desk_on, policy):
    desk = desk_on(policy)
    make_ticket(make_person("Nobody"))

    alarms.work_due(MONDAY_9AM)

    mail = OutgoingMail.objects.order_by("pk").first()
    assert desk.tenant.name in mail.text
    assert mail.language == desk.tenant.language
    assert active_tenant().brand["colour"].lower() in mail.html.lower()
