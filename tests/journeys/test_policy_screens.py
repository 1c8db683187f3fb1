"""The policy's screens in a browser: on a telephone, to a screen reader, in the dark, and a week that is painted."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.town import PLACES, barriers

HOME = "/desk/settings/policy/"
#: Set it to a folder to get a picture of every screen.
PICTURES = os.environ.get("POLICY_PICTURES", "")


def screens(place, page, town):
    """The address of every screen, a draft's plan among them."""
    page.goto(town.url(place, f"{HOME}calendars/"))
    calendar = page.locator(".policy-calendars h2 a").first.get_attribute("href")
    page.goto(town.url(place, f"{HOME}sla/"))
    sla = page.locator(".policy-order h2 a").first.get_attribute("href")
    page.goto(town.url(place, f"{HOME}priorities/"))
    priority = page.locator(".policy-order h2 a").first.get_attribute("href")
    page.goto(town.url(place, calendar))
    page.fill("#id_mon", "10:00-12:00")
    page.locator(".policy-to-plan button").click()
    page.wait_for_url("**/drafts/**")
    plan = page.url.split(".localhost")[1].partition("/")[2]
    paths = " calendars/ sla/ priorities/ matrix tiers/ rules/ rules/new history compare file".split(" ")
    return [*(f"{HOME}{path}" for path in paths), calendar, sla, priority, f"/{plan}"]


@pytest.mark.parametrize("slug", ["ione", "alleanza"])
def test_the_screens_fit_every_window_and_can_be_read_by_everyone(town, slug):
    place, wrong = PLACES[slug], []
    with town.visit(place, "root", reduced_motion="reduce") as page:
        for number, path in enumerate(screens(place, page, town)):
            page.emulate_media(color_scheme="light")
            assert page.goto(town.url(place, path)).status == 200
            wrong += barriers(page)
            for width, scheme in ((1280, "light"), (1280, "dark"), (360, "light")):
                page.set_viewport_size({"width": width, "height": 800})
                page.emulate_media(color_scheme=scheme)
                if PICTURES:
                    page.screenshot(path=Path(PICTURES) / f"{slug}-{number}-{width}-{scheme}.png", full_page=True)
                beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                wrong += [f"{path} at {width}: {beyond} px"] if beyond > 0 else []
            page.emulate_media(color_scheme="dark")
            wrong += barriers(page, {"runOnly": ["color-contrast"]})
            page.set_viewport_size({"width": 1280, "height": 800})

    assert not wrong, "\n".join(wrong)


def test_a_week_is_painted_with_the_mouse_and_by_keyboard(town):
    place = PLACES["ione"]
    with town.visit(place, "root") as page:
        page.goto(town.url(place, f"{HOME}calendars/business/"))
        line = page.locator(".week-line[data-day=sat]")
        line.scroll_into_view_if_needed()
        box = line.bounding_box()
        at = [box["x"] + box["width"] * share for share in (10.1 / 24, 13.9 / 24, 11.1 / 24, 11.4 / 24)]
        height = box["y"] + box["height"] / 2
        for begin, end in (at[:2], at[2:]):
            page.mouse.move(begin, height)
            page.mouse.down()
            page.mouse.move(end, height, steps=4)
            page.mouse.up()
        expect(page.locator("#id_sat")).to_have_value("10:00-11:00, 11:30-14:00")

        friday, keys = page.locator(".week-line[data-day=fri]"), page.keyboard
        page.locator(".week-line[data-day=mon]").focus()
        for _ in range(5):
            keys.press("ArrowDown")
        expect(line).to_be_focused()
        expect(friday).to_have_attribute("tabindex", "-1")
        keys.press("End")
        expect(line).to_have_attribute("aria-valuetext", "23:30–24:00: closed")
        keys.press("Space")
        expect(line).to_have_attribute("aria-valuetext", "23:30–24:00: open")
        for _ in range(4):
            keys.press("ArrowLeft")
        keys.press("Space")
        for _ in range(2):
            keys.press("Shift+ArrowLeft")
        expect(page.locator("#id_sat")).to_have_value("10:00-11:00, 11:30-14:00, 20:30-22:00, 23:30-24:00")
        keys.press("Space")
        keys.press("Shift+ArrowRight")
        keys.press("Shift+ArrowRight")
        keys.press("End")
        keys.press("Enter")
        expect(page.locator("#id_sat")).to_have_value("10:00-11:00, 11:30-14:00")
        assert not barriers(page)

        page.focus("#id_sun")
        page.keyboard.type("22:00-06:00")
        expect(page.locator(".week-line[data-day=sun] rect")).to_have_attribute("width", "120")
        page.keyboard.press("Enter")
        page.wait_for_url("**/drafts/**")
        expect(page.locator(".policy-plan")).to_contain_text("Saturday: closed before, 10:00–11:00, 11:30–14:00 now")
