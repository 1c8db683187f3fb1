"""What is asked of a customer, done by signed link: steps ticked off and approvals answered, for them alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.support.world import make_organization, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions, links
from tickets.models import Approver, ChecklistStep, Event, Ticket


@pytest.fixture
def ticket(grace):
    return make_ticket(grace, at=timezone.now() - timedelta(minutes=5))


@pytest.fixture
def address(ticket, grace):
    return f"/t/{links.token_for(ticket, grace, at=timezone.now())}/"


@pytest.fixture
def steps(ticket, ada):
    sent = actions.send_checklist(
        ticket, actor=ada, at=timezone.now(), title="Restart", steps=["Unplug it.", "Plug it in."], waits=True
    )
    return list(sent.steps.order_by("position"))


@pytest.fixture
def approval(ticket, ada, grace):
    return actions.ask_approval(ticket, text="Buy a new one", approvers=[grace], actor=ada, at=timezone.now())


def test_its_bearer_ticks_steps_off_in_the_person_s_name_and_takes_a_tick_back(as_nobody, address, steps, grace):
    page = as_nobody.get(address)
    assert f"{address}steps/{steps[0].pk}" in page.content.decode()

    assert as_nobody.post(f"{address}steps/{steps[0].pk}", {"result": "It beeped."}).status_code == 302
    steps[0].refresh_from_db()
    assert (steps[0].done_by, steps[0].result) == (grace, "It beeped.")

    as_nobody.post(f"{address}steps/{steps[0].pk}", {"undo": "yes"})
    steps[0].refresh_from_db()
    assert steps[0].done_at is None


def test_the_last_step_opens_the_ticket(as_nobody, address, steps, ticket):
    for step in steps:
        as_nobody.post(f"{address}steps/{step.pk}")

    ticket.refresh_from_db()
    assert ticket.status.kind == "open"
    assert "2 of 2 done" in text_of(as_nobody.get(address))


def test_what_was_typed_too_long_comes_back(as_nobody, address, steps):
    answer = as_nobody.post(f"{address}steps/{steps[0].pk}", {"result": "ab " * 500})

    assert answer.status_code == 422
    assert "ab ab ab" in answer.content.decode()
    assert not ChecklistStep.objects.exclude(done_at=None).exists()


def test_its_bearer_answers_an_approval_asked_of_them(as_nobody, address, approval, grace):
    assert f"{address}approvals/{approval.pk}/" in as_nobody.get(address).content.decode()
    page = as_nobody.get(f"{address}approvals/{approval.pk}/")
    assert "Buy a new one" in text_of(page)

    silent = as_nobody.post(f"{address}approvals/{approval.pk}/", {"answer": "declined"})
    answer = as_nobody.post(f"{address}approvals/{approval.pk}/", {"answer": "declined", "comment": "Too dear."})

    assert silent.status_code == 422
    assert answer.status_code == 302
    approval.refresh_from_db()
    row = Approver.objects.get()
    assert (approval.state, row.person, row.comment) == ("declined", grace, "Too dear.")
    assert "You declined this." in text_of(as_nobody.get(answer["Location"]))


def test_no_cookie_is_needed_for_either(at_acme, address, steps, approval):
    strict = visitor(at_acme, enforce_csrf_checks=True)

    assert strict.post(f"{address}steps/{steps[0].pk}").status_code == 302
    assert strict.post(f"{address}approvals/{approval.pk}/", {"answer": "approved"}).status_code == 302


def test_looking_changes_nothing(as_nobody, address, steps, approval):
    before = list(Event.objects.values_list("pk", flat=True))

    for rest in (f"steps/{steps[0].pk}", f"approvals/{approval.pk}/", f"approvals/{approval.pk}/?answer=approved"):
        assert as_nobody.get(address + rest).status_code in (200, 405)
        assert as_nobody.head(address + rest).status_code in (200, 405)

    assert list(Event.objects.values_list("pk", flat=True)) == before
    assert Approver.objects.get().answer == ""
    assert not ChecklistStep.objects.exclude(done_at=None).exists()


def test_it_does_nothing_for_somebody_else_or_on_another_ticket(as_nobody, address, ticket, grace, ada):
    boss, other = make_person("Boss", "customer"), make_ticket(grace, "Other", at=timezone.now())
    make_organization("Initech", grace, boss)
    actions.add_participants(ticket, [boss.email], actor=ada, at=timezone.now())
    theirs = actions.ask_approval(ticket, text="Boss decides", approvers=[boss], actor=ada, at=timezone.now())
    elsewhere = actions.ask_approval(other, text="Elsewhere", approvers=[grace], actor=ada, at=timezone.now())
    step = actions.send_checklist(other, actor=ada, at=timezone.now(), title="X", steps=["Y"]).steps.get()

    for rest in (f"approvals/{theirs.pk}/", f"approvals/{elsewhere.pk}/", f"steps/{step.pk}"):
        assert as_nobody.post(address + rest, {"answer": "approved"}).status_code == 404

    assert not Approver.objects.exclude(answer="").exists()
    assert f"approvals/{theirs.pk}" not in as_nobody.get(address).content.decode()


def test_staff_sign_in_to_answer(as_nobody, ticket, ada, mary):
    asked = actions.ask_approval(ticket, text="May I?", approvers=[mary], actor=ada, at=timezone.now())
    address = f"/t/{links.token_for(ticket, mary, at=timezone.now())}/"

    assert as_nobody.post(f"{address}approvals/{asked.pk}/", {"answer": "approved"}).status_code == 404
    assert "May I?" not in as_nobody.get(address).content.decode()
    assert Approver.objects.get().answer == ""


def test_before_it_is_confirmed_who_filed_it_nothing_is_shown_or_done(as_nobody, address, ticket, steps, approval):
    Ticket.objects.filter(pk=ticket.pk).update(is_unproven=True)

    page = as_nobody.get(f"{address}approvals/{approval.pk}/")
    as_nobody.post(f"{address}approvals/{approval.pk}/", {"answer": "approved"})
    as_nobody.post(f"{address}steps/{steps[0].pk}")

    assert "Buy a new one" not in text_of(page)
    assert Approver.objects.get().answer == ""
    assert not ChecklistStep.objects.exclude(done_at=None).exists()


def test_a_link_that_was_ended_answers_nothing(as_nobody, address, approval):
    as_nobody.post(f"{address}end")

    assert as_nobody.post(f"{address}approvals/{approval.pk}/", {"answer": "approved"}).status_code == 410
    assert Approver.objects.get().answer == ""
