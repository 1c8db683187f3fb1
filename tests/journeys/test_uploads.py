"""Files of a customer's form in a real browser: on their way at once, over a broken line and a page loaded again."""

import pytest
from playwright.sync_api import expect

from tenants.context import act_as
from tests.journeys.test_composer import PASTE, PNG
from tests.journeys.town import PLACES, SOON, file_request, fill_in_request, said, wait_until
from tickets.models import Attachment, Upload

#: What else is asked for at each tenant, and in how wide a window; requests about the same are asked about before they
#: are filed.
ABOUT = {
    "ione": (1280, "Monitor flickers blue at dawn"),
    "techsupport": (360, "Badge reader beeps twice at gate nine"),
    "alleanza": (360, "Диск сервера заполнен дампами памяти"),
    "justo": (1280, "Las facturas salen en yenes"),
    "hostiquant": (360, "Backups of the forum end halfway"),
}
OFFLINE = "No connection. It goes on by itself."
SENDING = "This is sent by itself as soon as the files are here. Keep this page open."
#: Five pieces, and a rest.
LARGE = bytes(range(256)) * 10_500
#: What a browser tells of a picture that is dragged over a place, or let fall there; it fails where nobody takes it.
DRAG = """([place, data, kind]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "drop.png", { type: "image/png" }));
  const told = new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true });
  if (document.querySelector(place).dispatchEvent(told)) throw new Error(`Nobody takes the ${kind}`);
}"""


@pytest.mark.parametrize("slug", ABOUT)
def test_a_line_that_breaks_and_a_page_loaded_again_cost_no_byte(town, slug):
    place, (width, about) = PLACES[slug], ABOUT[slug]
    with town.visit(place, "grace"):
        pass
    state = town.signed_in[place.slug, "grace"]
    context = town.browser.new_context(
        storage_state=state, locale=place.language, viewport={"width": width, "height": 800}
    )
    context.set_default_timeout(SOON)
    page = context.new_page()
    line = {"pieces": 0, "most": 2}

    def carry(route):
        if route.request.method == "POST" and line["pieces"] >= line["most"]:
            return route.abort()
        line["pieces"] += route.request.method == "POST"
        return route.continue_()

    page.route("**/uploads/*-*", carry)
    page.goto(town.url(place, f"/tickets/new?category={place.category}"))
    page.set_input_files("#id_files", {"name": "core.dump", "mimeType": "application/octet-stream", "buffer": LARGE})
    row = page.locator(".upload-list li", has_text="core.dump")
    expect(row).to_contain_text(said(place, OFFLINE))
    with act_as(town.tenants[place.slug]):
        assert Upload.objects.latest("id").received == 2 * 512 * 1024

    line["most"] = 3
    page.reload()
    expect(row).to_contain_text(said(place, OFFLINE))
    fill_in_request(page, place)
    page.fill("#id_subject", about)
    page.fill("#id_description", about)
    page.evaluate(PASTE, ["#id_description", PNG])
    page.locator(".filing .btn-primary").click()
    expect(page.locator(".upload-notice")).to_contain_text(said(place, SENDING))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    line["most"] = 1000
    page.wait_for_url("**/filed")
    page.goto(page.url.replace("/filed", "/"))
    picture = page.locator(".attachment-picture img")
    wait_until(lambda: picture.evaluate("image => image.naturalWidth") == 1, "the picture", page)
    expect(page.locator(".attachments")).to_contain_text("core.dump")
    with act_as(town.tenants[place.slug]):
        kept = Attachment.objects.filter(name="core.dump").latest("id")
        with kept.file.open("rb") as content:
            assert content.read() == LARGE
    context.close()


def test_a_picture_dropped_on_the_form_explains_the_request(town):
    place = PLACES["hostiquant"]
    with town.visit(place, "grace") as page:
        page.goto(town.url(place, f"/tickets/new?category={place.category}"))
        fill_in_request(page, place)
        page.fill("#id_subject", f"{place.subject}, with a picture")
        # Over a text, where a browser left to itself would open the picture in place of the page.
        page.evaluate(DRAG, ["#id_description", PNG, "dragover"])
        expect(page.locator("file-uploads.dragging")).to_have_count(1)
        page.evaluate(DRAG, ["#id_description", PNG, "drop"])
        expect(page.locator("file-uploads.dragging")).to_have_count(0)
        row = page.locator('.upload-list li[data-state="done"]', has_text="drop.png")
        shown = row.locator("img")
        wait_until(lambda: shown.evaluate("image => image.naturalWidth") == 1, "the picture in the form", page)
        expect(page.locator("#id_description")).to_have_value(place.description)
        number = file_request(page)
        page.goto(town.url(place, f"/tickets/{number}/"))
        picture = page.locator(".attachment-picture img")
        wait_until(lambda: picture.evaluate("image => image.naturalWidth") == 1, "the picture", page)
    with town.visit(place, "ada") as page:
        page.goto(town.url(place, f"/desk/tickets/{number}/"))
        expect(page.locator(".conversation .attachment-picture img").first).to_be_attached()
    with act_as(town.tenants[place.slug]):
        kept = Attachment.objects.get(message__ticket__number=number)
        assert (kept.name, kept.content_type) == ("drop.png", "image/png")


def test_a_form_that_comes_back_shows_its_files_and_one_is_taken_away(town):
    place, about = PLACES["techsupport"], "Invoice totals are in yen"
    with town.visit(place, "grace") as page:
        page.goto(town.url(place, f"/tickets/new?category={place.category}"))
        files = [{"name": name, "mimeType": "text/plain", "buffer": b"line"} for name in ("one.log", "two.log")]
        page.set_input_files("#id_files", files)
        rows = page.locator('.upload-list li[data-state="done"]')
        expect(rows).to_have_count(2)
        page.locator(".filing .btn-primary").click()
        expect(page.locator(".field-wrong").first).to_be_visible()
        expect(rows).to_have_count(2)
        rows.filter(has_text="one.log").locator("button").click()
        expect(rows).to_have_count(1)
        fill_in_request(page, place)
        page.fill("#id_subject", about)
        page.fill("#id_description", about)
        page.locator(".filing .btn-primary").click()
        page.wait_for_url("**/filed")
        page.goto(page.url.replace("/filed", "/"))
        expect(page.locator(".attachments li")).to_have_count(1)
        page.set_input_files("#id_files", [{"name": "three.log", "mimeType": "text/plain", "buffer": b"line"}])
        expect(page.locator('.upload-list li[data-state="done"]')).to_have_count(1)
        # As a field is that was drawn larger: nothing of it may end in the console.
        page.locator("#id_body").evaluate("field => (field.style.height = '12rem')")
        page.locator(".answer .btn-primary").click()
        expect(page.locator(".story")).to_contain_text("three.log")
        expect(page.locator(".upload-list li")).to_have_count(0)


def test_who_changes_the_language_while_writing_finds_the_words_again(town):
    place, about = PLACES["justo"], "La puerta se abre sola"
    with town.visit(place, "grace") as page:
        page.goto(town.url(place, f"/tickets/new?category={place.category}"))
        page.fill("#id_subject", about)
        page.fill("#id_description", "Desde la actualización del lunes.")
        page.locator('input[name="priority"]').first.check()
        chosen = page.locator('input[name="priority"]:checked').input_value()
        page.set_input_files("#id_files", [{"name": "door.log", "mimeType": "text/plain", "buffer": b"line"}])
        expect(page.locator('.upload-list li[data-state="done"]')).to_have_count(1)
        page.locator("summary:has(.menu-short)").click()
        page.locator('.language-list [value="ru"]').click()
        expect(page.locator("html")).to_have_attribute("lang", "ru")
        expect(page.locator("#id_subject")).to_have_value(about)
        expect(page.locator("#id_description")).to_have_value("Desde la actualización del lunes.")
        expect(page.locator('input[name="priority"]:checked')).to_have_value(chosen)
        expect(page.locator('.upload-list li[data-state="done"]')).to_have_count(1)
        # Opened again later it says that this was not sent; thrown away it is empty.
        page.goto(town.url(place, "/"))
        page.goto(town.url(place, f"/tickets/new?category={place.category}"))
        expect(page.locator("#id_subject")).to_have_value(about)
        page.locator("[data-discard]").click()
        expect(page.locator("#id_subject")).to_have_value("")
        page.locator("summary:has(.menu-short)").click()
        page.locator('.language-list [value="es"]').click()
        expect(page.locator("html")).to_have_attribute("lang", "es")
