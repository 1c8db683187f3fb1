"""The public status page: what it shows, to whom, in which words, and what it never tells."""

import json
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notices import actions
from notices.actions import Content, Described
from notices.errors import IncidentOver, NotYet, TitleMissing, UpdateMissing
from notices.models import Component, Impact, Incident
from tenants.context import act_as
from tenants.errors import NotPermitted
from tenants.models import AuditEntry
from tests.policies.clauses import clause
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets.actions import reply
from tickets.models import ServiceWindow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ATOM = "{http://www.w3.org/2005/Atom}"
WORDS = {"en": "We are looking", "ru": "Мы ищем причину", "es": "Estamos buscando"}


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


@pytest.fixture
def mail(at_acme, root):
    return service(root, "Mail", "Почта", "Correo")


def service(root, name, *more, at=MONDAY_9AM - 30 * DAY, **rest):
    names = dict(zip(("en", "ru", "es"), (name, *more), strict=False))
    return actions.add_component(Described(name=names, **rest), actor=root, at=at)


def disturb(mary, states, at=MONDAY_9AM - HOUR, **more):
    usual = {"title": {"en": "Mail is away", "ru": "Почта не работает", "es": "El correo no funciona"}, "body": WORDS}
    return actions.open_incident(**{**usual, "states": states, "actor": mary, "at": at, **more})


def page(tenant, path="/status/", person=None, **cookies):
    client = visitor(tenant, person)
    for name, value in cookies.items():
        client.cookies[name] = value
    return client.get(path)


@clause("A8")
def test_what_is_told_twice_stands_there_once(at_acme, mary, mail):
    second = timedelta(seconds=1)
    first = disturb(mary, {mail: "partial"}, at=MONDAY_9AM - HOUR)
    assert disturb(mary, {mail: "partial"}, at=MONDAY_9AM - HOUR + second) == first
    assert Incident.objects.count() == 1

    said = {"body": {"en": "Nearly there"}, "state": "identified", "states": {mail: "partial"}, "actor": mary}
    actions.update_incident(first, **said, at=MONDAY_9AM - 30 * second)
    actions.update_incident(first, **said, at=MONDAY_9AM - 29 * second)
    assert first.updates.count() == 2
    actions.update_incident(first, **{**said, "states": {mail: "outage"}}, at=MONDAY_9AM - 28 * second)
    assert first.updates.count() == 3

    over = {**said, "state": "resolved", "body": {"en": "Over"}}
    for n in (27, 26):
        actions.update_incident(first, **over, at=MONDAY_9AM - n * second)
    assert first.updates.count() == 4
    with pytest.raises(IncidentOver):
        actions.update_incident(first, **over, at=MONDAY_9AM + HOUR)


@clause("A8", "B7")
@pytest.mark.parametrize("starts", [-1, 2])
def test_withdrawn_work_is_on_no_public_page_any_more(acme, mary, mail, starts):
    words = {"title": {"en": "Secret move"}, "body": {"en": "To the cellar"}}
    times = {"starts_at": MONDAY_9AM + starts * HOUR, "ends_at": MONDAY_9AM + 4 * HOUR}
    shown = {"shown_from": MONDAY_9AM - DAY, "components": [mail]}
    with act_as(acme):
        work = actions.publish(Content(**words, **times, **shown), author=mary, at=MONDAY_9AM - DAY)
    everywhere, its_own = ("/status/", "/status.json", "/status/feed.atom"), f"/status/work/{work.pk}/"
    assert all("Secret move" in page(acme, path).content.decode() for path in everywhere)
    assert page(acme, its_own).status_code == 200

    with act_as(acme):
        actions.withdraw(work, actor=mary, at=MONDAY_9AM)

    assert not any("Secret move" in page(acme, path).content.decode() for path in everywhere)
    assert page(acme, its_own).status_code == 404
    with act_as(acme):
        actions.change(work, Content(**words, **times, **shown), actor=mary, at=MONDAY_9AM)
    assert "Secret move" in page(acme).content.decode()


@clause("A8")
def test_anybody_sees_each_service_and_what_is_the_matter(acme, mary, mail):
    calm = page(acme)
    disturb(mary, {mail: "partial"})
    worse = page(acme)

    assert "All services work." in text_of(calm)
    assert "Parts of some services are out of order." in text_of(worse)
    assert worse.context["board"].rows[0].state == "partial"
    assert "Mail is away" in text_of(worse) and "We are looking" in text_of(worse)


@pytest.mark.parametrize(
    ("language", "title", "state"),
    [
        ("en", "Mail is away", "Major outage"),
        ("ru", "Почта не работает", "Не работает"),
        ("es", "El correo no funciona", "Interrupción total"),
    ],
)
def test_it_speaks_the_reader_s_language_and_counts_in_their_zone(acme, mary, mail, language, title, state):
    disturb(mary, {mail: "major"})

    shown = page(acme, django_language=language, timezone="Pacific/Auckland")

    assert title in text_of(shown) and state in text_of(shown)
    assert shown.headers["Content-Language"] == language
    assert "21:00" in shown.content.decode() or "9:00" in text_of(shown)


def test_a_disturbance_goes_on_and_ends_and_the_days_remember_it(acme, mary, mail, root):
    web = service(root, "Web")
    incident = disturb(mary, {mail: "major"}, at=MONDAY_9AM - 5 * HOUR)
    actions.update_incident(
        incident,
        body={"en": "Slow now"},
        state="monitoring",
        states={mail: "degraded", web: "degraded"},
        actor=mary,
        at=MONDAY_9AM - 3 * HOUR,
    )
    over = actions.update_incident(
        incident, body={"en": "It works"}, state="resolved", states={mail: "major"}, actor=mary, at=MONDAY_9AM - HOUR
    )

    rows = page(acme).context["board"].rows
    assert over.resolved_at == MONDAY_9AM - HOUR
    assert [row.state for row in rows] == ["operational", "operational"]
    assert [(row.days[-1].state, row.days[-1].seconds_away) for row in rows] == [("major", 2 * 3600), ("degraded", 0)]
    assert 99 < rows[0].percent < 100 and rows[1].percent == 100
    permalink = text_of(page(acme, f"/status/incidents/{incident.pk}/"))
    assert permalink.index("It works") < permalink.index("Slow now") < permalink.index("We are looking")
    assert "Mail is away" in text_of(page(acme, "/status/history/"))
    with pytest.raises(IncidentOver):
        actions.update_incident(incident, body=WORDS, state="resolved", states={}, actor=mary, at=MONDAY_9AM)


def test_work_under_way_is_maintenance_and_work_ahead_is_announced(acme, mary, mail, root):
    web = service(root, "Web")
    usual = {"shown_from": MONDAY_9AM - DAY, "audience": "everyone"}
    now = Content(
        title={"en": "Now"}, starts_at=MONDAY_9AM - HOUR, ends_at=MONDAY_9AM + HOUR, components=[mail], **usual
    )
    ahead = Content(title={"en": "Later"}, starts_at=MONDAY_9AM + DAY, ends_at=MONDAY_9AM + 2 * DAY, **usual)
    actions.publish(now, author=mary, at=MONDAY_9AM - DAY)
    later = actions.publish(ahead, author=mary, at=MONDAY_9AM - DAY)

    shown = page(acme)
    assert [row.state for row in shown.context["board"].rows] == ["maintenance", "operational"]
    assert "Announced work is under way." in text_of(shown) and "Later" in text_of(shown)
    assert "All services" in text_of(page(acme, f"/status/work/{later.pk}/"))
    actions.call_off(later, actor=mary, at=MONDAY_9AM)
    assert "Called off" in text_of(page(acme))
    assert web.pk


def test_nothing_that_is_not_for_everybody_gets_out(acme, at_acme, mary, mail, root, grace):
    private = service(root, "Secret cluster", is_public=False)
    company = make_organization("Initrode Secret", grace)
    usual = {"shown_from": MONDAY_9AM - DAY, "starts_at": MONDAY_9AM - HOUR, "ends_at": MONDAY_9AM + HOUR}
    hidden = [
        Content(title={"en": "Secret one"}, organizations=[company], **usual),
        Content(title={"en": "Secret two"}, audience="customers", **usual),
        Content(title={"en": "Secret three"}, audience="agents", **usual),
        Content(title={"en": "Secret four"}, audience="chosen", organizations=[company], **usual),
        Content(title={"en": "Secret five"}, components=[private], **usual),
        Content(title={"en": "Secret six"}, **{**usual, "shown_from": MONDAY_9AM + HOUR}),
    ]
    works = [actions.publish(each, author=mary, at=MONDAY_9AM - DAY) for each in hidden]
    incident = disturb(mary, {private: "major"}, title={"en": "Secret seven"})
    both = disturb(mary, {private: "major", mail: "degraded"})
    ticket = make_ticket(grace, "Secret eight", at=MONDAY_9AM - DAY)
    reply(ticket, author=mary, body="Secret nine", at=MONDAY_9AM - HOUR)
    bound = disturb(mary, {mail: "degraded"}, ticket=ticket)

    addresses = [
        "/status/",
        "/status.json",
        "/status/feed.atom",
        "/status/history/",
        *(f"/status/incidents/{each.pk}/" for each in (both, bound)),
    ]
    for person in (None, grace):
        for address in addresses:
            answer = page(acme, address, person)
            assert answer.status_code == 200
            assert "Secret" not in answer.content.decode(), address
        for address in (f"/status/incidents/{incident.pk}/", *(f"/status/work/{each.pk}/" for each in works)):
            assert page(acme, address, person).status_code == 404
    shown = page(acme).context["board"]
    assert [row.state for row in shown.rows] == ["degraded"]


def test_another_tenant_s_page_knows_nothing_of_it(acme, globex, mary, mail):
    incident = disturb(mary, {mail: "major"})

    shown = page(globex)

    assert shown.context["board"].rows == []
    assert "No services are listed yet" in text_of(shown)
    assert page(globex, f"/status/incidents/{incident.pk}/").status_code == 404
    with act_as(globex):
        assert not Component.objects.exists()


def test_the_feed_is_valid_atom_and_the_json_says_the_same(acme, mary, mail):
    incident = disturb(mary, {mail: "major"}, title={"en": "<b>Mail</b> & more"})
    work = Content(
        title={"en": "Work"}, shown_from=MONDAY_9AM - DAY, starts_at=MONDAY_9AM + DAY, ends_at=MONDAY_9AM + 2 * DAY
    )
    work = actions.publish(work, author=mary, at=MONDAY_9AM - DAY)

    answer = page(acme, "/status/feed.atom")
    feed = ET.fromstring(answer.content)  # noqa: S314 (we wrote it)

    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        assert all(element.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated"))
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == "http://acme.localhost/status/feed.atom"
    entries = feed.findall(f"{ATOM}entry")
    assert [each.find(f"{ATOM}id").text for each in entries] == [f"urn:uuid:{incident.pk}", f"urn:uuid:{work.pk}"]
    assert entries[0].find(f"{ATOM}title").text == "<b>Mail</b> & more"
    assert all(each.find(f"{ATOM}author/{ATOM}name").text for each in entries)
    said = json.loads(page(acme, "/status.json").content)
    assert said["status"] == {"state": "major", "text": "Major outage"}
    assert said["components"][0]["name"] == "Mail"
    assert said["incidents"][0]["begins_at"] == "2026-03-02T08:00:00Z"
    assert said["maintenance"][0]["state"] == "planned"
    assert page(acme, said["incidents"][0]["url"].removeprefix("http://acme.localhost")).status_code == 200


def test_an_empty_feed_is_valid_too(acme, at_acme):
    feed = ET.fromstring(page(acme, "/status/feed.atom").content)  # noqa: S314

    assert feed.find(f"{ATOM}updated").text


@pytest.mark.parametrize("path", ["/status/", "/status.json", "/status/feed.atom"])
def test_who_has_it_already_is_told_so_until_something_changes(acme, mary, mail, path):
    client = visitor(acme)
    client.get(path)  # the page sets a cookie
    first = client.get(path)
    known = {"if-none-match": first.headers["ETag"]}

    assert client.get(path, headers=known).status_code == 304
    assert client.get(path, headers={"if-modified-since": first.headers["Last-Modified"]}).status_code == 304
    assert client.get(path, headers={**known, "accept-language": "ru"}).status_code == 200
    incident = disturb(mary, {mail: "major"}, at=MONDAY_9AM)
    assert client.get(path, headers=known).status_code == 200
    second = client.get(path)
    with time_machine.travel(MONDAY_9AM + DAY, tick=False):
        assert client.get(path, headers={"if-none-match": second.headers["ETag"]}).status_code == 200
    assert incident.pk


def test_what_is_hidden_from_now_on_is_not_taken_from_a_cache(acme, mary, mail, root):
    disturb(mary, {mail: "major"}, at=MONDAY_9AM - HOUR)
    client = visitor(acme)
    known = {"if-modified-since": client.get("/status.json").headers["Last-Modified"]}

    actions.change_component(mail, Described(name=mail.name, is_public=False), actor=root, at=MONDAY_9AM)

    answer = client.get("/status.json", headers=known)
    assert answer.status_code == 200
    assert "Mail" not in answer.content.decode()


def test_the_page_asks_as_often_whatever_it_shows(acme, mary, mail, root):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(acme)
        return len(asked)

    few = queries()
    services = [service(root, f"Service {number}") for number in range(12)]
    for number in range(15):
        at = MONDAY_9AM - timedelta(hours=30 - number)
        incident = disturb(mary, dict.fromkeys(services[:3], "major"), at=at)
        if number % 2:
            actions.update_incident(incident, body=WORDS, state="resolved", states={}, actor=mary, at=at + HOUR / 2)
    usual = {
        "title": {"en": "W"},
        "shown_from": MONDAY_9AM - DAY,
        "starts_at": MONDAY_9AM + HOUR,
        "ends_at": MONDAY_9AM + DAY,
    }
    for _ in range(5):
        actions.publish(Content(components=services, **usual), author=mary, at=MONDAY_9AM)

    assert queries() <= few + 4  # the rows that belong to disturbances and to work, each kind once
    assert queries() <= 18


def test_what_was_said_of_a_disturbance_tells_how_long_ago_that_was(acme, mary, mail):
    incident = disturb(mary, {mail: "partial"})

    public = page(acme, f"/status/incidents/{incident.pk}/").content.decode()
    listed = visitor(acme, mary).get("/desk/status/").content.decode()

    assert '<span class="muted"><relative-time><time' in public
    assert listed.count("<relative-time><time") >= 2


def test_where_nothing_happened_it_says_what_will_stand_there(acme, mary):
    for path in ("/status/", "/status/history/"):
        assert "No disturbances. When a service fails, this says what happened" in text_of(page(acme, path))
    desk = text_of(visitor(acme, mary).get("/desk/status/"))
    assert "Once one is entered it stands here until it is over" in desk
    assert "Those that are over are kept here" in desk


def test_history_goes_on_page_by_page(acme, mary, mail):
    for number in range(23):
        at = MONDAY_9AM - timedelta(days=1, hours=number)
        incident = disturb(mary, {mail: "degraded"}, at=at, title={"en": f"No. {number};"})
        actions.update_incident(incident, body=WORDS, state="resolved", states={}, actor=mary, at=at + HOUR / 2)

    first = page(acme, "/status/history/")
    second = visitor(acme).get("/status/history/", {"after": first.context["after"]})

    assert [len(each.context["past"]) for each in (first, second)] == [20, 3]
    assert "No. 22;" in text_of(second) and "No. 22;" not in text_of(first)
    for made_up in ("x", "2026-01-01_x", "\x00", "2026-03-02T00:00:00_" + str(incident.pk)):
        assert visitor(acme).get("/status/history/", {"after": made_up}).status_code == 200


def test_who_may_not_tell_of_disturbances_does_not(acme, mary, ada, grace, mail):
    with pytest.raises(NotPermitted):
        disturb(ada, {mail: "major"})
    incident = disturb(mary, {mail: "major"})
    with pytest.raises(NotPermitted):
        actions.update_incident(incident, body=WORDS, state="resolved", states={}, actor=ada, at=MONDAY_9AM)
    with pytest.raises(NotPermitted):
        service(mary, "Mine")
    for person in (ada, grace):
        for address in ("", "incidents/new", f"incidents/{incident.pk}/", "components/new", f"components/{mail.pk}/"):
            assert page(acme, f"/desk/status/{address}", person).status_code == 404
    assert page(acme, "/desk/status/components/new", mary).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [({"title": {"en": " "}}, TitleMissing), ({"body": {}}, UpdateMissing), ({"begins": MONDAY_9AM + HOUR}, NotYet)],
)
def test_what_says_nothing_is_refused(mary, mail, wrong, refusal):
    with pytest.raises(refusal):
        disturb(mary, {mail: "major"}, **wrong)


def test_clocks_stand_still_while_it_lasts_if_that_is_asked_for(mary, mail):
    incident = disturb(mary, {mail: "major"}, stops_clocks=True)
    window = ServiceWindow.objects.get()
    assert (window.begins_at, window.ends_at) == (incident.begins_at, None)

    actions.update_incident(incident, body=WORDS, state="resolved", states={}, actor=mary, at=MONDAY_9AM)

    window.refresh_from_db()
    assert window.ends_at == MONDAY_9AM


def test_a_manager_writes_previews_and_publishes_on_the_desk(acme, mary, grace, mail):
    desk = visitor(acme, mary)
    ticket = make_ticket(grace, at=MONDAY_9AM - DAY)
    form = {
        "title_en": "Mail is away <b>",
        "title_ru": "Почта",
        "body_en": "We look",
        "body_ru": "Смотрим",
        "state": "investigating",
    }
    form |= {f"service_{mail.pk}": "major", "ticket": f"#{ticket.number}"}

    seen = desk.post("/desk/status/incidents/new", {**form, "then": "preview"})
    assert "Смотрим" in text_of(seen) and "Ищем причину" in text_of(seen)
    assert not Incident.objects.exists()
    wrong = desk.post("/desk/status/incidents/new", {**form, "ticket": "#99999", "then": "save"})
    assert wrong.status_code == 422 and "We look" in wrong.content.decode()
    saved = desk.post("/desk/status/incidents/new", {**form, "then": "save"})
    incident = Incident.objects.get()
    assert saved.headers["Location"] == f"/desk/status/incidents/{incident.pk}/"
    assert f"#{ticket.number}" in text_of(desk.get(saved.headers["Location"]))
    assert Impact.objects.get().state == "major"
    desk.post(saved.headers["Location"], {"body_en": "It works", "state": "resolved", "then": "save"})

    incident.refresh_from_db()
    assert incident.resolved_at == MONDAY_9AM
    assert text_of(desk.get("/desk/status/")).count("Mail is away <b>") == 1
    assert set(AuditEntry.objects.values_list("act", flat=True)) >= {"incident.opened", "incident.updated"}


def test_an_administrator_lists_a_service_in_three_languages(acme, root):
    desk = visitor(acme, root)
    form = {"name_en": "Mail", "name_ru": "Почта", "position": "3", "is_public": "on", "is_active": "on"}

    assert desk.post("/desk/status/components/new", {**form, "name_en": ""}).status_code == 422
    assert desk.post("/desk/status/components/new", {**form, "position": "-1"}).status_code == 422
    assert desk.post("/desk/status/components/new", form).status_code == 302
    kept = Component.objects.get()
    assert kept.name == {"en": "Mail", "ru": "Почта"}
    assert 'value="Почта"' in desk.get(f"/desk/status/components/{kept.pk}/").content.decode()
    assert make_person("Other").pk
