"""Two agents on one ticket, a list and a customer: what happens appears without loading a page again."""

from django.utils import timezone
from playwright.sync_api import expect

from sla.models import Priority
from tenants.context import act_as
from tenants.models import User
from tests.journeys.town import PLACES, SOON, wait_until
from tests.support.world import make_person, make_ticket
from tickets import actions

HOME = PLACES["ione"]
#: What is written in, once the editor is there.
EDITOR = "#composer .composer-text"
TYPED = "I am in the middle of a sentence"


def a_ticket(town, subject="The screen stays dark"):
    """A new ticket of Grace."""
    with act_as(town.tenants[HOME.slug]):
        grace = User.objects.get(name="Grace")
        return make_ticket(grace, subject, at=timezone.now())


def test_two_agents_on_one_ticket_see_each_other_and_lose_nothing(town):
    ticket = a_ticket(town)
    with act_as(town.tenants[HOME.slug]):
        User.objects.filter(name="Bob").exists() or make_person("Bob", "agent")
    address = town.url(HOME, f"/desk/tickets/{ticket.number}/")

    with town.visit(HOME, "ada") as ada, town.visit(HOME, "bob") as bob:
        ada.goto(address)
        bob.goto(address)
        expect(ada.locator("[data-presence]")).to_contain_text("Bob is looking at this ticket too")
        expect(bob.locator("[data-presence]")).to_contain_text("Ada is looking at this ticket too")

        ada.locator("#composer textarea").click()
        expect(ada.locator(EDITOR)).to_be_focused()
        ada.locator(EDITOR).press_sequentially(TYPED)
        expect(bob.locator("[data-presence]")).to_contain_text("Ada is typing a reply")

        seen = ada.locator("#composer [name=seen]").input_value()
        bob.locator("#composer [data-write=note]").click()
        expect(bob.locator(EDITOR)).to_be_visible()
        bob.locator(EDITOR).fill("Look at the cable first.")
        bob.locator("#composer button.btn-primary").click()
        expect(ada.locator("#conversation > .news-item", has_text="Look at the cable first.")).to_be_attached()
        expect(ada.locator(EDITOR)).to_have_text(TYPED)
        expect(ada.locator(EDITOR)).to_be_focused()
        # She has it on her screen, so her reply is not refused.
        expect(ada.locator("#composer [name=seen]")).not_to_have_value(seen)
        ada.locator("#composer button.btn-primary").click()
        expect(ada.locator(".conversation .message").first).to_contain_text(TYPED)

        bob.close()
        expect(ada.locator("[data-presence]")).to_be_empty()


def test_what_was_not_on_the_screen_was_not_seen(town):
    ticket = a_ticket(town, "Smoke comes out of the scanner")
    with act_as(town.tenants[HOME.slug]):
        for number in range(12):
            actions.comment(ticket, author=ticket.requester, body=f"Line {number}\n" * 8, at=timezone.now())

    with town.visit(HOME, "ada") as page:
        page.goto(town.url(HOME, f"/desk/tickets/{ticket.number}/"))
        expect(page.locator("[data-presence]")).to_be_attached()
        seen = page.locator("#composer [name=seen]")
        reading = page.locator("#conversation .message", has_text="Line 3")
        reading.scroll_into_view_if_needed()
        before = reading.bounding_box()["y"]
        with act_as(town.tenants[HOME.slug]):
            actions.comment(ticket, author=ticket.requester, body="It smokes now!", at=timezone.now())

        new = page.locator("#conversation > .news-item", has_text="It smokes now!")
        expect(new).to_be_attached()
        assert abs(reading.bounding_box()["y"] - before) < 2  # nothing jumped
        said = new.get_attribute("data-event")
        # Ids come in order of time. What the worker does meanwhile may be seen, this message not.
        assert seen.input_value() < said
        expect(page.locator("[data-live-told]")).to_contain_text("New message from Grace")
        assert seen.input_value() < said
        new.scroll_into_view_if_needed()
        wait_until(lambda: seen.input_value() >= said, "that the message was seen", page)
        expect(page.locator("[data-live-told]")).to_be_empty()


def test_a_list_says_what_changed_and_a_row_changes_in_its_place(town):
    ticket = a_ticket(town, "The keyboard is stuck")
    with town.visit(HOME, "ada") as page:
        page.goto(town.url(HOME, "/desk/tickets/?view=unassigned&sort=newest"))
        row = page.locator("tr", has=page.locator(f"a.subject[href='/desk/tickets/{ticket.number}/']"))
        row.locator("input[name=chosen]").check()
        with act_as(town.tenants[HOME.slug]):
            other = Priority.objects.exclude(pk=ticket.priority_id).earliest("rank")
            root = User.objects.get(name="Root")
            actions.change_priority(ticket, other, actor=root, reason="It is worse.", at=timezone.now())
            name = str(other)
        expect(row).to_contain_text(name)
        expect(row.locator("input[name=chosen]")).to_be_checked()
        expect(page.locator("[data-live-bar]")).to_be_hidden()

        mouse = a_ticket(town, "The mouse is lost")
        expect(page.locator("[data-live-bar]")).to_contain_text("Changes in this list: 1")
        with act_as(town.tenants[HOME.slug]):
            actions.take(ticket, actor=User.objects.get(name="Ada"), at=timezone.now())
        expect(page.locator("[data-live-bar]")).to_contain_text("Changes in this list: 2")
        expect(row).to_contain_text("No longer in this list")
        page.locator("[data-live-bar] a").click()
        expect(page.locator(f"a.subject[href='/desk/tickets/{mouse.number}/']")).to_be_visible()
        expect(row).to_have_count(0)


def test_a_customer_reads_the_answer_while_writing_and_keeps_the_words(town):
    ticket = a_ticket(town)
    with town.visit(HOME, "grace") as page:
        page.goto(town.url(HOME, f"/tickets/{ticket.number}/"))
        page.fill(".answer textarea", TYPED)
        with act_as(town.tenants[HOME.slug]):
            ada = User.objects.get(name="Ada")
            actions.note(ticket, author=ada, body="Hidden words.", at=timezone.now())
            actions.reply(ticket, author=ada, body="Press the red button.", at=timezone.now())

        expect(page.locator(".story")).to_contain_text("Press the red button.")
        expect(page.locator(".story")).not_to_contain_text("Hidden words.")
        expect(page.locator(".answer textarea")).to_have_value(TYPED)


def test_a_page_says_that_it_is_stale_and_heals_by_itself(town):
    ticket = a_ticket(town)
    with town.visit(HOME, "ada") as page:
        page.route("**/desk/live?*", lambda route: route.fulfill(status=204))
        page.goto(town.url(HOME, f"/desk/tickets/{ticket.number}/"))
        expect(page.locator("[data-live-state]")).to_contain_text("Live updates are interrupted.")

        page.unroute_all(behavior="wait")
        expect(page.locator("[data-live-state]")).to_be_empty(timeout=2 * SOON)
        with act_as(town.tenants[HOME.slug]):
            actions.comment(ticket, author=ticket.requester, body="Are you there?", at=timezone.now())
        expect(page.locator("#conversation > .news-item", has_text="Are you there?")).to_be_visible()


def test_a_page_that_is_sent_away_again_and_again_comes_back_ever_less_often(town):
    ticket = a_ticket(town)
    said = 'event: live\ndata: {}\n\nevent: end\ndata: {"why":"rights"}\n\n'

    with town.visit(HOME, "ada") as ada:
        asked = []

        def send_away(route):
            asked.append(route.request.url)
            route.fulfill(content_type="text/event-stream", body=said)

        ada.route("**/desk/live?*", send_away)
        ada.goto(town.url(HOME, f"/desk/tickets/{ticket.number}/"))
        ada.wait_for_timeout(3_000)
        assert len(asked) <= 6  # after 0.1, 0.2, 0.4, 0.8 and 1.6 seconds
        wait_until(lambda: len(asked) >= 2, "that it comes back", ada)
