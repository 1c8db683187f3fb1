"""Announced work: who is told, when, how often, and in which words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpdesk.policy.apply import apply
from inbox.models import OutgoingMail
from notices import actions, audience, telling
from notices.actions import Content
from notices.errors import AudienceMissing, NoticeOver, NotWork
from notices.models import Announcement, Notice
from notices.queries import announcements_for
from sla.document import SupportPolicy
from sla.models import PolicyVersion
from tenants import alarms
from tenants.errors import NotPermitted
from tenants.models import Alarm, AuditEntry
from tests.policies.clauses import clause
from tests.support.world import MONDAY_9AM, make_organization, make_person
from tickets.models import ServiceWindow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TITLE = {"en": "The mail servers move", "ru": "Переезд почтовых серверов", "es": "Traslado de los servidores de correo"}
STARTS = MONDAY_9AM + 10 * DAY


def work(**more):
    usual = {
        "title": TITLE,
        "shown_from": MONDAY_9AM,
        "by_mail": True,
        "starts_at": STARTS,
        "ends_at": STARTS + 2 * HOUR,
    }
    return Content(**{**usual, **more})


def mails(person):
    return OutgoingMail.objects.filter(address=person.email).order_by("created_at", "id")


def told(announcement):
    return [(each.occasion, each.lead_seconds, each.state) for each in announcement.notices.all()]


@clause("A8")
@clause("B7")
@pytest.mark.parametrize("policy", ["ione", "techsupport"])
def test_work_is_told_at_the_policy_s_lead_times_at_its_beginning_and_at_its_end(desk_on, policy):
    desk = desk_on(policy)
    mary = make_person("Mary", "manager")

    announcement = actions.publish(work(), author=mary, at=MONDAY_9AM)

    seen = []
    for at in (STARTS - 7 * DAY, STARTS - DAY, STARTS, STARTS + 2 * HOUR):
        alarms.work_due(at - timedelta(minutes=1))
        assert mails(desk.grace).count() == len(seen)
        alarms.work_due(at)
        seen.append(mails(desk.grace).last().subject)
    title = TITLE["en"]
    assert seen == [title, title, f"Has begun: {title}", f"Over: {title}"]
    assert {state for _, _, state in told(announcement)} == {"told"}


@clause("A8")
def test_the_banner_comes_again_on_each_occasion_after_it_was_put_away(desk_on):
    desk = desk_on("ione")
    announcement = actions.publish(work(by_mail=False), author=make_person("Mary", "manager"), at=MONDAY_9AM)

    def shown(at):
        return [each.token for each in announcements_for(desk.grace, at)]

    for at in (MONDAY_9AM, STARTS - 7 * DAY, STARTS - DAY, STARTS, STARTS + 2 * HOUR):
        alarms.work_due(at)
        (token,) = shown(at)
        desk.portal().post("/announcements/dismiss", {"announcement": token, "next": "/"})
        assert shown(at) == []
    assert not OutgoingMail.objects.exists()
    assert announcement.notices.count() == 4


@clause("E15")
@clause("E13")
def test_only_customers_whose_servers_are_affected_are_told(desk_on):
    desk = desk_on("hostiquant")
    mary, admin = make_person("Mary", "manager"), make_person("Root", "admin")
    mine = make_organization("Affected", desk.grace)
    other = make_person("Other")
    make_organization("Elsewhere", other)
    server = actions.add_component(
        actions.components.Described(name={"en": "web11"}, organizations=[mine]), actor=admin, at=MONDAY_9AM
    )

    by_service = actions.publish(work(components=[server]), author=mary, at=MONDAY_9AM)
    by_name = actions.publish(work(organizations=[mine]), author=mary, at=MONDAY_9AM)
    alarms.work_due(STARTS)

    assert by_service.narrowed_by == "services"
    assert by_name.narrowed_by == "orgs"
    assert mails(desk.grace).count() == 6
    assert not mails(other).exists()
    assert "web11" in mails(desk.grace).first().text
    assert len(announcements_for(desk.grace, STARTS)) == 2
    assert announcements_for(other, STARTS) == announcements_for(None, STARTS) == []


@clause("A8")
@pytest.mark.parametrize(
    ("language", "zone", "words"),
    [
        ("en", "Europe/London", "Thursday 12 March, 09:00–11:00"),
        ("ru", "Europe/Moscow", "12 марта (четверг), 12:00–14:00"),
        ("es", "America/Bogota", "12 de marzo, 04:00–06:00"),
    ],
)
def test_a_mail_speaks_its_reader_s_language_and_counts_in_their_zone(desk_on, language, zone, words):
    desk = desk_on("ione")
    desk.grace.language, desk.grace.timezone = language, zone
    desk.grace.save()

    actions.publish(work(), author=make_person("Mary", "manager"), at=MONDAY_9AM)
    alarms.work_due(STARTS - DAY)

    mail = mails(desk.grace).last()
    assert mail.subject == TITLE[language]
    assert words in mail.text


def test_a_text_that_is_missing_in_a_language_is_read_in_the_tenant_s(at_acme, mary, grace):
    at_acme.language = "es"
    grace.language = "ru"
    grace.save()
    content = Content(title={"en": "Mail", "es": "Correo"}, shown_from=MONDAY_9AM, by_mail=True)

    actions.publish(content, author=mary, at=MONDAY_9AM)
    alarms.work_due(MONDAY_9AM)

    assert mails(grace).get().subject == "Correo"


def test_work_that_is_entered_late_leaves_out_what_is_past_and_says_so(client, at_acme, mary, grace):
    late = actions.publish(
        work(starts_at=MONDAY_9AM + 2 * DAY, ends_at=MONDAY_9AM + 3 * DAY), author=mary, at=MONDAY_9AM
    )
    later = actions.publish(work(starts_at=MONDAY_9AM + HOUR, ends_at=MONDAY_9AM + DAY), author=mary, at=MONDAY_9AM)

    assert told(late)[0] == ("ahead", 7 * 86_400, "missed")
    assert told(late)[1] == ("ahead", 86_400, "planned")
    # Nothing is left ahead of the other one, so it is told at once.
    assert sorted(told(later))[-1] == ("published", None, "planned")
    alarms.work_due(MONDAY_9AM)
    assert mails(grace).count() == 1
    client.force_login(mary)
    page = client.get(f"/desk/announcements/{late.pk}/", headers={"host": "acme.localhost"}).content.decode()
    assert "7 days ahead of the work" in page
    assert "Left out" in page


def test_work_that_is_moved_is_told_once_more_and_rings_at_its_new_times_only(at_acme, mary, grace):
    announcement = actions.publish(work(), author=mary, at=MONDAY_9AM)
    alarms.work_due(STARTS - DAY)
    assert mails(grace).count() == 2
    moved = STARTS - DAY + HOUR
    for later in (3 * DAY, 4 * DAY):  # twice, before anybody was told of the first
        content = work(starts_at=STARTS + later, ends_at=STARTS + later + HOUR)
        actions.change(announcement, content, actor=mary, at=moved)
    actions.change(announcement, content, actor=mary, at=moved)  # and once without a new time

    alarms.work_due(moved)

    assert [each.subject for each in mails(grace)][2:] == [f"New time: {TITLE['en']}"]
    assert "Monday 16 March" in mails(grace).last().text
    alarms.work_due(STARTS + 2 * DAY)
    assert mails(grace).count() == 3
    alarms.work_due(STARTS + 4 * DAY)
    assert mails(grace).count() == 5


def test_work_that_is_called_off_is_told_once_and_nothing_else_rings(at_acme, mary, grace):
    announcement = actions.publish(work(), author=mary, at=MONDAY_9AM)
    alarms.work_due(STARTS - 7 * DAY)

    actions.call_off(announcement, actor=mary, at=STARTS - 2 * DAY)
    with pytest.raises(NotWork):
        actions.call_off(announcement, actor=mary, at=STARTS - 2 * DAY)
    actions.withdraw(announcement, actor=mary, at=STARTS - DAY)
    alarms.work_due(STARTS + 9 * DAY)

    assert [each.subject for each in mails(grace)][1:] == [f"Called off: {TITLE['en']}"]
    assert not ServiceWindow.objects.exists()
    assert not Alarm.objects.filter(kind=telling.ALARM).exists()


def test_work_of_which_nobody_was_told_is_called_off_in_silence(at_acme, mary, grace):
    announcement = actions.publish(work(), author=mary, at=MONDAY_9AM)

    actions.withdraw(announcement, actor=mary, at=MONDAY_9AM)
    alarms.work_due(STARTS + DAY)

    assert not mails(grace).exists()
    assert not Announcement.objects.exists()


@pytest.fixture
def crowd(at_acme, grace):
    """Members of a company with a contract, and who is not to be written to."""
    people = [make_person(f"Member{number}") for number in range(5)]
    make_organization("Contracted", *people, contract="gold")
    gone = make_person("Gone", is_active=False)
    suspended = make_person("Suspended")
    make_organization("Barred", suspended, contract="gold", suspended_from=MONDAY_9AM - DAY)
    unproven = make_person("Unproven")
    unproven.emailaddress_set.all().delete()
    return people, [gone, suspended, unproven]


@pytest.mark.parametrize("number", [2, 50])
def test_everybody_concerned_gets_one_mail_in_batches_however_often_the_work_is_done(crowd, mary, monkeypatch, number):
    people, _others = crowd
    monkeypatch.setattr(telling, "BATCH", number)
    content = Content(title=TITLE, shown_from=MONDAY_9AM, by_mail=True, audience="chosen", contracts=["gold"])
    announcement = actions.publish(content, author=mary, at=MONDAY_9AM)
    notice = announcement.notices.get()

    while notice.state != "told":
        telling.tell(notice.pk, MONDAY_9AM)
        notice.refresh_from_db()
    telling.tell(notice.pk, MONDAY_9AM)

    assert sorted(OutgoingMail.objects.values_list("address", flat=True)) == sorted(each.email for each in people)
    assert (notice.total, notice.told) == (5, 5)


def test_a_notice_is_stopped_in_the_middle(crowd, mary, ada, monkeypatch):
    monkeypatch.setattr(telling, "BATCH", 2)
    content = Content(title=TITLE, shown_from=MONDAY_9AM, by_mail=True, audience="chosen", contracts=["gold"])
    notice = actions.publish(content, author=mary, at=MONDAY_9AM).notices.get()
    telling.tell(notice.pk, MONDAY_9AM)

    with pytest.raises(NotPermitted):
        actions.stop(notice, actor=ada, at=MONDAY_9AM)
    actions.stop(notice, actor=mary, at=MONDAY_9AM)
    with pytest.raises(NoticeOver):
        actions.stop(notice, actor=mary, at=MONDAY_9AM)
    alarms.work_due(MONDAY_9AM + DAY)

    assert list(OutgoingMail.objects.values_list("state", flat=True)) == ["withheld", "withheld"]
    assert AuditEntry.objects.filter(act="notice.stopped", actor=mary).count() == 1


def test_the_usual_contract_is_that_of_organisations_that_name_none(desk_on):
    desk = desk_on("ione")
    make_organization("Usual", desk.grace)
    make_organization("Special", make_person("Other"), contract="with-hardware")
    usual = Content(title=TITLE, shown_from=MONDAY_9AM, audience="chosen", contracts=["standard"], by_mail=True)

    announcement = actions.publish(usual, author=make_person("Mary", "manager"), at=MONDAY_9AM)
    alarms.work_due(MONDAY_9AM)

    assert [each.address for each in OutgoingMail.objects.all()] == [desk.grace.email]
    assert announcements_for(desk.grace, MONDAY_9AM) == [announcement]


def test_nobody_chosen_is_refused_and_agents_are_told_apart(at_acme, mary, ada, grace):
    with pytest.raises(AudienceMissing):
        actions.publish(Content(title=TITLE, shown_from=MONDAY_9AM, audience="chosen"), author=mary, at=MONDAY_9AM)

    agents = audience.mailed(audience.Reach("agents"), MONDAY_9AM)
    customers = audience.mailed(audience.Reach("customers"), MONDAY_9AM)
    everybody = audience.mailed(audience.Reach("everyone"), MONDAY_9AM)

    assert set(agents) == {mary, ada}
    assert set(customers) == {grace}
    assert set(everybody) == {mary, ada, grace}


def test_a_manager_sees_all_languages_and_who_is_told_before_anything_is_sent(client, at_acme, mary, grace):
    client.force_login(mary)
    form = {f"title_{code}": title for code, title in TITLE.items()}
    form |= {"severity": "warning", "audience": "customers", "shown_from": "2026-03-02T09:00", "by_mail": "on"}

    page = client.post("/desk/announcements/new", {**form, "then": "preview"}, headers={"host": "acme.localhost"})

    assert all(title in page.content.decode() for title in TITLE.values())
    assert "1 person would get it by mail" in page.content.decode()
    assert grace.email in page.content.decode()
    assert not Announcement.objects.exists() and not OutgoingMail.objects.exists()
    saved = client.post("/desk/announcements/new", {**form, "then": "save"}, headers={"host": "acme.localhost"})
    assert saved.headers["Location"] == f"/desk/announcements/{Announcement.objects.get().pk}/"
    notice = Notice.objects.get()
    client.post(f"/desk/announcements/notices/{notice.pk}/stop", headers={"host": "acme.localhost"})
    notice.refresh_from_db()
    assert notice.state == "stopped"


def test_a_window_of_lead_times_in_working_days_begins_early_enough(at_acme):
    from sla.document.durations import Duration
    from tickets.desk import current_policy

    monday = datetime(2026, 3, 9, 10, tzinfo=ZoneInfo("Asia/Phnom_Penh"))

    due = telling._before(monday, Duration(days=2), current_policy().policy)

    assert due.date().isoformat() <= "2026-03-05"


@clause("A8")
@clause("B7")
def test_work_that_lies_ahead_follows_new_lead_times_and_what_was_told_stays_told(desk_on):
    desk = desk_on("ione")
    announcement = actions.publish(work(), author=make_person("Mary", "manager"), at=MONDAY_9AM)
    alarms.work_due(STARTS - 7 * DAY)
    told_before = mails(desk.grace).count()

    leads(["3 days", "2h"], at=STARTS - 6 * DAY)
    alarms.work_due(STARTS - timedelta(minutes=1))

    ahead = [(lead, state) for occasion, lead, state in told(announcement) if occasion == "ahead"]
    assert sorted(ahead) == [(7200, "told"), (3 * 86400, "told"), (7 * 86400, "told")]
    assert mails(desk.grace).count() == told_before + 2
    alarms.work_due(STARTS + DAY)
    assert [occasion for occasion, _, _ in told(announcement) if occasion != "ahead"] == ["begins", "ends"]


def test_lead_times_that_are_all_past_tell_nobody_twice(desk_on):
    desk = desk_on("ione")
    announcement = actions.publish(work(), author=make_person("Mary", "manager"), at=MONDAY_9AM)
    alarms.work_due(STARTS - 7 * DAY)

    leads(["6 days"], at=STARTS - 5 * DAY)
    alarms.work_due(STARTS - timedelta(minutes=1))

    assert mails(desk.grace).count() == 1
    assert ("ahead", 6 * 86400, "missed") in told(announcement)


def leads(lengths, *, at):
    """Put the policy in force with other lead times."""
    document = PolicyVersion.objects.latest("number").policy.to_document()
    document["maintenance"]["lead_times"] = lengths
    apply(SupportPolicy.from_document(document), at=at)
