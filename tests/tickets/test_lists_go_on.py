"""Lists go on page by page, at the same cost; a list that shows only the newest says so."""

from datetime import timedelta
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notices.models import Incident
from sla.models import PolicyDraft
from tenants.context import act_as
from tenants.models import Alarm
from tests.support.world import make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions
from tickets.models import Absence, Callback, Complaint, Draft, TimeEntry


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


def test_the_time_spent_on_a_ticket_goes_on_page_by_page_at_the_same_cost(
    at_acme, ada, grace, django_assert_num_queries
):
    ticket, at = make_ticket(grace), timezone.now()
    client, path = visitor(at_acme, ada), f"/desk/tickets/{ticket.number}/time"
    # Two a day, so that a page ends between entries of one day.
    TimeEntry.objects.bulk_create(
        TimeEntry(ticket=ticket, agent=ada, minutes=n, spent_on=at.date() - timedelta(days=n // 2), entered_at=at)
        for n in range(1, 33)
    )
    first = client.get(path)
    with django_assert_num_queries(count_of(client, path) + 1):  # and one for where it begins
        second = client.get(path, {"before": first.context["earlier"]})

    shown = [each.minutes for page in (first, second) for each in page.context["entries"]]
    assert sorted(shown) == [*range(1, 33)] and len(second.context["entries"]) == 2
    assert [each // 2 for each in shown] == sorted(each // 2 for each in shown)
    assert first.context["total"] == second.context["total"] == sum(range(1, 33))
    assert "Earlier ones" in text_of(first) and "Newest" not in text_of(first)
    assert "Newest" in text_of(second) and "Earlier ones" not in text_of(second)
    for other in ("x", str(uuid4()), "\0"):
        assert client.get(path, {"before": other}).context["entries"] == first.context["entries"]


def count_of(client, path):
    """Queries of a page that was opened before."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return len(queries)


def test_failed_work_goes_on_page_by_page_and_all_that_is_late_is_counted(at_acme, root, django_assert_num_queries):
    client, path, at = visitor(at_acme, root), "/desk/settings/work", timezone.now()
    hour = timedelta(hours=1)
    Alarm.objects.bulk_create(
        Alarm(tenant=at_acme, kind="mail.tell", subject=uuid4(), at=at, parked_at=at - n * hour, error=f"{n}")
        for n in range(32)
    )
    Alarm.objects.bulk_create(Alarm(tenant=at_acme, kind="mail.tell", subject=uuid4(), at=at - hour) for _ in range(61))
    first = client.get(path)
    with django_assert_num_queries(count_of(client, path)):
        second = client.get(path, {"after": first.context["older"]})

    shown = [alarm.error for page in (first, second) for alarm in page.context["parked"]]
    assert shown == [f"{n}" for n in range(32)]
    assert not second.context["older"]
    assert 'rel="next"' in first.content.decode() and 'rel="prev"' in second.content.decode()
    assert "61 pieces of work are late" in text_of(first)
    # Tried again meanwhile, the last page is empty, which is not to say that nothing failed.
    Alarm.objects.filter(error__in=["30", "31"]).delete()
    emptied = client.get(path, {"after": first.context["older"]})
    assert "Nothing has failed" not in text_of(emptied) and 'rel="prev"' in emptied.content.decode()


def test_my_complaints_about_a_request_go_on_page_by_page_and_the_open_one_is_known_on_each(globex):
    with act_as(globex):
        grace = make_person("Grace")
        ticket, at = make_ticket(grace), timezone.now()
        for number in range(1, 29):
            decided = None if number == 28 else at
            Complaint.objects.create(
                ticket=ticket, number=number, complainant=grace, text="Slow", filed_at=at, due_at=at, decided_at=decided
            )
        client, path = visitor(globex, grace), f"/tickets/{ticket.number}/complaint"

        first = client.get(path)
        second = client.get(path + first.context["next_url"])

        shown = [each.number for page in (first, second) for each in page.context["complaints"]]
        assert shown == [*range(28, 0, -1)]
        assert 'rel="next"' in first.content.decode() and 'rel="prev"' in second.content.decode()
        assert first.context["open"] == second.context["open"] == Complaint.objects.get(number=28)


def test_drafts_of_the_policy_go_on_page_by_page(at_acme, root):
    client, path, at = visitor(at_acme, root), "/desk/settings/policy/", timezone.now()
    made = [PolicyDraft(author=root, base=1, document={}, source="", changed_at=at) for _ in range(22)]
    PolicyDraft.objects.bulk_create(made)
    for n, draft in enumerate(made):
        PolicyDraft.objects.filter(pk=draft.pk).update(changed_at=at - timedelta(hours=n))

    first = client.get(path)
    second = client.get(path, {"after": first.context["older"]})

    assert [each.pk for page in (first, second) for each in page.context["drafts"]] == [each.pk for each in made]
    assert 'rel="next"' in first.content.decode() and 'rel="prev"' in second.content.decode()


def test_past_disturbances_go_on_page_by_page_at_the_desk(at_acme, root):
    client, path, at = visitor(at_acme, root), "/desk/status/", timezone.now()
    Incident.objects.bulk_create(
        Incident(
            title={"en": f"{n}"}, state="resolved", begins_at=at - n * timedelta(days=1), changed_at=at, resolved_at=at
        )
        for n in range(1, 33)
    )

    first = client.get(path)
    second = client.get(path, {"after": first.context["older"]})

    shown = [each.title["en"] for page in (first, second) for each in page.context["past"]]
    assert shown == [f"{n}" for n in range(1, 33)]
    assert 'rel="next"' in first.content.decode() and 'rel="prev"' in second.content.decode()


def test_the_first_page_shows_the_newest_drafts_and_mentions_and_says_that_there_are_more(at_acme, ada, grace):
    linus, at = make_person("Linus", "agent"), timezone.now()
    said, client = "Only the newest are shown. The others stand in their tickets.", visitor(at_acme, ada)
    for n in range(10):
        ticket = make_ticket(grace)
        actions.note(ticket, author=linus, body=f"@ada@acme.example look, {n}", at=at)
        Draft.objects.create(
            ticket=ticket, author=ada, kind="reply", body=f"Words {n}", updated_at=at + timedelta(minutes=n)
        )
    few = text_of(client.get("/desk/"))
    assert said not in few and "Words 0" in few

    ticket = make_ticket(grace)
    actions.note(ticket, author=linus, body="@ada@acme.example look, 10", at=at)
    mentioned = client.get("/desk/")
    assert text_of(mentioned).count(said) == 1
    Draft.objects.create(
        ticket=ticket, author=ada, kind="reply", body="Words 10", updated_at=at + timedelta(minutes=10)
    )
    both = text_of(client.get("/desk/"))

    assert both.count(said) == 2
    assert "Words 10" in both and "Words 0" not in both
