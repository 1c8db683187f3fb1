"""The tests themselves must run as the role that row-level security holds for."""

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction


@pytest.mark.django_db
def test_the_tests_log_in_as_a_role_that_cannot_bypass_anything():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        rights = cursor.fetchone()

    assert rights == (False, False, False, False)


@pytest.mark.django_db
def test_the_tests_own_no_table():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum((tableowner = current_user)::int) FROM pg_tables WHERE schemaname = 'public'"
        )
        tables, own = cursor.fetchone()

    assert tables > 10
    assert own == 0


@pytest.mark.django_db
def test_the_app_role_may_not_change_the_schema():
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE smuggled (id int)")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_what_one_test_committed_is_gone_in_the_next(turn, owner_url):
    with psycopg.connect(owner_url, autocommit=True) as owner:
        left = owner.execute("SELECT count(*) FROM pg_tables WHERE tablename = 'left_behind'").fetchone()
        migrated = owner.execute("SELECT count(*) FROM django_migrations").fetchone()

        owner.execute("CREATE TABLE left_behind (id int)")

    assert left == (0,)
    assert migrated > (10,)


def test_redis_is_this_process_own_and_empty(redis_client):
    assert redis_client.dbsize() == 1  # our mark that it may be emptied

    redis_client.set("something", "left behind")


def test_redis_forgot_what_the_test_before_wrote(redis_client):
    assert not redis_client.exists("something")
