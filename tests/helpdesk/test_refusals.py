"""Forms that come too late or are too large: a page says so, and what was typed is on it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.world import make_ticket

TYPED = "Unplug the router, wait a minute,\nand tell us which lamps are on."


@pytest.fixture
def browser(acme):
    """A browser at Acme whose forms are checked as in production."""
    return Client(enforce_csrf_checks=True, headers={"host": "acme.localhost", "origin": "http://acme.localhost"})


def csrf_of(client: Client) -> str:
    client.get("/accounts/login/")
    return client.cookies["csrftoken"].value


def test_a_reply_sent_after_the_session_ended_comes_back_with_its_words(browser, grace):
    number = make_ticket(grace).number
    sent = {"csrfmiddlewaretoken": csrf_of(browser), "body": TYPED, "status": "pending"}

    page = browser.post(reverse("desk:send", args=[number]), sent)

    assert page.status_code == 403
    text = page.content.decode()
    assert TYPED in text
    assert '<input type="hidden" name="status" value="pending">' in text
    assert reverse("account_login") in text


def test_a_form_of_an_older_session_comes_back_and_can_be_sent_again(browser, ada, grace):
    number = make_ticket(grace).number
    browser.force_login(ada)

    page = browser.post(reverse("desk:send", args=[number]), {"csrfmiddlewaretoken": "x" * 64, "body": TYPED})
    assert page.status_code == 403
    assert TYPED in page.content.decode()

    again = {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value, "body": TYPED}
    assert browser.post(reverse("desk:send", args=[number]), again).status_code in (200, 302, 422)


def test_a_form_of_another_site_does_not_come_back_with_a_button(browser, ada, grace):
    number = make_ticket(grace).number
    browser.force_login(ada)

    page = browser.post(reverse("desk:send", args=[number]), {"body": TYPED}, headers={"origin": "http://evil.example"})

    assert page.status_code == 403
    assert TYPED not in page.content.decode()
    assert "<button" not in page.content.decode()


def test_passwords_never_come_back(browser, ada):
    browser.force_login(ada)

    page = browser.post(reverse("desk:tokens"), {"name": "x", "password": "hush-hush-hush"})

    assert page.status_code == 403
    assert "hush-hush-hush" not in page.content.decode()


def test_too_much_text_is_called_too_large(browser, ada, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    browser.force_login(ada)

    page = browser.post(reverse("desk:tokens"), {"name": "x" * 2000})

    assert page.status_code == 413
    assert "too large" in page.content.decode()


def test_an_address_that_only_takes_forms_says_so_to_who_opens_it(browser, ada):
    browser.force_login(ada)

    page = browser.get(reverse("desk:next"))

    assert page.status_code == 405
    assert page["Allow"] == "POST"
    assert "Go back to the page with that button" in page.content.decode()


@pytest.mark.parametrize("name", ["portal:home", "portal:policy", "kb:home", "desk:tickets"])
def test_pages_answer_programs_that_only_ask_whether_they_are_there(browser, ada, name):
    browser.force_login(ada)

    page = browser.head(reverse(name))

    assert page.status_code == 200
    assert page.content == b""
