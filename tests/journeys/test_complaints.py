"""A complaint in a browser: filed without scripts, decided by a manager, its outcome read by the customer."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.test_beside_the_ticket import looked_at
from tests.journeys.town import PLACES
from tests.support.world import make_person
from tickets import actions


def test_a_complaint_is_filed_decided_and_its_outcome_read(town):
    place, wrong = PLACES["hostiquant"], []
    with act_as(town.tenants[place.slug]):
        grace, ada, now = User.objects.get(name="Grace"), User.objects.get(name="Ada"), timezone.now()
        make_person("Mary", "manager")
        ticket = actions.open_ticket(requester=grace, subject="The shop is down", description="Since nine.", at=now)
        actions.take(ticket, actor=ada, at=now)
        actions.reply(ticket, author=ada, body="We look into it.", at=now)

    with town.visit(place, "grace", reduced_motion="reduce", java_script_enabled=False) as page:
        page.goto(town.url(place, f"/tickets/{ticket.number}/"))
        page.get_by_role("link", name="Complain about how this was handled").click()
        page.get_by_label("What went wrong?").fill("Nobody called me back, though you promised to.")
        page.get_by_label("Ada").check()
        page.get_by_role("button", name="Send the complaint").click()
        expect(page.get_by_role("heading", name="Your complaint", exact=True)).to_be_visible()
        mine = page.url

    with town.visit(place, "mary", reduced_motion="reduce") as page:
        page.goto(town.url(place, "/desk/"))
        page.get_by_role("link", name="Complaints").click()
        wrong += looked_at(page, "register")
        page.get_by_role("link", name="Nobody called me back").click()
        page.get_by_role("button", name="Decide it myself").click()
        page.get_by_label("Your message").fill("When was that?")
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_text("When was that?")).to_be_visible()
        wrong += looked_at(page, "desk-complaint")
        page.get_by_label("Upheld", exact=True).check()
        page.get_by_label("Why").fill("You were promised a call.")
        page.get_by_role("button", name="Decide and tell the customer").click()
        expect(page.get_by_text("Say what is done about it")).to_be_visible()
        page.get_by_label("What is done about it").fill("We call you today, and this month is free.")
        page.get_by_role("button", name="Decide and tell the customer").click()
        expect(page.get_by_text("This is decided")).to_be_visible()
        wrong += looked_at(page, "desk-decided")

    with town.visit(place, "ada") as page:
        page.goto(town.url(place, f"/desk/tickets/{ticket.number}/"))
        expect(page.get_by_text("We look into it.")).to_be_visible()
        expect(page.get_by_text("complain")).to_have_count(0)

    with town.visit(place, "grace", reduced_motion="reduce") as page:
        page.goto(mine)
        expect(page.get_by_text("this month is free")).to_be_visible()
        wrong += looked_at(page, "portal-decided")
        page.goto(town.url(place, f"/tickets/{ticket.number}/"))
        wrong += looked_at(page, "portal-ticket")
        page.goto(town.url(place, f"/tickets/{ticket.number}/complaint"))
        wrong += looked_at(page, "portal-complain")
        page.locator("summary:has(.menu-name)").click()
        page.get_by_role("link", name="My complaints").click()
        page.wait_for_url("**/complaints/")
        with page.expect_download() as download:
            page.get_by_role("link", name="Export as CSV").click()
        assert download.value.suggested_filename.startswith("complaints-")

    with town.visit(PLACES["ione"], "grace") as page:
        page.goto(town.url(PLACES["ione"], "/"))
        with page.expect_response("**/complaints/link"):
            page.locator("summary:has(.menu-name)").click()
        expect(page.get_by_role("link", name="Where I stand")).to_be_visible()
        expect(page.get_by_role("link", name="My complaints")).to_have_count(0)

    assert not wrong, "\n".join(wrong)
