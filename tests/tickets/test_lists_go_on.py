"""Lists of calls, of absences and of one's complaints go on page by page."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.support.world import make_ticket
from tests.tickets.portal import visitor
from tickets.models import Absence, Callback, Complaint


def want_calls(grace, count):
    at = timezone.now()
    Callback.objects.bulk_create(
        Callback(
            ticket=make_ticket(grace), requester=grace, phone=f"+{n}", topic="", at=at + timedelta(hours=n), asked_at=at
        )
        for n in range(count)
    )


def test_calls_go_on_page_by_page_at_the_same_cost(at_acme, ada, grace, django_assert_num_queries):
    client, path = visitor(at_acme, ada), "/desk/callbacks/"
    want_calls(grace, 32)
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        first = client.get(path)

    with django_assert_num_queries(len(few)):
        second = client.get(path, {"after": first.context["later"]})

    shown = [call.phone for page in (first, second) for call in page.context["calls"]]
    assert shown == [f"+{n}" for n in range(32)]
    assert not second.context["later"]
    assert 'rel="next"' in first.content.decode() and 'rel="prev"' in second.content.decode()


def test_my_complaints_go_on_page_by_page_at_the_same_cost(at_acme, as_grace, grace, django_assert_num_queries):
    ticket, at = make_ticket(grace), timezone.now()
    for number in range(1, 29):
        Complaint.objects.create(
            ticket=ticket, number=number, complainant=grace, text="Slow", filed_at=at, due_at=at, decided_at=at
        )
    as_grace.get("/complaints/")
    with CaptureQueriesContext(connection) as few:
        first = as_grace.get("/complaints/")

    with django_assert_num_queries(len(few)):
        second = as_grace.get("/complaints/" + first.context["next_url"])

    shown = [each.number for page in (first, second) for each in page.context["complaints"]]
    assert shown == [*range(28, 0, -1)]
    assert not second.context["next_url"] and second.context["previous_url"]
    assert as_grace.get("/complaints/", {"before": "x"}).context["complaints"] == first.context["complaints"]


def test_absences_go_on_page_by_page_at_the_same_cost(at_acme, ada, django_assert_num_queries):
    client, path, at, day = visitor(at_acme, ada), "/desk/absences/", timezone.now(), timedelta(days=1)
    Absence.objects.bulk_create(
        Absence(
            user=ada,
            begins_at=at + n * day,
            ends_at=at + n * day + day / 2,
            reason=f"{n}",
            entered_by=ada,
            entered_at=at,
        )
        for n in range(1, 33)
    )
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        first = client.get(path)

    with django_assert_num_queries(len(few)):
        second = client.get(path, {"after": first.context["later"]})

    shown = [absence.reason for page in (first, second) for absence, _may_end, _lasts in page.context["absences"]]
    assert shown == [f"{n}" for n in range(1, 33)]
    assert not second.context["later"]
    assert 'rel="next"' in first.content.decode() and 'rel="prev"' in second.content.decode()
