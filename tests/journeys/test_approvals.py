"""An approval in a browser: people found while typing, an answer without scripts, seen at once by the agent."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.test_beside_the_ticket import looked_at
from tests.journeys.town import PLACES
from tests.support.world import make_person
from tickets import actions


def test_an_approval_is_asked_answered_and_seen_at_once(town):
    place, wrong = PLACES["ione"], []
    with act_as(town.tenants[place.slug]):
        grace, now = User.objects.get(name="Grace"), timezone.now()
        mary = make_person("Mary", "manager")
        organization = grace.memberships.get().organization
        more = {"organization": organization, "description": "The old one is dead.", "at": now}
        ticket = actions.open_ticket(requester=grace, subject="A new printer", **more)
        said = {"text": "Repair the old printer for 400 euros.", "at": now}
        until = now + timedelta(days=2)
        actions.ask_approval(ticket, approvers=[mary], actor=User.objects.get(name="Root"), until=until, **said)

    with town.visit(place, "ada", reduced_motion="reduce") as page:
        page.goto(town.url(place, f"/desk/tickets/{ticket.number}/"))
        page.locator("#ticket-approvals").get_by_role("link", name="Ask for approval").click()
        page.fill("#act-dialog #id_text", "Buy a new printer for 900 euros.\nIt is delivered on Friday.")
        field = page.locator("#act-dialog #id_approvers")
        field.press_sequentially("gra")
        page.get_by_role("button", name="grace@ione.example").click()
        field.press_sequentially("mar")
        expect(page.get_by_role("button", name="mary@ione.example")).to_be_visible()
        wrong += looked_at(page, "ask-dialog")
        page.get_by_role("button", name="mary@ione.example").click()
        expect(field).to_have_value("grace@ione.example, mary@ione.example, ")
        page.get_by_label("One of them").check()
        page.select_option("#act-dialog #id_due", "2d")
        page.locator("#act-dialog").get_by_role("button", name="Ask", exact=True).click()
        expect(page.locator("#ticket-approvals")).to_contain_text("Buy a new printer for 900 euros.")
        wrong += looked_at(page, "ticket-waiting")

        with town.visit(place, "grace", reduced_motion="reduce", java_script_enabled=False) as customer:
            customer.goto(town.url(place, "/"))
            expect(customer.get_by_role("link", name="Buy a new printer")).to_be_visible()
            customer.goto(town.url(place, f"/tickets/{ticket.number}/"))
            customer.get_by_role("link", name="Approve or decline").click()
            answered_at = urlsplit(customer.url).path
            customer.get_by_role("button", name="Decline").click()
            expect(customer.get_by_text("Say why you decline")).to_be_visible()
            customer.get_by_label("Comment").fill("The blue one, please.")
            customer.get_by_role("button", name="Approve").click()
            expect(customer.get_by_text("You approved this.")).to_be_visible()

        # The agent's page says so by itself.
        expect(page.locator("#conversation")).to_contain_text("Grace approved: Buy a new printer")
        expect(page.locator("#ticket-approvals")).to_contain_text("The blue one, please.")
        wrong += looked_at(page, "ticket-approved")

    with town.visit(place, "mary", reduced_motion="reduce") as page:
        page.goto(town.url(place, "/desk/?day=mine"))
        wrong += looked_at(page, "home")
        page.get_by_role("link", name="Repair the old printer").click()
        wrong += looked_at(page, "desk-approval")
        page.get_by_label("Comment").fill("Not worth it.")
        page.get_by_role("button", name="Decline").click()
        expect(page.get_by_text("You declined this.")).to_be_visible()
        wrong += looked_at(page, "desk-declined")

    with town.visit(place, "grace", reduced_motion="reduce") as page:
        page.goto(town.url(place, "/"))
        wrong += looked_at(page, "portal-home")
        page.goto(town.url(place, f"/tickets/{ticket.number}/"))
        wrong += looked_at(page, "portal-ticket")
        page.goto(town.url(place, answered_at))
        wrong += looked_at(page, "portal-approval")

    assert not wrong, "\n".join(wrong)
