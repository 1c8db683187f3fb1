"""What staff is told by mail, and when: at once, when they are at work again, in a digest, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inbox.actions.notifications import set_notifications
from inbox.mail import preferences
from inbox.models import NotificationPreference, OutgoingMail
from sla.models import PolicyVersion
from tenants import alarms
from tenants.context import act_as
from tenants.errors import NotPermitted
from tests.api.client import Api
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tests.tickets.portal import visitor
from tickets import actions
from tickets.models import Absence, AgentProfile

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ALL_NOW = dict.fromkeys(NotificationPreference.TOPICS, "now")


def choose(person, **chosen):
    values = {**ALL_NOW, "digest_every": "day", "at_work_only": False, **chosen}
    return set_notifications(person, at=MONDAY_9AM, **values)


@pytest.fixture
def mine(at_acme, grace, ada, mail_server):
    """A ticket that Ada has."""
    ticket = make_ticket(grace)
    actions.assign(ticket, ada, actor=ada, at=MONDAY_9AM)
    alarms.work_due(MONDAY_9AM)
    return ticket


def write(ticket, grace, body="It smokes again.", at=MONDAY_9AM + MINUTE):
    actions.comment(ticket, author=grace, body=body, at=at)
    alarms.work_due(at)


def to_ada(**which):
    return OutgoingMail.objects.filter(address="ada@acme.example", **which)


def test_whoever_chose_nothing_is_told_at_once(mine, grace):
    write(mine, grace)

    assert to_ada().get().state == "sent"


def test_what_somebody_does_not_want_is_not_even_written(mine, ada, grace):
    choose(ada, customer="never")

    write(mine, grace)

    assert not to_ada().exists()


def test_a_digest_tells_in_one_mail_what_was_collected(mine, ada, grace, mail_server):
    ada.timezone = "UTC"
    ada.save(update_fields=["timezone"])
    choose(ada, customer="digest")
    write(mine, grace, "It smokes again.")
    write(mine, grace, "Now it burns.", at=MONDAY_9AM + 2 * MINUTE)
    assert [mail.state for mail in to_ada()] == ["collected", "collected"]

    alarms.work_due(MONDAY_9AM + DAY - 2 * HOUR)
    assert not to_ada(kind="digest").exists()
    alarms.work_due(MONDAY_9AM + DAY)

    digest = to_ada(kind="digest").get()
    assert digest.state == "sent"
    assert digest.subject == "What happened on tickets: 2 messages"
    for said in ("#1 Printer on fire", "Grace wrote on ticket 1", "It smokes again.", "Now it burns."):
        assert said in digest.text
        assert said in digest.html
    assert set(to_ada(state="collected").values_list("digest", flat=True)) == {digest.pk}
    alarms.work_due(MONDAY_9AM + 5 * DAY)
    assert to_ada(kind="digest").count() == 1


def test_a_digest_comes_in_the_morning_of_its_reader_or_every_hour(at_acme, ada):
    ada.timezone = "America/New_York"  # MONDAY_9AM is 4:00 there
    daily = NotificationPreference(person=ada, digest_every="day")
    hourly = NotificationPreference(person=ada, digest_every="hour")

    morning = preferences.next_digest(daily, after=MONDAY_9AM)
    assert morning.isoformat().endswith("08:00:00-05:00") or morning.isoformat().endswith("08:00:00-04:00")
    assert MONDAY_9AM < morning <= MONDAY_9AM + DAY
    assert preferences.next_digest(hourly, after=MONDAY_9AM + 10 * MINUTE) == MONDAY_9AM + HOUR
    assert preferences.next_digest(hourly, after=MONDAY_9AM) == MONDAY_9AM + HOUR


def test_a_digest_leaves_out_what_its_reader_may_not_see_any_more(mine, ada, grace, root):
    choose(ada, customer="digest")
    write(mine, grace)
    other = make_person("Linus", kind="agent")
    actions.assign(mine, other, actor=root, at=MONDAY_9AM + 2 * MINUTE)
    ada.role.permissions = [each for each in ada.role.permissions if each != "ticket.see_all"]
    ada.role.save(update_fields=["permissions"])
    ada.team_memberships.all().delete()

    alarms.work_due(MONDAY_9AM + DAY)

    assert not to_ada(kind="digest").exists()
    assert to_ada(kind="comment").get().error == "OutOfSight"


def test_mail_is_held_back_while_its_reader_is_away(mine, ada, grace):
    choose(ada, at_work_only=True)
    Absence.objects.create(
        user=ada,
        begins_at=MONDAY_9AM - HOUR,
        ends_at=MONDAY_9AM + 3 * HOUR,
        tickets="keep",
        entered_by=ada,
        entered_at=MONDAY_9AM,
    )

    write(mine, grace)
    mail = to_ada().get()
    assert (mail.state, mail.not_before) == ("waiting", MONDAY_9AM + 3 * HOUR)
    alarms.work_due(MONDAY_9AM + 3 * HOUR - MINUTE)
    assert to_ada().get().state == "waiting"
    alarms.work_due(MONDAY_9AM + 3 * HOUR)
    assert to_ada().get().state == "sent"


def test_mail_is_held_back_outside_of_its_readers_hours(mine, ada, grace):
    (calendar, *_) = PolicyVersion.objects.current().policy.calendars
    AgentProfile.objects.create(user=ada, calendar=calendar)
    choose(ada, at_work_only=True)

    night = MONDAY_9AM + 14 * HOUR
    write(mine, grace, at=night)

    mail = to_ada().get()
    assert mail.state == "waiting"
    assert mail.not_before > night
    alarms.work_due(mail.not_before)
    assert to_ada().get().state == "sent"


def test_whoever_is_away_without_end_reads_a_digest_once_they_are_back(mine, ada, grace):
    choose(ada, at_work_only=True, digest_every="hour")
    absence = Absence.objects.create(
        user=ada, begins_at=MONDAY_9AM - HOUR, tickets="keep", entered_by=ada, entered_at=MONDAY_9AM
    )

    write(mine, grace)
    alarms.work_due(MONDAY_9AM + 5 * HOUR)
    assert to_ada().get().state == "collected"
    absence.ends_at = MONDAY_9AM + 6 * HOUR
    absence.save()
    alarms.work_due(MONDAY_9AM + 7 * HOUR)

    assert to_ada(kind="digest").get().state == "sent"


def test_more_than_anybody_reads_comes_in_a_digest(mine, ada, grace, monkeypatch):
    monkeypatch.setattr(preferences, "MOST_TO_STAFF", [(HOUR, 3)])

    for n in range(5):
        write(mine, grace, f"Message {n}", at=MONDAY_9AM + (n + 1) * MINUTE)
    assert [mail.state for mail in to_ada().order_by("id")] == ["sent"] * 3 + ["collected"] * 2
    alarms.work_due(MONDAY_9AM + HOUR)

    digest = to_ada(kind="digest").get()
    assert "Message 4" in digest.text
    assert "Message 2" not in digest.text


def test_customers_are_told_as_ever(mine, ada, grace):
    choose(ada, customer="never", followed="never", assigned="never")
    actions.reply(mine, author=ada, body="Unplug it.", at=MONDAY_9AM + MINUTE)
    alarms.work_due(MONDAY_9AM + MINUTE)

    assert OutgoingMail.objects.get(kind="reply").state == "sent"


def test_the_page_keeps_ones_own_choice_and_nobody_elses(mine, ada, at_acme, grace):
    agent = visitor(at_acme, ada)
    page = agent.get("/desk/mail/mine").content.decode()
    assert "A note mentions me" in page

    said = {**ALL_NOW, "mention": "digest", "digest_every": "hour", "person": str(grace.pk)}
    assert agent.post("/desk/mail/mine", said).status_code == 302
    kept = NotificationPreference.objects.get()
    assert (kept.person, kept.mention, kept.digest_every, kept.at_work_only) == (ada, "digest", "hour", False)
    wrong = agent.post("/desk/mail/mine", {**said, "mention": "sometimes"})
    assert wrong.status_code == 422
    assert NotificationPreference.objects.get().mention == "digest"
    assert visitor(at_acme, grace).get("/desk/mail/mine").status_code == 404


def test_customers_can_not_choose(at_acme, grace):
    with pytest.raises(NotPermitted):
        set_notifications(grace, at=MONDAY_9AM, **ALL_NOW, digest_every="day", at_work_only=False)


def test_over_rest(at_acme, ada, grace):
    api = Api(ada)
    assert api.get("me/notifications/").json() == {**ALL_NOW, "digest_every": "hour", "at_work_only": False}

    chosen = {**ALL_NOW, "rule": "digest", "digest_every": "day", "at_work_only": True}
    assert api.call("PUT", "me/notifications/", chosen).json() == chosen
    assert api.call("PUT", "me/notifications/", {**chosen, "x": 1}).status_code == 400
    assert Api(grace).get("me/notifications/").status_code == 403


def test_the_choice_is_the_tenants(at_acme, ada, globex):
    choose(ada, customer="never")
    with act_as(globex):
        assert not NotificationPreference.objects.exists()
