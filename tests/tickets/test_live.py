"""What an open page fetches when it hears of a change: only what is new, and only what its reader may see."""

import json
import re
from contextlib import suppress

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tenants.context import act_as
from tests.support.world import make_person, make_ticket
from tickets import actions, live, presence
from tickets.live import Change
from tickets.models import Event


@pytest.fixture
def signed_in(acme):
    """Sign somebody of Acme in, without a browser."""

    def sign_in(person):
        client = Client(headers={"host": "acme.localhost"})
        client.force_login(person)
        return client

    return sign_in


def last_event(ticket):
    return Event.objects.filter(ticket=ticket).order_by("-id").values_list("pk", flat=True)[0]


def news_of(client, ticket, after, **more):
    return client.get(reverse("desk:ticket_news", args=[ticket.number]), {"after": after, **more})


def test_news_are_what_came_after_and_nothing_when_nothing_did(signed_in, ada, grace):
    ticket = make_ticket(grace, at=timezone.now())
    actions.comment(ticket, author=grace, body="Read already.", at=timezone.now())
    loaded = last_event(ticket)
    assert news_of(signed_in(ada), ticket, loaded).status_code == 204

    actions.comment(ticket, author=grace, body="Just now.", at=timezone.now())
    page = news_of(signed_in(ada), ticket, loaded).content.decode()

    assert "Just now." in page
    assert "Read already." not in page
    assert "data-has-to-be-seen" in page
    assert "New message from Grace" in page
    assert f'data-loaded="{last_event(ticket)}"' in page
    assert 'id="ticket-state"' in page and 'id="ticket-clocks"' in page and 'id="ticket-acts"' in page


def test_ones_own_words_need_not_be_seen_and_are_not_announced(signed_in, ada, grace):
    ticket = make_ticket(grace, at=timezone.now())
    loaded = last_event(ticket)

    actions.note(ticket, author=ada, body="From my other tab.", at=timezone.now())
    page = news_of(signed_in(ada), ticket, loaded).content.decode()

    assert "From my other tab." in page
    assert "data-has-to-be-seen" not in page
    assert "data-told" not in page


def test_what_somebody_said_is_announced_before_what_was_done_after_it(signed_in, ada, mary, grace):
    ticket = make_ticket(grace, at=timezone.now())
    loaded = last_event(ticket)

    actions.comment(ticket, author=grace, body="It smokes now!", at=timezone.now())
    actions.add_tag(ticket, "smoke", actor=mary, at=timezone.now())
    told = news_of(signed_in(ada), ticket, loaded).context["told"]

    assert told.item.is_message


def test_who_reads_messages_alone_still_sees_what_a_reply_depends_on(signed_in, ada, mary, grace):
    ticket = make_ticket(grace, at=timezone.now())
    loaded = last_event(ticket)
    status = ticket.status.__class__.objects.get(kind="on_hold")

    actions.change_status(ticket, status, actor=mary, at=timezone.now())
    page = news_of(signed_in(ada), ticket, loaded, show="messages").content.decode()

    assert "data-has-to-be-seen" in page


@pytest.mark.parametrize("nonsense", ["", "x", "0", "1' OR '1"])
def test_nonsense_in_place_of_an_event_is_not_found(signed_in, ada, grace, nonsense):
    assert news_of(signed_in(ada), make_ticket(grace), nonsense).status_code == 404


def test_changes_of_a_list_are_the_asked_tickets_that_belong_into_it(signed_in, ada, grace):
    mine, other = make_ticket(grace, "Mine now"), make_ticket(grace, "Not mine")
    actions.take(mine, actor=ada, at=timezone.now())
    numbers = f"{mine.number} {other.number} 999 x"

    page = signed_in(ada).get(reverse("desk:list_changes"), {"view": "mine", "numbers": numbers}).content.decode()

    assert "Mine now" in page
    assert "Not mine" not in page


def test_presence_names_colleagues_and_what_they_write_for_some_seconds(signed_in, redis_client, ada, mary, grace):
    ticket = make_ticket(grace)
    address = reverse("desk:ticket_present", args=[ticket.number])
    typing = reverse("desk:ticket_typing", args=[ticket.number])
    soon = timezone.now().timestamp() + presence.VIEWING
    for person in (ada, mary):
        redis_client.zadd(presence.viewers_key(ada.tenant_id, ticket.number), {f"{person.pk}/page": soon})
    as_ada, as_mary = signed_in(ada), signed_in(mary)
    assert "Mary is looking at this ticket too" in as_ada.get(address).content.decode()

    assert as_mary.post(typing, {"what": "reply"}).status_code == 204
    assert "Mary is typing a reply" in as_ada.get(address).content.decode()
    assert "typing" not in as_mary.get(address).content.decode()
    as_mary.post(typing, {"what": "note"})
    assert "Mary is writing a note" in as_ada.get(address).content.decode()
    as_mary.post(typing, {"what": ""})
    assert "Mary is looking at this ticket too" in as_ada.get(address).content.decode()


def test_an_agent_of_other_teams_learns_nothing(signed_in, ada, grace):
    ticket = make_ticket(grace)
    linus = make_person("Linus", "agent")
    linus.role = linus.role.__class__.objects.create(kind="agent", name="Of some teams", permissions=["ticket.reply"])
    linus.save()
    client = signed_in(linus)

    assert news_of(client, ticket, last_event(ticket)).status_code == 404
    assert client.get(reverse("desk:ticket_present", args=[ticket.number])).status_code == 404
    assert client.post(reverse("desk:ticket_typing", args=[ticket.number]), {"what": "reply"}).status_code == 404
    rows = client.get(reverse("desk:list_changes"), {"view": "every", "numbers": ticket.number}).content.decode()
    assert ticket.subject not in rows


def told_at(redis_client, tenant):
    """What open pages of a tenant were told, entry by entry."""
    return [json.loads(fields[b"entry"]) for _, fields in redis_client.xrange(f"live:{tenant.pk}")]


def test_a_transaction_tells_once_and_only_what_was_committed(transactional_db, acme, redis_client):
    with act_as(acme):
        ada, grace = make_person("Ada", "agent"), make_person("Grace")
        ticket, other = make_ticket(grace), make_ticket(grace)
    redis_client.delete(f"live:{acme.pk}")

    with act_as(acme):
        for _ in range(30):
            actions.note(ticket, author=ada, body="Again.", at=timezone.now())
        with suppress(ValueError), transaction.atomic():
            actions.note(other, author=ada, body="Taken back.", at=timezone.now())
            raise ValueError

    (entry,) = told_at(redis_client, acme)
    assert [Change(*fields) for fields in entry] == [
        Change(ticket.number, False, str(ticket.team_id), None, str(grace.pk), None)
    ]


def test_more_tickets_than_can_be_named_are_told_as_everything(transactional_db, acme, redis_client, monkeypatch):
    monkeypatch.setattr(live, "MOST_NAMED", 2)
    with act_as(acme):
        grace = make_person("Grace")
        for _ in range(3):
            make_ticket(grace)

    assert told_at(redis_client, acme) == [None]


def test_news_bring_the_blocks_beside_the_ticket_and_say_what_to_fetch_anew(signed_in, ada, mary, grace):
    ticket = make_ticket(grace, at=timezone.now())
    loaded = last_event(ticket)

    actions.add_tag(ticket, "printer", actor=mary, at=timezone.now())
    actions.follow(ticket, actor=mary, at=timezone.now())
    actions.snooze(ticket, actor=mary, at=timezone.now())
    page = news_of(signed_in(ada), ticket, loaded).content.decode()

    for block in ("fields", "people", "checklists", "time", "approvals", "related", "conduct", "tier", "details"):
        assert f'id="ticket-{block}"' in page, block
    assert "printer" in re.search(r'id="ticket-tags".*?</ul>', page, re.DOTALL)[0]
    assert "Put aside until the customer writes." in re.search(r'id="ticket-banners".*?</form>', page, re.DOTALL)[0]
    assert re.findall(r'id="ticket-([a-z]+)"\s+data-touched', page) == ["assignment", "people", "related"]
    assert "data-write-again" in page and "data-write-no-more" not in page


def test_news_of_a_ticket_that_was_merged_say_where_to_and_that_nothing_is_written_here(signed_in, ada, mary, grace):
    stays, goes = make_ticket(grace, at=timezone.now()), make_ticket(grace, at=timezone.now())
    loaded = last_event(goes)

    actions.merge(goes, into=stays, actor=mary, at=timezone.now())
    page = news_of(signed_in(ada), goes, loaded).content.decode()

    assert f"This ticket was merged into ticket {stays.number}" in page
    assert "data-write-no-more" in page and "data-write-again" not in page


def test_news_take_as_many_queries_however_much_stands_beside(signed_in, ada, mary, grace):
    ticket = make_ticket(grace, at=timezone.now())
    loaded, client = last_event(ticket), signed_in(ada)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert news_of(client, ticket, loaded).status_code == 200
        # The savepoints are the test's own, in which a request has its transaction.
        return sum("SAVEPOINT" not in query["sql"] for query in captured)

    actions.note(ticket, author=mary, body="One.", at=timezone.now())
    queries()
    few = queries()
    for number in range(5):
        actions.add_tag(ticket, f"tag {number}", actor=mary, at=timezone.now())
        actions.note(ticket, author=mary, body=f"Note {number}.", at=timezone.now())
        actions.send_checklist(ticket, title="Steps", steps=["Unplug it."], actor=mary, at=timezone.now())

    assert (queries(), few <= 9) == (few, True)
