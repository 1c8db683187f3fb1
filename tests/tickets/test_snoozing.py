"""Tickets put aside: out of the lists of work, back by the hour or the customer's word, never lost when late."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inbox.models import OutgoingMail
from tenants import alarms
from tenants.errors import NotPermitted
from tenants.models import Alarm
from tests.api.client import Api
from tests.support.world import MONDAY_9AM, make_ticket
from tests.tickets.portal import text_of
from tickets import actions, lists
from tickets.actions.snoozing import SnoozeTooEarly, SnoozeTooLong
from tickets.errors import TicketNotActive
from tickets.models import Clock, Event, Status

HOUR = timedelta(hours=1)


@pytest.fixture
def ticket(grace, ada):
    ticket = make_ticket(grace)
    actions.take(ticket, actor=ada, at=MONDAY_9AM)
    return ticket


def in_view(key, person, at=MONDAY_9AM):
    return list(lists.select(lists.views(None)[key], person, at=at))


def test_a_ticket_put_aside_leaves_the_work_and_comes_back_when_its_time_is_over(ticket, ada):
    actions.snooze(ticket, actor=ada, at=MONDAY_9AM, until=MONDAY_9AM + HOUR)
    assert (in_view("mine", ada), in_view("all", ada), in_view("snoozed", ada)) == ([], [], [ticket])

    alarms.work_due(MONDAY_9AM + HOUR)

    assert (in_view("mine", ada), in_view("snoozed", ada)) == ([ticket], [])
    assert Event.objects.get(verb="ticket.woken").data["because"] == "time"
    assert "The ticket is back" in OutgoingMail.objects.get(address=ada.email, kind="notice").text


def test_the_customer_s_message_brings_it_back_at_once(ticket, ada, grace):
    actions.snooze(ticket, actor=ada, at=MONDAY_9AM)
    alarms.work_due(MONDAY_9AM + 24 * HOUR)
    assert in_view("snoozed", ada) == [ticket]

    actions.comment(ticket, author=grace, body="Well?", at=MONDAY_9AM + 25 * HOUR)

    assert in_view("mine", ada) == [ticket]
    assert not Alarm.objects.filter(kind="snooze").exists()


def test_its_clocks_run_on_and_what_is_overdue_is_seen(ticket, ada):
    before = list(Clock.objects.order_by("pk").values_list("metric", "due_at", "state"))

    actions.snooze(ticket, actor=ada, at=MONDAY_9AM, until=MONDAY_9AM + 48 * HOUR)

    assert list(Clock.objects.order_by("pk").values_list("metric", "due_at", "state")) == before
    ticket.refresh_from_db()
    assert in_view("overdue", ada, at=ticket.due_at + HOUR) == [ticket]


def test_it_is_handed_out_to_nobody_and_ends_with_the_ticket(grace, ada):
    ticket = make_ticket(grace)
    actions.snooze(ticket, actor=ada, at=MONDAY_9AM, until=MONDAY_9AM + HOUR)
    assert actions.take_next(actor=ada, at=MONDAY_9AM) is None

    actions.change_status(ticket, Status.objects.get(kind="solved"), actor=ada, at=MONDAY_9AM)
    alarms.work_due(MONDAY_9AM + HOUR)

    ticket.refresh_from_db()
    assert (ticket.snoozed_at, ticket.snoozed_until) == (None, None)
    assert not Event.objects.filter(verb="ticket.woken").exists()


def test_it_is_refused_for_the_past_for_years_for_customers_and_for_what_is_over(ticket, ada, grace):
    for until, refusal in [(MONDAY_9AM, SnoozeTooEarly), (MONDAY_9AM + timedelta(days=400), SnoozeTooLong)]:
        with pytest.raises(refusal):
            actions.snooze(ticket, actor=ada, at=MONDAY_9AM, until=until)
    with pytest.raises(NotPermitted):
        actions.snooze(ticket, actor=grace, at=MONDAY_9AM)
    actions.change_status(ticket, Status.objects.get(kind="solved"), actor=ada, at=MONDAY_9AM)
    with pytest.raises(TicketNotActive):
        actions.snooze(ticket, actor=ada, at=MONDAY_9AM)


@pytest.fixture
def as_staff(acme, ada):
    client = Client(headers={"host": "acme.localhost"})
    client.force_login(ada)
    return client


def test_the_dialog_says_what_is_due_and_asks_twice_when_it_would_pass(as_staff, grace):
    with time_machine.travel(MONDAY_9AM, tick=False):
        ticket = make_ticket(grace)
        path = reverse("desk:snooze", args=[ticket.number])
        assert "Next is due" in text_of(as_staff.get(path))

        asked = as_staff.post(path, {"choice": "reply"})
        assert asked.status_code == 422
        assert "A promised time passes meanwhile" in text_of(asked)
        soon = (MONDAY_9AM + HOUR / 2).astimezone(ZoneInfo(ticket.tenant.timezone)).strftime("%Y-%m-%dT%H:%M")
        as_staff.post(path, {"choice": "time", "until": soon})
        ticket.refresh_from_db()
        assert ticket.snoozed_until == MONDAY_9AM + HOUR / 2

        page = as_staff.get(reverse("desk:ticket", args=[ticket.number]))
        assert "Put aside until" in text_of(page)
        as_staff.post(reverse("desk:unsnooze", args=[ticket.number]))
        as_staff.post(path, {"choice": "reply", "past_due": "on"})
        ticket.refresh_from_db()
        assert (ticket.snoozed_at, ticket.snoozed_until) == (MONDAY_9AM, None)


def test_programs_put_aside_and_bring_back(ada, grace):
    ticket = make_ticket(grace, at=timezone.now())
    path, until = f"tickets/{ticket.number}/snooze/", timezone.now() + HOUR

    aside = Api(ada).post(path, {"until": until.isoformat()})
    assert datetime.fromisoformat(aside.json()["snoozed_until"]) == until
    assert Api(grace).get(f"tickets/{ticket.number}/").json()["snoozed_at"] is None
    assert Api(grace).post(path).status_code == 403
    assert Api(ada).call("DELETE", path).json()["snoozed_at"] is None
