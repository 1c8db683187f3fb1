"""A form that comes back asks nothing twice: what its sender decided stands in it, as a browser would send it again."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.policies.clauses import clause
from tests.policies.test_fair_use import ALIKE, CATEGORY, FIRST
from tickets.models import Message, Ticket

RUDE = "Vaya mierda, sigue el código 1042."
DECISIONS = ("as_it_is", "file_anyway", "keep_subject")


def offered(page):
    """The ticks of a page by name, and whether each is set."""
    boxes = re.findall(r'<input\s[^>]*type="checkbox"[^>]*>', page.content.decode())
    found = {re.search(r'name="([^"]+)"', box).group(1): bool(re.search(r"\bchecked\b", box)) for box in boxes}
    return {name: found[name] for name in DECISIONS if name in found}


def kept(page):
    """The decisions that a browser sends again with the page's form."""
    return {name: "yes" for name, is_set in offered(page).items() if is_set}


@pytest.fixture
def asked(desk_on):
    """Grace has an open request, and sends rude words about the same."""
    desk = desk_on("justo")
    desk.first = desk.file(CATEGORY, "es", subject=FIRST)
    desk.path, desk.typed = desk.form(CATEGORY, "es", subject=ALIKE, description=RUDE, token=str(uuid4()))
    return desk


@clause("D6", "D9")
def test_who_sends_it_as_new_and_as_it_is_gets_through(asked):
    browser = asked.portal("es")

    alike = browser.post(asked.path, asked.typed)
    warned = browser.post(asked.path, {**asked.typed, **kept(alike), "file_anyway": "yes"})
    sent = browser.post(asked.path, {**asked.typed, **kept(warned), "as_it_is": "yes"})

    assert (alike.status_code, warned.status_code, sent.status_code) == (422, 422, 302)
    assert offered(warned) == {"file_anyway": True, "as_it_is": False}
    assert Ticket.objects.count() == 2
    assert Message.objects.latest("posted_at").is_rude


@clause("D6", "D9")
def test_a_tick_that_was_set_before_the_question_stands_after_it(asked):
    browser = asked.portal("es")

    alike = browser.post(asked.path, {**asked.typed, "as_it_is": "yes"})
    sent = browser.post(asked.path, {**asked.typed, **kept(alike), "file_anyway": "yes"})

    assert offered(alike) == {"as_it_is": True}
    assert sent.status_code == 302


@clause("D6", "D9")
def test_who_adds_rude_words_to_the_open_request_is_offered_the_same_request_again(asked):
    browser, join = asked.portal("es"), {"join": str(asked.first.number)}

    warned = browser.post(asked.path, {**asked.typed, **join})
    sent = browser.post(asked.path, {**asked.typed, **kept(warned), **join, "as_it_is": "yes"})

    assert warned.status_code == 422
    assert f'name="join"\n                      value="{asked.first.number}"' in warned.content.decode()
    assert offered(warned) == {"as_it_is": False}
    assert sent.status_code == 302
    assert Ticket.objects.count() == 1
    assert Message.objects.filter(ticket=asked.first, is_rude=True).count() == 1


@clause("D3", "D9")
def test_a_vague_subject_that_is_kept_stays_kept(desk_on):
    desk = desk_on("justo")
    path, form = desk.form(CATEGORY, "es", subject="no funciona", description=RUDE)
    browser = desk.portal("es")

    vague = browser.post(path, form)
    warned = browser.post(path, {**form, "keep_subject": "yes"})
    sent = browser.post(path, {**form, **kept(warned), "as_it_is": "yes"})

    assert offered(vague)["keep_subject"] is False
    assert offered(warned) == {"keep_subject": True, "as_it_is": False}
    assert sent.status_code == 302


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("ione", "You need no account"),
        ("techsupport", "You need no account"),
        ("justo", "You need no account"),
        ("hostiquant", "You sign in before you write"),
        ("alleanza", "You sign in before you write"),
    ],
)
def test_the_first_page_says_whether_an_account_is_needed(desk_on, policy, said):
    desk = desk_on(policy)

    assert said in desk.anonymous("en").get("/").content.decode()
    assert "You sign in before" not in desk.portal("en").get("/").content.decode()
