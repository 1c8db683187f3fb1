"""Without an account: a request is filed, confirmed by the link in its mail and answered there."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tenants.context import act_as
from tests.journeys.town import PLACES, barriers, reload_until, wait_until
from tickets.models import Ticket

PLACE = PLACES["ione"]


def require_narrow(page: Page) -> None:
    """Nothing is wider than the screen."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} pixels too wide"


def link_for(town, address: str) -> str:
    """The path of the link in the newest mail to somebody."""

    def found() -> list[str]:
        mails = [mail for mail in town.mails(PLACE) if f"To: {address}" in mail]
        return re.findall(r"https?://[^/\s]+(/t/[\w.-]+/)", mails[-1]) if mails else []

    wait_until(found, f"a mail with a link to {address}")
    return found()[-1]


def test_a_request_without_an_account_from_the_form_to_the_end_of_its_link_without_scripts(town, tmp_path):
    address = "linus@elsewhere.example"
    with town.visit(PLACE, java_script_enabled=False) as page:
        page.set_viewport_size({"width": 360, "height": 780})
        page.goto(town.url(PLACE, f"/tickets/new?category={PLACE.category}"))
        page.fill("#id_email", address)
        page.fill("#id_subject", PLACE.subject)
        page.fill("#id_description", PLACE.description)
        page.locator("[name='answer-steps-tried']").fill("Restarted it")
        require_narrow(page)
        page.screenshot(path=tmp_path / "form.png", full_page=True)
        page.locator(".filing button.btn-primary").click()
        expect(page.get_by_role("heading", name="We have your request")).to_be_visible()
        require_narrow(page)

        page.goto(town.url(PLACE, link_for(town, address)))
        expect(page.get_by_role("heading", name="yours?")).to_be_visible()
        assert PLACE.description not in page.content()
        page.screenshot(path=tmp_path / "confirm.png", full_page=True)
        page.get_by_role("button", name="Yes, I sent it").click()

        expect(page.get_by_text(PLACE.description)).to_be_visible()
        require_narrow(page)
        page.screenshot(path=tmp_path / "link.png", full_page=True)
        page.get_by_label("Your message").fill("It is the second printer.")
        page.locator("section.answer form button[type=submit]").first.click()
        expect(page.get_by_text("It is the second printer.")).to_be_visible()
        page.get_by_role("button", name="End this link").click()
        expect(page.get_by_role("heading", name="The link is ended")).to_be_visible()
    with act_as(town.tenants[PLACE.slug]):
        ticket = Ticket.objects.get(requester__email=address)
        assert not ticket.is_unproven


def test_all_contacts_are_searched_and_taken_along(town, tmp_path):
    with town.visit(PLACE, "grace") as page:
        page.set_viewport_size({"width": 360, "height": 780})
        page.goto(town.url(PLACE, "/history/"))
        require_narrow(page)
        assert not barriers(page)
        page.get_by_role("button", name="Export all of mine").click()
        reload_until(page, ".export-row", "Download")
        require_narrow(page)
        page.screenshot(path=tmp_path / "history.png", full_page=True)
        with page.expect_download() as download:
            page.get_by_role("link", name="Download").click()
        assert download.value.suggested_filename.endswith(".zip")
