"""The whole story at each tenant: a customer asks and is promised a time, an agent answers, what is late climbs."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from sla.models import Priority
from tenants.context import act_as
from tenants.models import User
from tests.journeys.town import (
    PLACES,
    file_request,
    fill_in_request,
    fill_in_sign_in,
    reload_until,
    sign_in_to_file,
    wait_until,
)
from tickets import actions
from tickets.models import Event

ALL = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)


@ALL
def test_a_customer_asks_and_is_promised_a_time_and_an_agent_answers(town, place):
    number = ask(town, place)
    answer(town, place, number)

    with town.visit(place, "grace") as page:
        page.goto(town.url(place, f"/tickets/{number}/"))
        expect(page.locator(".story .message[data-side=staff]")).to_contain_text(place.answer)
        expect(page.locator(".ticket-head .state, .ticket-head [data-kind]").first).to_be_visible()
    wait_for_mail(town, place, number, place.answer)


def wait_for_mail(town, place, number, words) -> None:
    """Until the worker has sent a mail about the ticket that says so."""
    wait_until(
        lambda: any(f"[#{number}]" in mail and words in " ".join(mail.split()) for mail in town.mails(place)),
        lambda: f"a mail about ticket {number} with {words!r}; the worker said: {town.worker.log[-4000:]}",
    )


def ask(town, place) -> int:
    """Sign in, search, see articles suggested, file a request, read the promise: the number of the ticket."""
    with town.visit(place) as page:
        page.goto(town.url(place, "/"))
        page.fill(".hero input[type=search]", place.search)
        page.locator(".hero button[type=submit]").click()
        expect(page.locator(f"main a[href*='/kb/article/{place.article}']").first).to_be_visible()

        page.goto(town.url(place, "/"))
        page.locator(f".tile[href*='category={place.category}']").click()
        sign_in_to_file(page, place, "grace")
        page.wait_for_url(f"**/tickets/new?category={place.category}")
        page.locator("#id_subject").press_sequentially(place.subject, delay=5)
        expect(page.locator("#suggestions a[href*='/kb/article/']").first).to_be_visible()
        fill_in_request(page, place)
        number = int(file_request(page))
        promised = page.locator(".promise[data-state=running] .promise-when").inner_text()
        assert re.search(r"\d{1,2}:\d{2}", promised)
        page.locator(f"main a[href='/tickets/{number}/']").click()
        expect(page.locator(".promise-when")).to_have_text(promised)
        expect(page.locator("h1")).to_have_text(place.subject)
    return number


def answer(town, place, number) -> None:
    """Find the ticket in the list, open it, and send a reply as pending."""
    with town.visit(place, "ada") as page:
        page.goto(town.url(place, "/desk/tickets/"))
        row = page.locator("tr", has=page.locator(f"a.subject[href='/desk/tickets/{number}/']"))
        expect(row.locator(".due[data-state=running], .due[data-state=close]").first).to_be_visible()
        row.locator("a.subject").click()
        page.fill("#composer textarea", place.answer)
        pending = page.locator("#composer select option[value=pending]")
        page.locator("#composer select").select_option(pending.get_attribute("value"))
        page.locator("#composer button.btn-primary").click()
        expect(page.locator(".conversation .message[data-side=staff]").first).to_contain_text(place.answer)
        expect(page.locator(".ticket-head [data-kind=pending]")).to_be_visible()


@ALL
def test_what_runs_out_of_time_climbs_by_itself_and_its_customer_is_told(town, place):
    # Long enough ago that the first answer is overdue whatever the opening hours.
    with act_as(town.tenants[place.slug]):
        ticket = actions.open_ticket(
            requester=User.objects.get(name="Grace"),
            subject=place.subject,
            description=place.description,
            priority=Priority.objects.order_by("rank").first(),
            answers=place.authorisation,
            at=timezone.now() - timedelta(days=15),
        )

    with town.visit(place, "grace") as page:
        page.goto(town.url(place, f"/tickets/{ticket.number}/"))
        reload_until(page, ".story", place.apology)
        expect(page.locator(".promise[data-state=overdue]")).to_be_visible()

    with act_as(town.tenants[place.slug]):
        first = Event.objects.filter(ticket=ticket, verb="ticket.escalated").first()
        assert Event.objects.filter(ticket=ticket, verb="clock.breached").exists()
        ticket.refresh_from_db()
        assert (first.actor, ticket.tier.position > 1) == (None, True)
    wait_for_mail(town, place, ticket.number, place.apology)
    with town.visit(place, "ada") as page:
        page.goto(town.url(place, "/desk/tickets/?view=overdue"))
        expect(page.locator(f"a.subject[href='/desk/tickets/{ticket.number}/']")).to_be_visible()


def test_a_code_by_mail_signs_in_and_other_sessions_can_be_ended(town):
    place = PLACES["justo"]
    before = len(town.mails(place))
    with town.visit(place) as other, town.visit(place) as page:
        other.goto(town.url(place, "/accounts/login/"))
        fill_in_sign_in(other, place, "ada")
        other.wait_for_url(lambda url: "/accounts/login" not in url)
        # A page that stays true by itself would be told 403, which its console reports.
        other.goto(town.url(place, "/accounts/sessions/"))

        page.goto(town.url(place, "/accounts/login/"))
        page.locator("main a.btn-wide").click()
        page.fill("input[name=email]", f"ada@{place.slug}.example")
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url("**/confirm/**")
        wait_until(
            lambda: _code(town.mails(place)[before:]),
            lambda: f"a mail with a code; the worker said: {town.worker.log[-4000:]}",
        )
        page.fill("input[name=code]", _code(town.mails(place)[before:]))
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/accounts/" not in url)

        page.goto(town.url(place, "/accounts/sessions/"))
        assert page.locator("main tbody tr").count() >= 2
        page.locator("main form button[type=submit]").click()
        expect(page.locator("main tbody tr")).to_have_count(1)
        other.goto(town.url(place, "/tickets/"))
        expect(other.locator("input[name=password]")).to_be_visible()
    town.signed_in.pop((place.slug, "ada"), None)


def _code(mails: list[str]) -> str:
    """The code in the newest of these mails that has one."""
    found = [match[1] for mail in mails if (match := re.search(r"^\s*([A-Z0-9]{3,6}-?[A-Z0-9]{3,6})\s*$", mail, re.M))]
    return found[-1] if found else ""
