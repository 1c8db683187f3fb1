"""By key alone, without a script, on a telephone, and against a colleague: what an agent does all day."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.test_composer import EDITOR, write
from tests.journeys.town import PLACES, complete, file_request, fill_in_request, sign_in_to_file
from tests.support.world import make_person, make_ticket
from tickets import actions
from tickets.models import Ticket

PLACE = PLACES["ione"]


@pytest.fixture
def numbers(town):
    """Three new tickets of Grace's, the oldest first."""
    with act_as(town.tenants[PLACE.slug]):
        grace = User.objects.get(name="Grace")
        return [make_ticket(grace, f"Lever {number}", at=timezone.now()).number for number in range(3)]


def told(page):
    """The keys that the page's own dialog tells, each with what it does."""
    complete(page).keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    keys = [" ".join(key.split()) for key in page.locator("#keys-list dt").all_inner_texts()]
    does = page.locator("#keys-list dd").all_inner_texts()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-dialog")).to_be_hidden()
    assert len(set(keys)) == len(keys), keys
    return dict(zip(keys, does, strict=True))


def link_to(page, number):
    return page.locator(f"a.subject[href='/desk/tickets/{number}/']")


def test_the_keys_of_a_list_do_what_its_dialog_says(town, numbers):
    first, second, third = numbers
    with town.visit(PLACE, "ada") as page:
        # A page in the middle: one before it and, from there, one after.
        page.goto(town.url(PLACE, f"/desk/tickets/?view=every&sort=newest&after={third}_"))
        keys = told(page)
        assert {"j", "k", "x", "Enter", ".", "Ctrl+Enter", "Esc", "c", "[", "/", ":", "?", "g n"} <= set(keys)
        assert keys["."] == "What to do with the chosen tickets"

        for key, number in (("j", second), ("j", first), ("k", second)):
            page.keyboard.press(key)
            expect(link_to(page, number)).to_be_focused()
        page.keyboard.press("x")
        expect(page.locator(f"input[name=chosen][value='{second}']")).to_be_checked()
        expect(page.locator("[data-chosen-count]")).to_contain_text("1")
        page.keyboard.press(".")
        expect(page.locator("#bulk_act")).to_be_focused()
        page.keyboard.press("Control+Enter")
        expect(page.locator("#bulk-state")).to_contain_text("1 ticket was changed.")
        complete(page).keyboard.press("z")
        expect(page.locator("#bulk-state")).to_contain_text("1 ticket is as it was before.")

        page.goto(town.url(PLACE, f"/desk/tickets/?view=every&sort=newest&after={third}_"))
        complete(page).keyboard.press("[")
        expect(link_to(page, third)).to_be_visible()
        before = page.url
        complete(page).keyboard.press("]")
        page.wait_for_url(lambda url: url != before)
        expect(link_to(page, second)).to_be_visible()
        complete(page).keyboard.press("c")
        page.wait_for_url("**/desk/tickets/new")
        field = "form[data-begin] :is(select, textarea, input:not([type=hidden]))"
        expect(page.locator(field).first).to_be_focused()


def test_who_comes_back_to_a_list_goes_on_where_they_left_it(town, numbers):
    first, second, third = numbers
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, "/desk/tickets/?view=every&sort=newest"))
        complete(page).keyboard.press("j")
        expect(link_to(page, third)).to_be_focused()
        page.keyboard.press("j")
        expect(link_to(page, second)).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/desk/tickets/{second}/")
        complete(page).go_back()
        complete(page).keyboard.press("j")
        expect(link_to(page, first)).to_be_focused()


def test_the_keys_of_a_ticket_do_what_its_dialog_says(town, numbers):
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, f"/desk/tickets/{numbers[0]}/"))
        complete(page).keyboard.press("a")
        expect(page.locator("#ticket-state")).to_contain_text("Ada")
        keys = told(page)
        assert {"r", "n", "m", "s", "p", "e", "h", "b", "t", "Ctrl+Enter", "Esc"} <= set(keys)

        dialog = page.locator("#act-dialog")
        for key, heading in (
            ("s", "Change the state"),
            ("p", "Correct the priority"),
            ("e", "Escalate"),
            ("h", "Snooze"),
            ("b", "Pass this ticket by"),
        ):
            page.keyboard.press(key)
            expect(dialog).to_be_visible()
            expect(dialog).to_contain_text(heading)
            page.keyboard.press("Escape")
            expect(dialog).to_be_hidden()
        page.keyboard.press("m")
        menu = page.locator("details[data-menu]", has=page.locator("[data-key=m]"))
        expect(menu).to_have_attribute("open", "")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(menu).not_to_have_attribute("open", "")

        page.keyboard.press("r")
        expect(page.locator(EDITOR)).to_be_focused()
        page.keyboard.type("One moment, please.")
        page.evaluate("document.getElementById('composer').dataset.rest = '60'")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".waiting-rests")).to_contain_text("about to go")
        assert told(page)["z"] == "Undo sending"
        page.keyboard.press("z")
        expect(page.locator(".waiting-rests")).to_have_count(0)
        expect(page.locator("#composer")).to_contain_text("One moment, please.")
        # Whoever takes it back changes it at once; Escape leaves the text, and the keys of the page are heard again.
        expect(page.locator(EDITOR)).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(EDITOR)).not_to_be_focused()
        page.keyboard.press("t")
        expect(page.locator("#id_tag_name")).to_be_focused()


def test_by_keyboard_alone_from_the_list_to_a_reply_another_state_and_the_next_tier(town, numbers):
    number = numbers[-1]
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, "/desk/tickets/?view=every&sort=newest"))
        complete(page).keyboard.press("j")
        expect(link_to(page, number)).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/desk/tickets/{number}/")

        complete(page).keyboard.press("r")
        expect(page.locator(EDITOR)).to_be_focused()
        page.keyboard.type("Pull the lever.")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".conversation .message[data-side=staff]")).to_contain_text("Pull the lever.")

        dialog = page.locator("#act-dialog")
        complete(page).keyboard.press("s")
        expect(dialog.locator("select[name=status]")).to_be_focused()
        page.keyboard.type("On hold")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#ticket-state")).to_contain_text("On hold")

        complete(page).keyboard.press("e")
        expect(dialog.locator("input[name=to]").first).to_be_focused()
        page.keyboard.press("Tab")
        expect(dialog.locator("[name=reason]")).to_be_focused()
        page.keyboard.type("It needs a longer lever.")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#ticket-tier")).to_contain_text("It needs a longer lever.")


def pressed(page, letter, key, **more):
    """Press a key on which another alphabet has this letter."""
    event = {"key": letter, "code": f"Key{key.upper()}", "bubbles": True, "cancelable": True, **more}
    page.evaluate("event => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', event))", event)


def test_the_keys_are_heard_on_a_russian_keyboard_too(town, numbers):
    *_others, number = numbers
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, "/desk/tickets/?view=every&sort=newest"))
        pressed(complete(page), "о", "j")
        expect(link_to(page, number)).to_be_focused()
        pressed(page, "ч", "x")
        expect(page.locator(f"input[name=chosen][value='{number}']")).to_be_checked()
        pressed(page, "л", "k", ctrlKey=True)
        expect(page.locator("#palette-input")).to_be_focused()
        page.keyboard.press("Escape")
        for letter, key in (("п", "g"), ("р", "h")):
            pressed(page, letter, key)
        page.wait_for_url("**/desk/")

        page.goto(town.url(PLACE, f"/desk/tickets/{number}/"))
        pressed(complete(page), "ы", "s")
        expect(page.locator("#act-dialog")).to_contain_text("Change the state")


def command(page, words):
    """Run what the palette offers first for these words."""
    complete(page).keyboard.press("Control+k")
    expect(page.locator("#palette-input")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def test_by_keyboard_alone_merge_split_snooze_and_write_down_time(town, numbers):
    stays, goes, _other = numbers
    dialog = "#act-dialog "
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, f"/desk/tickets/{goes}/"))
        command(page, "write down")
        expect(page.locator(f"{dialog}[name=minutes]")).to_be_focused()
        page.keyboard.type("15")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#messages")).to_contain_text("The time is written down.")
        # A block beside the ticket opens where the cursor is then, and is not closed by a second time.
        for _twice in range(2):
            command(page, "time spent")
            expect(page.locator("#ticket-time > summary")).to_be_focused()
            expect(page.locator("#ticket-time")).to_contain_text("15 min")

        # The answer that is chosen already has the focus, and the arrows go on from there.
        page.keyboard.press("h")
        expect(page.locator(f"{dialog}[name=choice]:checked")).to_be_focused()
        page.keyboard.press("Control+Enter")
        expect(page.locator("#messages")).to_contain_text(f"Ticket {goes} is put aside.")

        command(page, "merge")
        expect(page.locator(f"{dialog}[name=number]")).to_be_focused()
        page.keyboard.type(str(stays))
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/desk/tickets/{stays}/")
        expect(page.locator("#messages")).to_contain_text(f"Ticket {goes} is merged into this one.")

        command(page, "split")
        expect(page.locator(f"{dialog}[name=messages]").first).to_be_focused()
        page.keyboard.press("Space")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#messages")).to_contain_text(f"split off from ticket {stays}")


def test_merging_into_a_stranger_s_ticket_asks_where_the_answer_is_given(town, numbers):
    with act_as(town.tenants[PLACE.slug]):
        stranger = User.objects.filter(name="Noor").first() or make_person("Noor")
        other = make_ticket(stranger, "Another lever", at=timezone.now()).number
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, f"/desk/tickets/{numbers[0]}/do/merge?number={other}"))
        expect(complete(page).locator("[name=number]")).to_be_focused()
        # What the console says of a form that needs a correction is no error of ours.
        page.keyboard.press("Control+Enter")
        expect(page.locator("[name=disclose]")).to_be_focused()
        page.keyboard.press("Space")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(f"**/desk/tickets/{other}/")


def test_many_are_closed_and_tagged_by_keyboard_alone(town, numbers):
    first, second, third = numbers
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, "/desk/tickets/?view=every&sort=newest"))
        for number in (third, second):
            complete(page).keyboard.press("j")
            expect(link_to(page, number)).to_be_focused()
            page.keyboard.press("x")
        page.keyboard.press(".")
        expect(page.locator("#bulk_act")).to_be_focused()
        page.keyboard.type("Add a tag")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#details_tag")).to_be_focused()
        page.keyboard.type("levers")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#bulk-state")).to_contain_text("2 tickets were changed.")

        for number in (third, second, first):
            complete(page).keyboard.press("j")
            expect(link_to(page, number)).to_be_focused()
            page.keyboard.press("x")
        page.keyboard.press(".")
        expect(page.locator("#bulk_act")).to_be_focused()
        page.keyboard.type("Set to: Closed")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#bulk-state")).to_contain_text("3 tickets were changed.")
        complete(page).keyboard.press("j")
        expect(link_to(page, third)).to_be_focused()
        page.keyboard.press(".")
        expect(page.locator("#bulk_act")).to_be_focused()
        # Out of the field the row that is marked opens as before.
        page.keyboard.press("Escape")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/desk/tickets/{third}/")
        expect(page.locator("#ticket-state")).to_contain_text("Closed")
        expect(page.locator("#ticket-tags")).to_contain_text("levers")


def test_an_agent_changes_the_state_without_scripts(town, numbers):
    with town.visit(PLACE, "ada", java_script_enabled=False) as page:
        page.goto(town.url(PLACE, f"/desk/tickets/{numbers[0]}/"))
        page.get_by_role("link", name="Change the state").click()
        page.locator("select[name=status]").select_option(label="On hold")
        page.get_by_role("button", name="Change", exact=True).click()
        expect(page.locator("#ticket-state")).to_contain_text("On hold")


def test_a_reply_against_a_colleague_s_is_refused_with_what_is_new_and_goes_the_second_time(town, numbers):
    number = numbers[0]
    with town.visit(PLACE, "ada") as page:
        # Her page hears nothing, as one whose connection is bad.
        page.route("**/desk/live?*", lambda route: route.fulfill(status=204))
        page.goto(town.url(PLACE, f"/desk/tickets/{number}/"))
        write(page, "Pull it.")
        with act_as(town.tenants[PLACE.slug]):
            mary = User.objects.filter(name="Mia").first() or make_person("Mia", "agent")
            ticket = Ticket.objects.get(number=number)
            actions.reply(ticket, author=mary, body="Push it.", at=timezone.now())
        page.locator("#composer .composer-send .btn-primary").click()

        expect(page.locator("#composer .changed")).to_contain_text("Push it.")
        expect(page.locator("#composer")).to_contain_text("Pull it.")
        complete(page).locator("#composer .composer-send .btn-primary").click()
        expect(page.locator("#conversation .message", has_text="Pull it.")).to_be_visible()


def test_a_merge_by_somebody_else_closes_the_composer_and_loses_no_word(town, numbers):
    stays, goes, _other = numbers
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, f"/desk/tickets/{goes}/"))
        write(page, "Half a sentence")
        page.locator("#id_tag_name").fill("lev")
        with act_as(town.tenants[PLACE.slug]):
            root, now = User.objects.get(name="Root"), timezone.now()
            actions.add_tag(Ticket.objects.get(number=goes), "stuck", actor=root, at=now)
            found = {each.number: each for each in Ticket.objects.filter(number__in=(stays, goes))}
            actions.merge(found[goes], into=found[stays], actor=root, at=now)

        expect(page.locator("#ticket-banners")).to_contain_text(f"This ticket was merged into ticket {stays}")
        expect(page.locator("#composer")).to_contain_text("On this ticket nothing can be written any more.")
        expect(page.locator("#composer .composer-send .btn-primary")).to_be_disabled()
        expect(page.locator("#composer")).to_contain_text("Half a sentence")
        # What is being filled in stays, and what is new comes once it is left.
        expect(page.locator("#id_tag_name")).to_have_value("lev")
        page.locator("#id_tag_name").fill("")
        page.locator("#id_tag_name").blur()
        expect(page.locator("#ticket-tags")).to_contain_text("stuck")


def test_a_request_is_filed_and_answered_on_a_telephone(town):
    with town.visit(PLACE) as page:
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(town.url(PLACE, f"/tickets/new?category={PLACE.category}"))
        sign_in_to_file(page, PLACE, "grace")
        fill_in_request(page, PLACE)
        number = file_request(page)
        page.goto(town.url(PLACE, f"/tickets/{number}/"))
        page.fill(".answer textarea", "It happens on the telephone too.")
        page.locator(".answer button.btn-primary").click()
        expect(page.locator(".story .message").last).to_contain_text("It happens on the telephone too.")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert re.search(r"/tickets/\d+/$", page.url)
