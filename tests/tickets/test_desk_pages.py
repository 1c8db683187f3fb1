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


def keys_on(page):
    """Key and what it does, as the page's own dialog tells them; the search box is drawn with both in a row."""
    return re.findall(r'data-key="([^"]+)"\s+data-key-label="([^"]+)"', page)


@pytest.mark.parametrize("name", [*DESK, "macros", "articles"])
def test_no_page_has_a_key_twice(signed_in, root, name):
    page = signed_in(root).get(reverse(f"desk:{name}")).content.decode()
    found = keys_on(page)

    assert len(found) == page.count("data-key="), "a key without what it does"
    assert len({key for key, _does in found}) == len(found), found


def test_a_ticket_and_its_list_have_their_keys_once(signed_in, ada, grace, now):
    ticket = make_ticket(grace, at=now)
    actions.take(ticket, actor=ada, at=now)
    client = signed_in(ada)
    client.post(reverse("desk:send", args=[ticket.number]), {"kind": "reply", "body": "Unplug it.", "rest": "30"})

    shown = client.get(reverse("desk:ticket", args=[ticket.number])).content.decode()
    found = dict(keys_on(shown))
    assert len(found) == len(keys_on(shown)), keys_on(shown)
    assert {"r", "n", "b", "e", "s", "p", "m", "h", "z", "/", ":", "?"} <= set(found)
    assert found["b"] == "Pass by, and show the next ticket"

    listed = client.get(reverse("desk:tickets"), {"view": "every"}).content.decode()
    assert {"c": "New ticket", ".": "What to do with the chosen tickets"}.items() <= dict(keys_on(listed)).items()


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


def test_the_conversation_is_narrowed_to_messages_and_turned_round_and_stays_so(signed_in, ada, grace, now):
    ticket = make_ticket(grace, at=now - timedelta(hours=2))
    actions.take(ticket, actor=ada, at=now - timedelta(hours=1))
    for minute, said in enumerate(("First words.", "Last words.")):
        actions.reply(ticket, author=ada, body=said, at=now + timedelta(minutes=minute))
    client = signed_in(ada)

    def shown(**asked):
        page = client.get(reverse("desk:ticket", args=[ticket.number]), asked).content.decode()
        return page.split('id="conversation"')[1].split("<dialog")[0]

    everything, messages = shown(), shown(show="messages")
    took = "assigned this to Ada"
    assert took in everything and took not in messages
    assert "First words." in messages
    assert took not in shown() and took not in shown(show="sideways")  # the next page remembers
    assert took in shown(show="all") and took in shown()
    assert everything.index("Last words.") < everything.index("First words.")

    oldest = shown(order="oldest")
    assert oldest.index("First words.") < oldest.index("Last words.")
    assert shown().index("First words.") < shown().index("Last words.")  # the next page remembers
    assert shown(order="newest").index("Last words.") < shown().index("First words.")
    assert shown(order="sideways").index("Last words.") < shown().index("First words.")


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_of_a_long_conversation_the_newest_is_shown_and_the_oldest_folded(signed_in, ada, grace, now, order):
    ticket = make_ticket(grace, at=now)
    for minute in range(50):
        actions.reply(ticket, author=ada, body=f"Said {minute}.", at=now + timedelta(minutes=minute))

    page = signed_in(ada).get(reverse("desk:ticket", args=[ticket.number]), {"order": order})

    items, older = page.context["items"], page.context["older"]
    assert max(item.at for item in older) < min(item.at for item in items)
    html, newest = page.content.decode(), page.context["newest"]
    assert (html.index("Said 0.") < html.index("Said 49.")) is (order == "oldest")
    assert newest.message.body == "Said 49."
    assert (f'href="#item-{newest.id}"' in html) is (order == "oldest")
    for kind in ("reply", "note"):
        assert f'href="{reverse("desk:ticket", args=[ticket.number])}?write={kind}#composer"' in html


def test_what_is_due_says_how_it_is_counted_and_opens_for_the_keyboard(signed_in, ada, grace, now):
    make_ticket(grace, at=now)

    page = signed_in(ada).get(reverse("desk:tickets"), {"view": "every"}).content.decode()

    group = re.search(r'<span class="due-group" tabindex="0">.*?role="tooltip">.*?</span>\s*</span>', page, re.DOTALL)[
        0
    ]
    assert "Counted in working hours" in group
    assert "First response due" in group and "of working hours left" in group
