"""What stands beside a ticket, in a browser: people in copy, steps that the customer ticks off, tags, time, snooze."""

import os
import re
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.town import PLACES, barriers, complete
from tickets import actions

#: Set it to a folder to get pictures.
PICTURES = os.environ.get("BESIDE_PICTURES", "")


def looked_at(page, name):
    """Barriers, and whether anything is wider than the window; pictures where they are wanted."""
    wrong = []
    complete(page)
    for width, scheme in ((1280, "light"), (1280, "dark"), (360, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)
        beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        wrong += [f"{name} at {width}: {beyond} px"] if beyond > 0 else []
        wrong += [f"{name} {scheme}: {each}" for each in barriers(page)]
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    return wrong


def test_a_ticket_s_people_steps_time_and_snooze(town):
    place, wrong = PLACES["ione"], []
    with act_as(town.tenants[place.slug]):
        grace = User.objects.get(name="Grace")
        subject, now = "Order form closes", timezone.now()
        ticket = actions.open_ticket(requester=grace, subject=subject, description="Error 500.", at=now)
    path = f"/desk/tickets/{ticket.number}/"

    with town.visit(place, "root", reduced_motion="reduce") as page:
        page.goto(town.url(place, path))
        page.locator("summary", has_text="Who reads this ticket").click()
        page.get_by_role("link", name="Put people in copy").click()
        page.fill("#act-dialog #id_emails", "colleague@elsewhere.example")
        wrong += looked_at(page, "copy-dialog")
        page.get_by_role("button", name="Put in copy and tell them").click()
        expect(page.get_by_text("New here: colleague@elsewhere.example")).to_be_visible()
        page.check("#id_enter")
        page.get_by_role("button", name="Put in copy and tell them").click()
        expect(page.get_by_text("new address")).to_be_visible()

        page.locator("summary", has_text="Checklists").click()
        page.get_by_role("link", name="Send a checklist").click()
        page.fill("#act-dialog #id_steps", "Press Save twice.\nClear the cache of your browser.")
        wrong += looked_at(page, "checklist-dialog")
        page.get_by_role("button", name="Send to the customer").click()
        expect(page.get_by_text("Press Save twice.").last).to_be_visible()

        page.locator("summary", has_text="Time spent").click()
        page.get_by_role("link", name="Write down time").click()
        page.fill("#act-dialog #id_minutes", "1:30")
        page.get_by_role("button", name="Keep").click()
        expect(page.locator("summary", has_text="1 h 30 min")).to_be_visible()
        page.goto(town.url(place, f"{path}snooze"))
        wrong += looked_at(page, "snooze")
        page.get_by_text("The customer writes", exact=True).click()
        page.get_by_role("button", name="Put aside").click()
        if complete(page).locator("#id_past_due[type=checkbox]").count():
            page.check("#id_past_due")
            page.get_by_role("button", name="Put aside").click()
        expect(page.get_by_text("Put aside until the customer writes.")).to_be_visible()
        page.locator("summary", has_text="Time spent").click()
        expect(page.get_by_role("link", name="Write down time")).to_be_visible()
        wrong += looked_at(page, "ticket")
        for name, address in {
            "tags": "settings/tags",
            "checklist-templates": "settings/checklists",
            "time-sums": "time/",
        }.items():
            page.goto(town.url(place, f"/desk/{address}"))
            wrong += looked_at(page, name)

    with town.visit(place, "grace", reduced_motion="reduce") as page:
        page.goto(town.url(place, f"/tickets/{ticket.number}/"))
        wrong += looked_at(page, "portal-steps")
        for step in range(2):
            page.get_by_text("Say what you saw").first.click()
            page.locator(".todo-step textarea").first.fill(f"Nothing changed, {step}.")
            page.get_by_role("button", name=re.compile("^Done")).first.click()
            expect(page.get_by_text(f"Nothing changed, {step}.").first).to_be_visible()
        expect(page.get_by_text("Thank you. We go on from here.")).to_be_visible()
        wrong += looked_at(page, "portal-done")

    assert not wrong, "\n".join(wrong)
