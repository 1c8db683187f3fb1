"""A new request whose sending fails: nothing typed is lost, and nobody else on the same device sees it."""

import pytest
from playwright.sync_api import expect

from tenants.context import act_as
from tests.journeys.town import (
    PLACES,
    SOON,
    barriers,
    fill_in_answers,
    fill_in_request,
    fill_in_sign_in,
    listened_to,
    said,
    wait_until,
)
from tickets.models import Ticket

#: What else is asked for at each tenant, and in how wide a window; requests about the same are asked about before they
#: are filed.
ABOUT = {
    "ione": (1280, "Elevator music plays in the server room"),
    "techsupport": (360, "Yellow labels come out of the scale empty"),
    "alleanza": (360, "В серверной играет музыка из лифта"),
    "justo": (1280, "Las etiquetas amarillas salen vacías"),
    "hostiquant": (360, "Half the staples are upside down"),
}
OFFLINE = (
    "Not sent: there is no connection. What you wrote is kept here. Send it again when you are online; it is filed once"
    " only."
)
ONLINE = "You are online again, and your request is not sent yet. Send it again; it is filed once only."
KEPT = "You wrote this before and it was not sent. It is kept on this device for seven days, only for you."
AWAY = (
    "Not sent: our service does not answer right now. What you wrote is kept here. Send it again in a minute; it is"
    " filed once only."
)
KEYS = "Object.keys(localStorage).filter(key => key.startsWith('request:'))"


def signed_in(town, place, person):
    """A browser of a customer whose console may speak of a lost connection."""
    with town.visit(place, person):
        pass
    state = town.signed_in[place.slug, person]
    context = town.browser.new_context(
        storage_state=state, locale=place.language, viewport={"width": 1280, "height": 800}
    )
    context.set_default_timeout(SOON)
    return context


def form_of(town, place):
    """The address of the form of the tenant's category."""
    return town.url(place, f"/tickets/new?category={place.category}")


def write(page, place, about):
    """Fill in the form, about something."""
    fill_in_request(page, place)
    page.fill("#id_subject", about)
    page.fill("#id_description", f"{about}.\nSince Monday.")


def filed(town, place, about):
    """How many requests there are about it."""
    with act_as(town.tenants[place.slug]):
        return Ticket.objects.filter(subject=about).count()


def send(page):
    page.locator(".filing .btn-primary").click()


@pytest.mark.parametrize("slug", ABOUT)
def test_without_a_connection_the_page_says_so_and_the_words_outlive_a_closed_tab(town, slug):
    place, (width, about) = PLACES[slug], ABOUT[slug]
    context = signed_in(town, place, "grace")
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(form_of(town, place))
    write(page, place, about)
    page.locator('input[name="priority"]').first.check()
    chosen = page.locator('input[name="priority"]:checked').input_value()
    context.set_offline(True)
    send(page)
    expect(page.get_by_text(said(place, OFFLINE))).to_be_visible()
    expect(page.locator("[data-send-again]")).to_be_in_viewport()
    expect(page.locator("#toasts .alert-box")).to_have_count(0)
    expect(page.locator("#id_subject")).to_have_value(about)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.set_offline(False)
    expect(page.get_by_text(said(place, ONLINE))).to_be_visible()
    page.close()

    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(form_of(town, place))
    expect(page.get_by_text(said(place, KEPT))).to_be_visible()
    expect(page.locator("#id_subject")).to_have_value(about)
    expect(page.locator("#id_description")).to_have_value(f"{about}.\nSince Monday.")
    expect(page.locator('input[name="priority"]:checked')).to_have_value(chosen)
    assert not barriers(page)
    # What proves who somebody is was not kept.
    fill_in_answers(page)
    send(page)
    page.wait_for_url("**/filed")
    assert filed(town, place, about) == 1
    assert page.evaluate(KEYS) == []
    page.goto(form_of(town, place))
    expect(page.locator("#id_subject")).to_have_value("")
    expect(page.locator("kept-request .alert-box")).to_be_hidden()
    context.close()


def test_what_arrived_without_an_answer_is_filed_once_also_after_the_page_was_loaded_again(town):
    place, about = PLACES["hostiquant"], "The clock in the lobby is French"
    context = signed_in(town, place, "grace")
    page = context.new_page()
    page.goto(form_of(town, place))
    write(page, place, about)
    page.evaluate(
        """() => {
            const real = window.fetch;
            window.fetch = async (...asked) => { await real(...asked); throw new TypeError("The answer is lost"); };
        }"""
    )
    send(page)
    expect(page.get_by_text(said(place, OFFLINE))).to_be_visible()
    assert filed(town, place, about) == 1
    page.reload()
    expect(page.locator("#id_subject")).to_have_value(about)
    send(page)
    page.wait_for_url("**/filed")
    assert filed(town, place, about) == 1
    context.close()


def test_while_the_service_restarts_the_page_says_so_and_sends_again(town):
    place, about = PLACES["justo"], "El reloj del vestíbulo está en francés"
    context = signed_in(town, place, "grace")
    page = context.new_page()
    page.goto(form_of(town, place))
    write(page, place, about)
    page.route(
        "**/tickets/new*",
        lambda route: (
            route.fulfill(status=502, body="Bad gateway") if route.request.method == "POST" else route.continue_()
        ),
    )
    send(page)
    expect(page.get_by_text(said(place, AWAY))).to_be_visible()
    page.unroute("**/tickets/new*")
    page.locator("[data-send-again]").click()
    page.wait_for_url("**/filed")
    assert filed(town, place, about) == 1
    context.close()


def test_a_form_that_comes_back_says_what_is_missing_in_place(town):
    place = PLACES["techsupport"]
    with town.visit(place, "grace") as page:
        page.goto(form_of(town, place))
        page.fill("#id_subject", "Only a subject, nothing else so far")
        send(page)
        expect(page.locator(".field-wrong").first).to_be_visible()
        expect(page.locator("#id_subject")).to_have_value("Only a subject, nothing else so far")
        expect(page.locator("kept-request .alert-box")).to_be_hidden()
        assert page.evaluate("scrollY") == 0
        # Loaded again, the device has it; thrown away it is gone.
        page.goto(form_of(town, place))
        expect(page.locator("#id_subject")).to_have_value("Only a subject, nothing else so far")
        page.locator("[data-discard]").click()
        expect(page.locator("#id_subject")).to_have_value("")
        expect(page.locator("kept-request .alert-box")).to_be_hidden()
        assert page.evaluate(KEYS) == []
        page.reload()
        expect(page.locator("#id_subject")).to_have_value("")


def test_another_person_on_the_same_device_sees_nothing_of_it(town):
    place, about = PLACES["alleanza"], "Между нами говоря"
    context = signed_in(town, place, "grace")
    page = context.new_page()
    page.goto(form_of(town, place))
    page.fill("#id_subject", about)
    wait_until(lambda: page.evaluate(KEYS), "a draft on this device", page)
    context.clear_cookies()
    with town.visit(place, "ada"):
        pass
    context.add_cookies(town.signed_in[place.slug, "ada"]["cookies"])
    page.goto(form_of(town, place))
    expect(page.locator("#id_subject")).to_have_value("")
    expect(page.locator("kept-request .alert-box")).to_be_hidden()
    page.reload()
    expect(page.locator("#id_subject")).to_have_value("")
    # Hers is still there when she is.
    context.clear_cookies()
    context.add_cookies(town.signed_in[place.slug, "grace"]["cookies"])
    page.goto(form_of(town, place))
    expect(page.locator("#id_subject")).to_have_value(about)
    page.locator("[data-discard]").click()
    context.close()


def test_who_has_not_signed_in_finds_it_in_the_same_tab_only(town):
    place, about = PLACES["justo"], "Aquí nadie sabe cómo me llamo"
    context = town.browser.new_context(locale=place.language)
    with listened_to(context) as page:
        page.goto(form_of(town, place))
        page.fill("#id_email", "linus@elsewhere.example")
        page.fill("#id_subject", about)
        wait_until(lambda: page.evaluate(KEYS.replace("local", "session")), "a draft in this tab", page)
        assert page.evaluate(KEYS) == []
        page.reload()
        expect(page.locator("#id_subject")).to_have_value(about)
        page.goto(town.url(place, "/"))
        page.goto(form_of(town, place))
        expect(page.locator("#id_subject")).to_have_value("")
        other = context.new_page()
        other.goto(form_of(town, place))
        expect(other.locator("#id_subject")).to_have_value("")


def test_what_proves_who_somebody_is_and_what_is_a_week_old_is_not_kept(town):
    place = PLACES["alleanza"]
    with town.visit(place, "grace") as page:
        page.goto(form_of(town, place))
        page.fill("#id_subject", place.subject)
        page.fill("[name='answer-login']", "grace-the-first")
        wait_until(lambda: page.evaluate(KEYS), "a draft on this device", page)
        kept = page.evaluate(f"localStorage.getItem({KEYS}[0])")
        assert place.subject in kept
        assert "grace-the-first" not in kept
        page.reload()
        expect(page.locator("#id_subject")).to_have_value(place.subject)
        expect(page.locator("[name='answer-login']")).to_have_value("")
        expect(page.locator(".kept-never")).to_be_visible()
        page.evaluate(
            f"""() => {{ const key = {KEYS}[0], kept = JSON.parse(localStorage.getItem(key));
            localStorage.setItem(key, JSON.stringify({{ ...kept, at: kept.at - 8 * 24 * 3600 * 1000 }})); }}"""
        )
        page.reload()
        expect(page.locator("#id_subject")).to_have_value("")
        assert page.evaluate(KEYS) == []


def test_signing_out_deletes_it_from_the_device_once_that_was_said(town):
    place = PLACES["techsupport"]
    # A session of its own: the others' must not end.
    with listened_to(town.browser.new_context(locale=place.language, viewport={"width": 1280, "height": 800})) as page:
        page.goto(form_of(town, place))
        page.fill("#id_subject", "Written before I signed in")
        wait_until(lambda: page.evaluate(KEYS.replace("local", "session")), "a draft in this tab", page)
        page.goto(town.url(place, "/accounts/login/"))
        fill_in_sign_in(page, place, "grace")
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        page.goto(form_of(town, place))
        somebody = f"request:{place.slug}:somebody-else:{place.category}"
        page.evaluate(f"localStorage.setItem('{somebody}', JSON.stringify({{ at: Date.now(), typed: [] }}))")
        page.fill("#id_subject", "For nobody who comes after me")
        sign_out(page)
        expect(page.get_by_text("If you sign out, it is deleted from this device.")).to_be_visible()
        assert not barriers(page)
        page.locator("#unsent button", has_text="Stay signed in").click()
        expect(page.locator("#unsent")).to_be_hidden()
        page.reload()
        expect(page.locator("#id_subject")).to_have_value("For nobody who comes after me")
        # The page that asks, for who comes to its address.
        page.goto(town.url(place, "/accounts/logout/"))
        page.locator("main form button").click()
        page.locator("#unsent button", has_text="Stay signed in").click()
        page.goto(form_of(town, place))
        sign_out(page)
        page.locator("#unsent button", has_text="Sign out").click()
        expect(page.locator("a[href*='/accounts/login/']").first).to_be_visible()
        assert page.evaluate(KEYS) == [somebody]
        assert page.evaluate(KEYS.replace("local", "session")) == [f"request:{place.slug}::{place.category}"]


def sign_out(page):
    menu = page.locator("details.menu", has=page.locator("form[action='/accounts/logout/']"))
    menu.locator("summary").click()
    menu.locator("form[action='/accounts/logout/'] button").click()
