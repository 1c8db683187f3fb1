"""Every table of the site, looked at in Postgres' own catalogue: nobody's rows can reach anybody else."""

import secrets
from io import BytesIO
from types import SimpleNamespace
from urllib.parse import urlsplit

import psycopg
import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from scripts.database import with_database, with_user
from tenants.context import act_as
from tenants.fields import TenantForeignKey
from tenants.models import Role, Tenant, User
from tenants.roles import refuse_bypass
from tests.support.world import make_person, make_ticket
from tickets.models import Tag, Ticket

#: Tables without a tenant: none holds what a customer wrote, and the app may not write most of them.
GLOBAL = {
    "tenants_tenant",
    "tenants_domain",
    "inbox_mailroute",
    "inbox_bouncedomain",
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
}
#: Read by the sweep, whatever the tenant; holds ids only.
SHARED = {"tenants_alarm"}
#: Search functions that look past row-level security, which would switch their indexes off, and filter by themselves.
DEFINERS = {"kb_search", "tickets_matching", "tickets_misspelt", "tickets_search", "tickets_search_among"}

pytestmark = pytest.mark.django_db


def rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def tenant_tables() -> set[str]:
    found = rows(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
    )
    return {name for (name,) in found} - SHARED - GLOBAL


def test_every_table_has_a_tenant_but_the_few_that_are_named():
    tables = {
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
    }

    assert tables - tenant_tables() == (GLOBAL | SHARED) & tables


def test_row_level_security_is_forced_on_every_table_of_tenants():
    forced = rows(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        " AND relnamespace = 'public'::regnamespace"
    )

    assert tenant_tables() - {name for (name,) in forced} == set()


def test_every_table_of_tenants_is_bound_when_read_and_when_written():
    policies = rows(
        "SELECT tablename FROM pg_policies WHERE schemaname = 'public' AND policyname = 'tenant_rows'"
        " AND qual ~ 'app.tenant_id' AND with_check ~ 'app.tenant_id' AND cmd = 'ALL'"
    )

    assert tenant_tables() - {name for (name,) in policies} == set()


def test_no_policy_opens_a_table_of_tenants_to_the_app():
    policies = rows(
        "SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'"
        " AND ('public' = ANY (roles) OR current_user = ANY (roles)) AND policyname <> 'tenant_rows'"
    )

    assert {table for table, _ in policies} <= {"tenants_tenant", "inbox_mailroute", "inbox_bouncedomain"}


def test_every_unique_key_starts_with_the_tenant_but_ids_and_random_keys():
    # A global key tells one tenant what another has.
    unique = rows(
        """
        SELECT t.relname, i.relname, (SELECT attname FROM pg_attribute a
                                      WHERE a.attrelid = t.oid AND a.attnum = x.indkey[0])
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
        WHERE x.indisunique AND NOT x.indisprimary AND t.relnamespace = 'public'::regnamespace
        """
    )

    wrong = {
        (table, index)
        for table, index, first in unique
        if table in tenant_tables() and first not in ("tenant_id", "user_id", "session_key", "key", "email_address_id")
    }
    assert {index for table, index in wrong if not table.startswith(("account_", "usersessions_"))} == set()
    own = {(table, index, first) for table, index, first in unique if table in own_tables()}
    assert {(table, index) for table, index, first in own if first != "tenant_id"} == set()


def own_tables() -> set[str]:
    """The tables of our own models that belong to tenants."""
    return {model._meta.db_table for model in apps.get_models()} & tenant_tables() - {
        "account_emailaddress",
        "account_emailconfirmation",
        "usersessions_usersession",
        "django_session",
    }


def test_every_index_of_our_tables_starts_with_the_tenant():
    first_columns = rows(
        """
        SELECT t.relname, i.relname, (SELECT attname FROM pg_attribute a
                                      WHERE a.attrelid = t.oid AND a.attnum = x.indkey[0])
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
        WHERE NOT x.indisprimary AND t.relnamespace = 'public'::regnamespace
        """
    )

    ours = own_tables()
    assert {(t, i) for t, i, first in first_columns if t in ours and first != "tenant_id"} == set()


def test_every_key_between_tenant_rows_includes_the_tenant():
    keys = rows(
        """
        SELECT t.relname, array_agg(a.attname::text) FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (c.conkey)
        WHERE c.contype = 'f' GROUP BY c.oid, t.relname HAVING count(*) = 2
        """
    )
    real = {(table, next(c for c in columns if c != "tenant_id")) for table, columns in keys if "tenant_id" in columns}

    declared = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, TenantForeignKey)
    }
    plain = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if model._meta.db_table in own_tables()
        and field.many_to_one
        and not isinstance(field, TenantForeignKey)
        and field.name != "tenant"
    }
    assert declared - real == set()
    assert plain == set()


def test_only_the_search_functions_look_past_row_level_security():
    definers = rows("SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace")

    assert {name for name, _ in definers} <= DEFINERS
    assert all(config and any(each.startswith("search_path=") for each in config) for _, config in definers)


def test_there_is_no_view_that_its_owner_reads():
    assert (
        rows("SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace") == []
    )


def test_the_history_can_be_added_to_and_not_changed(at_acme, grace):
    ticket = make_ticket(grace)

    for statement in ("UPDATE tickets_event SET verb = 'x'", "DELETE FROM tickets_event"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert ticket.events.exists()


@pytest.fixture
def on_login(monkeypatch):
    """Has the check look at another login's connection."""

    class Other:
        in_atomic_block = False

        def __init__(self, url):
            self.url = url

        def cursor(self):
            return psycopg.connect(self.url).cursor()

        def close(self):
            """Nothing of Django's to close."""

    return lambda url: monkeypatch.setattr("tenants.roles.connection", Other(url))


def test_the_process_refuses_to_start_on_a_role_that_is_not_bound(owner_url, on_login):
    refuse_bypass()  # the app's own role will do

    on_login(owner_url)
    with pytest.raises(ImproperlyConfigured, match="would not be isolated"):
        refuse_bypass()


def test_it_refuses_a_role_that_may_become_one_that_is_not_bound(owner_url, admin_url, on_login):
    owner, database = urlsplit(owner_url).username, urlsplit(owner_url).path.strip("/")
    login = f"helpdesk_member_{secrets.token_hex(4)}"
    with psycopg.connect(admin_url, autocommit=True) as administrator:
        # It has none of the owner's rights until it says SET ROLE.
        administrator.execute(f"CREATE ROLE {login} LOGIN NOINHERIT PASSWORD 'member'")
        try:
            administrator.execute(f"GRANT CONNECT ON DATABASE {database} TO {login}")
            on_login(with_database(with_user(urlsplit(admin_url), login, "member"), database))
            refuse_bypass()
            administrator.execute(f"GRANT {owner} TO {login}")
            with pytest.raises(ImproperlyConfigured, match=f'may become "{owner}", which'):
                refuse_bypass()
        finally:
            administrator.execute(f"REVOKE CONNECT ON DATABASE {database} FROM {login}")
            administrator.execute(f"DROP ROLE {login}")


@pytest.mark.parametrize("command", ["serve_lmtp", "watch_mail"])
def test_no_door_for_mail_opens_on_a_role_that_is_not_bound(command, owner_url, on_login):
    on_login(owner_url)

    with pytest.raises(ImproperlyConfigured, match="would not be isolated"):
        call_command(command)


def test_the_pipe_has_the_mail_server_keep_the_mail_meanwhile(owner_url, on_login, monkeypatch, capsys):
    on_login(owner_url)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=BytesIO(b"Subject: x\r\n\r\nx")))

    with pytest.raises(SystemExit) as ended:
        call_command("receive_mail")

    assert ended.value.code == 75
    assert "would not be isolated" in capsys.readouterr().err


def test_without_a_tenant_there_are_no_rows(acme):
    with act_as(acme):
        make_person("Ada", "agent")

    assert User.objects.count() == 0
    assert rows("SELECT count(*) FROM tenants_user") == [(0,)]


def test_each_tenant_sees_its_own_rows_and_may_use_the_same_names(acme, globex):
    for tenant in (acme, globex):
        with act_as(tenant):
            make_person("Ada", "agent", email="ada@same.example")
            Tag.objects.create(name="urgent")

    for tenant in (acme, globex):
        with act_as(tenant):
            assert [person.tenant_id for person in User.objects.all()] == [tenant.id]
            assert rows("SELECT DISTINCT tenant_id FROM tickets_tag") == [(tenant.id,)]


def test_a_row_for_another_tenant_is_refused(acme, globex):
    with act_as(acme), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        Tag(tenant=globex, name="smuggled").save(force_insert=True)


def test_a_key_to_another_tenants_row_is_refused(acme, globex):
    with act_as(globex):
        stranger = make_person("Eve")
        foreign_role = Role.objects.get(kind="agent")
    with act_as(acme):
        ticket = make_ticket(make_person("Grace"))
        with pytest.raises(IntegrityError), transaction.atomic():
            Ticket.objects.filter(pk=ticket.pk).update(requester=stranger)
            connection.check_constraints()
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create(role=foreign_role, email="eve@acme.example")
            connection.check_constraints()


def test_a_tenant_changes_itself_and_no_other(acme, globex):
    with act_as(acme):
        assert Tenant.objects.filter(pk=globex.pk).update(name="Hijacked") == 0
        assert Tenant.objects.filter(pk=acme.pk).update(name="Acme Inc.") == 1


def test_the_setting_does_not_outlive_its_block(acme, globex):
    with act_as(acme):
        with act_as(globex):
            assert rows("SELECT current_setting('app.tenant_id')") == [(str(globex.id),)]
        assert rows("SELECT current_setting('app.tenant_id')") == [(str(acme.id),)]
    assert rows("SELECT NULLIF(current_setting('app.tenant_id', true), '')") == [(None,)]


def test_an_error_inside_gives_the_former_tenant_back(acme, globex):
    with act_as(acme):
        with pytest.raises(ZeroDivisionError), act_as(globex):
            raise ZeroDivisionError
        assert rows("SELECT current_setting('app.tenant_id')") == [(str(acme.id),)]
