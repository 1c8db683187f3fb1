"""Streams of the real web server: who hears what, never across tenants, and for how long."""

from __future__ import annotations

import json
import time

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from tenants import audit
from tenants.context import act_as
from tenants.models import Role
from tests.support.streams import cookie_of
from tests.support.world import join, make_person, make_ticket
from tickets import actions
from tickets.models import Team

#: Seconds after which a page must not hear anything any more by rights that were taken away.
RIGHTS_END = 5


@pytest.fixture
def people(acme, live_site):
    """Ada of all teams, Grace the customer, and a ticket of hers; committed, since another process reads them."""
    with act_as(acme):
        ada, grace = make_person("Ada", "agent"), make_person("Grace")
        return ada, grace, make_ticket(grace, at=timezone.now())


def limited_agent(name: str = "Linus"):
    """An agent who sees the tickets of their teams only."""
    person = make_person(name, "agent")
    person.role = Role.objects.create(kind="agent", name="Of some teams", permissions=["ticket.reply"])
    person.save()
    return person


def test_a_list_and_the_ticket_hear_of_a_message_by_its_number_alone(acme, people, listen):
    ada, grace, ticket = people
    in_list, on_ticket = listen(ada, "/desk/live"), listen(ada, f"/desk/live?ticket={ticket.number}")
    assert [in_list.next().name, on_ticket.next().name] == ["live", "live"]

    with act_as(acme):
        actions.comment(ticket, author=grace, body="Secret words.", at=timezone.now())

    assert in_list.until("change").data == {"tickets": [ticket.number]}
    assert on_ticket.until("change").data == {"tickets": [ticket.number]}


def test_nobody_hears_of_another_tenant_or_with_another_tenants_session(acme, globex, people, listen):
    ada, grace, ticket = people
    with act_as(globex):
        hank = make_person("Hank", "admin")
        ivy = make_person("Ivy")
    theirs = listen(hank, "/desk/live")
    theirs.until("live")

    with act_as(acme):
        actions.comment(ticket, author=grace, body="Ours.", at=timezone.now())
    with act_as(globex):
        own = make_ticket(ivy, at=timezone.now())
        actions.comment(own, author=ivy, body="Theirs.", at=timezone.now())
        actions.comment(own, author=ivy, body="Theirs again.", at=timezone.now())

    assert theirs.until("change").data == {"tickets": [own.number]}
    assert listen(None, "/desk/live", host="globex.localhost", cookie=cookie_of(ada)).status == 403
    assert listen(ada, "/desk/live", host="nobody.localhost").status == 404


def test_customers_hear_what_is_public_of_their_own_tickets(acme, people, listen, redis_client):
    ada, grace, ticket = people
    with act_as(acme):
        other = make_ticket(make_person("Eve"), at=timezone.now())
    page = listen(grace, f"/live?ticket={ticket.number}")
    page.until("live")
    ((last, _),) = redis_client.xrevrange(f"live:{acme.pk}", count=1)

    with act_as(acme):
        actions.note(ticket, author=ada, body="Among us.", at=timezone.now())
        actions.comment(other, author=other.requester, body="Of another.", at=timezone.now())
    asked = listen(grace, f"/live?ticket={ticket.number}&poll=1&last={last.decode()}").answer.read()
    with act_as(acme):
        actions.reply(ticket, author=ada, body="To you.", at=timezone.now())

    said = page.until("change")
    assert said.data == {"tickets": [ticket.number]}
    assert json.loads(asked)["tickets"] == []
    assert listen(grace, f"/live?ticket={other.number}").status == 404
    assert listen(grace, "/live").status == 404
    assert listen(grace, "/desk/live").status == 404
    assert listen(grace, f"/desk/live?ticket={ticket.number}").status == 404


def test_an_agent_of_some_teams_does_not_learn_of_other_teams_tickets(acme, people, listen):
    ada, grace, ticket = people
    with act_as(acme):
        linus = limited_agent()
        assert ticket.team_id
        mine = make_ticket(grace, "Mine", at=timezone.now())
        actions.assign(mine, linus, actor=ada, at=timezone.now())
    page = listen(linus, "/desk/live")
    page.until("live")

    with act_as(acme):
        actions.note(ticket, author=ada, body="Not for Linus.", at=timezone.now())
        actions.note(mine, author=ada, body="For Linus.", at=timezone.now())

    heard = []
    while mine.number not in heard:
        heard += page.tickets()
    assert heard == [mine.number]
    assert listen(linus, f"/desk/live?ticket={ticket.number}").status == 404


def test_what_a_page_missed_is_told_when_it_comes_back(acme, people, listen):
    ada, grace, ticket = people
    page = listen(ada, "/desk/live")
    page.until("live")
    with act_as(acme):
        actions.comment(ticket, author=grace, body="First.", at=timezone.now())
    last = page.until("change").position
    page.close()
    with act_as(acme):
        actions.comment(ticket, author=grace, body="Second.", at=timezone.now())

    back = listen(ada, "/desk/live", last_event_id=last)
    assert back.tickets() == [ticket.number]
    up_to_date = listen(ada, f"/desk/live?poll=1&last={int(time.time() * 1000) + 60_000}-0")
    assert json.loads(up_to_date.answer.read())["tickets"] == []


def test_a_page_that_was_away_too_long_looks_at_everything(acme, people, listen):
    ada = people[0]
    page = listen(ada, "/desk/live", last_event_id=f"{int(time.time() * 1000) - 3_600_000}-0")

    assert page.until("reset").data == {}


def test_streams_survive_a_restart_of_the_server(acme, people, listen, live_site):
    ada, grace, ticket = people
    page = listen(ada, f"/desk/live?ticket={ticket.number}")
    page.until("live")
    begun = time.monotonic()

    assert live_site.stop()
    assert time.monotonic() - begun < 10
    assert page.until("end").data == {"why": "restart"}
    live_site.start()
    with act_as(acme):
        actions.comment(ticket, author=grace, body="Meanwhile.", at=timezone.now())

    back = listen(ada, f"/desk/live?ticket={ticket.number}", last_event_id=f"{int((time.time() - 60) * 1000)}-0")
    assert back.tickets() == [ticket.number]


def _deactivate(person):
    type(person).objects.filter(pk=person.pk).update(is_active=False)


def _other_role(person):
    role = Role.objects.get(kind="manager")
    type(person).objects.filter(pk=person.pk).update(role=role)
    audit.record("person.role_set", person, actor=None, after={"role": role.name})


def _end_sessions(_person):
    Session.objects.all().delete()


def _join_a_team(person):
    join(person, Team.objects.first())


@pytest.mark.parametrize("take_away", [_deactivate, _other_role, _end_sessions, _join_a_team])
def test_a_stream_ends_within_seconds_when_rights_change(acme, people, listen, take_away):
    ada, _, ticket = people
    page = listen(ada, f"/desk/live?ticket={ticket.number}")
    page.until("live")
    begun = time.monotonic()

    with act_as(acme):
        take_away(ada)

    assert page.until("end").data == {"why": "rights"}
    assert time.monotonic() - begun < RIGHTS_END


def test_who_no_longer_sees_a_ticket_is_sent_away_from_its_page(acme, people, listen):
    ada, _, ticket = people
    with act_as(acme):
        linus = limited_agent()
        actions.assign(ticket, linus, actor=ada, at=timezone.now())
    page = listen(linus, f"/desk/live?ticket={ticket.number}")
    page.until("live")

    with act_as(acme):
        actions.assign(ticket, ada, actor=ada, at=timezone.now())

    assert page.until("end").data == {"why": "rights"}
    assert listen(linus, f"/desk/live?ticket={ticket.number}").status == 404


def test_who_sees_a_ticket_again_is_not_sent_away_by_what_was_meanwhile(acme, people, listen, redis_client):
    ada, _, ticket = people
    with act_as(acme):
        linus = limited_agent()
        actions.assign(ticket, linus, actor=ada, at=timezone.now())
    ((last, _),) = redis_client.xrevrange(f"live:{acme.pk}", count=1)
    for person in (ada, linus):
        with act_as(acme):
            actions.assign(ticket, person, actor=ada, at=timezone.now())

    back = listen(linus, f"/desk/live?ticket={ticket.number}&last={last.decode()}")

    assert [back.next().name, back.next().name] == ["live", "reset"]
    assert back.tickets() == [ticket.number]
    with act_as(acme):
        actions.note(ticket, author=ada, body="Once more.", at=timezone.now())
    assert back.tickets() == [ticket.number]


def test_who_is_in_copy_hears_of_the_ticket_until_they_are_taken_out(acme, people, listen):
    ada, _, ticket = people
    with act_as(acme):
        eve = make_person("Eve")
        actions.add_participants(ticket, [eve.email], actor=ada, at=timezone.now())
    page = listen(eve, f"/live?ticket={ticket.number}")
    page.until("live")

    with act_as(acme):
        actions.reply(ticket, author=ada, body="To you all.", at=timezone.now())
    assert page.tickets() == [ticket.number]

    with act_as(acme):
        actions.remove_participant(ticket, eve, actor=ada, at=timezone.now())
    assert page.until("end").data == {"why": "rights"}
    assert listen(eve, f"/live?ticket={ticket.number}").status == 404
