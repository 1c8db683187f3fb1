"""Announcements: who writes them, who reads them, and in which language."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notices import actions
from notices.actions import Content
from notices.errors import EndsTooEarly, TitleMissing, TooFarAway, WorkHalfTimed
from notices.models import Announcement
from notices.queries import announcements_for
from tenants.context import act_as
from tenants.errors import NotPermitted
from tests.support.world import MONDAY_9AM, make_organization
from tests.tickets.portal import visitor
from tickets.errors import WindowBegan
from tickets.models import Category, ServiceWindow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def content(title="Mail is slow", **more):
    words = title if isinstance(title, dict) else {"en": title}
    return Content(**{"title": words, "shown_from": MONDAY_9AM, **more})


def titles(person, at=MONDAY_9AM, **more):
    return [str(each) for each in announcements_for(person, at, **more)]


def test_a_manager_announces_and_everyone_reads_it_in_its_time(at_acme, mary, grace):
    actions.publish(content(shown_until=MONDAY_9AM + HOUR), author=mary, at=MONDAY_9AM)

    assert titles(None) == titles(grace) == ["Mail is slow"]
    assert titles(grace, MONDAY_9AM - HOUR) == []
    assert titles(grace, MONDAY_9AM + HOUR) == []


def test_the_very_same_announced_twice_is_one_announcement(at_acme, mary):
    second = timedelta(seconds=1)
    first = actions.publish(content(by_mail=True), author=mary, at=MONDAY_9AM)
    again = actions.publish(content(by_mail=True, shown_from=MONDAY_9AM + second), author=mary, at=MONDAY_9AM + second)
    assert again == first and Announcement.objects.count() == 1

    actions.publish(content(by_mail=True, audience="customers"), author=mary, at=MONDAY_9AM + second)
    actions.publish(content(by_mail=True, severity="outage"), author=mary, at=MONDAY_9AM + second)
    later = MONDAY_9AM + timedelta(minutes=2)
    actions.publish(content(by_mail=True, shown_from=later), author=mary, at=later)
    assert Announcement.objects.count() == 4


def test_an_audience_is_kept(at_acme, mary, ada, grace):
    actions.publish(content("For customers", audience="customers"), author=mary, at=MONDAY_9AM)
    actions.publish(content("For agents", audience="agents", shown_from=MONDAY_9AM - HOUR), author=mary, at=MONDAY_9AM)

    assert titles(None) == []
    assert titles(grace) == ["For customers"]
    assert titles(ada) == ["For customers", "For agents"]


@pytest.mark.parametrize("act", ["publish", "change", "withdraw"])
def test_an_agent_without_the_permission_announces_nothing(at_acme, mary, ada, act):
    announcement = actions.publish(content(), author=mary, at=MONDAY_9AM)

    with pytest.raises(NotPermitted):
        if act == "publish":
            actions.publish(content("Mine"), author=ada, at=MONDAY_9AM)
        elif act == "change":
            actions.change(announcement, content("Mine"), actor=ada, at=MONDAY_9AM)
        else:
            actions.withdraw(announcement, actor=ada, at=MONDAY_9AM + HOUR)

    assert titles(None) == ["Mail is slow"]


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"title": {"en": "  "}}, TitleMissing),
        ({"shown_until": MONDAY_9AM}, EndsTooEarly),
        ({"shown_until": MONDAY_9AM + 4000 * DAY}, TooFarAway),
        ({"starts_at": MONDAY_9AM}, WorkHalfTimed),
        ({"starts_at": MONDAY_9AM, "ends_at": MONDAY_9AM - HOUR}, EndsTooEarly),
    ],
)
def test_what_makes_no_sense_is_refused(at_acme, mary, wrong, refusal):
    with pytest.raises(refusal):
        actions.publish(content(**wrong), author=mary, at=MONDAY_9AM)


def test_withdrawn_before_its_time_it_is_gone_and_later_it_stays_on_record(at_acme, mary):
    early = actions.publish(content(shown_from=MONDAY_9AM + DAY), author=mary, at=MONDAY_9AM)
    shown = actions.publish(content(), author=mary, at=MONDAY_9AM)

    for announcement in (early, shown):
        actions.withdraw(announcement, actor=mary, at=MONDAY_9AM + HOUR)

    assert [each.pk for each in Announcement.objects.all()] == [shown.pk]
    assert titles(None, MONDAY_9AM + HOUR) == []


def test_what_was_put_away_comes_back_when_its_words_change(at_acme, mary):
    announcement = actions.publish(content(), author=mary, at=MONDAY_9AM)
    put_away = [announcement.token]
    assert titles(None, put_away=put_away) == []

    actions.change(announcement, content("Mail is back"), actor=mary, at=MONDAY_9AM)

    assert titles(None, put_away=put_away) == ["Mail is back"]


def test_announcements_of_another_tenant_are_not_shown(acme, globex):
    with act_as(acme):
        Announcement.objects.create(title="Acme only", shown_from=MONDAY_9AM)
    with act_as(globex):
        assert titles(None) == []


@pytest.fixture
def shown(at_acme):
    return Announcement.objects.create(
        title={"en": "Mail is slow", "ru": "Почта медленная", "es": "El correo va lento"},
        body={"en": "<script>alert(1)</script>"},
        shown_from=timezone.now() - HOUR,
    )


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Mail is slow"), ("ru", "Почта медленная"), ("es", "El correo va lento")]
)
def test_the_banner_and_the_list_speak_the_reader_s_language(client, shown, language, title):
    client.cookies["django_language"] = language

    page = client.get("/announcements/", headers={"host": "acme.localhost"}).content.decode()

    assert title in page
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page


def test_a_banner_is_put_away_without_a_script_and_stays_on_the_list(client, shown):
    host = {"host": "acme.localhost"}
    assert "Mail is slow" in client.get("/kb/", headers=host).content.decode()

    answer = client.post("/announcements/dismiss", {"announcement": shown.token, "next": "/kb/"}, headers=host)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/kb/")
    assert "Mail is slow" not in client.get("/kb/", headers=host).content.decode()
    assert "Mail is slow" in client.get("/announcements/", headers=host).content.decode()


def test_a_banner_is_one_line_with_the_hours_of_the_work_in_the_reader_s_zone(client, shown):
    host = {"host": "acme.localhost"}
    shown.starts_at, shown.ends_at = MONDAY_9AM, MONDAY_9AM + 2 * HOUR
    shown.save()

    here = client.get("/kb/", headers=host).content.decode()
    client.cookies["timezone"] = "Europe/Madrid"
    abroad = client.get("/kb/", headers=host).content.decode()
    client.cookies["timezone"] = "Pacific/Auckland"
    over_midnight = client.get("/kb/", headers=host).content.decode()

    assert "<summary>" in here.split("Mail is slow")[0]
    assert "Monday 2 March, 16:00–18:00 (Phnom Penh time)" in here
    assert "Monday 2 March, 10:00–12:00 (your time)" in abroad
    assert "Monday 2 March, 22:00 – Tuesday 3 March, 00:00 (your time)" in over_midnight


def test_the_footer_leads_to_the_announcements(client, at_acme):
    page = client.get("/kb/", headers={"host": "acme.localhost"}).content.decode()

    assert 'href="/announcements/"' in page.split("<footer")[1]


def test_putting_away_leads_to_no_other_site(client, shown):
    answer = client.post(
        "/announcements/dismiss",
        {"announcement": "x" * 500, "next": "//evil.example/"},
        headers={"host": "acme.localhost"},
    )

    assert answer.headers["Location"] == "/"


def test_a_manager_writes_previews_and_publishes_on_the_desk(client, mary, at_acme):
    host = {"host": "acme.localhost"}
    client.force_login(mary)
    form = {
        "title_en": "Maintenance 😀",
        "title_ru": "Работы",
        "severity": "warning",
        "audience": "everyone",
        "shown_from": "2026-03-02T09:00",
        "starts_at": "2026-03-03T20:00",
        "ends_at": "2026-03-03T22:00",
    }

    preview = client.post("/desk/announcements/new", {**form, "then": "preview"}, headers=host)
    assert preview.status_code == 200
    assert "Maintenance 😀" in preview.content.decode()
    assert not Announcement.objects.exists()

    saved = client.post("/desk/announcements/new", {**form, "then": "save"}, headers=host)

    assert saved.status_code == 302
    announcement = Announcement.objects.get()
    assert announcement.title == {"en": "Maintenance 😀", "ru": "Работы"}
    assert announcement.author == mary
    assert client.get(f"/desk/announcements/{announcement.pk}/", headers=host).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"title_en": ""},
        {"title_en": "x" * 161},
        {"title_en": "\x00"},
        {"shown_from": "soon"},
        {"shown_until": "2026-03-02T08:00"},
        {"starts_at": "2026-03-02T08:00"},
        {"severity": "panic"},
    ],
)
def test_a_wrong_form_says_so_at_the_field_and_loses_nothing(client, mary, at_acme, wrong):
    client.force_login(mary)
    form = {
        "title_en": "T",
        "body_en": "kept words",
        "severity": "info",
        "audience": "everyone",
        "shown_from": "2026-03-02T09:00",
    }

    answer = client.post("/desk/announcements/new", {**form, **wrong}, headers={"host": "acme.localhost"})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) != ["__all__"]
    assert wrong.get("body_en") or "kept words" in answer.content.decode()
    assert not Announcement.objects.exists()


def test_the_pages_of_writing_do_not_exist_for_others(client, ada, grace, at_acme, shown):
    host = {"host": "acme.localhost"}
    pages = ["/desk/announcements/new", f"/desk/announcements/{shown.pk}/"]
    for person in (ada, grace):
        client.force_login(person)
        assert [client.get(page, headers=host).status_code for page in pages] == [404, 404]
        assert client.post(f"/desk/announcements/{shown.pk}/withdraw", headers=host).status_code == 404
    assert client.get("/desk/announcements/", headers=host).status_code == 404


def test_announced_work_is_a_service_window_that_follows_its_announcement(at_acme, mary):
    starts, ends = MONDAY_9AM + DAY, MONDAY_9AM + DAY + HOUR
    category = Category.objects.first()
    organization = make_organization("Affected")
    announcement = actions.publish(
        content(starts_at=starts, ends_at=ends, categories=[category], organizations=[organization]),
        author=mary,
        at=MONDAY_9AM,
    )

    window = ServiceWindow.objects.get()
    assert (window.begins_at, window.ends_at, window.categories) == (starts, ends, [category.key])
    assert [each.pk for each in window.organizations.all()] == [organization.pk]

    actions.change(announcement, content(starts_at=starts, ends_at=ends + HOUR), actor=mary, at=MONDAY_9AM)
    window = ServiceWindow.objects.get()
    assert (window.ends_at, window.categories, window.organizations.count()) == (ends + HOUR, [], 0)

    with pytest.raises(WindowBegan):
        actions.change(
            announcement, content(starts_at=starts + HOUR, ends_at=ends + HOUR), actor=mary, at=starts + HOUR / 2
        )
    actions.withdraw(announcement, actor=mary, at=MONDAY_9AM + HOUR)
    assert not ServiceWindow.objects.exists()


def test_the_form_asks_what_and_whom_the_work_affects(acme, at_acme, mary):
    organization, category = make_organization("Affected"), Category.objects.first()
    form = {
        "title_en": "The mail servers move",
        "severity": "warning",
        "audience": "everyone",
        "shown_from": "2026-03-02T08:00",
        "starts_at": "2030-03-02T22:00",
        "ends_at": "2030-03-02T23:00",
        "categories": [category.pk],
        "organizations": [organization.pk],
        "then": "save",
    }

    sent = visitor(acme, mary).post("/desk/announcements/new", form)

    assert sent.status_code == 302, sent.context["form"].errors
    window = ServiceWindow.objects.get()
    assert window.categories == [category.key]
    shown = visitor(acme, mary).get(f"/desk/announcements/{Announcement.objects.get().pk}/").content.decode()
    assert f'value="{category.pk}"' in shown and "checked" in shown and "selected" in shown
