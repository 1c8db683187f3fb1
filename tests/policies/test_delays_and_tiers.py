"""Clocks beside the customer's: the word of an agent who needs longer, and the time that each tier holds a request."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from escalation.actions import escalate
from notices import actions as announcements
from notices.actions import Content
from sla import clock as engine
from sla.models import Priority
from tenants import alarms
from tests.policies.clauses import clause
from tests.support.world import make_person, make_ticket, policy_file
from tests.tickets.portal import text_of
from tickets import actions, measures
from tickets.errors import DelayNotLater, NothingOwed
from tickets.models import Category, Clock, Event, Status

MONDAY = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)
#: Nine o'clock in Phnom Penh.
MORNING = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def due(ticket, metric):
    return Clock.objects.filter(ticket=ticket, metric=metric).latest("number").due_at


@pytest.fixture
def desk(desk_on):
    with time_machine.travel(MONDAY, tick=False):
        yield desk_on("hostiquant")


@clause("E10")
def test_a_delay_with_its_reason_and_a_new_time_is_told_and_watched_by_a_clock_of_its_own(desk):
    ticket = desk.file("hosting-services")
    answered_by = ticket.created_at + HOUR
    assert due(ticket, "first_response") == answered_by

    with time_machine.travel(MONDAY + 40 * MINUTE, tick=False):
        page = desk.agent_does(ticket, "do/delay", until="2026-03-09T14:30", reason="The disk is being restored.")
        assert page.status_code == 200

        assert due(ticket, "promise") == datetime(2026, 3, 9, 14, 30, tzinfo=UTC)
        assert due(ticket, "first_response") == datetime(2026, 3, 9, 14, 30, tzinfo=UTC), "extended, as the policy says"
        said = desk.customer_reads(ticket)
        assert "The disk is being restored." in said and "14:30" in said
        mail = desk.last_mail()
        assert "The disk is being restored." in mail.text and "14:30" in mail.text
        for language in ("ru", "es"):
            assert "14:30" in desk.customer_reads(ticket, language)
    with time_machine.travel(MONDAY + 4 * HOUR, tick=False):
        actions.reply(ticket, author=desk.ada, body="It is restored.", at=timezone.now())

    clocks = {clock.metric: clock for clock in Clock.objects.filter(ticket=ticket)}
    assert clocks["promise"].fulfilled_at == MONDAY + 4 * HOUR and clocks["promise"].breached_at is None
    assert clocks["first_response"].breached_at is None
    (figure,) = [each for each in measures.kept(since=MONDAY - HOUR, at=MONDAY + 5 * HOUR) if each.metric == "promise"]
    assert (figure.kept, figure.broken, figure.share) == (1, 0, 100)


@clause("E10")
def test_a_promise_that_is_not_kept_is_recorded_as_broken(desk):
    ticket = desk.file("hosting-services")
    actions.announce_delay(
        ticket, until=MONDAY + 2 * HOUR, reason="The expert is away.", actor=desk.ada, at=MONDAY + MINUTE
    )

    alarms.work_due(until=MONDAY + 3 * HOUR)

    broken = Event.objects.get(ticket=ticket, verb="clock.breached", data__metric="promise")
    assert broken.at == MONDAY + 2 * HOUR
    (figure,) = [each for each in measures.kept(since=MONDAY - HOUR, at=MONDAY + 3 * HOUR) if each.metric == "promise"]
    assert (figure.kept, figure.broken) == (0, 1)
    with time_machine.travel(MONDAY + 3 * HOUR, tick=False):
        assert "We are late: we announced an answer" in desk.customer_reads(ticket)


@clause("E10")
def test_where_the_policy_leaves_it_the_clock_of_the_reply_runs_on(desk):
    desk.apply(("on_promise: extend", "on_promise: leave"))
    with time_machine.travel(MONDAY + HOUR, tick=False):
        ticket = desk.file("hosting-services")
        before = due(ticket, "first_response")

        desk.agent_does(ticket, "do/delay", until="2026-03-09T15:00", reason="We wait for the data centre.")

    assert due(ticket, "first_response") == before
    assert due(ticket, "promise") == datetime(2026, 3, 9, 15, 0, tzinfo=UTC)


def test_a_delay_needs_a_reply_that_is_owed_a_later_time_and_a_reason_and_nothing_typed_is_lost(desk):
    ticket = desk.file("hosting-services")
    with pytest.raises(DelayNotLater):
        actions.announce_delay(ticket, until=MONDAY + MINUTE, reason="Sorry", actor=desk.ada, at=MONDAY)

    early = desk.agent_does(ticket, "do/delay", until="2026-03-09T10:05", reason="The disk is being restored.")
    assert early.status_code == 422
    assert "Name a later time." in early.content.decode()
    assert "The disk is being restored." in early.content.decode()
    assert desk.agent_does(ticket, "do/delay", until="2026-03-09T15:00", reason=" ").status_code == 422

    actions.reply(ticket, author=desk.ada, body="Done.", at=MONDAY + 2 * MINUTE)
    with pytest.raises(NothingOwed):
        actions.announce_delay(ticket, until=MONDAY + 5 * HOUR, reason="Sorry", actor=desk.ada, at=MONDAY + 3 * MINUTE)


def test_a_program_announces_a_delay_and_customers_can_not(desk):
    ticket = desk.file("hosting-services")
    wanted = {"until": "2026-03-09T16:00:00Z", "reason": "A part is on its way."}

    refused = desk.api(desk.grace).post(f"tickets/{ticket.number}/delay/", wanted)
    done = desk.api(desk.ada).post(f"tickets/{ticket.number}/delay/", wanted)

    assert refused.status_code == 403
    assert done.status_code == 200
    clocks = {clock["metric"]: clock for clock in done.json()["clocks"]}
    assert clocks["promise"]["due_at"].startswith("2026-03-09T16:00:00")


@clause("E3")
def test_each_tier_has_a_clock_of_the_time_that_it_held_the_ticket_and_the_shares_solved_are_measured(desk):
    quick, slow = desk.file("hosting-services"), desk.file("hosting-services")
    actions.change_status(quick, desk_status("solved"), actor=desk.ada, at=MONDAY + 20 * MINUTE)
    escalate(slow, actor=desk.ada, at=MONDAY + 90 * MINUTE, reason="Beyond a chat.")
    actions.change_status(slow, desk_status("solved"), actor=desk.ada, at=MONDAY + 4 * HOUR)

    held = {clock.tier: clock.consumed_seconds for clock in Clock.objects.filter(ticket=slow, metric="tier")}
    first, second, third = measures.of_tiers(quick.policy, since=MONDAY - HOUR)

    assert held == {"first-line": 90 * 60, "second-line": 150 * 60}
    assert (first.solved, first.share, first.target) == (1, 50, 85)
    assert first.seconds == (20 + 90) * 60 / 2 < second.seconds == 150 * 60, "the further it goes the longer it takes"
    assert third.seconds is None
    with time_machine.travel(MONDAY + 5 * HOUR, tick=False):
        page = desk.workspace().get("/desk/measures/?days=7").content.decode()
    assert "85 %" in page and "50 %" in page
    assert "tier" not in {clock["metric"] for clock in desk.api().get(f"tickets/{slow.number}/").json()["clocks"]}


@clause("E3")
def test_what_was_solved_long_ago_does_not_count_again_because_somebody_touched_it(desk):
    old, fresh, reopened = (desk.file("hosting-services") for _ in range(3))
    for ticket in (old, reopened):
        actions.change_status(ticket, desk_status("solved"), actor=desk.ada, at=MONDAY + HOUR)
    later = MONDAY + timedelta(days=20)
    actions.change_status(reopened, desk_status("open"), actor=desk.ada, at=later)
    for ticket in (fresh, reopened):
        actions.change_status(ticket, desk_status("solved"), actor=desk.ada, at=later + HOUR)
    actions.change_status(old, desk_status("closed"), actor=desk.ada, at=later + HOUR)
    old.refresh_from_db()

    assert old.updated_at == later + HOUR
    assert measures.of_tiers(old.policy, since=later - HOUR)[0].solved == 2
    assert measures.of_tiers(old.policy, since=MONDAY - HOUR)[0].solved == 3


@clause("E3")
def test_a_tier_that_holds_a_ticket_beyond_its_target_breaks_it_and_the_customer_is_not_bothered(desk):
    desk.apply(("    on_promise: extend", "    tiers: {normal: {first-line: 30m}}\n    on_promise: extend"))
    ticket = make_ticket(desk.grace, priority=Priority.objects.get(key="normal"), at=MONDAY + HOUR)

    alarms.work_due(until=MONDAY + HOUR + 31 * MINUTE)

    assert Event.objects.filter(ticket=ticket, verb="clock.breached", data__metric="tier").exists()
    with time_machine.travel(MONDAY + HOUR + 31 * MINUTE, tick=False):
        assert "the work of a tier" not in desk.customer_reads(ticket)
        assert "the work of a tier" in desk.agent_reads(ticket)


@clause("D2")
def test_how_often_priorities_are_corrected_is_measured(desk_on):
    with time_machine.travel(MONDAY, tick=False):
        desk = desk_on("justo")
        ticket = desk.file("panel", priority="alta")
        medium = Priority.objects.get(key="media")
        page = desk.agent_does(ticket, "do/priority", priority=medium.pk, reason="A cPanel failure is medium.")
        assert page.status_code == 200

        (correction,) = measures.corrections(since=MONDAY - HOUR)
        assert (correction.former, correction.to, correction.times) == ("alta", "media", 1)
        assert "Corrected priorities" in desk.workspace().get("/desk/measures/").content.decode()
        assert "A cPanel failure is medium." in desk.customer_reads(ticket)


def desk_status(kind):
    return Status.objects.filter(kind=kind).first()


@clause("A8")
def test_maintenance_that_is_announced_stops_the_clocks_that_the_policy_names_for_the_services_affected(desk_on):
    with time_machine.travel(MORNING, tick=False):
        desk = desk_on("ione")
        critical = Priority.objects.get(key="critical")
        inside, outside = Category.objects.all()[:2]
        affected = make_ticket(desk.grace, category=inside, priority=critical, at=MORNING)
        spared = make_ticket(desk.grace, category=outside, priority=critical, at=MORNING)
        before = due(affected, "resolution")
        announcements.publish(
            Content(
                title={"en": "We move the servers", "ru": "Перенос серверов", "es": "Traslado de servidores"},
                shown_from=MORNING,
                starts_at=MORNING + HOUR,
                ends_at=MORNING + 2 * HOUR,
                categories=[inside],
            ),
            author=make_person("Mary", "manager"),
            at=MORNING,
        )
        assert "We move the servers" in text_of(desk.portal().get("/"))

    alarms.work_due(until=MORNING + 90 * MINUTE)
    with time_machine.travel(MORNING + 90 * MINUTE, tick=False):
        states = {ticket.pk: clock_of(ticket, "resolution").state for ticket in (affected, spared)}
        assert states == {affected.pk: "paused", spared.pk: "running"}
        assert clock_of(affected, "first_response").state == "running", "an answer can be given all the same"
        assert "We move the servers" in text_of(desk.workspace().get(f"/desk/tickets/{affected.number}/"))
        told = text_of(desk.portal().get(f"/tickets/{affected.number}/"))
        assert "stands still during work on our service" in told
        assert "on hold" not in told

    alarms.work_due(until=MORNING + 2 * HOUR)
    assert due(affected, "resolution") == before + HOUR


@clause("E12")
@pytest.mark.parametrize(
    ("filed", "due"),
    [
        ("2026-03-09T08:00:00+00:00", "2026-03-12T18:00:00+00:00"),  # Monday: Tuesday, Wednesday, Thursday
        ("2026-03-13T16:00:00+00:00", "2026-03-18T18:00:00+00:00"),  # Friday: Saturday and Sunday do not count
        ("2026-03-14T12:00:00+00:00", "2026-03-18T18:00:00+00:00"),  # Saturday
    ],
)
def test_a_complaint_is_answered_by_the_end_of_the_third_working_day_of_the_management(filed, due):
    policy, _ = policy_file("hostiquant")
    terms = engine.TargetTable({("complaints", "any", "resolution"): policy.complaint_target})
    at = datetime.fromisoformat(filed)
    history = [engine.Event(at=at, type="created", policy="complaints", priority="any")]

    clocks = engine.fold(history, terms, at)

    zone = ZoneInfo(policy.timezone)
    assert clocks.resolution.due_at == datetime.fromisoformat(due).replace(tzinfo=zone)


@clause("E12")
def test_the_policy_page_says_by_when_a_complaint_made_now_is_answered(desk_on):
    with time_machine.travel(datetime(2026, 3, 13, 16, 0, tzinfo=UTC), tick=False):
        page = text_of(desk_on("hostiquant").portal().get("/policy/"))

    assert "If you complain now: by Wednesday 18 March, 18:00" in page


def clock_of(ticket, metric):
    return Clock.objects.get(ticket=ticket, metric=metric)


@clause("E3")
def test_managers_see_the_share_that_each_line_solved_with_its_target_drawn_in(desk):
    quick, slow = desk.file("hosting-services"), desk.file("hosting-services")
    actions.change_status(quick, desk_status("solved"), actor=desk.ada, at=MONDAY + 20 * MINUTE)
    escalate(slow, actor=desk.ada, at=MONDAY + 90 * MINUTE, reason="Beyond a chat.")
    actions.change_status(slow, desk_status("solved"), actor=desk.ada, at=MONDAY + 4 * HOUR)

    with time_machine.travel(MONDAY + 5 * HOUR, tick=False):
        page = desk.workspace(person=make_person("Mary", "manager")).get("/desk/").content.decode()

    drawn = page.split('id="tiers-heading"')[1]
    assert '<line class="chart-mark"' in drawn and 'x1="85"' in drawn
    assert "not reached" in drawn and "50 %" in drawn and "85 %" in drawn
