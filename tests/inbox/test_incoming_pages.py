"""The pages of mail that came in: what is held says why, and is released, put on a ticket, or set aside."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from inbox.errors import NotHeld
from inbox.intake import held, routing
from inbox.models import InboundMail
from inbox.reactions import tell
from tenants.errors import NotPermitted
from tests.inbox.mails import file, mail, multipart, part
from tests.inbox.test_intake import FAILED, SUPPORT, address_for, receive
from tests.support.world import MONDAY_9AM, make_ticket
from tickets import links
from tickets.models import Event, Message, Ticket

HOST = {"HTTP_HOST": "acme.localhost"}


@pytest.fixture
def mailbox(at_acme):
    return routing.own_mailbox(SUPPORT)


@pytest.fixture
def forged(mailbox, grace) -> InboundMail:
    """A mail that says it is Grace's, with a file, held."""
    return receive(multipart(part("Send me the password."), file(b"1", "a.txt", "text/plain"), **FAILED))


@pytest.fixture
def as_ada(ada) -> Client:
    client = Client(**HOST)
    client.force_login(ada)
    return client


def test_the_list_shows_what_is_held_and_why_and_adds_up(as_ada, forged, ada):
    receive(mail(message_id="<1@x>"))

    with time_machine.travel(MONDAY_9AM + timedelta(days=29), tick=False):
        as_ada.force_login(ada)
        page = as_ada.get("/desk/mail/incoming")

    assert page.status_code == 200
    said = page.content.decode()
    assert "Its sender is forged" in said
    counts = [tab["count"] for tab in page.context["tabs"]]
    assert counts[0] == sum(counts[1:]) == 2


def test_the_list_costs_the_same_for_many(as_ada, mailbox, grace, django_assert_max_num_queries):
    for number in range(5):
        receive(mail(message_id=f"<{number}@x>"))

    with django_assert_max_num_queries(16):
        as_ada.get("/desk/mail/incoming?outcome=")


def test_a_held_mail_is_shown_as_words_and_can_be_downloaded(as_ada, forged):
    page = as_ada.get(f"/desk/mail/incoming/{forged.pk}/").content.decode()
    raw = as_ada.get(f"/desk/mail/incoming/{forged.pk}/raw")

    assert "Send me the password." in page and "a.txt" in page and "DMARC: fail" in page
    assert raw["Content-Disposition"].startswith("attachment")
    assert b"".join(raw.streaming_content) == forged.raw.open("rb").read()


def test_released_it_is_a_request_of_an_address_that_nobody_has_proven(as_ada, forged, grace, ada):
    answer = as_ada.post(f"/desk/mail/incoming/{forged.pk}/release")

    ticket = Ticket.objects.get()
    assert answer["Location"] == f"/desk/tickets/{ticket.number}/"
    assert (ticket.requester, ticket.is_unproven, ticket.description) == (grace, True, "Send me the password.")
    forged.refresh_from_db()
    assert (forged.outcome, forged.ticket, forged.decided_by) == ("ticket", ticket, ada)


def test_put_on_a_ticket_it_is_a_note_that_no_customer_reads(as_ada, forged, grace, ada):
    ticket = make_ticket(grace)

    as_ada.post(f"/desk/mail/incoming/{forged.pk}/attach", {"number": f"#{ticket.number}"})

    note = ticket.messages.get(kind=Message.Kind.INTERNAL)
    assert note.author == ada and "Send me the password." in note.body
    assert [each.name for each in note.attachments.all()] == ["a.txt"]


def test_a_wrong_number_is_said(as_ada, forged):
    page = as_ada.post(f"/desk/mail/incoming/{forged.pk}/attach", {"number": "x"}, follow=True)

    assert "There is no ticket with this number" in page.content.decode()


def test_set_aside_it_stays_in_the_list_and_can_still_be_taken(as_ada, forged, ada):
    as_ada.post(f"/desk/mail/incoming/{forged.pk}/discard")

    forged.refresh_from_db()
    assert (forged.outcome, forged.reason, forged.verdict["held_for"]) == ("dropped", "discarded", "forged")
    with pytest.raises(NotHeld):
        held.discard(forged, actor=ada, at=MONDAY_9AM)
    held.release(forged, actor=ada, at=MONDAY_9AM)
    with pytest.raises(NotHeld):
        held.release(forged, actor=ada, at=MONDAY_9AM)


def test_customers_decide_nothing(forged, grace):
    client = Client(**HOST)
    client.force_login(grace)

    assert client.get("/desk/mail/incoming").status_code == 404
    assert client.post(f"/desk/mail/incoming/{forged.pk}/release").status_code == 404
    with pytest.raises(NotPermitted):
        held.release(forged, actor=grace, at=MONDAY_9AM)


def test_the_ticket_page_folds_what_was_quoted(as_ada, mailbox, grace):
    ticket = make_ticket(grace)
    tell(Event.objects.get(ticket=ticket, verb="ticket.created").pk, MONDAY_9AM)
    kept = receive(mail("Yes.\n\nOn 3/2/26 9:00, Acme wrote:\n> Burns it?\n", to=address_for(ticket, grace)))

    page = as_ada.get(f"/desk/tickets/{ticket.number}/").content.decode()
    folded = as_ada.get(f"/desk/mail/messages/{kept.message.pk}/", HTTP_HX_REQUEST="true").content.decode()

    assert "Yes." in page and "Burns it?" not in page
    assert f"/desk/mail/messages/{kept.message.pk}/" in page
    assert "Burns it?" in folded and "only its sender was given" in folded


def test_the_link_that_an_answer_quotes_lets_nobody_act_as_its_writer(as_ada, mailbox, grace):
    ticket = make_ticket(grace)
    tell(Event.objects.get(ticket=ticket, verb="ticket.created").pk, MONDAY_9AM)
    token = links.token_for(ticket, grace, at=MONDAY_9AM)
    text = f"Yes.\n\nOn 3/2/26 9:00, Acme wrote:\n> http://acme.localhost/t/{token}/\n"
    kept = receive(mail(text, to=address_for(ticket, grace)))
    held_back = receive(mail(text, **FAILED))

    folded = as_ada.get(f"/desk/mail/messages/{kept.message.pk}/", HTTP_HX_REQUEST="true").content.decode()
    shown = as_ada.get(f"/desk/mail/incoming/{held_back.pk}/").content.decode()

    assert "/t/…/" in folded and token not in folded
    assert "/t/…/" in shown and token not in shown


def test_markup_in_a_mail_is_inert(as_ada, mailbox):
    evil = "<script>alert(1)</script>"
    kept = receive(mail(evil, subject=evil, **{"from": f'"{evil}" <m@evil.example>'}, **FAILED))

    for address in ("/desk/mail/incoming", f"/desk/mail/incoming/{kept.pk}/"):
        assert evil not in as_ada.get(address).content.decode()
