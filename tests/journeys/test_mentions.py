"""Calling upon a colleague in a real browser: in the editor, in the plain field, for a screen reader."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.town import PLACES, barriers
from tests.support.world import make_person
from tickets import actions
from tickets.models import Mention, Message, Ticket

PLACE = PLACES["ione"]
EDITOR = "#composer .composer-text"
LIST = "#mention-list"


@pytest.fixture
def number(town):
    """A new ticket of Grace's; two agents with names alike."""
    with act_as(town.tenants[PLACE.slug]):
        for name in ("Linnea Berg", "Linus Palm"):
            if not User.objects.filter(name=name).exists():
                make_person(name, "agent", email=f"{name.split()[0].lower()}@{PLACE.slug}.example")
        grace = User.objects.get(name="Grace")
        opened = actions.open_ticket(
            requester=grace, subject=PLACE.subject, description=PLACE.description, at=timezone.now()
        )
        return opened.number


def said(town, number):
    with act_as(town.tenants[PLACE.slug]):
        return list(Message.objects.filter(ticket__number=number, by_staff=True).values_list("body", "html"))


def test_an_at_sign_offers_colleagues_by_keyboard_and_puts_in_who_is_chosen(town, number):
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, f"/desk/tickets/{number}/"))
        page.keyboard.press("n")
        expect(page.locator(EDITOR)).to_be_focused()
        page.keyboard.type("Who knows, @lin")
        expect(page.locator(f"{LIST} [role=option]")).to_have_text(
            [f"Linnea Berglinnea@{PLACE.slug}.example", f"Linus Palmlinus@{PLACE.slug}.example"]
        )
        field = page.locator(EDITOR)
        expect(field).to_have_role("combobox")
        expect(field).to_have_attribute("aria-controls", "mention-list")
        expect(field).to_have_attribute("aria-activedescendant", "mention-0")
        expect(page.locator(".mention-menu [role=status]")).to_contain_text("Colleagues and teams that fit: 2")
        assert not barriers(page)
        page.keyboard.press("ArrowDown")
        expect(field).to_have_attribute("aria-activedescendant", "mention-1")
        page.keyboard.press("Enter")
        expect(page.locator(LIST)).to_be_hidden()
        expect(field).to_have_role("textbox")
        page.keyboard.type("what this is?")
        expect(page.locator(f"{EDITOR} data")).to_have_text("@Linus Palm")
        page.keyboard.type(" @linn")
        expect(page.locator(f"{LIST} [role=option]")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.locator(LIST)).to_be_hidden()
        expect(page.locator(".composer-saved")).to_have_text("Draft saved")
        page.reload()
        expect(page.locator("#composer_body")).to_have_value("Who knows, @Linus Palm what this is? @linn")
        page.click("#composer_body")
        expect(page.locator(f"{EDITOR} data")).to_have_text("@Linus Palm")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".conversation .message data").first).to_have_text("@Linus Palm")
    (posted,) = said(town, number)
    assert posted[0] == "Who knows, @Linus Palm what this is? @linn"
    with act_as(town.tenants[PLACE.slug]):
        assert [each.user.name for each in Mention.objects.filter(message__ticket__number=number)] == ["Linus Palm"]


def test_in_a_reply_the_name_is_only_words(town, number):
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, f"/desk/tickets/{number}/"))
        page.click("#composer_body")
        expect(page.locator(EDITOR)).to_be_visible()
        page.keyboard.type("Ask @linnea")
        page.locator(f"{LIST} [role=option]").first.click()
        page.keyboard.type("about it.")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".conversation .message").first).to_contain_text("Ask @Linnea Berg about it.")
    assert said(town, number) == [("Ask @Linnea Berg about it.", "")]


def test_without_the_editor_the_plain_field_offers_them_too(town, number):
    with town.visit(PLACE, "ada") as page:
        page.route(
            "**/editor.js",
            lambda route: route.fulfill(
                body="export const create = () => new Promise(() => {})", content_type="text/javascript"
            ),
        )
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(town.url(PLACE, f"/desk/tickets/{number}/?write=note"))
        page.click("#composer_body")
        page.keyboard.type("@lin")
        expect(page.locator(f"{LIST} [role=option]")).to_have_count(2)
        expect(page.locator("#composer_body")).to_have_role("combobox")
        page.keyboard.press("Tab")
        expect(page.locator("#composer_body")).to_have_value("@linnea@ione.example ")
        page.keyboard.type("look")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".conversation .message data").first).to_have_text("@Linnea Berg")


def test_what_one_was_called_upon_for_stands_on_the_first_page_until_it_is_looked_at(town, number):
    with act_as(town.tenants[PLACE.slug]):
        linus, ticket = User.objects.get(name="Linus Palm"), Ticket.objects.get(number=number)
        actions.note(ticket, author=linus, body="@ada, please look at the driver.", at=timezone.now())
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, "/desk/?day=mine"))
        block = page.get_by_role("region", name="Mentions of you")
        expect(block).to_contain_text("please look at the driver.")
        expect(block.get_by_text("New", exact=True)).to_have_count(1)
        assert not barriers(page)
        block.get_by_role("link").first.click()
        expect(page.locator(".conversation .message data").first).to_have_text("@Ada")
        page.goto(town.url(PLACE, "/desk/?day=mine"))
        expect(block).to_contain_text("please look at the driver.")
        expect(block.get_by_text("New", exact=True)).to_have_count(0)
