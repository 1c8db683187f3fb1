"""What-if in a browser: a draft is pasted, and the page shows what would have been broken."""

import os
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.town import PLACES, barriers
from tests.support.world import policy_file
from tickets import actions

PAGE = "/desk/settings/policy/replay"
#: Set it to a folder to get a picture of the page.
PICTURES = os.environ.get("POLICY_PICTURES", "")


def test_a_draft_is_replayed_in_every_window_and_light(town):
    place, wrong = PLACES["ione"], []
    filed = timezone.now() - timedelta(days=5)
    with act_as(town.tenants[place.slug]):
        grace, ada = User.objects.get(name="Grace"), User.objects.get(name="Ada")
        for number in range(4):
            at = filed + timedelta(hours=number)
            ticket = actions.open_ticket(requester=grace, subject=f"{place.subject} {'w' * 80}", description="?", at=at)
            late = timedelta(minutes=1) if number == 0 else timedelta(hours=20)
            actions.reply(ticket, author=ada, body=place.answer, at=at + late)
    _, text = policy_file(place.slug)
    draft = text.replace("first_response: 24h", "first_response: 1h", 1)
    draft = draft.replace('mon-fri: "08:00-18:00"', 'mon-sun: "00:00-24:00"', 1)

    with town.visit(place, "root", reduced_motion="reduce") as page:
        page.goto(town.url(place, "/desk/settings/"))
        page.locator(f'a[href="{PAGE}"]').click()
        page.fill("#id_text", draft)
        page.select_option("#id_days", "7")
        page.locator("main button.btn-primary").click()
        expect(page.locator("#outcome")).to_be_visible()
        expect(page.locator(".what-if-bars").first).to_be_visible()
        assert page.locator(f'a[href="/desk/tickets/{ticket.number}/"]').count()
        for width, scheme in ((1280, "light"), (1280, "dark"), (360, "light")):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            if PICTURES:
                page.screenshot(path=Path(PICTURES) / f"what-if-{width}-{scheme}.png", full_page=True)
            beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            wrong += [f"at {width}: {beyond} px"] if beyond > 0 else []
            wrong += barriers(page)

    assert not wrong, "\n".join(wrong)
