"""Macros in a real browser: by a key in the text, and from the picker."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.town import PLACES, barriers
from tickets import actions
from tickets.models import Macro, Ticket

PLACE = PLACES["ione"]
EDITOR = "#composer .composer-text"


@pytest.fixture
def number(town):
    """A new ticket of Grace's; Ada keeps a macro."""
    with act_as(town.tenants[PLACE.slug]):
        ada, grace = User.objects.get(name="Ada"), User.objects.get(name="Grace")
        text = {"en": "Hello {{ customer.name }},\n\nwe look at it. {{ agent.name }}"}
        acts = {"tags": ["looked-at"], "assignee": "me"}
        if not Macro.objects.filter(owner=ada, key="look").exists():
            actions.save_macro(owner=ada, name="We look at it", key="look", text=text, acts=acts)
        opened = actions.open_ticket(
            requester=grace, subject=PLACE.subject, description=PLACE.description, at=timezone.now()
        )
        return opened.number


def test_a_key_and_the_picker_put_a_macro_in_and_it_is_done_with_sending(town, number):
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, f"/desk/tickets/{number}/"))
        page.click("#composer_body")
        expect(page.locator(EDITOR)).to_be_visible()
        page.keyboard.type("/look")
        page.keyboard.press("Tab")
        expect(page.locator(EDITOR)).to_contain_text("Hello Grace,")
        expect(page.locator(EDITOR)).not_to_contain_text("/look")
        chosen = page.locator(".macro-chosen")
        expect(chosen).to_contain_text("Assign the ticket to you.")
        chosen.get_by_label("Assign the ticket to you.").uncheck()

        page.click(".composer-macros > summary")
        expect(page.locator("#macro-search")).to_be_focused()
        page.keyboard.type("look at")
        expect(page.locator(".macro-list [data-macro]")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(page.locator(EDITOR)).to_contain_text("Ada")
        expect(chosen.get_by_label("Assign the ticket to you.")).to_be_checked()
        page.keyboard.press("Control+Enter")

        expect(page.locator(".conversation .message").first).to_contain_text("Hello Grace,")
    with act_as(town.tenants[PLACE.slug]):
        ticket = Ticket.objects.get(number=number)
        assert ticket.messages.order_by("posted_at").last().body.count("Hello Grace,") == 2
        assert [tag.name for tag in ticket.tags.all()] == ["looked-at"] and ticket.assignee.name == "Ada"


def test_a_macro_is_written_with_formatting_and_keeps_it_in_the_reply(town, number):
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, "/desk/macros/new"))
        page.locator("#macro_name").fill("Restart")
        page.locator("#macro_key").fill("restart")
        page.locator("#macro_text_en").click()
        field = page.locator(".composer-editor:visible .composer-text")
        expect(field).to_be_focused()
        page.keyboard.type("Dear {{ customer.name }}, ")
        page.keyboard.press("Control+b")
        page.keyboard.type("restart it")
        assert not barriers(page)
        page.get_by_role("button", name="Save the macro").click()
        expect(page.get_by_text("The macro Restart is saved.")).to_be_visible()

        page.goto(town.url(PLACE, f"/desk/tickets/{number}/"))
        page.click("#composer_body")
        expect(page.locator(EDITOR)).to_be_visible()
        page.keyboard.type("/restart")
        page.keyboard.press("Tab")
        expect(page.locator(f"{EDITOR} strong")).to_have_text("restart it")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".conversation .message strong").first).to_have_text("restart it")
    with act_as(town.tenants[PLACE.slug]):
        sent = Ticket.objects.get(number=number).messages.order_by("posted_at").last()
        assert sent.html == "<p>Dear Grace, <strong>restart it</strong></p>"
