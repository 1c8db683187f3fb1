"""Who is quicker than the scripts of a page: what they opened, entered, typed and chose counts all the same."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.test_composer import EDITOR, PLACE, Gate, saved
from tests.support.world import make_ticket
from tickets.models import Draft

SCRIPTS = "**/static/js/*.js"


@pytest.fixture
def number(town):
    """A new ticket of Grace's."""
    with act_as(town.tenants[PLACE.slug]):
        return make_ticket(User.objects.get(name="Grace"), at=timezone.now()).number


def test_a_panel_that_was_opened_is_filled_and_the_field_that_was_entered_is_written_in(town, number):
    with town.visit(PLACE, "root") as page:
        gate = Gate(page, SCRIPTS)
        page.goto(town.url(PLACE, f"/desk/tickets/{number}/"), wait_until="commit")
        page.locator("summary", has_text="Time spent").click()
        page.locator("#composer textarea").click()
        page.keyboard.type("Quick ")
        gate.open()
        expect(page.locator(EDITOR)).to_be_focused()
        page.keyboard.type("hands")
        expect(page.locator(EDITOR)).to_have_text("Quick hands")
        saved(page)
        expect(page.get_by_role("link", name="Write down time")).to_be_visible()


def test_a_note_that_was_chosen_and_begun_stays_one(town, number):
    with town.visit(PLACE, "ada") as page:
        gate = Gate(page, SCRIPTS)
        page.goto(town.url(PLACE, f"/desk/tickets/{number}/"), wait_until="commit")
        page.locator("#composer [data-write=note]").click()
        page.locator("#composer textarea").click()
        page.keyboard.type("Only for us")
        gate.open()
        expect(page.locator(EDITOR)).to_have_text("Only for us")
        saved(page)
    with act_as(town.tenants[PLACE.slug]):
        kept = Draft.objects.filter(ticket__number=number).values_list("kind", "body")
        assert dict(kept) == {"note": "Only for us"}
