"""Rows written in one statement are those that the ORM would have written one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DataError, transaction

from tenants.bulk import insert, update
from tenants.context import act_as
from tenants.fields import uuid7
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tickets.models import Event, Message, Ticket


def test_rows_of_several_models_are_one_statement(at_acme, grace, django_assert_num_queries):
    ticket = make_ticket(grace)
    said = {"ticket": ticket, "author": grace, "by_staff": False, "channel": ticket.channel, "posted_at": MONDAY_9AM}
    messages = [Message(**said, body=body, kind=Message.Kind.PUBLIC) for body in ("It's %s on fire; --", "\\ {NULL}")]
    event = Event(ticket=ticket, verb="note", at=MONDAY_9AM, is_public=False, data={"a": ["b", None, 'c"']})

    with django_assert_num_queries(1):
        insert(*messages, event)

    assert list(Message.objects.filter(pk__in=[each.pk for each in messages]).order_by("pk")) == messages
    assert [each.body for each in ticket.messages.order_by("pk")][1:] == ["It's %s on fire; --", "\\ {NULL}"]
    assert ticket.messages.latest("pk").kind == "public"
    kept = Event.objects.get(pk=event.pk)
    assert (kept.data, kept.actor, kept.tenant) == (event.data, None, at_acme)
    assert event.recorded_at == kept.recorded_at, "what the database fills in is read when it is asked for"


def test_every_letter_and_every_kind_of_value_comes_back_as_it_was(at_acme, grace):
    at = MONDAY_9AM + timedelta(microseconds=123_456)
    words = 'Ünïcødé 🦉 — \\u0041 \\ " {NULL} $1 %(x)s \t\n\u2028'
    ticket = make_ticket(grace)
    copy = Ticket(
        **{field.attname: ticket.__dict__[field.attname] for field in Ticket._meta.local_concrete_fields}
        | {"id": uuid7(), "number": 77, "subject": words, "answers": {"a": [words, 1.5, None]}, "articles": [3, 4]}
        | {"impact": "", "due_at": at, "snoozed_until": None, "is_unproven": True}
    )

    insert(copy)

    kept = Ticket.objects.get(pk=copy.pk)
    for field in Ticket._meta.local_concrete_fields:
        assert getattr(kept, field.attname) == getattr(copy, field.attname), field.name
    assert (kept.subject, kept.answers, kept.articles, kept.due_at) == (words, copy.answers, [3, 4], at)


def test_a_row_is_changed_in_one_statement(at_acme, grace, django_assert_num_queries):
    ticket = make_ticket(grace)
    ticket.subject, ticket.answers, ticket.articles = "The door", {"size": [1, "'"]}, [3, 4]

    with django_assert_num_queries(1):
        update(ticket, ["subject", "answers", "articles"])

    ticket.refresh_from_db()
    assert (ticket.subject, ticket.answers, ticket.articles) == ("The door", {"size": [1, "'"]}, [3, 4])


def test_what_is_too_long_is_refused(at_acme, grace):
    ticket = make_ticket(grace)

    with pytest.raises(DataError), transaction.atomic():
        insert(Event(ticket=ticket, verb="x" * 41, at=MONDAY_9AM, is_public=False))


def test_another_tenants_row_is_not_changed(acme, globex):
    with act_as(acme):
        person = make_person("Ada")
    with act_as(globex):
        person.name = "Mallory"
        update(person, ["name"])
    with act_as(acme):
        person.refresh_from_db()

    assert person.name == "Ada"
