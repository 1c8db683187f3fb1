"""A call that a customer asks for without scripts, and what the agent writes down of it."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.test_beside_the_ticket import looked_at
from tests.journeys.town import PLACES
from tickets import actions


def test_a_call_is_asked_for_and_written_down(town):
    place, wrong = PLACES["hostiquant"], []
    with act_as(town.tenants[place.slug]):
        grace, ada, now = User.objects.get(name="Grace"), User.objects.get(name="Ada"), timezone.now()
        ticket = actions.open_ticket(requester=grace, subject="Two invoices", description="For March.", at=now)
        actions.take(ticket, actor=ada, at=now)

    with town.visit(place, "grace", reduced_motion="reduce", java_script_enabled=False) as page:
        page.goto(town.url(place, "/"))
        expect(page.get_by_role("link", name="Have us call you")).to_be_visible()
        page.goto(town.url(place, f"/tickets/{ticket.number}/"))
        page.get_by_role("link", name="Call me back").click()
        page.get_by_label("Phone number").fill("nobody")
        page.get_by_label("What is the call about?").fill("The second invoice.")
        page.get_by_label("When?").select_option(index=1)
        page.get_by_role("button", name="Ask for the call").click()
        expect(page.get_by_text("This is no phone number.")).to_be_visible()
        expect(page.get_by_label("What is the call about?")).to_have_value("The second invoice.")
        page.get_by_label("Phone number").fill("+34 600 123 456")
        page.get_by_role("button", name="Ask for the call").click()
        expect(page.get_by_text("We call you:").first).to_be_visible()

    with town.visit(place, "grace", reduced_motion="reduce") as page:
        page.goto(town.url(place, "/"))
        wrong += looked_at(page, "channels")
        page.goto(town.url(place, f"/tickets/{ticket.number}/"))
        wrong += looked_at(page, "ticket-with-call")
        page.goto(town.url(place, "/callback"))
        wrong += looked_at(page, "callback-form")

    with town.visit(place, "ada", reduced_motion="reduce") as page:
        page.goto(town.url(place, f"/desk/tickets/{ticket.number}/"))
        page.get_by_role("link", name="A call is to be made").click()
        wrong += looked_at(page, "desk-call")
        page.get_by_label("What was said").first.fill("The second one is void.")
        page.get_by_role("button", name="The call is done").click()
        expect(page.get_by_text("Nobody waits for a call")).to_be_visible()
        page.goto(town.url(place, f"/desk/tickets/{ticket.number}/"))
        expect(page.get_by_text("The second one is void.")).to_be_visible()

    assert not wrong, "\n".join(wrong)
