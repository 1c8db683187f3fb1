"""Queries that are written once: each asks for its own tenant and its own values, whoever asked before."""

import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID

import psycopg
import pytest
from django.db import DataError, NotSupportedError, connection, connections, transaction
from django.db.models import Value

from tenants.context import act_as
from tenants.database import prepared
from tenants.models import Role, User
from tenants.statements import PreparedStatement, Statement, asked_together
from tests.support.world import make_person, make_ticket
from tickets.models import Ticket

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True, params=[True, False], ids=["prepared", "not prepared"])
def prepares(request, settings) -> bool:
    settings.DATABASE_PREPARES = request.param
    return request.param


@pytest.fixture
def named() -> PreparedStatement[User]:
    return PreparedStatement(
        lambda name: User.objects.filter(name=name).select_related("role").order_by("email"), name=str
    )


def test_it_names_the_tenant_that_is_active_not_the_one_it_was_first_asked_for(acme, globex, named):
    with act_as(acme):
        ours = make_person("Ada", "agent")
    with act_as(globex):
        theirs = make_person("Ada", "customer")

    for tenant, person in ((acme, ours), (globex, theirs), (acme, ours)):
        with act_as(tenant):
            assert named.rows(name="Ada") == [person]
            assert named.first(name="Ada").role.kind == person.role.kind
    assert named.rows(name="Ada") == []  # for nobody there is nothing


def test_values_come_each_time_and_are_no_sql(at_acme, ada, named, django_assert_num_queries):
    assert named.first(name="Nobody") is None
    assert named.rows(name="' OR true --") == []
    assert named.rows(name="\N{REPLACEMENT CHARACTER}0") == []
    with django_assert_num_queries(1):
        assert named.first(name="Ada").role.kind == "agent"


def test_ids_and_instants_are_values_too_and_a_slice_stays(at_acme, ada, grace):
    filed = [make_ticket(grace, at=NEW_YEAR + timedelta(hours=hours)) for hours in range(3)]
    since = Statement(
        lambda requester, at: Ticket.objects.filter(requester=requester, created_at__gte=at).order_by("number")[:2],
        requester=UUID,
        at=datetime,
    )

    assert since.rows(requester=grace.pk, at=NEW_YEAR) == filed[:2]
    assert since.rows(requester=grace.pk, at=NEW_YEAR + timedelta(hours=2)) == filed[2:]
    assert since.rows(requester=ada.pk, at=NEW_YEAR) == []


def test_what_is_asked_for_many_is_asked_once_and_stays_at_hand(at_acme, grace, named, django_assert_num_queries):
    make_person("Ada", "agent")
    filed = [make_ticket(grace, at=NEW_YEAR + timedelta(hours=hours)) for hours in range(3)]
    since = Statement(
        lambda requester, at: Ticket.objects.filter(requester=requester, created_at__gte=at).order_by("number")[:2],
        requester=UUID,
        at=datetime,
    )
    instants = [{"requester": grace.pk, "at": NEW_YEAR + timedelta(hours=hours)} for hours in (2, 9, 0)]
    names = [{"name": "Nobody"}, {"name": "' OR true --"}, {"name": "Ada"}]

    with django_assert_num_queries(2), asked_together({since: instants}, {named: names}):
        assert [since.rows(**each) for each in instants] == [filed[2:], [], filed[:2]]
        assert [[person.role.kind for person in named.rows(**each)] for each in names] == [[], [], ["agent"]]
    with django_assert_num_queries(1):
        assert since.rows(**instants[1]) == []


def test_threads_that_come_at_once_write_the_same_sql():
    shown = Statement(lambda number: Ticket.objects.for_list().filter(number=number), number=int)
    write = Statement.__dict__["_written"].func  # what each thread does that finds nothing written yet
    together, written, interval = Barrier(4), [], sys.getswitchinterval()

    def ask() -> None:
        together.wait()
        written.extend(write(shown)[1].pieces for _ in range(20))

    threads = [Thread(target=ask) for _ in range(4)]
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)

    assert len(written) == 80
    assert all(pieces == written[0] for pieces in written)


@pytest.mark.django_db(transaction=True)
def test_another_thread_asks_over_its_own_connection(acme, named):
    with act_as(acme):
        person = make_person("Ada", "agent")
    found = []

    def ask() -> None:
        try:
            with act_as(acme):
                found.extend(named.rows(name="Ada"))
        finally:
            connections.close_all()

    for _ in range(2):
        thread = Thread(target=ask)
        thread.start()
        thread.join()

    assert found == [person, person]


def test_what_always_stands_there_is_no_sql_either(at_acme):
    person = make_person("100 %s O'Hara \\ $1", "agent")
    make_person("100 %d O'Hara \\ $1", "agent")
    agents = Statement(
        lambda email: User.objects.filter(email=email, name__contains="0 %s O'Hara \\ $1", role__kind="agent"),
        email=str,
    )

    assert agents.rows(email=person.email) == [person]
    assert agents.rows(email="nobody@acme.example") == []


def planned() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements ORDER BY prepare_time")
        return [name for (name,) in cursor.fetchall()]


def test_it_is_planned_once_a_connection_and_outlives_a_failed_transaction(at_acme, ada, named, prepares):
    before = planned()
    with suppress(DataError), transaction.atomic():
        assert named.first(name="Ada") == ada
        list(User.objects.annotate(wrong=Value(1) / Value(0)))
    for _ in range(2):
        assert named.first(name="Ada") == ada

    assert len(planned()) == len(before) + prepares


def test_a_connection_keeps_so_many_plans_and_the_oldest_gives_way(at_acme, ada, monkeypatch, prepares):
    monkeypatch.setattr(prepared, "MOST", len(planned()) + 2)
    many = [PreparedStatement(lambda name: User.objects.filter(name=name), name=str) for _ in range(4)]

    for _ in range(2):
        assert [each.first(name="Ada") for each in many] == [ada] * 4

    assert len(planned()) <= prepared.MOST


def test_what_was_asked_for_last_stays_planned(at_acme, ada, named, monkeypatch, prepares):
    before = len(planned())
    monkeypatch.setattr(prepared, "MOST", before + 2)
    others = [PreparedStatement(lambda name: User.objects.filter(name=name), name=str) for _ in range(before + 2)]

    for each in (named, others[0], named, *others[1:]):
        assert each.first(name="Ada") == ada

    left = planned()
    assert (named._of_one.name in left, others[0]._of_one.name in left) == (prepares, False)


@pytest.mark.django_db(transaction=True)
def test_a_column_that_a_migration_widens_costs_one_transaction_at_most(acme, owner_url, prepares):
    roles = PreparedStatement(lambda kind: Role.objects.filter(kind=kind).order_by("name"), kind=str)
    longest, refused = Role._meta.get_field("name").max_length, 0

    def widened(length: int) -> None:
        with psycopg.connect(owner_url) as owner:
            owner.execute(f"ALTER TABLE tenants_role ALTER COLUMN name TYPE varchar({length})")

    with act_as(acme):
        assert roles.rows(kind="agent")
    widened(longest + 1)
    try:
        for _ in range(3):
            with suppress(NotSupportedError), act_as(acme):
                refused += 1
                assert roles.rows(kind="agent")
                refused -= 1
    finally:
        widened(longest)
    assert refused == prepares


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_plans_anew(acme, named):
    for _ in range(2):
        with act_as(acme):
            assert named.rows(name="Nobody") == []
        connection.close()
