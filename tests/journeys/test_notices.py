"""The status page, announcements and announced work, from who writes them to who reads: on phones, without scripts."""

import re
from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone, translation
from playwright.sync_api import expect

from notices import words
from notices.models import Notice
from tenants.context import act_as
from tests.journeys.town import PLACES, barriers, complete, reload_until, said
from tests.support.world import policy_file

PHONE = {"width": 360, "height": 740}
#: What one run writes has names of its own: all of them read the same pages.
RUNS = count(1)
#: What is written of a disturbance and of work, in the language of the tenant.
SERVICE = {"en": "Mail", "ru": "Почта", "es": "Correo"}
DISTURBED = {"en": "Mail is away", "ru": "Почта не работает", "es": "El correo no funciona"}
CAUSE = {"en": "We are looking for the cause.", "ru": "Мы ищем причину.", "es": "Buscamos la causa."}
OVER = {
    "en": "A disk was full. It works again.",
    "ru": "Был заполнен диск. Всё снова работает.",
    "es": "Se llenó un disco. Ya funciona.",
}
MOVING = {
    "en": "The mail servers move",
    "ru": "Переезд почтовых серверов",
    "es": "Se trasladan los servidores de correo",
}
WORK = {"en": "New disks for the shop", "ru": "Новые диски для магазина", "es": "Discos nuevos para la tienda"}


def named(names, place, run):
    """A name in the tenant's language and, beside it, in another one that its readers may have chosen."""
    other = "en" if place.language != "en" else "ru"
    return {language: f"{names[language]} {run}" for language in (place.language, other)}


def narrow_and_wide(page):
    complete(page)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    assert not barriers(page)


def fill_in_titles(page, titles):
    for language, title in titles.items():
        page.fill(f"#id_title_{language}", title)


def withdraw(page, place):
    """Other journeys read the same pages."""
    page.get_by_role("button", name=said(place, "Withdraw")).click()
    page.wait_for_url("**/desk/announcements/")


@pytest.mark.parametrize(
    ("slug", "scheme"),
    [("ione", "light"), ("techsupport", "dark"), ("alleanza", "dark"), ("justo", "light"), ("hostiquant", "light")],
)
def test_a_disturbance_is_told_followed_and_over_for_anybody_without_scripts(town, slug, scheme):
    place, run = PLACES[slug], next(RUNS)
    titles = named(DISTURBED, place, run)
    service, title = f"{SERVICE[place.language]} {run}", titles[place.language]
    cause, over = CAUSE[place.language], OVER[place.language]
    with town.visit(place, "root") as page:
        page.goto(town.url(place, "/desk/status/"))
        page.get_by_role("link", name=said(place, "New service")).first.click()
        page.fill(f"#id_name_{place.language}", service)
        page.get_by_role("button", name=said(place, "Save")).click()
        page.get_by_role("link", name=said(place, "New disturbance")).click()
        fill_in_titles(page, titles)
        page.fill(f"#id_body_{place.language}", cause)
        page.get_by_label(service, exact=True).select_option("major")
        page.get_by_role("button", name=said(place, "Preview")).click()
        for words_of_title in titles.values():
            expect(page.get_by_role("heading", name=words_of_title).first).to_be_visible()
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


@pytest.mark.parametrize("slug", PLACES)
def test_an_announcement_is_previewed_sent_watched_and_put_away_for_good(town, slug):
    place, run = PLACES[slug], next(RUNS)
    titles = named(MOVING, place, run)
    title = titles[place.language]
    with town.visit(place, "root") as page:
        page.goto(town.url(place, "/desk/announcements/new"))
        fill_in_titles(page, titles)
        page.select_option("#id_audience", "customers")
        page.check("#id_by_mail")
        page.get_by_role("button", name=said(place, "Preview")).click()
        expect(page.locator("#told summary")).to_contain_text(re.compile(r"[1-9]"))
        for words_of_title in titles.values():
            expect(page.get_by_text(words_of_title).first).to_be_visible()
        assert not barriers(page)
        page.get_by_role("button", name=said(place, "Publish")).click()
        expect(page.locator("#notices")).to_be_visible()
        reload_until(page, "#notices", said(place, "%(number)s sent") % {"number": ""})
        all_written = said(place, "%(told)s of %(total)s written") % {"told": r"(\d+)", "total": r"\1"}
        expect(page.locator("#notices")).to_contain_text(re.compile(all_written))
        assert not barriers(page)
        kept = page.url
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
    with town.visit(place, "root") as page:
        page.goto(kept)
        withdraw(page, place)


@pytest.mark.parametrize(
    ("slug", "scripts"),
    [("ione", False), ("techsupport", True), ("alleanza", True), ("justo", True), ("hostiquant", False)],
)
def test_announced_work_stands_on_the_status_page_until_it_is_called_off(town, slug, scripts):
    place = PLACES[slug]
    titles = named(WORK, place, next(RUNS))
    title = titles[place.language]
    begins = (timezone.now() + timedelta(days=9)).replace(hour=22, minute=0)
    with town.visit(place, "root", java_script_enabled=scripts) as page:
        page.goto(town.url(place, "/desk/announcements/new"))
        fill_in_titles(page, titles)
        page.fill("#id_starts_at", f"{begins:%Y-%m-%dT%H:%M}")
        page.fill("#id_ends_at", f"{begins + timedelta(hours=2):%Y-%m-%dT%H:%M}")
        page.get_by_role("button", name=said(place, "Preview")).click()
        page.get_by_role("button", name=said(place, "Publish")).click()
        expect(page.locator("#notices")).to_be_visible()
        for occasion in occasions_ahead(town, place):
            expect(page.locator("#notices")).to_contain_text(occasion)
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
        called_off = said(place, "The work is called off. Who was told of it is told so once.")
        expect(page.locator("main")).to_contain_text(called_off)
        withdraw(page, place)
    with town.visit(place, java_script_enabled=scripts) as page:
        page.goto(town.url(place, "/announcements/"))
        expect(page.locator("main")).to_contain_text(title)


def occasions_ahead(town, place):
    """When the tenant's policy tells of work, in its words: so long ahead, when it begins and when it ends."""
    document, _ = policy_file(place.slug)
    leads = document.maintenance.lead_times if document.maintenance else ()
    with act_as(town.tenants[place.slug]), translation.override(place.language):
        planned = [Notice(occasion=Notice.Occasion.AHEAD, lead_seconds=each.seconds) for each in leads if each.seconds]
        return [words.occasion(each) for each in (*planned, Notice(occasion=Notice.Occasion.BEGINS))]
