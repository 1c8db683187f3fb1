"""Tickets that belong together, in a browser: an incident's answer reaches its children, a merge is undone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.test_composer import write
from tests.journeys.town import PLACES, complete, reload_until
from tests.support.world import make_ticket
from tickets import actions
from tickets.models import Ticket

HOME = PLACES["ione"]


@pytest.fixture
def tickets(town):
    """Three tickets of Grace's, as their numbers."""
    with act_as(town.tenants[HOME.slug]):
        grace = User.objects.get(name="Grace")
        subjects = ("The tills are down", "Till two is down", "Till two is down again")
        return [make_ticket(grace, subject, at=timezone.now()).number for subject in subjects]


def open_ticket(town, page, number):
    page.goto(town.url(HOME, f"/desk/tickets/{number}/"))


def do(page, command):
    """By the palette, which finds what stands in a closed menu too."""
    complete(page).keyboard.press("Control+k")
    page.get_by_role("combobox", name="What do you want to do?").fill(command)
    page.keyboard.press("Enter")


def test_an_answer_on_an_incident_reaches_the_customer_of_its_child(town, tickets):
    incident, child, _other = tickets
    with town.visit(HOME, "root") as page:
        open_ticket(town, page, incident)
        do(page, "link a")
        page.locator("#act-dialog").get_by_label("Other ticket").fill(f"#{child}")
        page.locator("#act-dialog input[name=role][value=child]").check()
        page.locator("#act-dialog").get_by_role("button", name="Link", exact=True).click()
        expect(page.locator("#composer select[name=reach]")).to_be_visible()

        write(page, "A cable was cut. We lay a new one.")
        page.locator("#composer select[name=reach]").select_option("children")
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator("article.message").filter(has_text="A cable was cut.")).to_be_visible()

    with town.visit(HOME, "grace") as page:
        page.goto(town.url(HOME, f"/tickets/{child}/"))
        reload_until(page, "main", "A cable was cut. We lay a new one.")


def test_a_merge_is_undone(town, tickets):
    _incident, stays, goes = tickets
    with town.visit(HOME, "root") as page:
        open_ticket(town, page, goes)
        do(page, "merge as")
        page.locator("#act-dialog").get_by_label("Ticket that stays").fill(str(stays))
        page.locator("#act-dialog").get_by_role("button", name="Merge", exact=True).click()
        expect(page.get_by_text(f"from ticket {goes}").first).to_be_visible()

        open_ticket(town, page, goes)
        page.get_by_role("link", name="Undo the merge").first.click()
        page.locator("#act-dialog").get_by_role("button", name="Undo the merge").click()
        expect(page.locator("#composer")).to_be_visible()
        expect(page.get_by_role("link", name="Undo the merge")).to_have_count(0)


def test_a_command_is_done_though_the_page_was_drawn_anew_under_the_palette(town, tickets):
    with town.visit(HOME, "root") as page:
        open_ticket(town, page, tickets[0])
        page.keyboard.press("Control+k")
        page.get_by_role("combobox", name="What do you want to do?").fill("merge as")
        expect(page.locator("#palette-list li").first).to_contain_text("Merge")
        with act_as(town.tenants[HOME.slug]):
            ticket, ada = Ticket.objects.get(number=tickets[0]), User.objects.get(name="Ada")
            actions.take(ticket, actor=ada, at=timezone.now())
        expect(page.locator("#ticket-state")).to_contain_text("Ada")
        page.keyboard.press("Enter")
        expect(page.locator("#act-dialog").get_by_label("Ticket that stays")).to_be_visible()


def test_commands_are_found_by_typing(town, tickets):
    with town.visit(HOME, "ada") as page:
        page.goto(town.url(HOME, "/desk/"))
        page.keyboard.press(":")
        commands = page.get_by_role("combobox", name="What do you want to do?")
        commands.fill(f"#{tickets[0]}")
        expect(page.locator("#palette-list li").first).to_have_text(f"Open ticket #{tickets[0]}")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="The tills are down")).to_be_visible()

        complete(page).keyboard.press("Control+k")
        commands.fill("no such command")
        found = page.locator("#palette-list li")
        expect(found).to_have_text(["Search for “no such command”"])
        # Enter alone leaves nobody's ticket; who goes to the search has asked for it.
        page.keyboard.press("Enter")
        expect(commands).to_be_focused()
        page.keyboard.press("ArrowDown")
        expect(found).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Escape")
        expect(commands).to_be_hidden()
        page.keyboard.press("Control+k")
        commands.fill("macros")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/macros/")
