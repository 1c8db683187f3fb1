"""Answers to the policy's fields: how they are kept, and found again."""

import pytest
from django.db import connection

from tests.support.world import make_ticket
from tickets import answers
from tickets.models import AnswerEntry


def test_what_is_short_can_be_looked_for(at_acme, grace):
    said = {
        "server": " Web01 ",
        "seats": "12",
        "since": "2026-03-01",
        "parts": ["disk", "fan", "disk"],
        "log": "x" * 999,
    }

    ticket = make_ticket(grace, answers=said)

    kept = AnswerEntry.objects.filter(ticket=ticket).order_by("field", "value").values_list("field", "value", "size")
    assert list(kept) == [
        ("parts", "disk", None),
        ("parts", "fan", None),
        ("seats", "12", 12.0),
        ("server", "web01", None),
        ("since", "2026-03-01", 739676.0),
    ]
    assert ticket.answers == said


def test_words_that_look_like_numbers_have_no_size():
    assert [answers.size_of(word) for word in ("nan", "inf", "web01", "", "2026-13-01")] == [None] * 5


@pytest.mark.parametrize(
    ("where", "condition"),
    [
        ({"field": "server", "value": "web01"}, "(field = 'server'::text) AND (value = 'web01'::text)"),
        ({"field": "seats", "size__gt": 10}, "(field = 'seats'::text) AND (size > '10'::double precision)"),
    ],
)
def test_entries_are_found_by_an_index_under_row_level_security(at_acme, where, condition):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")

    plan = AnswerEntry.objects.filter(**where).values("ticket").explain()

    index_condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert condition in index_condition
