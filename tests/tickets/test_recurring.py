"""Tickets that schedules open: exactly once, at the right time, from a template; and what is said when they can't."""

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connections
from django.utils import timezone, translation

from helpdesk.policy.apply import apply
from inbox.models import OutgoingMail
from sla.document import SupportPolicy
from tenants import alarms
from tenants.context import act_as
from tenants.errors import NotPermitted
from tenants.models import Alarm, AuditEntry
from tests.support.world import MONDAY_9AM, make_organization, make_person, policy_file
from tickets import actions, recurring
from tickets.errors import NeverComesRound, RuleNotUnderstood, ScheduleImpossible, TemplateNeedsCustomer
from tickets.models import (
    Category,
    Checklist,
    ChecklistTemplate,
    Clock,
    Event,
    Membership,
    TemplateRun,
    TemplateSchedule,
    Ticket,
    TicketTemplate,
)
from tickets.sentences import recurring as sentences

DAILY = {"unit": "day", "every": 1}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: When the first run is due.
TEN = MONDAY_9AM + HOUR


def keep(mary, **more):
    more = {"name": "Backups", "subject": "Check backups", "description": "See whether they are whole.", **more}
    return actions.keep_template(TicketTemplate(), actor=mary, **more)


def repeat(template, mary, at=MONDAY_9AM, **more):
    more = {"rule": DAILY, "time": time(10), "timezone": "UTC", "starts_on": at.date(), **more}
    return actions.keep_schedule(TemplateSchedule(template=template), actor=mary, at=at, **more)


def clocks_of(ticket):
    return list(Clock.objects.filter(ticket=ticket).order_by("metric").values_list("metric", "state"))


def ring(schedule, at):
    """As a worker does it, at a time of the test."""
    alarms.handler(recurring.ALARM)(schedule.pk, at)


@pytest.fixture
def template(mary, grace):
    return keep(mary, requester=grace)


def test_a_schedule_opens_a_ticket_at_its_time_and_again_the_next_day(template, mary, grace):
    schedule = repeat(template, mary)
    assert alarms.work_due(TEN - timedelta(minutes=1), drop=["clock"]) == 0

    alarms.work_due(TEN + DAY + HOUR, drop=["clock"])

    tickets = Ticket.objects.order_by("number")
    assert [ticket.created_at for ticket in tickets] == [TEN, TEN + DAY]
    assert {ticket.template_id for ticket in tickets} == {template.pk}
    assert {ticket.requester_id for ticket in tickets} == {grace.pk}
    schedule.refresh_from_db()
    assert schedule.next_at == TEN + 2 * DAY
    assert TemplateRun.objects.filter(outcome="opened").count() == 2


def test_it_has_all_that_the_template_says_and_its_clocks_run(mary, ada, grace):
    steps = ChecklistTemplate.objects.create(name="Backup", steps=["Look at the log.", "Restore a file."])
    category = Category.objects.filter(is_active=True).last()
    template = keep(
        mary,
        subject="Backups of {{ month }}, no. {{ number }}",
        description="{{ customer.name }} of {{ organization.name }}: {{ period }}, {{ week }}, {{ last_month }}",
        requester=grace,
        organization=make_organization("Initech", grace),
        category=category,
        assignee=ada,
        tags=["Routine", "routine", "backup"],
        checklist=steps,
    )
    schedule = repeat(template, mary, rule={"unit": "month", "day": 2})

    ring(schedule, TEN)

    ticket = Ticket.objects.get()
    assert ticket.subject == "Backups of March 2026, no. 1"
    assert ticket.description == "Grace of Initech: March 2026, week 10 of 2026, February 2026"
    assert (ticket.category, ticket.assignee, ticket.organization.name) == (category, ada, "Initech")
    assert sorted(tag.name for tag in ticket.tags.all()) == ["backup", "routine"]
    assert Checklist.objects.get(ticket=ticket).steps.count() == 2
    by_hand = actions.open_prepared(requester=grace, author=mary, subject="By", description="hand", at=TEN)
    assert clocks_of(ticket) == clocks_of(by_hand) != []
    created = Event.objects.get(ticket=ticket, verb="ticket.created")
    assert created.actor is None and created.data["template_name"] == "Backups"


def test_the_customer_is_written_to_only_if_the_template_says_so(template, mary, grace):
    ring(repeat(template, mary), TEN)
    alarms.work_due(TEN + HOUR, drop=["clock"])
    assert not OutgoingMail.objects.filter(address=grace.email).exists()

    ring(repeat(keep(mary, name="Loud", requester=grace, sends_receipt=True), mary), TEN)
    alarms.work_due(TEN + HOUR, drop=["clock"])
    assert OutgoingMail.objects.get(address=grace.email).kind == "receipt"


def test_what_was_missed_is_done_once_and_told(template, mary):
    schedule = repeat(template, mary)

    ring(schedule, TEN + 4 * DAY + HOUR)

    ticket, run = Ticket.objects.get(), TemplateRun.objects.get()
    assert (run.due_at, run.ran_at, run.ticket) == (TEN + 4 * DAY, TEN + 4 * DAY + HOUR, ticket)
    assert run.missed == [date(2026, 3, day) for day in (2, 3, 4, 5)]
    assert "2 Mar 2026, 3 Mar 2026" in sentences.missed(run)
    schedule.refresh_from_db()
    assert schedule.next_at == TEN + 5 * DAY


def test_an_alarm_that_rings_twice_opens_one_ticket(template, mary):
    schedule = repeat(template, mary)

    ring(schedule, TEN)
    ring(schedule, TEN)

    assert Ticket.objects.count() == 1


def test_a_worker_that_dies_leaves_nothing_and_the_next_one_does_it(template, mary, monkeypatch):
    schedule = repeat(template, mary)
    monkeypatch.setattr(recurring, "set_next", lambda *args, **more: (_ for _ in ()).throw(MemoryError))
    from django.db import transaction

    with pytest.raises(MemoryError), transaction.atomic():
        ring(schedule, TEN)
    assert not Ticket.objects.exists() and not TemplateRun.objects.exists()
    assert Alarm.objects.get(kind=recurring.ALARM).at == TEN

    monkeypatch.undo()
    ring(schedule, TEN)
    assert Ticket.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_open_one_ticket(tenant_on):
    acme = tenant_on("ione", slug="acme")
    with act_as(acme):
        mary, grace = make_person("Mary", "manager"), make_person("Grace")
        yesterday = timezone.now() - DAY
        schedule = repeat(keep(mary, requester=grace), mary, at=yesterday, rule=DAILY, time=time(0))
        due = timezone.now() - timedelta(seconds=5)
        TemplateSchedule.objects.filter(pk=schedule.pk).update(next_at=due)
        Alarm.objects.filter(kind=recurring.ALARM).update(at=due)
        alarm = Alarm.objects.get(kind=recurring.ALARM)
    ready = threading.Barrier(2)

    def work():
        ready.wait()
        alarms.work(acme, [alarm.pk])
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    with act_as(acme):
        assert Ticket.objects.count() == 1 and TemplateRun.objects.count() == 1
        assert Alarm.objects.get(kind=recurring.ALARM).at > timezone.now()


def test_the_end_and_the_count_stop_it(template, mary):
    ends = repeat(template, mary, ends_on=date(2026, 3, 3))
    counts = repeat(template, mary, count=1)

    alarms.work_due(TEN + 30 * DAY, drop=["clock"])

    assert ends.runs.count() == 2 and counts.runs.count() == 1
    assert not Alarm.objects.filter(kind=recurring.ALARM).exists()


def test_a_paused_schedule_and_a_template_put_aside_do_nothing_and_make_up_for_nothing(template, mary):
    schedule = repeat(template, mary)
    actions.pause_schedule(schedule, actor=mary, at=MONDAY_9AM)
    assert not Alarm.objects.filter(kind=recurring.ALARM).exists()
    ring(schedule, TEN)
    actions.resume_schedule(schedule, actor=mary, at=TEN + 2 * DAY + HOUR)
    schedule.refresh_from_db()
    assert schedule.next_at == TEN + 3 * DAY

    actions.put_aside(template, actor=mary, at=TEN + 2 * DAY + HOUR)
    alarms.work_due(TEN + 9 * DAY, drop=["clock"])
    assert not Ticket.objects.exists()
    actions.take_into_use(template, actor=mary, at=TEN + 9 * DAY)
    schedule.refresh_from_db()
    assert schedule.next_at == TEN + 10 * DAY


def fails(template, mary, **more):
    """What is said about the first run of the template."""
    schedule = repeat(template, mary, **more)
    ring(schedule, TEN)
    run = TemplateRun.objects.get(schedule=schedule)
    return run, " ".join(sentences.causes(run))


def test_a_category_that_the_policy_gave_up_is_named_and_the_others_go_on(mary, grace):
    category = Category.objects.create(key="gone", name="Old printers", is_active=False)
    run, said = fails(keep(mary, requester=grace, category=category), mary)
    fine, nothing = fails(keep(mary, name="Fine", requester=grace), mary)

    assert run.outcome == "failed" and run.ticket is None
    assert "The category “Old printers” is no longer in the policy" in said
    assert fine.outcome == "opened" and nothing == ""
    run.schedule.refresh_from_db()
    assert run.schedule.next_at == TEN + DAY


def test_a_closed_account_a_suspended_company_and_an_empty_one_are_named(mary, grace):
    gone = make_person("Gone", is_active=False)
    company = make_organization("Initech", grace, suspended_from=MONDAY_9AM, suspension_reason="Unpaid")
    empty = make_organization("Empty")

    assert "The account of Gone is closed" in fails(keep(mary, name="1", requester=gone), mary)[1]
    assert "Unpaid" in fails(keep(mary, name="2", requester=grace, organization=company), mary)[1]
    assert "Nobody belongs to Empty" in fails(keep(mary, name="3", organization=empty), mary)[1]


def test_a_company_alone_is_asked_for_by_whoever_manages_it(mary, grace):
    linus = make_person("Linus")
    company = make_organization("Initech", grace)
    Membership.objects.create(user=linus, organization=company, scope="manage")

    run, _said = fails(keep(mary, organization=company), mary)

    assert (run.ticket.requester, run.ticket.organization) == (linus, company)


def test_an_assignee_who_left_is_left_out_and_the_ticket_opened(mary, grace):
    gone = make_person("Gone", "agent", is_active=False)

    run, said = fails(keep(mary, requester=grace, assignee=gone), mary)

    assert run.outcome == "opened" and run.ticket.assignee is None
    assert "Gone no longer works here" in said


def test_managers_are_told_once_of_what_goes_wrong_again_and_again(mary, root, ada, grace):
    template = keep(mary, requester=make_person("Gone", is_active=False))
    repeat(template, mary)

    alarms.work_due(TEN + 3 * DAY + HOUR, drop=["clock"])

    assert TemplateRun.objects.filter(outcome="failed").count() == 4
    mails = OutgoingMail.objects.filter(kind="notice")
    assert sorted(mail.address for mail in mails) == sorted([mary.email, root.email])
    mail = mails.get(address=mary.email)
    assert "could not open its ticket" in mail.text and "The account of Gone is closed" in mail.text
    assert f"/desk/templates/{template.pk}/" in mail.text


def with_holiday(policy: SupportPolicy, day: str) -> SupportPolicy:
    document = policy.to_document()
    names = {"en": "Holiday", "ru": "Праздник", "es": "Festivo"}
    for calendar in document["calendars"]:
        calendar["closed_dates"] = {**calendar["closed_dates"], day: names}
    return SupportPolicy.from_document(document)


def test_a_holiday_that_the_policy_enters_later_moves_what_is_set(template, mary):
    schedule = repeat(template, mary, rule={"unit": "week", "weekdays": [3]}, closed="next")
    assert schedule.next_at == datetime(2026, 3, 5, 10, tzinfo=UTC)

    apply(with_holiday(policy_file("ione")[0], "2026-03-05"), at=MONDAY_9AM)

    schedule.refresh_from_db()
    assert schedule.next_at == datetime(2026, 3, 6, 10, tzinfo=UTC)
    assert Alarm.objects.get(kind=recurring.ALARM).at == schedule.next_at


def test_a_calendar_that_is_gone_is_named_and_comes_back_with_the_policy(template, mary):
    schedule = repeat(template, mary)
    TemplateSchedule.objects.filter(pk=schedule.pk).update(calendar="nowhere")

    ring(schedule, TEN)

    run = TemplateRun.objects.get()
    assert "The calendar “nowhere” is no longer in the policy" in sentences.causes(run)[0]
    assert "until it is changed" in sentences.goes_on(run)
    actions.keep_schedule(
        schedule, actor=mary, at=TEN, rule=DAILY, time=time(10), timezone="UTC", starts_on=MONDAY_9AM.date()
    )
    schedule.refresh_from_db()
    assert schedule.next_at == TEN + DAY


def test_a_changed_time_does_not_open_the_same_date_twice(template, mary):
    schedule = repeat(template, mary)
    ring(schedule, TEN)

    changed = {"rule": DAILY, "time": time(15), "timezone": "UTC", "starts_on": MONDAY_9AM.date()}
    actions.keep_schedule(schedule, actor=mary, at=TEN, **changed)

    schedule.refresh_from_db()
    assert schedule.next_at == datetime(2026, 3, 3, 15, tzinfo=UTC)


def test_bad_schedules_are_refused_with_what_is_wrong(template, mary, ada):
    with pytest.raises(RuleNotUnderstood):
        repeat(template, mary, rule={"unit": "month", "day": 40})
    with pytest.raises(RuleNotUnderstood):
        repeat(template, mary, timezone="Mars/Olympus")
    with pytest.raises(ScheduleImpossible):
        repeat(template, mary, ends_on=date(2026, 1, 1))
    with pytest.raises(ScheduleImpossible):
        repeat(template, mary, count=0)
    with pytest.raises(ScheduleImpossible):
        repeat(template, mary, starts_on=date(1066, 10, 14))
    with pytest.raises(NeverComesRound):
        repeat(template, mary, starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 20))
    with pytest.raises(TemplateNeedsCustomer):
        repeat(keep(mary, name="Nobody's"), mary)
    with pytest.raises(NotPermitted):
        repeat(template, ada)
    with pytest.raises(NotPermitted):
        actions.pause_schedule(repeat(template, mary), actor=ada, at=MONDAY_9AM)


def test_changes_are_in_the_audit_log(template, mary):
    schedule = repeat(template, mary)
    actions.pause_schedule(schedule, actor=mary, at=MONDAY_9AM)
    actions.pause_schedule(schedule, actor=mary, at=MONDAY_9AM)
    actions.put_aside(template, actor=mary, at=MONDAY_9AM)

    entries = AuditEntry.objects.filter(subject=template.pk).order_by("id")
    assert [entry.act for entry in entries] == [
        "ticket_template.added",
        "template_schedule.added",
        "template_schedule.paused",
        "ticket_template.put_aside",
    ]
    assert entries[1].after["rule"] == "FREQ=DAILY;INTERVAL=1"


@pytest.mark.parametrize(
    ("language", "rule", "more", "expected"),
    [
        ("en", {"unit": "month", "which": "weekday", "nth": 2, "weekday": 1}, {"closed": "next"},
         "Every month on the 2nd Tuesday at 09:00 (Europe/Madrid); next working day if closed"),
        ("ru", {"unit": "month", "which": "weekday", "nth": 2, "weekday": 2}, {"closed": "skip"},
         "Каждый месяц во 2-ю среду в 09:00 (Europe/Madrid); пропускается, если день закрыт"),
        ("es", {"unit": "month", "which": "last_working_day"}, {},
         "Cada mes el último día hábil a las 09:00 (Europe/Madrid)"),
        ("en", {"unit": "week", "every": 2, "weekdays": [0, 3]}, {"count": 5},
         "Every 2 weeks on Monday and Thursday at 09:00 (Europe/Madrid); 5 times in all"),
        ("ru", {"unit": "week", "weekdays": [0, 2, 6]}, {},
         "Каждую неделю по понедельникам, средам и воскресеньям в 09:00 (Europe/Madrid)"),
        ("es", {"unit": "year", "month": 3, "day": 15}, {}, "Cada año el 15 de marzo a las 09:00 (Europe/Madrid)"),
        ("ru", {"unit": "year", "month": 3, "which": "last_day"}, {},
         "Каждый год в последний день марта в 09:00 (Europe/Madrid)"),
        ("ru", {"unit": "day", "every": 3}, {}, "Каждые 3 дня в 09:00 (Europe/Madrid)"),
        ("en", {"unit": "month", "day": 31}, {},
         "Every month on day 31 at 09:00 (Europe/Madrid); months without this day are left out"),
    ],
)  # fmt: skip
def test_a_schedule_is_told_in_words(language, rule, more, expected):
    schedule = TemplateSchedule(rule=rule, time=time(9), timezone="Europe/Madrid", **more)

    with translation.override(language):
        assert sentences.words(schedule) == expected
