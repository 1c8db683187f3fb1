"""Fields with conditions in a real browser: they come and go while a form is filled in, and nothing typed is lost."""

from playwright.sync_api import expect

from tenants.context import act_as
from tests.journeys.town import PLACES
from tickets.models import Ticket

PLACE = PLACES["hostiquant"]


def test_a_field_is_asked_while_its_condition_is_met_and_an_agent_changes_it(town):
    with town.visit(PLACE, "grace") as page:
        page.goto(town.url(PLACE, "/tickets/new?category=hosting-services"))
        database = page.get_by_label("Name of the database")
        expect(database).to_be_hidden()
        page.locator("#id_answer-service").select_option("mysql")
        expect(database).to_be_visible()
        database.fill("velora_shop")
        page.locator("#id_answer-service").select_option("ftp")
        expect(database).to_be_hidden()
        page.locator("#id_answer-service").select_option("mysql")
        expect(database).to_have_value("velora_shop")
        page.get_by_label("Subject").fill("The shop says: error establishing a database connection")
        page.get_by_label("Description").fill("On every page, since 14:32.")
        page.get_by_label("How can it be reproduced?").fill("Open any page.")
        page.get_by_role("button", name="Send request").click()
        page.wait_for_url("**/filed")
    with act_as(town.tenants[PLACE.slug]):
        ticket = Ticket.objects.latest("created_at")
        assert ticket.answers["database"] == "velora_shop"

    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, f"/desk/tickets/{ticket.number}/"))
        block = page.locator("#ticket-fields")
        expect(block).to_contain_text("velora_shop")
        block.get_by_role("link", name="Change").click()
        dialog = page.locator("#act-dialog")
        dialog.get_by_label("Cause").select_option("software")
        dialog.locator("#id_answer-service").select_option("apache")
        expect(dialog.get_by_label("Name of the database")).to_be_hidden()
        dialog.get_by_role("button", name="Save").click()
        expect(block).to_contain_text("No longer asked")
        expect(block).to_contain_text("Software of the server")


def test_without_a_script_every_field_is_there_with_its_condition(town):
    with town.visit(PLACE, "grace", java_script_enabled=False) as page:
        page.goto(town.url(PLACE, "/tickets/new?category=hosting-services"))
        expect(page.get_by_label("Name of the database")).to_be_visible()
        expect(page.get_by_text("Only if: Service: MySQL (databases)")).to_be_visible()
