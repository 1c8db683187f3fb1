"""A new request whose sending fails: nothing typed is lost, and nobody else on the same device sees it."""

import pytest
from playwright.sync_api import expect

from tenants.context import act_as
from tests.journeys.town import PLACES, SOON, barriers, fill_in_request, fill_in_sign_in, listened_to, wait_until
from tickets.models import Ticket

PLACE = PLACES["ione"]
FORM = f"/tickets/new?category={PLACE.category}"
#: Requests about the same are asked about before they are filed.
UNLIKE = [
    "Elevator music plays in the server room",
    "Yellow labels come out of the scale empty",
    "Half the staples are upside down",
    "The clock in the lobby is French",
]
KEYS = "Object.keys(localStorage).filter(key => key.startsWith('request:'))"


def signed_in(town, place, person):
    """A browser of a customer whose console may speak of a lost connection."""
    with town.visit(place, person):
        pass
    state = town.signed_in[place.slug, person]
    context = town.browser.new_context(storage_state=state, locale="en", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(SOON)
    return context


def write(page, about):
    """Fill in the form, about something."""
    fill_in_request(page, PLACE)
    page.fill("#id_subject", about)
    page.fill("#id_description", f"{about}.\nSince Monday.")


def filed(town, about):
    """How many requests there are about it."""
    with act_as(town.tenants[PLACE.slug]):
        return Ticket.objects.filter(subject=about).count()


def send(page):
    page.locator(".filing .btn-primary").click()


@pytest.mark.parametrize(("width", "about"), [(1280, UNLIKE[0]), (360, UNLIKE[1])])
def test_without_a_connection_the_page_says_so_and_the_words_outlive_a_closed_tab(town, width, about):
    context = signed_in(town, PLACE, "grace")
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(town.url(PLACE, FORM))
    write(page, about)
    page.locator('input[name="priority"]').first.check()
    chosen = page.locator('input[name="priority"]:checked').input_value()
    context.set_offline(True)
    send(page)
    expect(page.get_by_text("Not sent: there is no connection.")).to_be_visible()
    expect(page.locator("[data-send-again]")).to_be_in_viewport()
    expect(page.locator("#toasts .alert-box")).to_have_count(0)
    expect(page.locator("#id_subject")).to_have_value(about)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.set_offline(False)
    expect(page.get_by_text("You are online again")).to_be_visible()
    page.close()

    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(town.url(PLACE, FORM))
    expect(page.get_by_text("You wrote this before and it was not sent.")).to_be_visible()
    expect(page.locator("#id_subject")).to_have_value(about)
    expect(page.locator("#id_description")).to_have_value(f"{about}.\nSince Monday.")
    expect(page.locator('input[name="priority"]:checked')).to_have_value(chosen)
    assert not barriers(page)
    send(page)
    page.wait_for_url("**/filed")
    assert filed(town, about) == 1
    assert page.evaluate(KEYS) == []
    page.goto(town.url(PLACE, FORM))
    expect(page.locator("#id_subject")).to_have_value("")
    expect(page.locator("kept-request .alert-box")).to_be_hidden()
    context.close()


def test_what_arrived_without_an_answer_is_filed_once_also_after_the_page_was_loaded_again(town):
    context = signed_in(town, PLACE, "grace")
    page = context.new_page()
    page.goto(town.url(PLACE, FORM))
    write(page, UNLIKE[2])
    page.evaluate(
        """() => {
            const real = window.fetch;
            window.fetch = async (...asked) => { await real(...asked); throw new TypeError("The answer is lost"); };
        }"""
    )
    send(page)
    expect(page.get_by_text("Not sent: there is no connection.")).to_be_visible()
    assert filed(town, UNLIKE[2]) == 1
    page.reload()
    expect(page.locator("#id_subject")).to_have_value(UNLIKE[2])
    send(page)
    page.wait_for_url("**/filed")
    assert filed(town, UNLIKE[2]) == 1
    context.close()


def test_while_the_service_restarts_the_page_says_so_and_sends_again(town):
    context = signed_in(town, PLACE, "grace")
    page = context.new_page()
    page.goto(town.url(PLACE, FORM))
    write(page, UNLIKE[3])
    page.route(
        "**/tickets/new*",
        lambda route: (
            route.fulfill(status=502, body="Bad gateway") if route.request.method == "POST" else route.continue_()
        ),
    )
    send(page)
    expect(page.get_by_text("our service does not answer")).to_be_visible()
    page.unroute("**/tickets/new*")
    page.locator("[data-send-again]").click()
    page.wait_for_url("**/filed")
    assert filed(town, UNLIKE[3]) == 1
    context.close()


def test_a_form_that_comes_back_says_what_is_missing_in_place(town):
    with town.visit(PLACE, "grace") as page:
        page.goto(town.url(PLACE, FORM))
        page.fill("#id_subject", "Only a subject, nothing else so far")
        send(page)
        expect(page.locator(".field-wrong").first).to_be_visible()
        expect(page.locator("#id_subject")).to_have_value("Only a subject, nothing else so far")
        expect(page.locator("kept-request .alert-box")).to_be_hidden()
        assert page.evaluate("scrollY") == 0
        # Loaded again, the device has it; thrown away it is gone.
        page.goto(town.url(PLACE, FORM))
        expect(page.locator("#id_subject")).to_have_value("Only a subject, nothing else so far")
        page.locator("[data-discard]").click()
        expect(page.locator("#id_subject")).to_have_value("")
        expect(page.locator("kept-request .alert-box")).to_be_hidden()
        assert page.evaluate(KEYS) == []
        page.reload()
        expect(page.locator("#id_subject")).to_have_value("")


def test_another_person_on_the_same_device_sees_nothing_of_it(town):
    context = signed_in(town, PLACE, "grace")
    page = context.new_page()
    page.goto(town.url(PLACE, FORM))
    page.fill("#id_subject", "Between me and you")
    wait_until(lambda: page.evaluate(KEYS), "a draft on this device", page)
    context.clear_cookies()
    with town.visit(PLACE, "ada"):
        pass
    context.add_cookies(town.signed_in[PLACE.slug, "ada"]["cookies"])
    page.goto(town.url(PLACE, FORM))
    expect(page.locator("#id_subject")).to_have_value("")
    expect(page.locator("kept-request .alert-box")).to_be_hidden()
    page.reload()
    expect(page.locator("#id_subject")).to_have_value("")
    # Hers is still there when she is.
    context.clear_cookies()
    context.add_cookies(town.signed_in[PLACE.slug, "grace"]["cookies"])
    page.goto(town.url(PLACE, FORM))
    expect(page.locator("#id_subject")).to_have_value("Between me and you")
    page.locator("[data-discard]").click()
    context.close()


def test_who_has_not_signed_in_finds_it_in_the_same_tab_only(town):
    context = town.browser.new_context(locale="en")
    with listened_to(context) as page:
        page.goto(town.url(PLACE, FORM))
        page.fill("#id_email", "linus@elsewhere.example")
        page.fill("#id_subject", "Nobody knows my name here")
        wait_until(lambda: page.evaluate(KEYS.replace("local", "session")), "a draft in this tab", page)
        assert page.evaluate(KEYS) == []
        page.reload()
        expect(page.locator("#id_subject")).to_have_value("Nobody knows my name here")
        page.goto(town.url(PLACE, "/"))
        page.goto(town.url(PLACE, FORM))
        expect(page.locator("#id_subject")).to_have_value("")
        other = context.new_page()
        other.goto(town.url(PLACE, FORM))
        expect(other.locator("#id_subject")).to_have_value("")


def test_what_proves_who_somebody_is_and_what_is_a_week_old_is_not_kept(town):
    place = PLACES["alleanza"]
    form = f"/tickets/new?category={place.category}"
    with town.visit(place, "grace") as page:
        page.goto(town.url(place, form))
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
    # A session of its own: the others' must not end.
    with listened_to(town.browser.new_context(locale="en", viewport={"width": 1280, "height": 800})) as page:
        page.goto(town.url(PLACE, FORM))
        page.fill("#id_subject", "Written before I signed in")
        wait_until(lambda: page.evaluate(KEYS.replace("local", "session")), "a draft in this tab", page)
        page.goto(town.url(PLACE, "/accounts/login/"))
        fill_in_sign_in(page, PLACE, "grace")
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        page.goto(town.url(PLACE, FORM))
        somebody = "request:ione:somebody-else:technical"
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
        page.goto(town.url(PLACE, "/accounts/logout/"))
        page.locator("main form button").click()
        page.locator("#unsent button", has_text="Stay signed in").click()
        page.goto(town.url(PLACE, FORM))
        sign_out(page)
        page.locator("#unsent button", has_text="Sign out").click()
        expect(page.locator("a[href*='/accounts/login/']").first).to_be_visible()
        assert page.evaluate(KEYS) == [somebody]
        assert page.evaluate(KEYS.replace("local", "session")) == ["request:ione::technical"]


def sign_out(page):
    menu = page.locator("details.menu", has=page.locator("form[action='/accounts/logout/']"))
    menu.locator("summary").click()
    menu.locator("form[action='/accounts/logout/'] button").click()
