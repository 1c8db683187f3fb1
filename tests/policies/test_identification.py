"""Alleanza: each request has authorisation data; one without them is answered with what is missing, and waits."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from inbox.models import OutgoingMail
from tenants import alarms
from tests.policies.clauses import clause
from tests.support.world import make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions, links
from tickets.models import Event, Participant, Status, Ticket

MISSING = "Логин или ID клиента, E-mail, указанный при регистрации"
GIVEN = {"answer-login": "grace-17", "answer-registered-email": "grace@example.com"}
#: Moscow is three hours ahead of UTC all year round; this is Monday, 7:00 there.
MONDAY_7AM = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@clause("C7")
def test_the_form_asks_for_them_and_comes_back_with_what_is_missing(desk_on):
    desk = desk_on("alleanza")
    path, form = desk.form("question", "ru", **{"answer-login": ""})

    page = desk.portal("ru").post(path, form)

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["answer-login"]
    assert form["description"] in page.content.decode()
    assert not Ticket.objects.exists()


@clause("C7")
def test_a_program_that_leaves_them_out_is_told_and_the_request_waits(desk_on):
    desk = desk_on("alleanza")

    answer = desk.api().post("tickets/", {"subject": "Нет доступа по SSH", "description": "С утра."})

    assert answer.status_code == 201
    assert answer.json()["status"]["kind"] == Status.Kind.PENDING
    assert answer.json()["awaited_answers"] == ["login", "registered-email"]


@clause("C7")
def test_a_program_fills_them_in(desk_on):
    desk = desk_on("alleanza")
    ticket = make_ticket(desk.grace)
    path = f"tickets/{ticket.number}/identify/"

    wrong = desk.api().post(path, {"answers": {"registered-email": "nonsense"}})
    answer = desk.api().post(path, {"answers": {"login": "grace-17", "registered-email": "grace@example.com"}})

    assert wrong.status_code == 400 and "registered-email" in str(wrong.json())
    assert answer.json()["awaited_answers"] == [] and answer.json()["status"]["kind"] == Status.Kind.OPEN


@clause("C7")
def test_an_agent_may_enter_a_request_without_them_and_its_customer_is_told_what_is_missing(desk_on):
    desk = desk_on("alleanza")
    form = {
        "email": desk.grace.email,
        "channel": "letter",
        "category": "question",
        "subject": "Вопрос о тарифе",
        "description": "Письмо без подписи.",
    }

    page = desk.workspace("ru").post("/desk/tickets/new", form, follow=True)

    ticket = Ticket.objects.get()
    alarms.work_due(until=timezone.now())
    told = "\n".join(mail.text for mail in OutgoingMail.objects.filter(address=desk.grace.email))
    assert ticket.status.kind == Status.Kind.PENDING
    assert MISSING in text_of(page)
    assert MISSING in told and "http://alleanza.localhost/t/" in told


@clause("C7")
@time_machine.travel(MONDAY_7AM, tick=False)
def test_its_customer_fills_them_in_on_the_page_and_the_clock_did_not_run_meanwhile(desk_on):
    desk = desk_on("alleanza")
    ticket = make_ticket(desk.grace, at=MONDAY_7AM)
    asked = desk.customer_reads(ticket, "ru")

    with time_machine.travel(MONDAY_7AM + timedelta(hours=3), tick=False):
        page = desk.portal("ru").post(f"/tickets/{ticket.number}/identify", GIVEN, follow=True)

    ticket.refresh_from_db()
    assert "Логин или ID клиента" in asked and f"/tickets/{ticket.number}/identify" not in text_of(page)
    assert ticket.answers == {"login": "grace-17", "registered-email": "grace@example.com"}
    assert ticket.status.kind == Status.Kind.OPEN
    # Normal: eight working hours, from ten o'clock on.
    assert ticket.due_at == MONDAY_7AM + timedelta(days=1, hours=1)


@clause("C7")
def test_what_is_not_clear_yet_comes_back_and_waits_on(desk_on):
    desk = desk_on("alleanza")
    ticket = make_ticket(desk.grace)

    page = desk.portal("ru").post(
        f"/tickets/{ticket.number}/identify", {"answer-login": "grace-17", "answer-registered-email": "nonsense"}
    )

    ticket.refresh_from_db()
    assert page.status_code == 422
    assert 'value="grace-17"' in page.content.decode() and 'value="nonsense"' in page.content.decode()
    assert ticket.answers == {} and ticket.status.kind == Status.Kind.PENDING


@clause("C7")
def test_the_bearer_of_a_link_fills_them_in_without_an_account(desk_on):
    desk = desk_on("alleanza")
    ticket = make_ticket(desk.grace, at=timezone.now())
    bearer = visitor(desk.tenant)
    address = f"/t/{links.token_for(ticket, desk.grace, at=timezone.now())}/"

    asked = bearer.get(address).content.decode()
    sent = bearer.post(f"{address}identify", GIVEN)

    ticket.refresh_from_db()
    assert f"{address}identify" in asked
    assert sent.status_code == 302 and ticket.status.kind == Status.Kind.OPEN


@clause("C7")
def test_an_agent_who_hears_them_on_the_phone_fills_them_in_and_it_waits_no_longer(desk_on):
    desk = desk_on("alleanza")
    ticket = make_ticket(desk.grace)
    said = {"login": "grace-17", "registered-email": "grace@example.com"}

    actions.change_fields(ticket, said, actor=desk.ada, at=timezone.now())

    ticket.refresh_from_db()
    assert ticket.status.kind == Status.Kind.OPEN


@clause("C7")
def test_a_request_that_waits_for_an_answer_to_an_agents_question_waits_on(desk_on):
    desk = desk_on("alleanza")
    ticket = make_ticket(desk.grace)
    waits = Status.objects.get(kind=Status.Kind.PENDING)
    actions.comment(ticket, author=desk.grace, body="Логин не помню.", at=timezone.now())
    actions.reply(ticket, author=desk.ada, body="Какой сервер?", at=timezone.now(), status=waits)

    actions.identify(ticket, {"login": "g", "registered-email": "g@example.com"}, actor=desk.grace, at=timezone.now())

    ticket.refresh_from_db()
    assert ticket.status.kind == Status.Kind.PENDING


@clause("C7")
def test_what_was_given_is_not_written_over_and_others_fill_in_nothing(desk_on):
    desk = desk_on("alleanza")
    ticket = make_ticket(desk.grace, answers={"login": "grace-17"})
    mallory = make_person("Mallory")

    stranger = desk.portal("ru", mallory).post(f"/tickets/{ticket.number}/identify", GIVEN)
    actions.identify(ticket, {"login": "mallory", "steps": "x"}, actor=desk.grace, at=timezone.now())

    ticket.refresh_from_db()
    assert stranger.status_code == 404
    assert ticket.answers == {"login": "grace-17"}
    assert not Event.objects.filter(ticket=ticket, verb="fields.changed").exists()


@clause("C7")
@pytest.mark.parametrize("way", ["follow_up", "split"])
def test_nobody_takes_along_what_identifies_somebody_else(desk_on, way):
    desk = desk_on("alleanza")
    bob, boss = make_person("Bob"), make_person("Mary", "manager")
    filed = timezone.now() - timedelta(days=400)
    ticket = make_ticket(desk.grace, at=filed, answers={"login": "grace-17", "registered-email": "grace@example.com"})
    Participant.objects.create(ticket=ticket, user=bob, added_by=boss, added_at=filed)
    if way == "split":
        said = actions.comment(ticket, author=bob, body="And my own site?", at=filed + timedelta(hours=1))
        new = actions.split(ticket, messages=[said.pk], subject="Site", actor=boss, at=timezone.now())
    else:
        solved = Status.objects.get(kind=Status.Kind.SOLVED)
        actions.change_status(ticket, solved, actor=boss, at=filed + timedelta(hours=1))
        new = actions.comment(ticket, author=bob, body="And my own site?", at=timezone.now()).ticket

    assert new.pk != ticket.pk and new.requester == bob
    assert new.answers == {}
    assert Ticket.objects.get(pk=new.pk).status.kind == Status.Kind.PENDING


@pytest.mark.parametrize("slug", ["ione", "justo"])
def test_where_the_policy_asks_for_none_nothing_waits(desk_on, slug):
    assert make_ticket(desk_on(slug).grace).status.kind == Status.Kind.NEW
