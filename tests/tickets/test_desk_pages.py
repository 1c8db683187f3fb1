"""The workspace's pages: for staff only, few queries, and everything that is asked of them in plain forms."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from tenants.models import Role
from tests.support.world import make_organization, make_person, make_ticket
from tickets import actions

DESK = [
    "home",
    "tickets",
    "search",
    "new_ticket",
    "people",
    "organizations",
    "new_organization",
    "settings",
    "roles",
    "teams",
    "failed_work",
    "tokens",
    "views",
]


@pytest.fixture
def signed_in(acme):
    """Sign somebody of Acme in, without a browser."""

    def sign_in(person):
        client = Client(headers={"host": "acme.localhost"})
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def now():
    return timezone.now()


@pytest.mark.parametrize("name", DESK)
def test_pages_open_for_an_administrator_and_do_not_exist_for_customers(signed_in, root, grace, name):
    assert signed_in(root).get(reverse(f"desk:{name}")).status_code == 200
    assert signed_in(grace).get(reverse(f"desk:{name}")).status_code == 404


@pytest.mark.parametrize("kind", [Role.Kind.AGENT, Role.Kind.MANAGER, Role.Kind.ADMIN])
def test_no_link_of_the_sidebar_leads_nowhere(at_acme, signed_in, kind):
    client = signed_in(make_person("Linus", kind))

    sidebar = client.get(reverse("desk:home")).content.decode().split('id="desk-sidebar"')[1].split("<main")[0]

    links = set(re.findall(r'href="(/[^"]*)"', sidebar))
    assert {reverse("desk:people"), reverse("desk:articles")} <= links
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_every_address_of_the_desk_sends_strangers_to_sign_in_and_hides_from_customers(signed_in, ada, grace):
    ticket = make_ticket(grace)
    values = {"number": ticket.number, "name": "assign", "what": "contract", "key": "x", "kind": "x", "language": "en"}
    values |= {"pk": ada.pk, "version": ada.pk, "article_number": 1, "other": ticket.number, "file": ada.pk}
    found = [pattern for pattern in _patterns(get_resolver()) if pattern.startswith("desk/")]
    assert len(found) > 30

    for pattern in found:
        address = "/" + _filled(pattern, values)
        for method in ("get", "post"):
            stranger = getattr(Client(headers={"host": "acme.localhost"}), method)(address)
            customer = getattr(signed_in(grace), method)(address)
            assert stranger.status_code in (302, 405), address
            assert customer.status_code in (404, 405), address


def queries_of(client, address):
    """How many statements a page sends; the savepoints are the test's own, in which a request has its transaction."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in captured)


def _patterns(resolver, prefix=""):
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from _patterns(entry, path)
        else:
            yield path


def _filled(pattern, values):
    import re

    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(values[match[1]]), pattern)


def test_the_list_and_the_ticket_take_at_most_nine_queries(signed_in, ada, grace, now):
    make_organization("Initech", grace)
    tickets = [make_ticket(grace, f"Printer {number}", at=now) for number in range(12)]
    for minute in range(6):
        actions.reply(tickets[0], author=ada, body="Unplug it.", at=now + timedelta(minutes=minute))
    client = signed_in(ada)
    client.get(reverse("desk:tickets"))
    client.get(reverse("desk:ticket", args=[tickets[0].number]))

    assert queries_of(client, reverse("desk:tickets")) <= 9
    assert queries_of(client, reverse("desk:ticket", args=[tickets[0].number])) <= 9


def test_a_list_shows_its_views_at_once_and_fetches_their_counts(signed_in, ada, grace, now):
    for number in range(3):
        make_ticket(grace, f"Printer {number}", at=now)
    client = signed_in(ada)

    first = client.get(reverse("desk:tickets"), {"view": "unassigned"}).content.decode()
    asked_for = unescape(re.search(r'id="desk-views"\s+hx-get="([^"]+)"', first)[1])
    then = client.get(asked_for).content.decode()

    for column, count in ((first, ""), (then, "3")):
        link = re.search(r'<a href="[^"]*view=unassigned"\s+aria-current="page">.*?</a>', column, re.DOTALL)[0]
        assert f'<span class="count">{count}</span>' in link
    assert "hx-get" not in then  # it came to stay
