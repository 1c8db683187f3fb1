"""A search becomes a view; many tickets are changed at once, and put back; all of it with scripts and without."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.town import PLACES, barriers, complete
from tickets import actions

IONE = PLACES["ione"]


@pytest.fixture(scope="module")
def printers(town):
    """Some more tickets of one desk, with a word of their own."""
    with act_as(town.tenants["ione"]):
        grace, ada = User.objects.get(name="Grace"), User.objects.get(name="Ada")
        for number in range(3):
            actions.open_ticket(
                requester=grace, subject=f"Zeppelin {number}", description="It floats.", at=timezone.now()
            )
        actions.save_view(owner=ada, name="Balloons", conditions="is:active zeppelin", columns=["status", "tags"])


def fits_and_is_clear(page):
    """Nothing is wider than a telephone, and axe finds nothing."""
    assert not barriers(page)
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.parametrize("light", ["light", "dark"])
def test_pages_of_lists_fit_and_are_clear(town, printers, light):
    paths = [
        "/desk/tickets/?view=every&q=zeppelin+status:new",
        "/desk/tickets/?view=every&q=foo:bar+status:",
        "/desk/views/manage",
        "/desk/search",
        "/desk/views/new?q=is:active+-status:pending+due:<2h+org:Acme+zeppelin",
    ]
    with town.visit(IONE, "ada", color_scheme=light) as page:
        for path in paths:
            assert page.goto(town.url(IONE, path)).status == 200
            fits_and_is_clear(page)
        page.goto(town.url(IONE, paths[0]))
        page.locator(".search-help summary").click()
        expect(page.locator(".search-help dl")).to_be_visible()
        fits_and_is_clear(page)


def test_a_search_becomes_a_view_in_the_builder(town, printers):
    with town.visit(IONE, "ada") as page:
        page.goto(town.url(IONE, "/desk/"))
        page.keyboard.press("/")
        page.keyboard.type("status:new zeppelin")
        page.keyboard.press("Enter")
        expect(page.locator(".ticket-list tbody tr")).to_have_count(3)
        page.get_by_role("link", name="Save as view").click()
        complete(page)
        page.get_by_role("button", name="Add a condition").click()
        rows = page.locator(".condition-row")
        expect(rows).to_have_count(2)
        rows.nth(1).locator("select").first.select_option("due")
        expect(rows.nth(1).locator("input[name^=value]")).to_have_count(1)
        rows.nth(1).get_by_role("button").click()
        expect(rows).to_have_count(1)
        page.get_by_label("Name").fill("Airships")
        page.get_by_role("button", name="Save the view").last.click()
        expect(page.get_by_role("heading", name="Airships")).to_be_visible()
        expect(page.locator("#desk-views")).to_contain_text("Airships")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_many_are_tagged_and_put_back(town, printers, scripts):
    with town.visit(IONE, "ada", java_script_enabled=scripts) as page:
        page.goto(town.url(IONE, "/desk/tickets/?view=every&q=zeppelin&columns=tags"))
        for box in page.locator("input[name=chosen]").all():
            box.check()
        page.locator("#bulk_act").select_option("tag")
        page.get_by_role("button", name="Do it").click()
        page.get_by_label("Tag").fill("floating")
        page.get_by_role("button", name="Change them").click()
        expect(page.locator("#bulk-state")).to_contain_text("3 tickets were changed.")
        expect(page.get_by_role("cell", name="floating")).to_have_count(3)
        page.locator("#bulk-state").get_by_role("button", name="Undo").click()
        expect(page.locator("#bulk-state")).to_contain_text("3 tickets are as they were before.")
        expect(page.get_by_role("cell", name="floating")).to_have_count(0)
