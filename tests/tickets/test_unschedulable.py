"""A calendar that opens no more: the ticket says so in plain words, and never as if nothing were promised."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.api.client import Api
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import promise
from tickets.models import Clock

pytestmark = pytest.mark.django_db
SAID = "No opening hours are set far enough ahead, so no time can be promised yet."


@pytest.fixture
def ticket(at_acme):
    """As the fold leaves its rows; that it does is shown in tests/sla."""
    ticket = make_ticket(make_person("Grace"))
    Clock.objects.filter(ticket=ticket).exclude(metric="tier").update(
        state="unschedulable", due_at=None, remaining_seconds=None
    )
    ticket.due_at = None
    ticket.save(update_fields=["due_at"])
    return ticket


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", SAID),
        ("ru", "Рабочее время ещё не задано так далеко вперёд"),
        ("es", "Aún no hay horarios fijados con tanta antelación"),
    ],
)
def test_the_customer_reads_why_no_time_is_told(ticket, language, said):
    client = visitor(ticket.tenant, ticket.requester)
    client.cookies["django_language"] = language

    page = text_of(client.get(reverse("portal:ticket", args=[ticket.number])))
    listed = text_of(client.get(reverse("portal:tickets")))

    assert said in page
    assert "No time is promised for this request" not in page
    assert {"en": "No hours set", "ru": "Часы работы не заданы", "es": "Sin horario fijado"}[language] in listed


def test_agents_read_it_in_the_list_and_on_the_clock(ticket):
    client = visitor(ticket.tenant, make_person("Ada", "agent"))

    listed = client.get(reverse("desk:tickets")).content.decode()
    clock = Clock.objects.get(ticket=ticket, metric="first_response")
    told = promise.of(clock, ticket=ticket, at=MONDAY_9AM)

    assert "No hours set" in listed
    assert told.is_unfinished
    assert told.agent_sentence == (
        "First response has no time: its calendar does not open for long enough in the years to come."
        " Set more opening hours."
    )


def test_programs_read_the_state(ticket):
    read = Api(ticket.requester).get(f"tickets/{ticket.number}/").json()

    first = next(each for each in read["clocks"] if each["metric"] == "first_response")
    assert (first["state"], first["due_at"]) == ("unschedulable", None)
