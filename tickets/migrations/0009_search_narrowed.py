"""Search that is narrowed by conditions: every ticket with some words, and ranks among chosen tickets.

`tickets_matching` gives the ids of all tickets of the active tenant with these words; the caller meets them with its
conditions under row-level security. `tickets_search` ranks among those that are left, when it is told which. For
customers both leave internal notes out, so that nobody learns by searching what a note says.
"""

from typing import Any

from django.conf import settings
from django.db import migrations

_QUERY = """websearch_to_tsquery('russian', wanted)
        || websearch_to_tsquery('spanish', translate(wanted, 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunAEIOUUN'))"""
_ACTIVE = "NULLIF(current_setting('app.tenant_id', true), '')::bigint"
_SETTINGS = """LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET pg_trgm.word_similarity_threshold = 0.45
SET enable_seqscan = off"""
_PUBLIC = """(NOT public_only OR EXISTS (
            SELECT FROM tickets_message AS message
            WHERE message.tenant_id = active AND message.id = entry.message_id AND message.kind = 'public'))"""

#: All that match; the limit keeps the memory of one search within bounds.
MATCHING = f"""
CREATE FUNCTION tickets_matching(wanted text, public_only boolean)
RETURNS SETOF uuid
{_SETTINGS}
ROWS 500
AS $$
DECLARE
    active constant bigint := {_ACTIVE};
    query constant tsquery := {_QUERY};
    found integer;
BEGIN
    RETURN QUERY
    SELECT entry.ticket_id
    FROM tickets_searchentry AS entry
    WHERE entry.tenant_id = active AND entry.words @@ query AND {_PUBLIC}
    LIMIT 1000000;

    GET DIAGNOSTICS found = ROW_COUNT;
    IF found >= 3 THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT alike.ticket_id
    FROM unnest((regexp_split_to_array(lower(wanted), '[^[:alnum:]]+'))[1:6]) AS word
    CROSS JOIN LATERAL (
        SELECT entry.ticket_id
        FROM tickets_searchentry AS entry
        WHERE entry.tenant_id = active AND entry.subject <> '' AND entry.subject %> word
        LIMIT 2000
    ) AS alike
    WHERE length(word) BETWEEN 4 AND 40;
END
$$
"""  # noqa: S608 - no value in it

AMONG = f"""
CREATE FUNCTION tickets_search_among(wanted text, most integer, among uuid[], public_only boolean)
RETURNS TABLE (ticket_id uuid, rank real)
{_SETTINGS}
AS $$
DECLARE
    active constant bigint := {_ACTIVE};
    query constant tsquery := {_QUERY};
    found integer;
BEGIN
    RETURN QUERY
    WITH newest AS MATERIALIZED (
        SELECT entry.ticket_id AS ticket, entry.words AS words
        FROM tickets_searchentry AS entry
        WHERE entry.tenant_id = active AND entry.ticket_id = ANY(among) AND entry.words @@ query AND {_PUBLIC}
        ORDER BY entry.message_id DESC
        LIMIT 1000
    )
    SELECT newest.ticket, max(ts_rank('{{0.1, 0.2, 0.6, 1.0}}', newest.words, query, 1))::real
    FROM newest
    GROUP BY newest.ticket
    ORDER BY 2 DESC, 1 DESC
    LIMIT most;

    GET DIAGNOSTICS found = ROW_COUNT;
    IF found >= 3 THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT entry.ticket_id, (0.01 * sum(word_similarity(word, entry.subject)))::real
    FROM unnest((regexp_split_to_array(lower(wanted), '[^[:alnum:]]+'))[1:6]) AS word
    JOIN tickets_searchentry AS entry
        ON entry.tenant_id = active AND entry.ticket_id = ANY(among) AND entry.subject <> '' AND entry.subject %> word
    WHERE length(word) BETWEEN 4 AND 40
    GROUP BY entry.ticket_id
    ORDER BY 2 DESC, 1 DESC
    LIMIT most;
END
$$
"""  # noqa: S608 - no value in it

#: What `tickets.search` writes from now on, for the files that are there already.
NAMES = r"""
UPDATE tickets_searchentry AS entry
SET words = entry.words || tickets_words('', '', files.names)
FROM (
    SELECT tenant_id, message_id, string_agg(name || ' ' || regexp_replace(name, '[\W_]+', ' ', 'g'), ' ') AS names
    FROM tickets_attachment
    GROUP BY tenant_id, message_id
) AS files
WHERE entry.tenant_id = files.tenant_id AND entry.message_id = files.message_id
"""


def create_functions(apps: Any, editor: Any) -> None:
    """Only the app role may call them."""
    app = editor.quote_name(settings.DATABASE_APP_ROLE)
    # Until the library is loaded Postgres does not know the threshold and lets only a superuser set it on a function.
    editor.execute("SELECT show_limit()")
    editor.execute(MATCHING, params=None)
    editor.execute(AMONG, params=None)
    for signature in (
        "tickets_matching(text, boolean)",
        "tickets_search_among(text, integer, uuid[], boolean)",
    ):
        editor.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        editor.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")
    editor.execute(NAMES, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0008_views"),
    ]

    operations = [migrations.RunPython(create_functions, migrations.RunPython.noop)]
