"""The queue and the first pages in a browser: next by key, passed by in the dialog, away from the menu, and drawn."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.town import PLACES, barriers
from tests.support.world import join, make_person, make_ticket
from tickets import actions
from tickets.actions import profiles
from tickets.models import Absence, Skip, Status, TeamMembership, Ticket

#: Set it to a folder to get a picture of every page.
PICTURES = os.environ.get("ASSIGNMENT_PICTURES", "")
HOUR = timedelta(hours=1)


@pytest.fixture
def busy(town):
    """A desk with work: due by the hour, somebody away, somebody full, some solved, one passed by."""

    def fill(slug):
        now = timezone.now()
        with act_as(town.tenants[slug]):
            people = {person.name: person for person in User.objects.select_related("role")}
            team = TeamMembership.objects.filter(user=people["Ada"]).select_related("team").first().team
            for name in ("Bo", "Cyd"):
                people[name] = make_person(f"{name}{User.objects.count()}", "agent")
                join(people[name], team)
            languages = {"capacity": 3, "categories": (), "languages": (), "calendar": ""}
            profiles.set_profile(people["Bo"], actor=people["Root"], at=now, **languages)
            tickets = [make_ticket(people["Grace"], f"Printer {number}", at=now) for number in range(14)]
            for number, ticket in enumerate(tickets):
                if number % 3:
                    actions.take(ticket, actor=people["Bo" if number % 2 else "Cyd"], at=now)
                Ticket.objects.filter(pk=ticket.pk).update(due_at=now + number * HOUR / 2 - HOUR)
            for ticket in tickets[-3:]:
                actions.change_status(ticket, Status.objects.get(kind="solved"), actor=people["Root"], at=now)
            actions.take(tickets[0], actor=people["Cyd"], at=now)
            actions.skip(tickets[0], actor=people["Cyd"], reason=Skip.Reason.SUBJECT, words="New to me.", at=now)
            actions.plan_absence(
                people["Cyd"],
                begins_at=now,
                ends_at=now + 48 * HOUR,
                tickets="keep",
                reason="Moving",
                actor=people["Cyd"],
                at=now,
            )
            return people["Bo"]

    return fill


@pytest.mark.parametrize("slug", ["hostiquant", "alleanza"])
def test_the_first_pages_fit_every_window_and_can_be_read_by_everyone(town, busy, slug):
    place, wrong = PLACES[slug], []
    bo = busy(slug)
    with town.visit(place, "root", reduced_motion="reduce") as page:
        team = page.goto(town.url(place, "/desk/settings/policy/tiers/")) and page.locator("a[href*='/teams/']").first
        paths = [
            "/desk/",
            "/desk/?day=mine",
            "/desk/absences/",
            f"/desk/people/{bo.pk}",
            f"/desk/people/{bo.pk}/profile",
        ]
        paths += [team.get_attribute("href"), "/desk/settings/policy/tiers/", "/desk/settings/teams", "/desk/measures/"]
        for number, path in enumerate(paths):
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


def test_an_agent_works_the_queue_by_key_passes_one_by_and_goes_away(town):
    place = PLACES["ione"]
    with act_as(town.tenants["ione"]):
        grace = User.objects.get(name="Grace")
        first, second = (make_ticket(grace, f"Screen {number}", at=timezone.now()) for number in (1, 2))
        for number, ticket in enumerate((first, second)):
            Ticket.objects.filter(pk=ticket.pk).update(due_at=timezone.now() - (10 - number) * HOUR)
    with town.visit(place, "ada") as page:
        page.goto(town.url(place, "/desk/people/"))
        page.keyboard.press("g")
        page.keyboard.press("n")
        page.wait_for_url(f"**/desk/tickets/{first.number}/")

        page.locator("details.panel", has_text="Why Ada has it").locator("summary").click()
        expect(page.locator("details.panel", has_text="Why Ada has it")).to_contain_text("asked for the next ticket")
        page.get_by_role("link", name="Pass by").click()
        dialog = page.locator("#act-dialog")
        dialog.get_by_label("I do not know enough about this").check()
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / "skip.png")
        dialog.get_by_role("button", name="Pass it by, and show the next").click()
        page.wait_for_url(f"**/desk/tickets/{second.number}/")
        expect(page.locator("main")).to_contain_text(f"Ticket {first.number} is back in the queue.")

        page.locator(".desk-bar details.menu > summary").click()
        page.get_by_role("button", name="I am away now").click()
        page.wait_for_url("**/desk/absences/")
        page.locator("main").get_by_role("button", name="I am back").click()
        expect(page.locator("main")).to_contain_text("You are back")
    with act_as(town.tenants["ione"]):
        assert not Absence.objects.not_over(timezone.now()).filter(user__name="Ada").exists()
