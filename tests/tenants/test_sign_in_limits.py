"""Whoever guesses is stopped, by address and by network, in their language; whoever knows the password is not."""

from __future__ import annotations

import pytest
import time_machine
from django.conf import settings as site
from django.test import Client
from django.utils import timezone

from inbox.models import OutgoingMail
from tests.support.world import PASSWORD, make_person

pytestmark = pytest.mark.django_db
WRONG = "a guess"
SENTENCES = {
    "en": ("There were too many attempts. Wait five minutes, then try again.", "Too many attempts"),
    "ru": ("Слишком много попыток. Подождите пять минут и повторите.", "Слишком много попыток"),
    "es": ("Ha habido demasiados intentos. Espere cinco minutos y vuelva a intentarlo.", "Demasiados intentos"),
}


class Visitor:
    """A browser somewhere in the world."""

    def __init__(self, network: str = "203.0.113.1", *, host: str = "acme.localhost", language: str = "en") -> None:
        self.client = Client(headers={"host": host}, REMOTE_ADDR=network)
        self.client.cookies[site.LANGUAGE_COOKIE_NAME] = language

    def sign_in(self, email: str, password: str = WRONG):
        return self.client.post("/accounts/login/", {"login": email, "password": password})

    def ask_for_code(self, email: str):
        return self.client.post("/accounts/login/code/", {"email": email})

    @property
    def is_in(self) -> bool:
        return "_auth_user_id" in self.client.session


@pytest.fixture
def within_a_minute():
    """However slow the machine is."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def grace(at_acme):
    return make_person("Grace")


@pytest.mark.parametrize("language", ["en", "ru", "es"])
def test_guesses_at_one_address_end_with_a_sentence(grace, language):
    guesser = Visitor(language=language)
    for _ in range(5):
        assert SENTENCES[language][0] not in guesser.sign_in(grace.email).content.decode()

    refused = guesser.sign_in(grace.email, PASSWORD)

    assert SENTENCES[language][0] in refused.content.decode()
    assert not guesser.is_in


def test_guesses_from_elsewhere_do_not_lock_the_owner_out(grace):
    guesser, owner = Visitor("203.0.113.1"), Visitor("198.51.100.7")
    for _ in range(8):
        guesser.sign_in(grace.email.upper())

    owner.sign_in(grace.email, PASSWORD)

    assert owner.is_in


def test_guesses_from_many_networks_end_too(grace, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed_anywhere": "6/h/key"}
    for number in range(6):
        Visitor(f"203.0.113.{number}").sign_in(grace.email)

    refused = Visitor("198.51.100.7").sign_in(grace.email)

    assert SENTENCES["en"][0] in refused.content.decode()


def test_who_signs_in_often_is_not_taken_for_a_guesser(grace, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed_anywhere": "6/h/key"}

    for _ in range(7):
        (owner := Visitor()).sign_in(grace.email, PASSWORD)
        assert owner.is_in


@pytest.mark.parametrize("language", ["en", "ru", "es"])
def test_guesses_at_many_addresses_from_one_network_end(grace, within_a_minute, language):
    guesser = Visitor(language=language)
    for number in range(10):
        guesser.sign_in(f"person{number}@acme.example")

    refused = guesser.sign_in("one.more@acme.example")
    elsewhere = Visitor("198.51.100.7")
    elsewhere.sign_in(grace.email, PASSWORD)

    assert SENTENCES[language][0] in refused.content.decode()
    assert elsewhere.is_in


def test_a_flood_of_attempts_gets_a_page_that_says_so(grace, within_a_minute):
    flood = Visitor(language="ru")
    answers = [flood.sign_in("nobody@acme.example") for _ in range(31)]

    assert answers[-1].status_code == 429
    assert SENTENCES["ru"][1] in answers[-1].content.decode()


def test_one_tenants_guesses_are_not_counted_at_another(grace, tenant_on):
    tenant_on("hostiquant", slug="globex")
    for _ in range(6):
        Visitor().sign_in(grace.email)

    answer = Visitor("203.0.113.2", host="globex.localhost").sign_in(grace.email)

    assert SENTENCES["en"][0] not in answer.content.decode()


@pytest.mark.parametrize("language", ["en", "ru", "es"])
def test_codes_by_mail_are_few_for_one_address_wherever_they_are_asked(grace, within_a_minute, language):
    sent = []
    for number in range(4):
        visitor = Visitor(f"203.0.113.{number}", language=language)
        answer = visitor.ask_for_code(grace.email)
        sent.append(OutgoingMail.objects.filter(address=grace.email).count())

    assert sent == [1, 2, 3, 3]
    assert SENTENCES[language][0] in answer.content.decode()


def test_a_code_is_not_guessed(grace):
    guesser = Visitor()
    guesser.ask_for_code(grace.email)

    for number in range(6):
        guesser.client.post("/accounts/login/code/confirm/", {"code": f"AAA-AA{number}"})

    assert not guesser.is_in
    assert guesser.client.get("/accounts/login/code/confirm/").status_code == 302
