"""Search in tickets as a function of the database, since row-level security switches its indexes off for the app role.

`@@` and `%>` are not leakproof, so Postgres tests them only after the policy and never by an index. `tickets_search`
runs as the owner instead, filters by the active tenant itself and returns nothing but ids and ranks, which the caller
looks up under row-level security again.
"""

from typing import Any

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tenants.context
import tenants.fields
from tenants.operations import IsolateTenant

#: English and Russian in one vector (the russian configuration stems Latin words as English ones), Spanish without its
#: accents, and who asked as they are written. A body is cut where its vector could pass Postgres' limit of 1 MB.
WORDS = """
CREATE FUNCTION tickets_words(subject text, about text, body text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT setweight(
            to_tsvector('russian', subject)
            || to_tsvector('spanish', translate(subject, 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunAEIOUUN')), 'A')
        || setweight(to_tsvector('simple', about) || to_tsvector('russian', translate(about, '@.-_', '    ')), 'B')
        || setweight(
            to_tsvector('russian', left(body, 50000))
            || to_tsvector('spanish', translate(left(body, 50000), 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunAEIOUUN')), 'D')
$$
"""

#: The newest thousand of the messages that match are ranked: a word that everybody writes must not cost a second. Where
#: twenty thousand match, those of them are surely among the newest messages, which are then looked through instead.
#: When hardly anything matches, subjects with a word like one of the wanted follow, for typing errors.
SEARCH = """
CREATE FUNCTION tickets_search(wanted text, most integer)
RETURNS TABLE (ticket_id uuid, rank real)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET pg_trgm.word_similarity_threshold = 0.45
SET enable_seqscan = off
AS $$
DECLARE
    active constant bigint := NULLIF(current_setting('app.tenant_id', true), '')::bigint;
    -- Whole words only: for the beginning of a word GIN would gather that word's places in all tenants first.
    query constant tsquery := websearch_to_tsquery('russian', wanted)
        || websearch_to_tsquery('spanish', translate(wanted, 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunAEIOUUN'));
    found integer;
BEGIN
    RETURN QUERY
    WITH matching AS MATERIALIZED (
        SELECT entry.ticket_id AS ticket, entry.message_id AS message, entry.words AS words
        FROM tickets_searchentry AS entry
        WHERE entry.tenant_id = active AND entry.words @@ query
        LIMIT 20000
    ), recent AS (
        SELECT latest.ticket_id, latest.message_id, latest.words
        FROM (
            SELECT entry.ticket_id, entry.message_id, entry.words
            FROM tickets_searchentry AS entry
            WHERE entry.tenant_id = active AND (SELECT count(*) FROM matching) = 20000
            ORDER BY entry.message_id DESC
            LIMIT 20000
        ) AS latest
        WHERE latest.words @@ query
        LIMIT 1000
    ), newest AS (
        SELECT * FROM (SELECT * FROM matching ORDER BY message DESC LIMIT 1000) AS found
        UNION ALL
        SELECT * FROM recent
    )
    SELECT newest.ticket, max(ts_rank('{0.1, 0.2, 0.6, 1.0}', newest.words, query, 1))::real
    FROM newest
    GROUP BY newest.ticket
    ORDER BY 2 DESC, 1 DESC
    LIMIT most;

    GET DIAGNOSTICS found = ROW_COUNT;
    IF found >= 3 THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT alike.ticket_id, (0.01 * sum(alike.points))::real
    FROM unnest((regexp_split_to_array(lower(wanted), '[^[:alnum:]]+'))[1:6]) AS word
    CROSS JOIN LATERAL (
        SELECT entry.ticket_id, word_similarity(word, entry.subject) AS points
        FROM tickets_searchentry AS entry
        WHERE entry.tenant_id = active AND entry.subject <> '' AND entry.subject %> word
        LIMIT 2000
    ) AS alike
    WHERE length(word) BETWEEN 4 AND 40
    GROUP BY alike.ticket_id
    ORDER BY 2 DESC, 1 DESC
    LIMIT most;
END
$$
"""


def create_functions(apps: Any, editor: Any) -> None:
    """Only the app role may call them."""
    app = editor.quote_name(settings.DATABASE_APP_ROLE)
    # Until the library is loaded Postgres does not know the threshold and lets only a superuser set it on a function.
    editor.execute("SELECT show_limit()")
    editor.execute(WORDS, params=None)
    editor.execute(SEARCH, params=None)
    for signature in ("tickets_words(text, text, text)", "tickets_search(text, integer)"):
        editor.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        editor.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")


class Migration(migrations.Migration):
    dependencies = [
        ("kb", "0001_initial"),  # brings the extensions for the indexes
        ("tickets", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("is_active", False)),
                fields=["tenant", "-updated_at", "number"],
                name="ticket_finished",
            ),
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=tenants.fields.UUIDv7(),
                        default=tenants.fields.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "subject",
                    models.CharField(blank=True, help_text="of the ticket, on its first message only", max_length=200),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                (
                    "message",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tickets.message",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=tenants.context.active_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "ticket",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["tenant", "ticket"], name="search_ticket"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["tenant", "words"], gin_pending_list_limit=512, name="search_words"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("subject", ""), _negated=True),
                        fields=["tenant", "subject"],
                        gin_pending_list_limit=512,
                        name="search_subject",
                        opclasses=["int8_ops", "gin_trgm_ops"],
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "message"), name="one_search_entry_a_message")
                ],
            },
        ),
        IsolateTenant("SearchEntry"),
        migrations.RunPython(create_functions, migrations.RunPython.noop),
    ]
