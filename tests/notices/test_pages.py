"""Announcements page by page, at the same cost however many there are."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from notices.models import Announcement
from tests.tickets.portal import visitor

SIZE = 30


def announce(count, **more):
    at = timezone.now()
    Announcement.objects.bulk_create(
        Announcement(title={"en": f"News {n}"}, shown_from=at - timedelta(minutes=n + 1), **more) for n in range(count)
    )


def titles(page):
    return [str(row["announcement"]) for row in page.context["rows"]]


@pytest.mark.parametrize(("name", "who"), [("portal:announcements", "grace"), ("desk:announcements", "mary")])
def test_all_announcements_are_found_page_by_page(at_acme, request, name, who):
    announce(2 * SIZE + 3)
    client = visitor(at_acme, request.getfixturevalue(who))

    first = client.get(reverse(name))
    second = client.get(reverse(name) + first.context["next_url"])
    third = client.get(reverse(name) + second.context["next_url"])

    assert titles(first) + titles(second) + titles(third) == [f"News {n}" for n in range(2 * SIZE + 3)]
    assert not first.context["previous_url"]
    assert second.context["previous_url"] and third.context["previous_url"]
    assert not third.context["next_url"]
    assert 'rel="next"' in second.content.decode()


@pytest.mark.parametrize(("name", "who"), [("portal:announcements", "grace"), ("desk:announcements", "mary")])
def test_a_page_costs_the_same_however_many_there_are(
    at_acme, request, name, who, django_assert_num_queries, django_assert_max_num_queries
):
    client = visitor(at_acme, request.getfixturevalue(who))
    announce(SIZE + 1)
    client.get(reverse(name))
    with django_assert_max_num_queries(12) as few:
        following = client.get(reverse(name)).context["next_url"]
    announce(200)

    for path in (reverse(name), reverse(name) + following):
        with django_assert_num_queries(len(few.captured_queries)):
            assert client.get(path).status_code == 200


def test_what_is_over_for_long_or_for_others_is_on_no_page(at_acme, grace):
    announce(2)
    announce(SIZE, audience="agents")
    announce(SIZE, shown_until=timezone.now() - timedelta(days=91))

    page = visitor(at_acme, grace).get(reverse("portal:announcements"))

    assert titles(page) == ["News 0", "News 1"]
    assert not page.context["next_url"]
