"""Following troubleshooting steps: what the policy asks of end users, ticked off on the page of the request."""

from datetime import UTC, datetime

import pytest
import time_machine

from tests.policies.clauses import clause
from tickets.models import ChecklistStep

#: A Monday at ten in Phnom Penh.
MONDAY = datetime(2026, 3, 9, 3, 0, tzinfo=UTC)


@pytest.fixture
def desk(desk_on):
    with time_machine.travel(MONDAY, tick=False):
        yield desk_on("ione")


@clause("A9")
@pytest.mark.parametrize(
    ("language", "step", "progress"),
    [
        ("en", "Try it on another device", "1 of 4 done"),
        ("ru", "Попробуйте на другом устройстве", "Сделано 1 из 4"),
        ("es", "Pruebe en otro dispositivo", "1 de 4 hechos"),
    ],
)
def test_an_agent_sends_the_category_s_steps_and_the_customer_ticks_them_off(desk, language, step, progress):
    desk.grace.language = language
    desk.grace.save()
    ticket = desk.file("technical")
    desk.agent_does(ticket, "checklists/send", template="category", waits="on")
    assert step in desk.last_mail().text

    steps = list(ChecklistStep.objects.filter(checklist__ticket=ticket))
    portal = desk.portal(language)
    portal.post(f"/tickets/{ticket.number}/steps/{steps[0].pk}", {"result": "Error 500"})

    assert progress in desk.customer_reads(ticket, language)
    assert "Error 500" in desk.agent_reads(ticket, language)
    ticket.refresh_from_db()
    assert ticket.status.kind == "pending"
    for each in steps[1:]:
        portal.post(f"/tickets/{ticket.number}/steps/{each.pk}")
    ticket.refresh_from_db()
    assert ticket.status.kind == "open"
