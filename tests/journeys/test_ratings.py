"""A rating in a browser: one click in the mail, without scripts by its button, and what a manager makes of it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.test_beside_the_ticket import looked_at
from tests.journeys.town import PLACES
from tests.support.world import make_person
from tickets import actions, desk, ratings
from tickets.actions import rating as asking
from tickets.models import Rating

#: A browser that a program drives says so, and sends nothing by itself.
DRIVEN_BY_A_PERSON = "Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})"


def asked(subject):
    """A request of somebody new that Ada solved three days ago, of which the sender was asked; and its links."""
    customer, ada, then = make_person(subject), User.objects.get(name="Ada"), timezone.now() - timedelta(days=3)
    ticket = actions.open_ticket(requester=customer, subject=subject, description="It smokes.", at=then)
    actions.take(ticket, actor=ada, at=then)
    actions.reply(ticket, author=ada, body="Unplug it.", status=desk.status_of("solved"), at=then)
    asking.rang(ticket.pk, timezone.now() - timedelta(days=2))
    rating = Rating.objects.get(ticket=ticket)
    return rating, [f"/rate/{ratings.token(rating, customer, score)}/" for score in range(1, 6)]


def test_one_click_in_a_mail_rates_and_a_manager_looks_at_it(town):
    place, wrong = PLACES["ione"], []
    with act_as(town.tenants[place.slug]):
        make_person("Mia", "manager")
        by_script, links = asked("Scripted")
        by_button, plain = asked("Plain")
        by_program, scanned = asked("Scanned")

    with town.visit(place, reduced_motion="reduce") as page:
        page.add_init_script(DRIVEN_BY_A_PERSON)
        page.goto(town.url(place, links[1]))
        expect(page.get_by_role("heading", name="Thank you for your rating")).to_be_visible()
        wrong += looked_at(page, "rating-kept")
        page.get_by_label("What was good, what could be better?").fill("Nobody called back.")
        page.get_by_label("1", exact=True).check()
        page.get_by_role("button", name="Change the rating").click()
        expect(page.get_by_text("Your rating is kept: 1 of 5.")).to_be_visible()
        page.go_back()
        page.reload()
        expect(page.get_by_label("What was good, what could be better?")).to_have_value("Nobody called back.")

    with town.visit(place, reduced_motion="reduce", java_script_enabled=False) as page:
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(town.url(place, plain[3]))
        expect(page.get_by_label("4", exact=True)).to_be_checked()
        page.get_by_role("button", name="Send the rating").click()
        expect(page.get_by_text("Your rating is kept: 4 of 5.")).to_be_visible()

    with town.visit(place, reduced_motion="reduce") as page:
        page.goto(town.url(place, scanned[0]))
        wrong += looked_at(page, "rating-asked")
        expect(page.get_by_role("button", name="Send the rating")).to_be_visible()

    with act_as(town.tenants[place.slug]):
        scores = Rating.objects.in_bulk([by_script.pk, by_button.pk, by_program.pk])
        assert [each.score for each in scores.values()].count(None) == 1
        assert (scores[by_script.pk].score, scores[by_script.pk].comment) == (1, "Nobody called back.")
        assert (scores[by_button.pk].score, scores[by_program.pk].score) == (4, None)

    with town.visit(place, "mia", reduced_motion="reduce") as page:
        page.goto(town.url(place, "/desk/ratings/"))
        expect(page.get_by_text("Nobody called back.")).to_be_visible()
        wrong += looked_at(page, "ratings")
        page.get_by_role("link", name="Look at the bad ratings").click()
        wrong += looked_at(page, "ratings-improve")
        page.get_by_text("Note what comes of it").first.click()
        page.get_by_label("What was done, or will be").first.fill("We call back within the day.")
        page.get_by_role("button", name="Looked at").first.click()
        expect(page.get_by_text("It is noted.")).to_be_visible()
        page.get_by_role("link", name="Looked at", exact=True).click()
        expect(page.get_by_text("We call back within the day.").first).to_be_visible()
        wrong += looked_at(page, "ratings-done")

    assert not wrong, "\n".join(wrong)
