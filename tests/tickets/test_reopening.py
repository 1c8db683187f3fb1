"""A reply to what has ended: opened again within the policy's time, later a ticket of its own with the text kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.api.client import Api
from tests.support.world import make_organization, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions, links, reopening
from tickets.errors import ReopenTooLate, TicketClosed
from tickets.models import Message, Status, Ticket, TicketLink

DAY = timedelta(days=1)


@pytest.fixture
def ended(grace, ada):
    """Solved a minute ago."""
    ticket = make_ticket(grace, at=timezone.now() - timedelta(minutes=5))
    return end(ticket, ada, "solved")


def end(ticket, by, kind):
    at = timezone.now() - timedelta(minutes=1)
    return actions.change_status(ticket, Status.objects.get(kind=kind), actor=by, at=at)


def later(days):
    return time_machine.travel(timezone.now() + days * DAY, tick=False)


@pytest.mark.parametrize("kind", ["solved", "closed"])
def test_within_the_time_a_reply_opens_it_again(as_grace, grace, ada, kind):
    ticket = end(make_ticket(grace, at=timezone.now() - timedelta(minutes=5)), ada, kind)

    with later(13):
        assert "opens this request again" in text_of(as_grace.get(f"/tickets/{ticket.number}/"))
        as_grace.post(f"/tickets/{ticket.number}/reply", {"body": "Still broken"})

    ticket.refresh_from_db()
    assert ticket.is_active
    assert Ticket.objects.count() == 1


def test_later_it_becomes_a_linked_ticket_with_the_text_kept_and_says_so(at_acme, ended, grace):
    make_organization("Initech", grace)
    with later(15):
        as_grace = visitor(at_acme, grace)  # the session of two weeks ago is over
        page = text_of(as_grace.get(f"/tickets/{ended.number}/"))
        sent = as_grace.post(f"/tickets/{ended.number}/reply", {"body": "Still broken"}, follow=True)

    new = Ticket.objects.exclude(pk=ended.pk).get()
    assert "becomes a new request" in page
    assert "Reopen without a message" not in page
    assert new.description == "Still broken"
    assert (new.requester, new.category, new.subject) == (grace, ended.category, ended.subject)
    assert TicketLink.objects.get(source=ended, target=new).kind == "relates"
    assert f"is request {new.number} now" in text_of(sent)
    assert "You wrote this on request" in text_of(sent)
    ended.refresh_from_db()
    assert not ended.is_active


def test_sent_twice_there_is_one_new_ticket(at_acme, ended, grace):
    form = {"body": "Still broken", "token": "0190b7a0-7b1c-7000-8000-000000000002"}
    with later(15):
        as_grace = visitor(at_acme, grace)  # the session of two weeks ago is over
        for _ in range(2):
            assert as_grace.post(f"/tickets/{ended.number}/reply", form).status_code == 302

    assert Ticket.objects.count() == 2


def test_a_suspended_customer_s_text_comes_back(at_acme, ended, grace):
    with later(15):
        as_grace = visitor(at_acme, grace)  # the session of two weeks ago is over
        make_organization("Initech", grace, suspended_from=timezone.now() - DAY, suspension_reason="Not paid.")
        page = as_grace.post(f"/tickets/{ended.number}/reply", {"body": "An hour of writing"})

    assert page.status_code == 422
    assert "An hour of writing" in page.content.decode()
    assert "Not paid." in text_of(page)
    assert Ticket.objects.count() == 1


def test_the_link_of_a_mail_leads_on_to_the_new_ticket(as_nobody, ended, grace, monkeypatch):
    monkeypatch.setattr(links, "AFTER_THE_END", 20 * DAY)
    with later(15):
        address = f"/t/{links.token_for(ended, grace, at=timezone.now())}/"
        sent = as_nobody.post(f"{address}reply", {"body": "Still broken"}, follow=True)

    new = Ticket.objects.exclude(pk=ended.pk).get()
    assert f"#{new.number}" in text_of(sent)
    assert "Opened by a link" in text_of(sent)


def test_htmx_is_led_on_too(at_acme, ended, grace):
    with later(15):
        as_grace = visitor(at_acme, grace)  # the session of two weeks ago is over
        sent = as_grace.post(f"/tickets/{ended.number}/reply", {"body": "Still broken"}, headers={"hx-request": "true"})

    new = Ticket.objects.exclude(pk=ended.pk).get()
    assert sent["HX-Redirect"] == f"/tickets/{new.number}/#latest"


def test_reopening_without_a_word_is_refused_when_it_is_too_late(ended, grace):
    with pytest.raises(ReopenTooLate) as refusal:
        actions.reopen(ended, actor=grace, at=timezone.now() + 15 * DAY)

    assert "14 days" in str(refusal.value)
    assert actions.reopen(ended, actor=grace, at=timezone.now() + 13 * DAY).is_active


def test_closed_after_it_was_solved_begins_no_new_time(ended, ada):
    ends = reopening.until(ended)

    closed = actions.change_status(
        ended, Status.objects.get(kind="closed"), actor=ada, at=timezone.now() + timedelta(days=3)
    )

    assert reopening.until(closed) == ends


def test_for_agents_closed_stays_closed(grace, ada):
    ticket = end(make_ticket(grace, at=timezone.now() - timedelta(minutes=5)), ada, "closed")

    with pytest.raises(TicketClosed):
        actions.reopen(ticket, actor=ada, at=timezone.now())


def test_programs_are_told_where_their_words_stand(ended, grace):
    api = Api(grace)
    with later(15):
        refused = api.post(f"/api/v1/tickets/{ended.number}/reopen/", {})
        posted = api.post(f"/api/v1/tickets/{ended.number}/messages/", {"body": "Still broken"})

    new = Ticket.objects.exclude(pk=ended.pk).get()
    assert (refused.status_code, refused.json()["code"]) == (409, "reopen_too_late")
    assert posted.status_code == 201
    assert posted.json()["ticket"] == new.number
    assert Message.objects.get(ticket=new).body == "Still broken"
