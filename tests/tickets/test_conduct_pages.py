"""What managers decide about fair use, page by page: nothing is cut off silently."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.support.world import make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets.models import Strike, Suspension

LIST = "/desk/fair-use/"
SIZE = 30


@pytest.fixture
def as_mary(at_acme, mary):
    return visitor(at_acme, mary)


def suspended(person, ago, **more):
    at = timezone.now() - ago
    return Suspension(person=person, words="Rude again", since=at, made_at=at, **more)


def reviews(grace, count):
    ticket, at = make_ticket(grace), timezone.now()
    Strike.objects.bulk_create(
        Strike(person=grace, ticket=ticket, kind="rude", counts=True, outcome="review", at=at - timedelta(minutes=n))
        for n in range(count)
    )


def test_each_list_is_turned_by_itself(as_mary, grace):
    people = [make_person(f"Customer {n:02}") for n in range(SIZE + 2)]
    Suspension.objects.bulk_create(
        suspended(each, timedelta(minutes=n), appeal="No!", appeal_state="open", appealed_at=timezone.now())
        for n, each in enumerate(people)
    )
    reviews(grace, SIZE + 3)

    first = as_mary.get(LIST)
    on = as_mary.get(LIST + first.context["suspensions"]["next_url"])
    both = as_mary.get(LIST + on.context["reviews"]["next_url"])

    shown = [row.person.name for page in (first, on) for row in page.context["suspensions"]["rows"]]
    assert shown == [each.name for each in people]
    assert on.context["reviews"]["rows"] == first.context["reviews"]["rows"]
    assert len(both.context["reviews"]["rows"]) == 3
    assert both.context["suspensions"]["rows"] == on.context["suspensions"]["rows"]
    assert (
        as_mary.get(LIST + both.context["suspensions"]["previous_url"]).context["reviews"]["rows"]
        == (both.context["reviews"]["rows"])
    )
    assert len(as_mary.get(LIST + first.context["appeals"]["next_url"]).context["appeals"]["rows"]) == 2
    assert "Nothing waits for a decision" not in text_of(both)
    labels = ("Pages of what is to be reviewed", "Pages of objections", "Pages of suspensions")
    assert all(f'aria-label="{label}"' in first.content.decode() for label in labels)


def test_the_page_costs_the_same_however_many_wait(as_mary, grace, django_assert_num_queries):
    reviews(grace, SIZE + 1)
    as_mary.get(LIST)
    with CaptureQueriesContext(connection) as few:
        as_mary.get(LIST)
    reviews(grace, 100)

    with django_assert_num_queries(len(few)):
        as_mary.get(LIST)


def test_earlier_suspensions_of_a_customer_go_on_page_by_page(as_mary, grace):
    over = [
        suspended(grace, timedelta(days=n + 2), ended_at=timezone.now() - timedelta(days=n + 1), cause=f"cause-{n:02}")
        for n in range(12)
    ]
    Suspension.objects.bulk_create([suspended(grace, timedelta(days=1)), *over])
    path = f"/desk/fair-use/people/{grace.pk}"

    first = as_mary.get(path)
    second = as_mary.get(f"{path}?former={first.context['older'].replace('+', '%2B')}")

    former = [each["row"].cause for page in (first, second) for each in page.context["former"]]
    assert former == [f"cause-{n:02}" for n in range(12)]
    assert not second.context["older"]
    # What holds now is said on every page.
    for page in (first, second):
        assert page.context["current"]["row"].ended_at is None
    assert 'rel="prev"' in second.content.decode()
