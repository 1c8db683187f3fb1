"""Asking again over any channel: a mail on the ticket, a new request of the portal, a mail of its own. Clause D10."""

from __future__ import annotations

import pytest
import time_machine
from django.utils import timezone

from inbox.intake import receiving, routing
from inbox.mail import tokens
from tenants import alarms
from tests.inbox.mails import mail
from tests.policies.clauses import clause
from tests.policies.test_fair_use import CATEGORY, MINUTE, NOON, mails_to, nudges_of
from tickets.models import Event, Message, Ticket

SUPPORT = "support@desk.example"
NO_NUDGES = (
    "  nudges:  # open in the text: when writing again is pressing; here when it brings fewer new words than this\n"
    "    new_words: 4\n",
    "",
)
PRESSING = "Sigo esperando respuesta, ¿cuánto falta?"


@pytest.fixture
def justo(desk_on):
    with time_machine.travel(NOON, tick=False) as clock:
        desk = desk_on("justo")
        desk.clock, desk.ticket = clock, desk.file(CATEGORY, "es", subject="www.ejemplo.mx no abre")
        clock.shift(10 * MINUTE)
        yield desk


def mailed(desk, body, *, to=SUPPORT, subject="¿Alguna novedad?", number=1):
    routing.own_mailbox(SUPPORT)
    head = {"from": f"Grace <{desk.grace.email}>", "to": to, "subject": subject, "message_id": f"<{number}@pc>"}
    return receiving.receive(mail(body, **head), at=timezone.now(), to=SUPPORT).mail


@clause("D10")
def test_a_mail_that_answers_and_only_asks_again_is_joined_answered_and_counted(justo):
    kept = mailed(justo, PRESSING, to=tokens.address(SUPPORT, justo.ticket, justo.grace))

    assert (kept.outcome, kept.ticket) == ("reply", justo.ticket)
    event = nudges_of(justo.ticket).get()
    assert (event.data["channel"], event.data["count"]) == ("email", 1)
    assert "Usted preguntó cómo va" in mails_to(justo.grace)[-1].text


@clause("D10")
def test_a_new_request_that_only_asks_again_is_offered_the_open_one_and_joined_with_it(justo):
    path, form = justo.form(CATEGORY, "es", subject="¿Alguna novedad?", description=PRESSING)
    browser = justo.portal("es")

    asked = browser.post(path, form)
    joined = browser.post(path, {**form, "join": str(justo.ticket.number)})

    assert asked.status_code == 422
    assert f'value="{justo.ticket.number}"' in asked.content.decode() and 'name="join"' in asked.content.decode()
    assert joined.status_code == 302
    assert Ticket.objects.count() == 1
    assert Message.objects.filter(ticket=justo.ticket).count() == 2


@clause("D10")
def test_it_is_offered_too_where_duplicates_are_not_looked_for(justo):
    justo.apply(("duplicates: merge", "duplicates: off"))
    path, form = justo.form(CATEGORY, "es", subject="¿Alguna novedad?", description=PRESSING)

    asked = justo.portal("es").post(path, form)
    anyway = justo.portal("es").post(path, {**form, "file_anyway": "yes"})

    assert 'name="join"' in asked.content.decode()
    assert anyway.status_code == 302


@clause("D10")
@pytest.mark.parametrize("why", ["it says something", "nothing is open", "no nudges"])
def test_who_says_something_or_has_nothing_open_is_asked_nothing(justo, why):
    description = PRESSING
    if why == "it says something":
        description = "La factura de marzo no aparece en el panel de cliente, por favor envíen otra copia."
    elif why == "nothing is open":
        Ticket.objects.filter(pk=justo.ticket.pk).update(requester=justo.ada)
    else:
        justo.apply(NO_NUDGES)
    path, form = justo.form(CATEGORY, "es", subject="¿Alguna novedad?", description=description)

    assert justo.portal("es").post(path, form).status_code == 302


@clause("D10")
def test_a_mail_of_its_own_that_only_asks_again_is_flagged_to_agents(justo):
    ticket = mailed(justo, PRESSING).ticket
    alarms.work_due(until=timezone.now())

    event = Event.objects.get(ticket=ticket, verb="duplicate.suspected")

    assert event.data == {"number": justo.ticket.number, "asks_again": True}
    assert f"vuelve a preguntar por el ticket {justo.ticket.number}" in justo.agent_reads(ticket, "es")
    justo.workspace("es").post(f"/desk/tickets/{ticket.number}/merge-suspected")
    ticket.refresh_from_db()
    assert ticket.merged_into_id == justo.ticket.pk
    assert nudges_of(justo.ticket).get().data["number"] == ticket.number


@clause("D10")
def test_with_two_open_requests_nobody_knows_about_which(justo):
    justo.file(CATEGORY, "es", subject="Falta una factura", description="No llegó la de marzo.")

    ticket = mailed(justo, PRESSING).ticket
    alarms.work_due(until=timezone.now())

    assert not Event.objects.filter(ticket=ticket, verb="duplicate.suspected").exists()
