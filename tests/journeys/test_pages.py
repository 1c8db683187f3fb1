"""Pages in every window and every light: on a telephone, by keyboard alone, without scripts, to a screen reader."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.town import PLACES, barriers, file_request, fill_in_request, sign_in_to_file
from tickets import actions
from tickets.models import Status

ALL = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
#: Where an agent writes: the plain field, or the editor that takes its place.
WRITING = "#composer [name=body], #composer [contenteditable=true]"


@pytest.fixture(scope="package")
def asked(town):
    """A ticket with a conversation at each tenant."""
    numbers = {}
    for slug, place in PLACES.items():
        with act_as(town.tenants[slug]):
            grace, ada = User.objects.get(name="Grace"), User.objects.get(name="Ada")
            at = timezone.now()
            ticket = actions.open_ticket(requester=grace, subject=place.subject, description=place.description, at=at)
            pending, body = Status.objects.get(kind="pending"), f"{place.answer} https://example.com/{'w' * 120}"
            actions.reply(ticket, author=ada, body=body, at=at, status=pending)
            actions.note(ticket, author=ada, body="w" * 200, at=at)
            numbers[slug] = ticket.number
    return numbers


def pages_of(place, number):
    """The main pages: who looks at them, and where they are."""
    return [
        ("", "/accounts/login/"),
        ("", "/policy/"),
        ("", "/policy/versions/"),
        ("grace", "/"),
        ("grace", f"/tickets/new?category={place.category}"),
        ("grace", f"/tickets/{number}/"),
        ("grace", f"/tickets/{number}/why"),
        ("grace", "/tickets/"),
        ("grace", f"/kb/article/{place.article}"),
        ("ada", "/desk/"),
        ("ada", "/desk/tickets/?view=every"),
        ("ada", f"/desk/tickets/{number}/"),
        ("ada", f"/desk/tickets/{number}/escalate"),
        ("ada", f"/desk/tickets/{number}/explained"),
    ]


@ALL
def test_nothing_is_wider_than_the_window_of_a_telephone_or_a_laptop(town, asked, place):
    too_wide = []
    for person in ("", "grace", "ada"):
        with town.visit(place, person, color_scheme="dark") as page:
            for path in [path for who, path in pages_of(place, asked[place.slug]) if who == person]:
                assert page.goto(town.url(place, path)).status == 200
                for width in (1280, 360):
                    page.set_viewport_size({"width": width, "height": 800})
                    beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                    too_wide += [f"{path} at {width}: {beyond} px"] if beyond > 0 else []

    assert not too_wide


@ALL
def test_a_screen_reader_finds_no_barrier_and_every_word_can_be_read_in_light_and_dark(town, asked, place):
    found = []
    for person in ("", "grace", "ada"):
        with town.visit(place, person, reduced_motion="reduce") as page:
            for path in [path for who, path in pages_of(place, asked[place.slug]) if who == person]:
                page.emulate_media(color_scheme="light")
                page.goto(town.url(place, path))
                found += barriers(page)
                page.emulate_media(color_scheme="dark")
                # Nothing but the colours is another.
                found += barriers(page, {"runOnly": ["color-contrast"]})

    assert not found, "\n".join(found)


@ALL
def test_everything_that_matters_works_without_scripts(town, place):
    with town.visit(place, java_script_enabled=False) as page:
        page.goto(town.url(place, f"/tickets/new?category={place.category}"))
        sign_in_to_file(page, place, "grace")
        fill_in_request(page, place)
        number = file_request(page)
        page.goto(town.url(place, f"/tickets/{number}/"))
        page.fill(".answer textarea", place.answer)
        page.locator(".answer button.btn-primary").click()
        expect(page.locator(".story .message").last).to_contain_text(place.answer)

    with town.visit(place, "ada", java_script_enabled=False) as page:
        page.goto(town.url(place, f"/desk/tickets/{number}/"))
        page.fill("#composer textarea", place.description)
        page.locator("#composer button.btn-primary").click()
        expect(page.locator(".conversation .message[data-side=staff]").first).to_contain_text(place.description)


def test_by_keyboard_alone_a_reader_skips_to_the_content_and_an_agent_answers(town, asked):
    place = PLACES["ione"]
    with town.visit(place, "grace") as page:
        page.goto(town.url(place, "/"))
        page.keyboard.press("Tab")
        expect(page.locator(".skip-link")).to_be_focused()
        expect(page.locator(".skip-link")).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()

    with town.visit(place, "ada") as page:
        page.goto(town.url(place, f"/desk/tickets/{asked['ione']}/"))
        for _ in range(80):
            page.keyboard.press("Tab")
            # The editor takes the plain field's place, and its focus, when it is there.
            if page.evaluate(f"document.activeElement.matches('{WRITING}')"):
                break
        expect(page.locator(WRITING).and_(page.locator(":focus"))).to_be_visible()
        page.keyboard.type("Typed without a mouse.")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".conversation .message[data-side=staff]").first).to_contain_text("Typed without a mouse.")
