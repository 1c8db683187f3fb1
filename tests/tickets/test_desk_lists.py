"""Views, their counts, and pages by the last row seen."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from sla.models import Priority
from tenants.context import act_as
from tests.support.world import join, make_person, make_ticket
from tickets import actions, listing, lists, paging, reading
from tickets.desk import current_policy
from tickets.models import RefusalReason, Status, Ticket
from tickets.selection import Desk, select

HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def many(grace, now):
    """Seven tickets, some due at one time, some without a due time, changed in another order than filed."""
    tickets = [make_ticket(grace, f"Printer {number}", at=now) for number in range(7)]
    for place, hours in enumerate([3, 1, None, 1, None, 2, None]):
        due_at = now + hours * HOUR if hours else None
        Ticket.objects.filter(pk=tickets[place].pk).update(due_at=due_at, updated_at=now + (place * 3 % 5) * HOUR)
    for places, key in (((1, 5, 6), "critical"), ((0, 2, 3), "high"), ((4,), "low")):
        pressing = Ticket.objects.filter(pk__in=[tickets[place].pk for place in places])
        pressing.update(priority=Priority.objects.get(key=key))
    return tickets


EXPECTED = {
    "due": [2, 4, 6, 1, 3, 5, 7],
    "updated": [4, 2, 7, 5, 3, 1, 6],
    "newest": [7, 6, 5, 4, 3, 2, 1],
    "oldest": [1, 2, 3, 4, 5, 6, 7],
    "priority": [2, 6, 7, 1, 3, 4, 5],
}


@pytest.mark.parametrize("key", EXPECTED)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_pages_forwards_and_backwards_show_every_ticket_once_and_in_order(many, key, size):
    order, forwards, after = paging.order_named(key, Desk.now()), [], None
    while True:
        page = paging.page(Ticket.objects.all(), order, after=after, size=size)
        forwards.append([ticket.number for ticket in page.rows])
        if page.after is None:
            break
        after = paging.Cursor.parse(str(page.after))
    assert [number for numbers in forwards for number in numbers] == EXPECTED[key]

    backwards = [forwards[-1]]
    while page.before:
        page = paging.page(Ticket.objects.all(), order, before=paging.Cursor.parse(str(page.before)), size=size)
        backwards.insert(0, [ticket.number for ticket in page.rows])
    assert backwards == forwards


@pytest.mark.parametrize("size", [2, 5])
def test_a_page_costs_two_queries_at_most(many, size, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        paging.page(Ticket.objects.all(), paging.ORDERS["due"], after=paging.Cursor(3, many[0].created_at), size=size)


@pytest.mark.parametrize("text", ["", "x", "1_x", "1_2026-13-45", "-1_", "1" * 30, "1_2026-01-01", "\x00", "²_"])
def test_a_bad_cursor_in_an_address_is_no_cursor_or_one_by_number(text):
    cursor = paging.Cursor.parse(text)

    assert cursor is None or cursor.value is None


def test_views_hold_what_they_say(at_acme, ada, grace, now):
    mine, waiting, late, done = (make_ticket(grace, at=now) for _ in range(4))
    actions.take(mine, actor=ada, at=now)
    actions.change_status(waiting, Status.objects.filter(kind="pending").first(), actor=ada, at=now)
    actions.change_status(done, Status.objects.filter(kind="solved").first(), actor=ada, at=now)
    Ticket.objects.filter(pk=late.pk).update(due_at=now - HOUR)
    join(ada, late.team)
    chosen = lists.views(current_policy().policy)

    counts = lists.counts(chosen, ada, at=now)

    assert counts | {"team": 3} == counts
    assert {key: counts[key] for key in ("mine", "unassigned", "all", "overdue", "pending", "on_hold")} == {
        "mine": 1,
        "unassigned": 2,
        "all": 3,
        "overdue": 1,
        "pending": 1,
        "on_hold": 0,
    }
    assert (counts["finished"], counts["every"]) == (1, 4)
    assert [counts[key] for key in chosen if key.startswith("tier-")] == [3, 0, 0]
    for key, view in chosen.items():
        assert lists.select(view, ada, at=now).count() == counts[key]


def test_an_appeal_waits_in_its_view_until_staff_answers_it(at_acme, ada, grace, now):
    chosen = lists.views(current_policy().policy)

    def appeals(at):
        found = [ticket.number for ticket in lists.select(chosen["appeals"], ada, at=at)]
        assert lists.counts(chosen, ada, at=at)["appeals"] == len(found)
        return found

    reason = RefusalReason.objects.create(key="homework", name="Homework is not done here")
    refused, other = make_ticket(grace, at=now), make_ticket(grace, at=now)
    for ticket in (refused, other):
        actions.refuse(ticket, reason, actor=ada, at=now)
    assert appeals(now) == []

    actions.comment(refused, author=grace, body="It is in the contract.", at=now + HOUR)
    assert appeals(now + HOUR) == [refused.number]
    actions.note(refused, author=ada, body="Is it?", at=now + 2 * HOUR)
    assert appeals(now + 2 * HOUR) == [refused.number]
    actions.reply(refused, author=ada, body="It is not.", at=now + 3 * HOUR)
    assert appeals(now + 3 * HOUR) == []

    actions.comment(refused, author=grace, body="Clause 4!", at=now + 4 * HOUR)
    assert appeals(now + 4 * HOUR) == [refused.number]
    actions.reopen(refused, actor=ada, at=now + 5 * HOUR)
    assert appeals(now + 5 * HOUR) == []


def test_counting_is_one_query_and_stops_at_a_thousand(
    at_acme, ada, django_assert_num_queries, monkeypatch, grace, now
):
    monkeypatch.setattr(lists, "MOST_COUNTED", 2)
    for _ in range(5):
        make_ticket(grace, at=now)
    chosen = lists.views(None)

    with django_assert_num_queries(1):
        counts = lists.counts(chosen, ada, at=now)

    assert lists.shown_count(counts["all"]) == "2+"


def test_counts_are_each_persons_and_each_moments_own(at_acme, ada, grace, now):
    linus = make_person("Linus", kind="agent")
    actions.take(make_ticket(grace, at=now), actor=ada, at=now)
    chosen = lists.views(None)

    assert [lists.counts(chosen, person, at=now)["mine"] for person in (ada, linus)] == [1, 0]
    year = timedelta(days=365)
    assert [lists.counts(chosen, ada, at=now + later)["overdue"] for later in (-year, year)] == [0, 1]


def test_an_agent_of_some_teams_counts_and_sees_only_theirs(at_acme, ada, grace, now):
    ada.role.permissions.remove("ticket.see_all")
    ada.role.save()
    ticket = make_ticket(grace, at=now)

    assert lists.counts(lists.views(None), ada, at=now)["every"] == 0
    join(ada, ticket.team)
    assert lists.counts(lists.views(None), ada, at=now)["every"] == 1


def test_filters_narrow_and_nonsense_finds_nothing(at_acme, ada, grace, now):
    ticket = make_ticket(grace, at=now)
    actions.add_tag(ticket, "checkout", actor=ada, at=now)
    make_ticket(make_person("Linus"), "Other", at=now)

    def found(**wanted):
        where = select(lists.asked(wanted), ada, Desk.now(), at=now).where
        return [each.number for each in Ticket.objects.filter(where).order_by("number")]

    assert found(requester=str(grace.pk)) == found(tag="checkout") == [ticket.number]
    assert found(assignee="none", status="new") == [1, 2]
    assert found(assignee="me") == found(organization="nonsense") == found(priority="nonsense") == []
    assert found(status="\0") == found(tag="\0") == found(requester="\0") == []


def first_page(person, at, **address):
    """The numbers on the first page of the list that an address names."""
    return [ticket.number for ticket in listing.read(QueryDict(urlencode(address)), person, at=at).page().rows]


@pytest.mark.parametrize("sort", ["due", "updated", "newest", "oldest"])
def test_a_first_page_from_kept_sql_is_the_one_that_is_written_anew(many, ada, now, sort):
    actions.take(many[2], actor=ada, at=now)
    for key, view in lists.views(current_policy().policy).items():
        for _ in range(2):
            found = lists.select(view, ada, at=now)
            anew = paging.page(found, paging.ORDERS[sort], shown=reading.with_rows)
            assert first_page(ada, now, view=key, sort=sort) == [ticket.number for ticket in anew.rows]


def test_a_first_page_from_kept_sql_is_each_persons_and_each_moments_own(at_acme, ada, grace, now):
    linus = make_person("Linus", kind="agent")
    actions.take(make_ticket(grace, at=now), actor=ada, at=now)

    assert [first_page(person, now, view="mine") for person in (ada, linus, ada)] == [[1], [], [1]]
    year = timedelta(days=365)
    assert [first_page(ada, now + later, view="overdue") for later in (-year, year, -year)] == [[], [1], []]
    linus.role.permissions.remove("ticket.see_all")
    linus.role.save()
    assert [first_page(person, now, view="all") for person in (linus, ada)] == [[], [1]]


def test_a_first_page_from_kept_sql_is_each_tenants_own(acme, globex, now):
    with act_as(acme):
        agent = make_person("Ada", kind="agent")
        make_ticket(make_person("Grace"), at=now)
        assert first_page(agent, now, view="all") == [1]
    with act_as(globex):
        assert first_page(make_person("Ada", kind="agent"), now, view="all") == []
