"""Rude words besides messages: warned of wherever a customer writes to people, but never held back in complaints."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tenants.models import AuditEntry
from tests.policies.clauses import clause
from tests.policies.test_channels import HOUR, MONDAY, PHONE
from tests.support.world import make_person, make_ticket
from tests.tickets.portal import text_of
from tickets import actions
from tickets.errors import RudeWords, RudeWordsWarned
from tickets.models import Approver, Callback, ChecklistStep, Complaint, Strike, Suspension, Ticket

RUDE = "You are fucking idiots, nothing works."
MEANWHILE = timedelta(hours=5)


@pytest.fixture
def desk(desk_on):
    """Hostiquant, whose rules of fair use forbid rude words besides."""
    with time_machine.travel(MONDAY, tick=False) as clock:
        desk = desk_on("hostiquant")
        desk.clock = clock
        forbid(desk, "warn")
        desk.ticket = desk.file("hosting-services")
        yield desk


def forbid(desk, way):
    desk.apply(("\nescalation:\n", f"\nfair_use:\n  profanity: {way}\n\nescalation:\n"))


def is_warned(page, text=RUDE):
    """Whether the page came back with what was typed, and with the tick that the sentence speaks of."""
    body = page.content.decode()
    return page.status_code == 422 and text in body and "fucking" in text_of(page) and 'name="as_it_is"' in body


@clause("C10", "D9")
@pytest.mark.parametrize("path", ["/callback", "/tickets/{}/callback"])
def test_a_call_that_is_asked_for_rudely_can_be_asked_for_as_it_is(desk, path):
    desk.clock.shift(HOUR)
    path, browser = path.format(desk.ticket.number), desk.portal()
    said = {"phone": PHONE, "topic": RUDE, "when": (MONDAY + 3 * HOUR).isoformat()}

    warned = browser.post(path, said)
    asked = browser.post(path, {**said, "as_it_is": "yes"})

    assert is_warned(warned)
    assert asked.status_code == 302, text_of(asked)
    assert Callback.objects.get().topic == RUDE
    assert Strike.objects.get().kind == "rude"
    assert AuditEntry.objects.get(act="strike.rude").subject == desk.grace.pk


@clause("C10", "D9")
def test_why_the_next_line_is_to_look_at_it_is_read_before_it_is_sent(desk):
    desk.clock.shift(MEANWHILE)
    path, browser = f"/tickets/{desk.ticket.number}/escalation", desk.portal()

    warned = browser.post(path, {"reason": RUDE})
    asked = browser.post(path, {"reason": RUDE, "as_it_is": "yes"})

    assert is_warned(warned)
    assert asked.status_code == 302, text_of(asked)
    assert Ticket.objects.get(pk=desk.ticket.pk).tier.position == 2


@clause("C10", "D9")
def test_what_was_seen_at_a_step_comes_back_with_the_tick(desk):
    actions.send_checklist(desk.ticket, title="Try", steps=["Restart"], actor=desk.ada, at=MONDAY)
    step, browser = ChecklistStep.objects.get(), desk.portal()
    path = f"/tickets/{desk.ticket.number}/steps/{step.pk}"

    warned = browser.post(path, {"result": RUDE})
    step.refresh_from_db()
    undone = step.done_at
    browser.post(path, {"result": RUDE, "as_it_is": "yes"})

    step.refresh_from_db()
    assert is_warned(warned)
    assert undone is None
    assert step.result == RUDE


@clause("C10", "D9")
def test_who_declines_says_so_in_other_words_or_as_it_is(desk):
    approval = actions.ask_approval(desk.ticket, text="A new disk?", approvers=[desk.grace], actor=desk.ada, at=MONDAY)
    path, browser = f"/approvals/{approval.pk}/", desk.portal()

    warned = browser.post(path, {"answer": "declined", "comment": RUDE})
    answered = browser.post(path, {"answer": "declined", "comment": RUDE, "as_it_is": "yes"})

    assert is_warned(warned)
    assert answered.status_code == 302, text_of(answered)
    assert Approver.objects.get().comment == RUDE


@clause("C10")
def test_authorisation_data_is_looked_at_too(desk_on):
    desk = desk_on("alleanza")
    ticket = make_ticket(desk.grace)
    path, browser = f"/tickets/{ticket.number}/identify", desk.portal("ru")
    said = {"answer-login": "пиздец", "answer-registered-email": "grace@example.com"}

    warned = browser.post(path, said)
    sent = browser.post(path, {**said, "as_it_is": "yes"})

    ticket.refresh_from_db()
    assert warned.status_code == 422
    assert 'name="as_it_is"' in warned.content.decode() and 'value="пиздец"' in warned.content.decode()
    assert sent.status_code == 302
    assert ticket.answers["login"] == "пиздец"


@clause("C10", "D9")
@pytest.mark.parametrize("way", ["warn", "refuse"])
def test_a_complaint_is_flagged_to_who_decides_it_and_never_held_back(desk, way):
    forbid(desk, way)
    mary, path = make_person("Mary", "manager"), f"/tickets/{desk.ticket.number}/complaint"

    filed = desk.portal().post(path, {"text": RUDE})
    complaint = Complaint.objects.get()
    added = desk.portal().post(f"/complaints/{complaint.pk}/", {"text": f"{RUDE} Still."})

    assert (filed.status_code, added.status_code) == (302, 302)
    read = desk.workspace("en", mary).get(f"/desk/complaints/{complaint.pk}/")
    assert text_of(read).count("Rude words") == 2
    assert "Rude words" not in text_of(desk.portal().get(f"/complaints/{complaint.pk}/"))
    assert not Strike.objects.exists()


@clause("C10", "D9")
@pytest.mark.parametrize("way", ["warn", "refuse"])
def test_an_objection_is_never_held_back_and_the_audit_log_tells_of_it(desk, way):
    forbid(desk, way)
    boss = make_person("Mary", "manager")
    suspended = actions.suspend(desk.grace, since=MONDAY, until=None, reason="Rude", actor=boss, at=MONDAY)

    sent = desk.portal().post(f"/fair-use/suspensions/{suspended.pk}/appeal", {"text": RUDE})

    assert sent.status_code == 302
    assert Suspension.objects.get().appeal == RUDE
    assert AuditEntry.objects.get(act="person.suspension_appealed").after == {"appeal": "open", "flag": "rude"}


@clause("C10", "D9")
@pytest.mark.parametrize(("way", "refusal"), [("warn", RudeWordsWarned), ("refuse", RudeWords)])
def test_english_words_are_found_as_well(desk, way, refusal):
    forbid(desk, way)

    with pytest.raises(refusal):
        actions.comment(desk.ticket, author=desk.grace, body=RUDE, at=MONDAY)
    polite = actions.comment(desk.ticket, author=desk.grace, body="Scunthorpe's assets assess Essex.", at=MONDAY)

    assert not polite.is_rude


@clause("C10", "D9")
def test_programs_are_warned_and_say_so_once_more(desk):
    approval = actions.ask_approval(desk.ticket, text="A new disk?", approvers=[desk.grace], actor=desk.ada, at=MONDAY)
    api, path = desk.api(), f"tickets/{desk.ticket.number}/approvals/{approval.pk}/answer/"
    said = {"answer": "declined", "comment": RUDE}

    warned = api.post(path, said)
    taken = api.post(path, {**said, "as_it_is": True})

    assert (warned.status_code, warned.json()["code"]) == (409, "rude_words_warned")
    assert taken.status_code == 200
