"""Times of what happened are told by how long ago it was, with the exact time on hover, in the reader's zone."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from notices import actions as notices
from notices.actions import Content
from tests.support.world import MONDAY_9AM, make_person
from tickets import actions

DAY = timedelta(days=1)
#: What a time on a page begins with that scripts turn into "3 days ago".
RELATIVE = "<relative-time><time"


@pytest.fixture
def desk(desk_on):
    with time_machine.travel(MONDAY_9AM, tick=False):
        desk = desk_on("justo")
        desk.boss = make_person("Mary", "manager")
        desk.file("sitio-caido")
        notices.publish(
            Content(title={"es": "Correo lento"}, shown_from=timezone.now()), author=desk.boss, at=MONDAY_9AM
        )
        actions.suspend(
            desk.grace, since=MONDAY_9AM, until=MONDAY_9AM + DAY, reason="Uso injusto", actor=desk.boss, at=MONDAY_9AM
        )
        yield desk


@pytest.mark.parametrize(
    ("path", "least"), [("/history/", 1), ("/announcements/", 1), ("/fair-use/", 2), ("/tickets/", 1)]
)
def test_customers_read_how_long_ago_something_was_and_when_exactly(desk, path, least):
    desk.grace.timezone = "Asia/Tokyo"
    desk.grace.save(update_fields=["timezone"])

    page = desk.portal().get(path).content.decode()

    assert page.count(RELATIVE) >= least
    assert "+09:00" in page[page.index(RELATIVE) :][:60]


@pytest.mark.parametrize(("path", "least"), [("announcements/", 1), ("fair-use/", 1), ("fair-use/people/{}", 2)])
def test_staff_reads_it_too(desk, path, least):
    page = desk.workspace(person=desk.boss).get(f"/desk/{path.format(desk.grace.pk)}").content.decode()

    assert page.count(RELATIVE) >= least
