"""Roles and databases made for a login that may make them."""

import secrets
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from scripts.database import Administrator, with_database, with_user
from scripts.processes import CannotStart


@pytest.fixture
def name():
    return f"place_{secrets.token_hex(4)}"


@pytest.fixture
def administrator(admin_url, name):
    """The test server's administrator, asked for a database that is removed afterwards."""
    administrator = Administrator(with_database(admin_url, name))
    yield administrator
    administrator.drop_site(administrator._site(name, "", ""))


@pytest.fixture
def make_login(admin_url):
    """Makes lesser logins, and removes them."""
    made = []

    def make(*rights: str) -> str:
        role, password = f"login_{secrets.token_hex(4)}", secrets.token_hex(8)
        with Administrator(admin_url).connect() as connection:
            statement = "CREATE ROLE {} LOGIN " + " ".join(rights) + " PASSWORD {}"
            connection.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(password)))
        made.append(role)
        return with_user(urlsplit(admin_url), role, password)

    yield make
    with Administrator(admin_url).connect() as connection:
        for role in made:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def make(administrator: Administrator, name: str):
    return administrator.make_site(name, owner_password="owner-secret", app_password="app-secret")


def rights(url: str) -> tuple:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()


def test_the_owner_owns_and_the_app_can_bypass_nothing(administrator, name):
    site = make(administrator, name)

    assert rights(site.app_url) == (False, False, False, False)
    assert rights(site.owner_url)[0] is False
    with psycopg.connect(site.owner_url) as owner:
        owner.execute("CREATE TABLE things (id int)")
    with psycopg.connect(site.app_url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("SELECT * FROM things")


def test_a_second_time_changes_nothing_and_keeps_the_data(administrator, name):
    site = make(administrator, name)
    with psycopg.connect(site.owner_url) as owner:
        owner.execute("CREATE TABLE things AS SELECT 1 AS id")

    again = make(administrator, name)

    assert again == site
    with psycopg.connect(again.owner_url) as owner:
        assert owner.execute("SELECT id FROM things").fetchone() == (1,)


def test_two_installations_on_one_server_share_no_role(administrator, admin_url, name):
    other = Administrator(with_database(admin_url, f"{name}_b"))
    try:
        one, two = make(administrator, name), make(other, f"{name}_b")

        assert not {one.app_role, one.owner_role} & {two.app_role, two.owner_role}
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(with_database(one.app_url, two.name))
    finally:
        other.drop_site(two)


def test_a_login_that_may_make_roles_and_databases_is_enough(make_login, name):
    administrator = Administrator(with_database(make_login("CREATEROLE", "CREATEDB"), name))
    try:
        site = make(administrator, name)

        assert rights(site.app_url) == (False, False, False, False)
        with administrator.connect() as connection:
            copy = administrator.clone(connection, site, f"{name}_copy")
            assert rights(copy.app_url) == (False, False, False, False)
            administrator.drop_database(connection, copy.name)
    finally:
        administrator.drop_site(site)


def test_missing_rights_are_named_with_the_statement_that_gives_them(make_login, name):
    administrator = Administrator(with_database(make_login(), name))

    with pytest.raises(CannotStart, match=r'ALTER ROLE "login_\w+" CREATEROLE CREATEDB;'):
        make(administrator, name)


def test_a_database_with_somebody_elses_tables_is_left_alone(administrator, name):
    with administrator.connect() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    with psycopg.connect(administrator.url) as stranger:
        stranger.execute("CREATE TABLE payroll (id int)")

    with pytest.raises(CannotStart, match="holds tables that are not the helpdesk's"):
        make(administrator, name)


def test_an_empty_database_that_somebody_made_is_used(administrator, name):
    with administrator.connect() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_CTYPE 'C.UTF-8'").format(
                sql.Identifier(name)
            )
        )

    site = make(administrator, name)

    with psycopg.connect(site.owner_url) as owner:
        owner.execute("CREATE TABLE things (id int)")


@pytest.mark.parametrize("url", ["mysql://a:b@localhost/x", "postgres://a:b@127.0.0.1:1/x"])
def test_an_address_that_cannot_work_is_answered_in_words(url):
    with pytest.raises(CannotStart, match="DATABASE_URL"):
        make(Administrator(url), "x")


def test_a_name_that_is_none_is_refused(admin_url):
    administrator = Administrator(with_database(admin_url, "Robert'); DROP TABLE"))

    with pytest.raises(CannotStart, match="small letters"):
        make(administrator, administrator.wished_name)


def test_search_sees_cyrillic_letters_whatever_the_cluster_was_made_with(administrator, name):
    site = make(administrator, name)

    with psycopg.connect(site.owner_url) as owner:
        owner.execute("CREATE EXTENSION pg_trgm")
        alike = owner.execute("SELECT similarity('Принтер', 'принтеры'), lower('ЁЖ')").fetchone()

    assert alike[0] > 0.5
    assert alike[1] == "ёж"
