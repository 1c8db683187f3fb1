"""The portal's first page: for whom, in which language and zone, and before there is a policy."""

import pytest
from django.utils import timezone, translation

from tenants.context import act_as
from tests.support.world import commit_tenant, make_ticket
from tests.tickets.portal import text_of, visitor


def test_home_shows_the_policy_s_own_categories_and_channels(as_nobody):
    page = text_of(as_nobody.get("/"))

    assert "Technical issues" in page
    assert "System crashes" in page
    assert "Sales@ionetechsolution.biz" in page
    assert "Live chat" not in page


def test_home_shows_the_latest_requests_of_the_reader_only(at_acme, as_grace, as_nobody, grace):
    make_ticket(grace, subject="Smoke in room 7", at=timezone.now())

    assert "Smoke in room 7" in text_of(as_grace.get("/"))
    assert "Smoke in room 7" not in text_of(as_nobody.get("/"))


@pytest.mark.parametrize(
    ("language", "word"), [("en", "How can we help?"), ("ru", "Чем помочь?"), ("es", "¿En qué podemos ayudarle?")]
)
def test_the_reader_s_language_wins(as_nobody, language, word):
    as_nobody.cookies["django_language"] = language

    assert word in text_of(as_nobody.get("/"))


@pytest.mark.parametrize(("zone", "shown"), [("Europe/Madrid", "02:00"), ("America/New_York", "20:00")])
def test_times_are_told_in_the_reader_s_zone(as_nobody, time_machine_at_night, zone, shown):
    as_nobody.cookies["timezone"] = zone

    assert shown in as_nobody.get("/").context["hours"][0].now.text


@pytest.fixture
def time_machine_at_night():
    import time_machine

    with time_machine.travel("2026-03-02 20:00:00+00:00", tick=False):
        yield


def test_a_senseless_zone_is_ignored(as_nobody):
    as_nobody.cookies["timezone"] = "../../etc/passwd"

    assert as_nobody.get("/").status_code == 200


def test_before_there_is_a_policy_the_portal_says_so(db, owner_url):
    tenant = commit_tenant(owner_url, "empty")
    with act_as(tenant):
        client = visitor(tenant)

    for path in ("/", "/policy/", "/tickets/new"):
        page = client.get(path)
        assert page.status_code == 503
        assert "no support policy yet" in text_of(page)


def test_a_reader_s_language_ends_with_the_request(as_nobody):
    with translation.override("en"):
        as_nobody.cookies["django_language"] = "es"
        as_nobody.get("/")

        assert translation.get_language() == "en"
