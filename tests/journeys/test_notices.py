"""The status page, announcements and announced work, from who writes them to who reads: on phones, without scripts."""

import re
from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.town import PLACES, barriers, complete, reload_until, said

PHONE = {"width": 360, "height": 740}
#: What one run writes has names of its own: all of them read the same pages.
RUNS = count(1)


def narrow_and_wide(page):
    complete(page)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    assert not barriers(page)


@pytest.mark.parametrize(("slug", "scheme"), [("ione", "light"), ("alleanza", "dark")])
def test_a_disturbance_is_told_followed_and_over_for_anybody_without_scripts(town, slug, scheme):
    place, run = PLACES[slug], next(RUNS)
    titles = {"en": f"Mail is away {run}", "ru": f"Почта не работает {run}"}
    service, title = {"en": f"Mail {run}", "ru": f"Почта {run}"}[place.language], titles[place.language]
    cause, over = {
        "en": ("We are looking for the cause.", "A disk was full. It works again."),
        "ru": ("Мы ищем причину.", "Был заполнен диск. Всё снова работает."),
    }[place.language]
    with town.visit(place, "root") as page:
        page.goto(town.url(place, "/desk/status/"))
        page.get_by_role("link", name=said(place, "New service")).first.click()
        page.fill(f"#id_name_{place.language}", service)
        page.get_by_role("button", name=said(place, "Save")).click()
        page.get_by_role("link", name=said(place, "New disturbance")).click()
        for language, words in titles.items():
            page.fill(f"#id_title_{language}", words)
        page.fill(f"#id_body_{place.language}", cause)
        page.get_by_label(service, exact=True).select_option("major")
        page.get_by_role("button", name=said(place, "Preview")).click()
        for words in titles.values():
            expect(page.get_by_role("heading", name=words).first).to_be_visible()
        expect(page.get_by_label(service, exact=True)).to_have_value("major")
        page.get_by_role("button", name=said(place, "Publish")).click()
        expect(page.locator(".status-updates")).to_contain_text(cause)
        assert not barriers(page)
        kept = page.url

    with town.visit(place, java_script_enabled=False, color_scheme=scheme) as page:
        page.set_viewport_size(PHONE)
        page.goto(town.url(place, "/status/"))
        expect(page.locator(".status-now")).to_contain_text(
            said(place, "Some services are out of order. We are working on it.")
        )
        page.get_by_role("link", name=title, exact=True).first.click()
        expect(page.locator("h1")).to_have_text(title)
    with town.visit(place, color_scheme=scheme) as page:
        for path in ("/status/", "/status/history/"):
            page.goto(town.url(place, path))
            narrow_and_wide(page)

    with town.visit(place, "root") as page:
        page.goto(kept)
        page.fill(f"#id_body_{place.language}", over)
        page.select_option("#id_state", "resolved")
        page.get_by_role("button", name=said(place, "Publish")).click()
        expect(page.locator(".status-updates")).to_contain_text(over)
    with town.visit(place, java_script_enabled=False, color_scheme=scheme) as page:
        page.goto(town.url(place, "/status/history/"))
        expect(page.locator("main")).to_contain_text(title)


def test_an_announcement_is_previewed_sent_watched_and_put_away_for_good(town):
    place, run = PLACES["justo"], next(RUNS)
    title, english = f"Se trasladan los servidores de correo {run}", f"The mail servers move {run}"
    with town.visit(place, "root") as page:
        page.goto(town.url(place, "/desk/announcements/new"))
        page.fill("#id_title_es", title)
        page.fill("#id_title_en", english)
        page.select_option("#id_audience", "customers")
        page.check("#id_by_mail")
        page.get_by_role("button", name=said(place, "Preview")).click()
        expect(page.locator("#told summary")).to_contain_text(re.compile("Lo recibirían? por correo"))
        expect(page.get_by_text(english).first).to_be_visible()
        assert not barriers(page)
        page.get_by_role("button", name=said(place, "Publish")).click()
        expect(page.locator("#notices")).to_be_visible()
        reload_until(page, "#notices", said(place, "%(number)s sent") % {"number": ""})
        all_written = said(place, "%(told)s of %(total)s written") % {"told": r"(\d+)", "total": r"\1"}
        expect(page.locator("#notices")).to_contain_text(re.compile(all_written))
        assert not barriers(page)
    assert any(title in mail for mail in town.mails(place))

    with town.visit(place, "grace", java_script_enabled=False) as page:
        page.goto(town.url(place, "/kb/"))
        banner = page.locator(".announcement", has_text=title)
        banner.get_by_role("button", name=said(place, "Put this announcement away")).click()
        expect(page.locator(".announcement", has_text=title)).to_have_count(0)
    with town.visit(place, "grace") as page:
        page.goto(town.url(place, "/kb/"))
        assert page.locator(".announcement", has_text=title).count() == 0
        page.goto(town.url(place, "/announcements/"))
        expect(page.locator("main")).to_contain_text(title)
        narrow_and_wide(page)


@pytest.mark.parametrize(("slug", "scripts"), [("techsupport", True), ("hostiquant", False)])
def test_announced_work_stands_on_the_status_page_until_it_is_called_off(town, slug, scripts):
    place = PLACES[slug]
    title = f"New disks for the shop {next(RUNS)}"
    begins = (timezone.now() + timedelta(days=9)).replace(hour=22, minute=0)
    with town.visit(place, "root", java_script_enabled=scripts) as page:
        page.goto(town.url(place, "/desk/announcements/new"))
        page.fill("#id_title_en", title)
        page.fill("#id_starts_at", f"{begins:%Y-%m-%dT%H:%M}")
        page.fill("#id_ends_at", f"{begins + timedelta(hours=2):%Y-%m-%dT%H:%M}")
        page.get_by_role("button", name=said(place, "Preview")).click()
        page.get_by_role("button", name=said(place, "Publish")).click()
        expect(page.locator("#notices")).to_be_visible()
        kept = page.url

    with town.visit(place, java_script_enabled=scripts) as page:
        page.set_viewport_size(PHONE)
        page.goto(town.url(place, "/status/"))
        page.get_by_role("link", name=title, exact=True).first.click()
        expect(page.locator("h1")).to_have_text(title)
        if scripts:
            narrow_and_wide(page)

    with town.visit(place, "root", java_script_enabled=scripts) as page:
        page.goto(kept)
        page.get_by_role("button", name=said(place, "Call the work off")).click()
        expect(page.locator("main")).to_contain_text("The work is called off")
    with town.visit(place, java_script_enabled=scripts) as page:
        page.goto(town.url(place, "/announcements/"))
        expect(page.locator("main")).to_contain_text(title)
