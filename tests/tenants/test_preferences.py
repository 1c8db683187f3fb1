"""Language and zone that people choose: kept with them, so that mails follow."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from inbox.models import OutgoingMail
from tenants import alarms
from tenants.models import User
from tests.api.client import Api
from tests.support.world import make_person
from tests.tickets.portal import visitor
from tickets import actions

SWITCH = "/i18n/setlang/"
LEADS = {
    "en": "Your support is suspended.",
    "ru": "Ваша поддержка приостановлена.",
    "es": "Su soporte está suspendido.",
}


def mail_to(person):
    alarms.work_due(until=timezone.now())
    return OutgoingMail.objects.filter(address=person.email).latest("created_at")


@pytest.mark.parametrize("language", ["en", "ru", "es"])
def test_who_switches_the_language_of_the_pages_gets_mails_in_it(at_acme, acme, grace, root, language):
    visitor(acme, grace).post(SWITCH, {"language": language, "next": "/"})
    now = timezone.now()

    actions.suspend(grace, since=now, until=None, reason="Why.", actor=root, at=now)

    assert User.objects.get(pk=grace.pk).language == language
    assert LEADS[language] in mail_to(grace).text


def test_who_is_not_signed_in_switches_for_this_browser_only(at_acme, acme, grace):
    browser = visitor(acme)

    browser.post(SWITCH, {"language": "ru", "next": "/"})

    assert browser.get("/").headers["Content-Language"] == "ru"
    assert User.objects.get(pk=grace.pk).language == grace.language


def test_a_language_that_is_not_spoken_changes_nothing(at_acme, acme, grace):
    visitor(acme, grace).post(SWITCH, {"language": "de", "next": "/"})

    assert User.objects.get(pk=grace.pk).language == grace.language


@pytest.mark.parametrize(
    ("own", "told", "kept"),
    [
        ("", "Asia/Tokyo", "Asia/Tokyo"),
        ("Europe/Madrid", "Asia/Tokyo", "Europe/Madrid"),
        ("", "../../etc/passwd", ""),
        ("", "Nowhere", ""),
    ],
)
def test_the_browser_s_zone_is_kept_with_the_first_thing_that_is_sent_where_there_is_none(
    at_acme, acme, grace, own, told, kept
):
    User.objects.filter(pk=grace.pk).update(timezone=own)
    browser = visitor(acme, grace)
    browser.cookies["timezone"] = told

    browser.get("/")
    read = User.objects.get(pk=grace.pk).timezone
    browser.post("/theme/", {"theme": "dark", "next": "/"})

    assert read == own
    assert User.objects.get(pk=grace.pk).timezone == kept


def test_the_page_of_both_changes_pages_and_mails(at_acme, acme, grace):
    browser = visitor(acme, grace)
    path = "/preferences/"

    wrong = browser.post(path, {"language": "ru", "timezone": "Nowhere"})
    done = browser.post(path, {"language": "ru", "timezone": "Asia/Tokyo"}, follow=True)

    assert wrong.status_code == 422
    assert "Nowhere" in wrong.content.decode()
    assert 'lang="ru"' in done.content.decode()
    now = User.objects.get(pk=grace.pk)
    assert (now.language, now.timezone) == ("ru", "Asia/Tokyo")
    assert path in browser.get("/").content.decode()
    assert visitor(acme).get(path).status_code == 302


def test_programs_choose_them_too(at_acme, acme, grace):
    api = Api(grace)

    done = api.call("patch", "me/", {"timezone": "Asia/Tokyo"})
    wrong = api.call("patch", "me/", {"timezone": "Nowhere"})
    language = api.call("patch", "me/", {"language": "de"})

    assert done.status_code == 200
    assert (done.json()["timezone"], done.json()["language"]) == ("Asia/Tokyo", grace.language)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "zone_unknown")
    assert (language.status_code, language.json()["code"]) == (409, "language_not_offered")


@pytest.mark.parametrize(
    ("zone", "said"), [("", "{place} time)"), ("Asia/Tokyo", "(your time)")], ids=["the helpdesk's", "one's own"]
)
def test_a_mail_says_whose_time_it_tells(at_acme, acme, root, zone, said):
    person = make_person("Bob", language="en")
    User.objects.filter(pk=person.pk).update(timezone=zone)
    now = timezone.now()

    actions.suspend(person, since=now, until=None, reason="Why.", actor=root, at=now)

    place = acme.timezone.rsplit("/", 1)[-1].replace("_", " ")
    assert said.format(place=place) in mail_to(person).text


def test_the_menu_leads_to_preferences_and_asks_for_the_way_to_complaints_when_it_opens(at_acme, acme, grace):
    page = visitor(acme, grace).get("/").content.decode()

    assert 'hx-get="/complaints/link"' in page
    assert re.findall(r'<noscript>\s*<a href="/complaints/">', page)  # for those without scripts
    assert page.count('href="/complaints/"') == 1
    assert "Language and time zone" in page
