"""What whoever holds a signed link can say of a request beyond answering: its rating, and what signing in opens."""

from __future__ import annotations

import re

import time_machine
from django.utils import timezone

from tests.tickets.portal import text_of, visitor
from tests.tickets.test_ratings import ASKED, HOUR, asked, solved
from tickets import links
from tickets.models import Rating

RATING = re.compile(r'action="(/rate/[^"]+)"')
SEEN = re.compile(r'name="seen" value="([^"]+)"')


def opened(acme, ticket, person):
    address = f"/t/{links.token_for(ticket, person, at=timezone.now())}/"
    return visitor(acme).get(address)


@time_machine.travel(ASKED + HOUR, tick=False)
def test_it_is_rated_on_the_page_that_the_link_opens(at_acme, acme, grace, ada):
    ticket = asked(grace, ada)
    page = opened(acme, ticket, grace)
    body = page.content.decode()

    sent = visitor(acme).post(
        RATING.search(body).group(1), {"seen": SEEN.search(body).group(1), "score": 3, "comment": "Quick."}
    )

    assert sent.status_code == 302, text_of(sent)
    rating = Rating.objects.get(ticket=ticket)
    assert (rating.score, rating.comment) == (3, "Quick.")
    assert "Quick." in text_of(opened(acme, ticket, grace)) or "3" in text_of(opened(acme, ticket, grace))


@time_machine.travel(ASKED - HOUR, tick=False)
def test_nobody_is_asked_before_the_mail_asks(at_acme, acme, grace, ada):
    page = opened(acme, solved(grace, ada), grace)

    assert page.status_code == 200
    assert not RATING.search(page.content.decode())


def test_it_says_what_signing_in_opens(desk_on):
    desk = desk_on("hostiquant")
    ticket = desk.file("hosting-services")

    page = text_of(opened(desk.tenant, ticket, desk.grace))

    assert "Once you have signed in, you can also:" in page
    assert "complain about how this was handled" in page
    assert "ask to be called" in page
