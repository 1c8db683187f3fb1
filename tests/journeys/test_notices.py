"""The status page, announcements and announced work, from who writes them to who reads: on phones, without scripts."""

import re
from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.town import PLACES, barriers, complete, reload_until

PLACE = PLACES["ione"]
PHONE = {"width": 360, "height": 740}
#: What one run writes has names of its own: all of them read the same pages.
RUNS = count(1)


def narrow_and_wide(page):
    complete(page)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    assert not barriers(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_disturbance_is_told_followed_and_over_for_anybody_without_scripts(town, scheme):
    run = next(RUNS)
    service, title, russian = f"Journeys by mail {run}", f"Mail is away {run}", f"Почта не работает {run}"
    with town.visit(PLACE, "root") as page:
        page.goto(town.url(PLACE, "/desk/status/"))
        page.get_by_role("link", name="New service").first.click()
        page.fill("#id_name_en", service)
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="New disturbance").click()
        page.fill("#id_title_en", title)
        page.fill("#id_title_ru", russian)
        page.fill("#id_body_en", "We are looking for the cause.")
        page.get_by_label(service, exact=True).select_option("major")
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_role("heading", name=russian)).to_be_visible()
        expect(page.get_by_label(service, exact=True)).to_have_value("major")
        page.get_by_role("button", name="Publish").click()
        expect(page.locator(".status-updates")).to_contain_text("We are looking for the cause.")
        assert not barriers(page)
        kept = page.url

    with town.visit(PLACE, java_script_enabled=False, color_scheme=scheme) as page:
        page.set_viewport_size(PHONE)
        page.goto(town.url(PLACE, "/status/"))
        expect(page.locator(".status-now")).to_contain_text("Some services are out of order")
        page.get_by_role("link", name=title, exact=True).first.click()
        expect(page.locator("h1")).to_have_text(title)
    with town.visit(PLACE, color_scheme=scheme) as page:
        for path in ("/status/", "/status/history/"):
            page.goto(town.url(PLACE, path))
            narrow_and_wide(page)

    with town.visit(PLACE, "root") as page:
        page.goto(kept)
        page.fill("#id_body_en", "A disk was full. It works again.")
        page.select_option("#id_state", "resolved")
        page.get_by_role("button", name="Publish").click()
        expect(page.locator(".status-updates")).to_contain_text("It works again.")
    with town.visit(PLACE, java_script_enabled=False, color_scheme=scheme) as page:
        page.goto(town.url(PLACE, "/status/history/"))
        expect(page.locator("main")).to_contain_text(title)


def test_an_announcement_is_previewed_sent_watched_and_put_away_for_good(town):
    title, russian = f"The mail servers move {next(RUNS)}", "Переезд почтовых серверов"
    with town.visit(PLACE, "root") as page:
        page.goto(town.url(PLACE, "/desk/announcements/new"))
        page.fill("#id_title_en", title)
        page.fill("#id_title_ru", russian)
        page.select_option("#id_audience", "customers")
        page.check("#id_by_mail")
        page.get_by_role("button", name="Preview").click()
        expect(page.locator("#told summary")).to_contain_text("would get it by mail")
        expect(page.get_by_text(russian).first).to_be_visible()
        assert not barriers(page)
        page.get_by_role("button", name="Publish").click()
        expect(page.locator("#notices")).to_be_visible()
        reload_until(page, "#notices", " sent")
        expect(page.locator("#notices")).to_contain_text(re.compile(r"(\d+) of \1 written"))
        assert not barriers(page)
    assert any(title in mail for mail in town.mails(PLACE))

    with town.visit(PLACE, "grace", java_script_enabled=False) as page:
        page.goto(town.url(PLACE, "/kb/"))
        banner = page.locator(".announcement", has_text=title)
        banner.get_by_role("button", name="Put this announcement away").click()
        expect(page.locator(".announcement", has_text=title)).to_have_count(0)
    with town.visit(PLACE, "grace") as page:
        page.goto(town.url(PLACE, "/kb/"))
        assert page.locator(".announcement", has_text=title).count() == 0
        page.goto(town.url(PLACE, "/announcements/"))
        expect(page.locator("main")).to_contain_text(title)
        narrow_and_wide(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_announced_work_stands_on_the_status_page_until_it_is_called_off(town, scripts):
    title = f"New disks for the shop {next(RUNS)}"
    begins = (timezone.now() + timedelta(days=9)).replace(hour=22, minute=0)
    with town.visit(PLACE, "root", java_script_enabled=scripts) as page:
        page.goto(town.url(PLACE, "/desk/announcements/new"))
        page.fill("#id_title_en", title)
        page.fill("#id_starts_at", f"{begins:%Y-%m-%dT%H:%M}")
        page.fill("#id_ends_at", f"{begins + timedelta(hours=2):%Y-%m-%dT%H:%M}")
        page.get_by_role("button", name="Preview").click()
        page.get_by_role("button", name="Publish").click()
        expect(page.locator("#notices")).to_be_visible()
        kept = page.url

    with town.visit(PLACE, java_script_enabled=scripts) as page:
        page.set_viewport_size(PHONE)
        page.goto(town.url(PLACE, "/status/"))
        page.get_by_role("link", name=title, exact=True).first.click()
        expect(page.locator("h1")).to_have_text(title)
        if scripts:
            narrow_and_wide(page)

    with town.visit(PLACE, "root", java_script_enabled=scripts) as page:
        page.goto(kept)
        page.get_by_role("button", name="Call the work off").click()
        expect(page.locator("main")).to_contain_text("The work is called off")
    with town.visit(PLACE, java_script_enabled=scripts) as page:
        page.goto(town.url(PLACE, "/announcements/"))
        expect(page.locator("main")).to_contain_text(title)
