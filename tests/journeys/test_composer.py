"""The composer in a real browser: formatting, pictures, drafts, undo, and all that can go wrong while one writes."""

from contextlib import contextmanager

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.town import PLACES, SOON, barriers, complete, listened_to, wait_until
from tickets import actions
from tickets.models import Attachment, Draft, Message, Ticket

PLACE = PLACES["ione"]
#: One grey dot.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNIBgAAZQBkEuR45QAAAABJRU5ErkJggg=="
PASTE = """([box, data]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "shot.png", { type: "image/png" }));
  const paste = { clipboardData: transfer, bubbles: true, cancelable: true };
  document.querySelector(box).dispatchEvent(new ClipboardEvent("paste", paste));
}"""
EDITOR = "#composer .composer-text"
LIBRARY = "**/django-prose-editor*/**"


@pytest.fixture
def number(town):
    """A new ticket of Grace's."""
    with act_as(town.tenants[PLACE.slug]):
        requester = User.objects.get(name="Grace")
        return actions.open_ticket(
            requester=requester, subject=PLACE.subject, description=PLACE.description, at=timezone.now()
        ).number


@contextmanager
def at_the_desk(town, number, person="ada"):
    """The ticket's page, in a browser of its own."""
    with town.visit(PLACE, person) as page:
        page.goto(town.url(PLACE, f"/desk/tickets/{number}/"))
        yield page


@contextmanager
def in_bad_luck(town, number):
    """The same where the console may report what the test breaks."""
    with town.visit(PLACE, "ada"):
        pass
    context = town.browser.new_context(storage_state=town.signed_in[PLACE.slug, "ada"], locale="en")
    context.set_default_timeout(SOON)
    page = context.new_page()
    page.goto(town.url(PLACE, f"/desk/tickets/{number}/"))
    yield page
    context.close()


def write(page, text):
    """Into the editor, as by hand."""
    page.locator("#composer textarea, " + EDITOR).locator("visible=true").first.click()
    expect(page.locator(EDITOR)).to_be_visible()
    page.keyboard.type(text)


class Gate:
    """What is asked for at such addresses waits until it is opened."""

    def __init__(self, page, address):
        self.page, self.waiting, self.is_open = page, [], False
        page.route(address, self.pass_by)

    def pass_by(self, route):
        if self.is_open:
            route.continue_()
        else:
            self.waiting.append(route)

    def open(self):
        """Once anything waits, which may be a while after the key that it is needed for."""
        wait_until(lambda: self.waiting, "that something waits at the gate", self.page)
        self.is_open = True
        for route in self.waiting:
            route.continue_()


def saved(page):
    expect(page.locator(".composer-saved")).to_have_text("Draft saved")


def said(town, number, **which):
    """What staff said on the ticket so far."""
    with act_as(town.tenants[PLACE.slug]):
        found = Message.objects.filter(ticket__number=number, by_staff=True, **which)
        return list(found.order_by("posted_at").values_list("body", "html"))


def test_formatting_a_pasted_picture_undo_and_sending(town, number):
    with at_the_desk(town, number) as page:
        assert not page.evaluate(
            "performance.getEntriesByType('resource').some((e) => e.name.includes('prose-editor'))"
        )
        write(page, "Do ")
        page.locator("[data-format=bold]").click()
        page.keyboard.type("this")
        page.evaluate(PASTE, [EDITOR, PNG])
        expect(page.locator(f"{EDITOR} img")).to_be_visible()
        expect(page.locator(".composer-file-list")).to_contain_text("shot.png")
        expect(page.locator(".composer-to")).to_contain_text("grace@")
        saved(page)
        page.evaluate("document.getElementById('composer').dataset.rest = '30'")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".waiting-rests")).to_contain_text("about to go")
        assert not said(town, number)
        page.locator(".waiting-rests button").click()
        expect(page.locator(".waiting-rests")).to_have_count(0)
        # It is there to be changed, without a click.
        expect(page.locator(EDITOR)).to_be_focused()
        expect(page.locator(f"{EDITOR} strong")).to_have_text("this")
        expect(page.locator(f"{EDITOR} img")).to_be_visible()
        page.evaluate("document.getElementById('composer').dataset.rest = '1'")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".message[data-side=staff] strong")).to_have_text("this")
        expect(page.locator(".message[data-side=staff] img")).to_be_visible()
        assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))") == []
    with town.visit(PLACE, "grace") as page:
        page.goto(town.url(PLACE, f"/tickets/{number}/"))
        expect(page.locator(".message[data-side=staff] strong")).to_have_text("this")
        picture = page.locator(".message[data-side=staff] img")
        wait_until(lambda: picture.evaluate("image => image.naturalWidth") == 1, "the picture", page)


def test_a_draft_is_there_in_another_browser_and_the_older_tab_is_told(town, number):
    with in_bad_luck(town, number) as older, at_the_desk(town, number) as page:
        write(page, "Begun here")
        saved(page)
        write(older, "Older tab")
        expect(older.locator(".composer-notice")).to_contain_text("changed in another window")
        expect(older.locator(".composer-other")).to_have_text("Begun here")
        older.locator("[data-composer=take-other]").click()
        expect(older.locator(EDITOR)).to_have_text("Begun here")
        with act_as(town.tenants[PLACE.slug]):
            assert Draft.objects.get(ticket__number=number).body == "Begun here"


def test_a_reply_and_a_note_keep_their_own_texts(town, number):
    with at_the_desk(town, number) as page:
        write(page, "For the customer")
        page.locator("[data-write=note]").click()
        expect(page.locator(EDITOR)).to_have_text("")
        page.keyboard.type("For us")
        saved(page)
        page.locator("[data-write=reply]").click()
        expect(page.locator(EDITOR)).to_have_text("For the customer")


def test_what_is_typed_into_a_note_never_lands_in_the_reply_while_the_server_is_slow(town, number):
    with at_the_desk(town, number) as page:
        page.route("**/draft", lambda route: (page.wait_for_timeout(700), route.continue_()))
        write(page, "For the customer")
        page.locator("[data-write=note]").click()
        expect(page.locator(EDITOR)).to_have_text("")
        expect(page.locator(EDITOR)).to_be_focused()
        page.keyboard.type("For us")
        expect(page.locator(EDITOR)).to_have_text("For us")
        saved(page)
        page.reload()
        page.locator("[data-write=note]").click()
        expect(page.locator("#composer textarea")).to_have_value("For us")
        page.locator("[data-write=reply]").click()
        expect(page.locator(EDITOR)).to_have_text("For the customer")
    with act_as(town.tenants[PLACE.slug]):
        kept = Draft.objects.filter(ticket__number=number).values_list("kind", "body")
        assert dict(kept) == {"reply": "For the customer", "note": "For us"}


def test_what_is_typed_while_the_editor_loads_stays_where_it_was_typed(town, number):
    with at_the_desk(town, number) as page:
        gate = Gate(page, LIBRARY)
        page.keyboard.press("r")
        expect(page.locator("#composer textarea")).to_be_focused()
        page.keyboard.type("One four")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.keyboard.type("five")
        for _ in range(len("four\n\nfive")):
            page.keyboard.press("ArrowLeft")
        page.keyboard.type("two ")
        gate.open()
        expect(page.locator(EDITOR)).to_be_focused()
        page.keyboard.type("three ")
        expect(page.locator(f"{EDITOR} p")).to_have_text(["One two three four", "five"])
        page.keyboard.press("Control+End")
        page.keyboard.type(" six")
        saved(page)
        page.keyboard.press("Control+Enter")
        expect(page.locator(".message[data-side=staff]")).to_contain_text("One two three four")


def test_a_word_that_was_begun_before_the_editor_came_keeps_its_space(town, number):
    with at_the_desk(town, number) as page:
        gate = Gate(page, LIBRARY)
        page.keyboard.press("n")
        expect(page.locator("#composer textarea")).to_be_focused()
        page.keyboard.type("I ")
        gate.open()
        expect(page.locator(EDITOR)).to_be_focused()
        page.keyboard.type("asked them.")
        expect(page.locator(EDITOR)).to_have_text("I asked them.")


def test_a_connection_lost_in_mid_send_sends_once_and_loses_no_word(town, number):
    with in_bad_luck(town, number) as page:
        write(page, "Sent into a tunnel")
        saved(page)
        # The server takes it, and its answer never arrives: the page knows of nothing, so its writer sends it again.
        page.evaluate(
            """() => {
              const form = document.getElementById("composer");
              return fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
            }"""
        )
        wait_until(lambda: said(town, number), "what was sent", page)
        page.keyboard.press("Control+Enter")
        expect(page.locator(".message[data-side=staff]")).to_contain_text("Sent into a tunnel")
        expect(page.locator("#composer textarea")).to_have_value("")
        # And once more, when it never came to the server.
        write(page, "Not sent at all")
        saved(page)
        page.route("**/send", lambda route: route.abort())
        with page.expect_event("requestfailed"):
            page.keyboard.press("Control+Enter")
        page.unroute_all(behavior="wait")
        page.goto(town.url(PLACE, f"/desk/tickets/{number}/"))
        expect(page.locator("#composer textarea")).to_have_value("Not sent at all")
    assert [body for body, _ in said(town, number)] == ["Sent into a tunnel"]


def test_a_lost_connection_loses_no_word(town, number):
    with in_bad_luck(town, number) as page:
        page.locator("#composer textarea").click()
        expect(page.locator(EDITOR)).to_be_visible()
        page.route("**/draft", lambda route: route.abort())
        page.keyboard.type("Written in a tunnel")
        expect(page.locator(".composer-notice")).to_contain_text("There is no connection")
        page.keyboard.press("Control+Enter")
        expect(page.locator(EDITOR)).to_have_text("Written in a tunnel")
        assert not said(town, number)
        page.unroute_all(behavior="wait")
        page.reload()
        saved(page)
        expect(page.locator("#composer textarea")).to_have_value("Written in a tunnel")
        assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))") == []


def test_a_sign_in_that_ended_while_typing_loses_no_word(town, number):
    with in_bad_luck(town, number) as page:
        page.locator("#composer textarea").click()
        expect(page.locator(EDITOR)).to_be_visible()
        cookies = page.context.cookies()
        page.context.clear_cookies(name="sessionid")
        page.keyboard.type("Written too late")
        expect(page.locator(".composer-notice")).to_contain_text("You are no longer signed in")
        page.keyboard.press("Control+Enter")
        expect(page.locator(EDITOR)).to_have_text("Written too late")
        expect(page.locator("#composer:not([aria-busy])")).to_be_visible()
        page.context.add_cookies(cookies)
        page.keyboard.press("Control+Enter")
        expect(page.locator(".message[data-side=staff]")).to_contain_text("Written too late")


def test_a_double_click_sends_once_and_the_way_back_shows_an_empty_composer(town, number):
    with at_the_desk(town, number) as page:
        write(page, "Only once")
        saved(page)
        page.locator("#composer button.btn-primary").dblclick()
        expect(page.locator(".message[data-side=staff]")).to_contain_text("Only once")
        page.goto(town.url(PLACE, "/desk/tickets/"))
        page.go_back()
        expect(page.locator("#composer textarea")).to_have_value("")
    assert len(said(town, number)) == 1


def test_a_file_goes_on_after_a_broken_line_and_after_the_page_was_loaded_again(town, number):
    large, line = bytes(range(256)) * 6_000, {"pieces": 0, "most": 1}

    def carry(route):
        if route.request.method == "POST" and line["pieces"] >= line["most"]:
            return route.abort()
        line["pieces"] += route.request.method == "POST"
        return route.continue_()

    with in_bad_luck(town, number) as page:
        page.route("**/uploads/*-*", carry)
        page.locator(".composer-files summary").click()
        page.set_input_files("#composer_files", {"name": "core.dump", "mimeType": "x/y", "buffer": large})
        row = page.locator(".composer-file-list li", has_text="core.dump")
        expect(row).to_contain_text("No connection")
        page.reload()
        line["most"] = 2
        expect(row).to_contain_text("No connection")
        line["most"] = 1000
        expect(row.locator("progress")).to_have_count(0)
        write(page, "Here it is")
        page.locator("#composer button.btn-primary").click()
        expect(page.locator(".message[data-side=staff]")).to_contain_text("core.dump")
    with act_as(town.tenants[PLACE.slug]):
        kept = Attachment.objects.filter(name="core.dump").latest("id")
        with kept.file.open("rb") as content:
            assert content.read() == large


def test_uploads_that_break_off_or_are_too_large_are_said(town, number):
    with in_bad_luck(town, number) as page:
        page.route("**/draft/files", lambda route: route.abort())
        page.locator(".composer-files summary").click()
        page.set_input_files("#composer_files", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
        expect(page.locator(".composer-file-list li")).to_contain_text("No connection")
        page.locator(".composer-file-list button").click()
        expect(page.locator(".composer-file-list li")).to_have_count(0)
        photo = {"name": "photo.png", "mimeType": "image/png", "buffer": bytes(25 * 1024 * 1024)}
        page.set_input_files("#composer_files", photo)
        expect(page.locator(".composer-notice")).to_contain_text("larger than")
        page.unroute_all(behavior="wait")
        page.set_input_files("#composer_files", {"name": "b.txt", "mimeType": "text/plain", "buffer": b"b"})
        expect(page.locator(".composer-file-list li")).to_have_count(1)
        page.locator(".composer-file-list button").click()
        expect(page.locator(".composer-file-list li")).to_have_count(0)
        with act_as(town.tenants[PLACE.slug]):
            kept = Attachment.objects.filter(draft__ticket__number=number)
            wait_until(lambda: not kept.exists(), "that it is taken off", page)


def test_without_a_script_the_plain_form_works(town, number):
    with town.visit(PLACE, "ada"):
        pass
    state = town.signed_in[PLACE.slug, "ada"]
    with listened_to(town.browser.new_context(java_script_enabled=False, storage_state=state)) as page:
        page.goto(town.url(PLACE, f"/desk/tickets/{number}/"))
        expect(page.locator(".composer-tools")).to_be_hidden()
        page.fill("#composer textarea", "Plain words")
        page.locator("#composer button.btn-primary").click()
        expect(page.locator(".message[data-side=staff]")).to_contain_text("Plain words")


@pytest.fixture
def long_story(town, number):
    """The ticket, of which much has been said."""
    with act_as(town.tenants[PLACE.slug]):
        ticket, ada = Ticket.objects.get(number=number), User.objects.get(name="Ada")
        for turn in range(50):
            actions.note(ticket, author=ada, body=f"Turn {turn}: https://acme.example/{turn}", at=timezone.now())
    return number


@pytest.mark.parametrize("width", [360, 1280])
def test_the_way_to_the_composer_stays_at_hand_on_a_long_ticket(town, long_story, width):
    with town.visit(PLACE, "ada") as page:
        page.set_viewport_size({"width": width, "height": 740})
        page.goto(town.url(PLACE, f"/desk/tickets/{long_story}/"))
        complete(page)
        dock = page.locator(".composer-dock")
        expect(page.locator("#conversation .message").first).to_contain_text("Turn 49")
        expect(page.locator("#conversation .message").first).to_be_in_viewport()
        expect(dock).not_to_be_visible()  # the composer itself is in sight

        page.locator("#conversation .message").nth(20).scroll_into_view_if_needed()
        expect(dock).to_be_visible()
        expect(page.locator(".desk-bar")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert barriers(page) == []
        # What has the focus is never below it.
        last = page.locator("#conversation .message").nth(25).locator("a").first
        last.focus()
        bottom = lambda: sum(last.bounding_box()[side] for side in ("y", "height"))  # noqa: E731
        wait_until(lambda: bottom() <= dock.bounding_box()["y"], "that the focus is above the bar", page)

        dock.get_by_role("link", name="Internal note").click()
        expect(page.locator(EDITOR)).to_be_focused()
        expect(page.locator("#composer [data-makes-internal]")).to_be_checked()
        expect(page.locator(EDITOR)).to_be_in_viewport()
        expect(dock).not_to_be_visible()


def test_without_scripts_the_way_to_the_composer_is_a_link(town, long_story):
    with town.visit(PLACE, "ada", java_script_enabled=False) as page:
        page.goto(town.url(PLACE, f"/desk/tickets/{long_story}/"))
        page.locator(".composer-dock").get_by_role("link", name="Internal note").click()
        page.wait_for_url("**/?write=note#composer")
        expect(page.locator("#composer [data-makes-internal]")).to_be_checked()
        expect(page.locator("#composer textarea")).to_be_in_viewport()


def test_who_reads_from_the_oldest_on_begins_with_the_newest(town, long_story):
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, f"/desk/tickets/{long_story}/?order=oldest"))
        expect(page.locator("#conversation > .message").last).not_to_be_in_viewport()
        page.goto(town.url(PLACE, f"/desk/tickets/{long_story}/"))
        newest = page.locator("#conversation > .message").last
        expect(newest).to_contain_text("Turn 49")
        expect(newest).to_be_in_viewport()
        expect(page.locator(".composer-dock")).to_be_visible()
