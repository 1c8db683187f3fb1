"""The first pages: my own day, and the desk today with its load, its forecast, who is away and what was passed by."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from helpdesk.policy.apply import apply
from inbox.models import Mailbox
from sla.document import SupportPolicy
from sla.document.calendars import CalendarSpec
from sla.document.holidays import Holidays
from tenants.context import act_as
from tenants.models import Alarm
from tests.support.world import MONDAY_9AM, POLICIES, join, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions, forecast
from tickets.actions import profiles
from tickets.models import Skip, Status, Ticket
from tickets.views.desk import checklist

HOUR = timedelta(hours=1)
#: Three in the afternoon where Acme is: it closes at six.
AFTERNOON = MONDAY_9AM - HOUR


@pytest.fixture(autouse=True)
def _afternoon():
    with time_machine.travel(AFTERNOON, tick=False):
        yield


def due(requester, hours, *, person=None, subject="Printer"):
    ticket = make_ticket(requester, subject, at=AFTERNOON)
    if person:
        actions.take(ticket, actor=person, at=AFTERNOON)
    Ticket.objects.filter(pk=ticket.pk).update(due_at=AFTERNOON + timedelta(hours=hours))
    return ticket


def queries_of(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in captured)


def test_my_day_has_what_is_overdue_due_promised_and_waiting_each_once(at_acme, ada, grace):
    late, closing, today, calm = (due(grace, hours, person=ada) for hours in (-1, 2, 6, 90))
    promised = make_ticket(grace, at=AFTERNOON)
    actions.take(promised, actor=ada, at=AFTERNOON)
    later = AFTERNOON + timedelta(days=3)
    actions.announce_delay(promised, until=later, reason="Parts are on their way.", actor=ada, at=AFTERNOON)
    pending = due(grace, 95, person=ada)
    actions.change_status(pending, Status.objects.get(kind="pending"), actor=ada, at=AFTERNOON)

    page = visitor(at_acme, ada).get("/desk/")

    mine = page.context["mine"]
    shown = (mine.overdue, mine.closing, mine.today, mine.promised, mine.waiting)
    numbers = [[row.ticket.number for row in rows] for rows in shown]
    assert numbers == [[late.number], [closing.number], [today.number], [promised.number], [calm.number]]
    assert (mine.number, mine.due_today) == (6, 2)
    for heading in (
        "Overdue",
        "Late by 18:00, when we close, if nobody acts",
        "Due today",
        "Promises to keep",
        "Waiting for my answer",
    ):
        assert heading in text_of(page)


def test_my_day_after_closing_time_looks_ahead_to_the_next_day_that_the_desk_opens(at_acme, ada, grace):
    friday_night = MONDAY_9AM + timedelta(days=4, hours=9)
    ticket = due(grace, 1, person=ada)
    Ticket.objects.filter(pk=ticket.pk).update(due_at=MONDAY_9AM + timedelta(days=7))

    with time_machine.travel(friday_night, tick=False):
        page = visitor(at_acme, ada).get("/desk/")

    assert [row.ticket.number for row in page.context["mine"].closing] == [ticket.number]
    assert page.context["mine"].due_today == 0
    assert "We open Mon 08:00: late by 18:00 if nobody acts" in text_of(page)


def test_the_desk_today_says_what_will_be_late_and_what_nobody_works_on(at_acme, ada, mary, grace):
    away = make_person("Bo", "agent")
    held, gone, loose = due(grace, 1, person=ada), due(grace, 2, person=away), due(grace, 2.5)
    due(grace, 30)
    actions.plan_absence(away, begins_at=AFTERNOON, tickets="keep", actor=away, at=AFTERNOON, reason="At the dentist")

    page = visitor(at_acme, mary).get("/desk/")

    ahead = page.context["ahead"]
    assert ahead.is_open and (ahead.number, ahead.loose) == (3, 2)
    assert [ticket.pk for ticket in ahead.first] == [gone.pk, loose.pk, held.pk]
    assert [row.ticket.pk for row in page.context["first"]] == [gone.pk, loose.pk, held.pk]
    said = text_of(page)
    assert "3 tickets come due." in said and "Nobody works on 2 of them." in said and "At the dentist" in said


def test_the_forecast_of_a_closed_desk_is_of_the_next_day_that_it_opens(at_acme, mary, grace):
    friday_night = MONDAY_9AM + timedelta(days=4, hours=6)
    ticket = due(grace, 0)
    monday = MONDAY_9AM + timedelta(days=7)
    Ticket.objects.filter(pk=ticket.pk).update(due_at=monday)

    ahead = forecast.forecast(mary, ticket.policy, set(), at=friday_night)

    assert not ahead.is_open
    assert ahead.begins == monday - 8 * HOUR and ahead.closes == monday + 2 * HOUR
    assert ahead.number == 1 and len(ahead.hours) == 10


def test_the_forecast_goes_on_after_lunch(at_acme, mary, grace):
    text = (POLICIES / "ione.yaml").read_text(encoding="utf-8")
    split = text.replace('mon-fri: "08:00-18:00"', 'mon-fri: ["08:00-13:00", "14:00-18:00"]', 1)
    apply(SupportPolicy.load(split), at=AFTERNOON)
    ticket, night = due(grace, 0), due(grace, 0)
    morning = MONDAY_9AM - 6 * HOUR  # ten o'clock where Acme is
    Ticket.objects.filter(pk=ticket.pk).update(due_at=morning + 7 * HOUR)
    Ticket.objects.filter(pk=night.pk).update(due_at=morning + 9 * HOUR)

    for at in (morning, morning + 3 * HOUR):  # at work, and at lunch
        ahead = forecast.forecast(mary, ticket.policy, set(), at=at)
        assert ahead.closes == morning + 8 * HOUR
        assert ahead.number == 1

    evening = forecast.forecast(mary, ticket.policy, set(), at=morning + 9 * HOUR)
    assert (evening.begins, evening.closes) == (morning + 22 * HOUR, morning + 32 * HOUR)


def test_load_is_drawn_against_capacity(at_acme, ada, mary, grace):
    join(ada, "frontline")
    profiles.set_profile(ada, capacity=2, categories=(), languages=(), calendar="", actor=mary, at=AFTERNOON)
    for _ in range(2):
        due(grace, -1, person=ada)

    page = visitor(at_acme, mary).get("/desk/?day=desk")

    load = next(each for each in page.context["loads"] if each.person == ada)
    assert (load.tickets, load.overdue, load.capacity, load.is_full, load.mark) == (2, 2, 2, True, 100)
    assert "Full" in text_of(page)


def test_what_was_passed_by_is_seen_by_managers_alone(at_acme, ada, mary, grace):
    ticket = due(grace, 2, person=ada)
    actions.skip(ticket, actor=ada, reason=Skip.Reason.OTHER, words="Too hot in here.", at=AFTERNOON)

    assert "Too hot in here." in text_of(visitor(at_acme, mary).get("/desk/"))
    assert "Too hot in here." not in text_of(visitor(at_acme, ada).get("/desk/?day=desk"))


def test_the_first_pages_take_few_queries_however_much_there_is(at_acme, ada, mary, root, grace):
    join(ada, "frontline")
    mine, desk, all_of_it = visitor(at_acme, ada), visitor(at_acme, mary), visitor(at_acme, root)
    due(grace, 1, person=ada)
    for client in (mine, desk, all_of_it):
        client.get("/desk/")
    for number in range(12):
        due(grace, number / 4, person=ada if number % 2 else None)
        join(make_person(f"Agent{number}", "agent"), "frontline")

    for _ in range(11):
        actions.skip(due(grace, 3, person=ada), actor=ada, reason=Skip.Reason.SUBJECT, at=AFTERNOON)
    actions.plan_absence(ada, begins_at=AFTERNOON, reason="", actor=ada, at=AFTERNOON)

    found = queries_of(mine, "/desk/"), queries_of(desk, "/desk/"), queries_of(all_of_it, "/desk/?day=desk")
    assert max(found) <= 15, found


def test_another_tenants_load_and_absences_are_nowhere(at_acme, mary, globex):
    with act_as(globex):
        other = make_person("Hank", "agent")
        actions.plan_absence(other, begins_at=AFTERNOON, reason="zyx", actor=other, at=AFTERNOON)

    said = text_of(visitor(at_acme, mary).get("/desk/?day=desk"))

    assert "Hank" not in said and "zyx" not in said
    assert "Hank" not in text_of(visitor(at_acme, mary).get("/desk/absences/"))


@pytest.mark.parametrize("language", ["en", "ru", "es"])
def test_pictures_carry_no_style_and_numbers_that_every_locale_reads(at_acme, mary, grace, language):
    due(grace, 1)
    client = visitor(at_acme, mary)
    client.cookies["django_language"] = language

    html = client.get("/desk/").content.decode()

    pictures = html.split("<main")[1].split('<svg class="chart')[1:]
    assert pictures
    for picture in pictures:
        drawn = picture.split("</svg>")[0]
        assert "style=" not in drawn
        assert "," not in drawn.split(">", 1)[1]


def steps_of(page):
    return {step.text: step.is_done for step in page.context["checklist"]}


def test_the_checklist_says_what_is_missing_on_the_settings_and_on_the_first_page(at_acme, root):
    client = visitor(at_acme, root)
    Alarm.objects.create(tenant=at_acme, kind="mail.tell", subject=uuid4(), at=AFTERNOON, parked_at=AFTERNOON)

    settings, home = client.get("/desk/settings/"), client.get("/desk/")

    assert steps_of(settings) == steps_of(home)
    missing = {text for text, is_done in steps_of(settings).items() if not is_done}
    for begin in ("No mail of customers comes in yet.", "1 piece of work in the background failed"):
        assert any(text.startswith(begin) for text in missing), begin
        assert begin in text_of(settings) and begin in text_of(home)


def test_the_checklist_says_what_is_done(at_acme, root):
    Mailbox.objects.create(address="help@acme.example")

    done = {text for text, is_done in steps_of(visitor(at_acme, root).get("/desk/settings/")).items() if is_done}

    assert {"Mail of customers comes in at help@acme.example.", "No work in the background has failed."} <= done


def test_the_checklist_tells_of_parked_work_only_who_sees_to_it(at_acme, root):
    root.role.permissions.remove("system.see")
    root.role.save()

    assert not any("work in the background" in text for text in steps_of(visitor(at_acme, root).get("/desk/settings/")))


@pytest.mark.parametrize(
    ("years", "today", "is_done", "begin"),
    [
        ((2026, 2027), date(2026, 11, 20), True, "Holidays are entered until 31 December 2027."),
        ((2025, 2026), date(2026, 11, 20), False, "The holidays of these calendars end on 31 December 2026: Office."),
        ((2025,), date(2026, 3, 2), False, "The holidays of these calendars ended on 31 December 2025: Office."),
    ],
)
def test_holidays_that_run_out_are_on_the_checklist(at_acme, years, today, is_done, begin):
    calendars = {
        "office": CalendarSpec(key="office", name="Office", holidays=Holidays(country="ES", years=years)),
        "always": CalendarSpec(key="always", name="Always"),
    }

    (step,) = checklist._holidays(SimpleNamespace(calendars=calendars), today)

    assert (step.is_done, step.text.startswith(begin)) == (is_done, True), step.text


def test_a_sentence_on_holidays_ends_in_one_stop_in_russian_too(at_acme):
    office = CalendarSpec(key="office", name="Office", holidays=Holidays(country="ES", years=(2026, 2027)))

    with translation.override("ru"):
        (step,) = checklist._holidays(SimpleNamespace(calendars={"office": office}), date(2026, 11, 20))

    assert "2027" in step.text
    assert step.text.count(".") == 1
