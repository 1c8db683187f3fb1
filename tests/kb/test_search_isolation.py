"""kb_search runs as the owner of the tables, past row-level security: what if somebody attacks it?"""

import pytest
from django.db import DatabaseError, connection, transaction

from kb import queries
from kb.models import ArticleVersion
from tenants.context import act_as
from tests.kb.conftest import make_article

EVERYBODY = ["everyone", "customers", "agents"]


def call(query, how="every", audience=EVERYBODY):
    with connection.cursor() as cursor:
        cursor.execute("SELECT version_id FROM kb_search(%s, %s, 'en', %s, 1000)", [query, how, list(audience)])
        return [row[0] for row in cursor.fetchall()]


HOSTILE = [
    "paper",
    "paper or globex",
    "secret handshake",
    "-nothing",
    "' OR tenant_id > 0 OR '",
    "paper') OR true --",
    "globex:*",
    "%",
    "*",
]


@pytest.mark.parametrize("how", ["every", "any", "near"])
@pytest.mark.parametrize("query", HOSTILE)
def test_no_query_finds_an_article_of_another_tenant(at_acme, ada, elsewhere, query, how):
    own = make_article(ada, "Paper jam at Acme")

    found = call(query, how)

    assert set(found) <= set(own.versions.values_list("pk", flat=True))


def test_the_other_tenants_words_are_not_even_guessed(at_acme, ada, elsewhere):
    make_article(ada)

    results = queries.search("handshke", None, "en")

    assert (results.hits, results.corrected) == ([], "")


def test_both_tenants_find_their_own(at_acme, ada, elsewhere, globex):
    own = make_article(ada, "Paper jam at Acme")

    assert call("paper") == [own.versions.get().pk]
    with act_as(globex):
        assert call("paper") == [elsewhere.versions.get().pk]


def test_without_a_tenant_nothing_is_found(at_acme, ada):
    make_article(ada)
    assert call("paper") != []

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant_id = ''")
    try:
        assert call("paper") == call("paper", "near") == []
    finally:
        connection.set_tenant(at_acme.id)


def test_an_id_from_the_function_opens_nothing_by_itself(at_acme, ada, grace, elsewhere, globex):
    internal = make_article(ada, "Paper for staff", visibility="agents")
    (leaked,) = call("paper", audience=["agents"])
    with act_as(globex):
        (foreign,) = call("paper")

    # The function believes what audience it is told; what is read afterwards does not.
    assert leaked == internal.versions.get().pk
    assert queries.search("paper", grace, "en").hits == []
    assert not ArticleVersion.objects.filter(pk=foreign).exists()


def test_temporary_objects_of_the_caller_do_not_get_into_the_function(at_acme, ada, elsewhere):
    make_article(ada)
    with transaction.atomic(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute("CREATE TEMP TABLE kb_articleversion AS SELECT 1 AS id")
                cursor.execute(
                    "CREATE FUNCTION pg_temp.ts_rank(real[], tsvector, tsquery, integer) RETURNS real"
                    " LANGUAGE sql AS 'SELECT 1 / 0'"
                )
        except DatabaseError:
            pytest.skip("this server lets the app role make no temporary objects, which is safe too")
        found = call("paper")
        cursor.execute("DROP TABLE pg_temp.kb_articleversion")

    assert len(found) == 1


def test_only_the_app_role_may_call_it_and_it_is_the_only_one_of_its_kind(at_acme):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT proname, proconfig::text, has_function_privilege('public', pg_proc.oid, 'EXECUTE')
            FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
            WHERE prosecdef AND nspname = 'public' AND proname LIKE 'kb%'
            """
        )
        rows = cursor.fetchall()

    assert [row[0] for row in rows] == ["kb_search"]
    assert "search_path=pg_catalog, public, pg_temp" in rows[0][1]
    assert rows[0][2] is False
