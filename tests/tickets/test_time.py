"""Time spent: entered beside the ticket, corrected by whoever spent it, summed by organisation and agent."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tenants.errors import NotPermitted
from tests.api.client import Api
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tests.tickets.portal import text_of
from tickets import spent, timeline
from tickets.actions import time as actions
from tickets.forms.time import MinutesField
from tickets.models import Event, TimeEntry

DAY = date(2026, 3, 2)


@pytest.fixture
def ticket(grace):
    return make_ticket(grace, organization=make_organization("=Initech", grace))


def enter(ticket, agent, minutes=90, day=DAY, **more):
    return actions.enter_time(ticket, minutes=minutes, spent_on=day, actor=agent, at=MONDAY_9AM, **more)


LENGTHS = [("90", 90), ("1:30", 90), ("1h 30m", 90), ("2 h", 120), ("1 ч 5 мин", 65)]


@pytest.mark.parametrize(("typed", "minutes"), LENGTHS)
def test_a_length_is_read_as_people_write_it(typed, minutes):
    assert MinutesField().clean(typed) == minutes


def test_one_corrects_and_takes_back_one_s_own_and_history_keeps_what_it_was(ticket, ada, mary):
    entry = enter(ticket, ada, note="Toner")
    with pytest.raises(NotPermitted):
        actions.change_time(entry, minutes=1, spent_on=DAY, actor=mary, at=MONDAY_9AM)
    with pytest.raises(NotPermitted):
        actions.remove_time(entry, actor=mary, at=MONDAY_9AM)

    actions.change_time(entry, minutes=60, spent_on=DAY, note="Toner", actor=ada, at=MONDAY_9AM)
    actions.change_time(entry, minutes=60, spent_on=DAY, note="Toner", actor=ada, at=MONDAY_9AM)
    actions.remove_time(entry, actor=ada, at=MONDAY_9AM)

    assert not TimeEntry.objects.exists()
    (changed,) = Event.objects.filter(verb="time.changed")
    assert (changed.data["before"]["minutes"], changed.data["after"]["minutes"]) == (90, 60)
    said = [item.text for item in timeline.for_agent(ticket, ada)][-3:]
    assert said == [
        "Ada spent 1 h 30 min on this",
        "Ada corrected the time spent: 1 h instead of 1 h 30 min",
        "Ada took back 1 h of time spent",
    ]


def test_customers_enter_and_read_nothing(ticket, ada, grace):
    enter(ticket, ada, note="Toner")

    with pytest.raises(NotPermitted):
        enter(ticket, grace)
    with pytest.raises(actions.NoSuchTime):
        enter(ticket, ada, minutes=0)
    assert not [item for item in timeline.for_customer(ticket, grace) if "spent" in item.text]
    assert Api(grace).get(f"tickets/{ticket.number}/time/").status_code == 403


def test_sums_are_by_organisation_and_agent_within_the_days(ticket, ada, mary, django_assert_num_queries):
    alone = make_ticket(make_person("Linus"))
    enter(ticket, ada)
    enter(ticket, ada, 30)
    enter(ticket, mary, 5)
    enter(alone, ada, 7)
    enter(ticket, ada, 1000, day=date(2026, 1, 1))

    with django_assert_num_queries(1):
        rows = spent.sums(date(2026, 3, 1), date(2026, 3, 31))

    assert sorted((row.organization, row.agent, row.minutes) for row in rows) == [
        ("", "Ada", 7),
        ("=Initech", "Ada", 120),
        ("=Initech", "Mary", 5),
    ]


def test_the_pages_enter_correct_remove_and_export(acme, ticket, ada, mary):
    client = Client(headers={"host": "acme.localhost"})
    client.force_login(ada)
    path, today = reverse("desk:enter_time", args=[ticket.number]), timezone.localdate().isoformat()

    wrong = client.post(path, {"minutes": "long", "spent_on": "2999-01-01", "note": "Kept words"})
    assert wrong.status_code == 422
    assert "Kept words" in wrong.content.decode()
    assert "such as 1:30" in text_of(wrong)
    client.post(path, {"minutes": "1:30", "spent_on": "2026-03-02", "note": "Toner"})
    entry = TimeEntry.objects.get()
    assert "1 h 30 min" in text_of(client.get(reverse("desk:ticket", args=[ticket.number])))
    client.post(
        reverse("desk:change_time", args=[ticket.number, entry.pk]), {"minutes": "45", "spent_on": "2026-03-02"}
    )
    assert "45 min" in text_of(client.get(reverse("desk:ticket_time", args=[ticket.number])))
    assert client.get(reverse("desk:time_sums")).status_code == 404

    client.force_login(mary)
    assert client.post(reverse("desk:remove_time", args=[ticket.number, entry.pk])).status_code == 404
    days = {"begins": "2026-03-01", "ends": "2026-03-31"}
    assert "45 min" in text_of(client.get(reverse("desk:time_sums"), days))
    table = client.get(reverse("desk:time_sums"), {**days, "format": "csv"})
    assert "'=Initech,Ada,45" in table.content.decode()
    assert client.get(reverse("desk:time_sums"), {"begins": "x", "ends": today}).status_code == 200


def test_programs_enter_correct_and_remove(ticket, ada, mary):
    path = f"tickets/{ticket.number}/time/"
    entered = Api(ada).post(path, {"minutes": 30, "spent_on": "2026-03-02"})
    assert entered.status_code == 201, entered.json()
    one = f"{path}{entered.json()['id']}/"

    assert Api(mary).call("DELETE", one).status_code == 403
    assert Api(ada).call("PUT", one, {"minutes": 31, "spent_on": "2026-03-02"}).json()["minutes"] == 31
    assert [row["minutes"] for row in Api(mary).get(path).json()] == [31]
    assert Api(ada).call("DELETE", one).status_code == 204
