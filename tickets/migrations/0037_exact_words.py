"""Words in quotation marks are exact: what is merely written alike no longer stands in for them.

The three functions of search read `"error 403"` as these words side by side, in any of their forms. Where hardly
anything matches, subjects with words like the wanted ones follow; from now on like those outside of quotation marks
only, and of those tickets only the ones that have what stands inside. A word that must not be there comes in quotation
marks, so a typing error never hides a ticket.

What is written from now on keeps the forms of the languages, and subject, people and text, some places apart: before,
the last word of one stood side by side with the first of the next, so "403 error" was found under "error 403".
"""

from typing import Any

from django.db import migrations

_QUERY = """websearch_to_tsquery('russian', {words})
        || websearch_to_tsquery('spanish', translate({words}, 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunAEIOUUN'))"""
_SETTINGS = """LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET pg_trgm.word_similarity_threshold = 0.45
SET enable_seqscan = off"""
#: Where a query was cut, its last quotation mark may have no second.
_QUOTED = """'"[^"]*"?'"""
_DECLARED = f"""
    active constant bigint := NULLIF(current_setting('app.tenant_id', true), '')::bigint;
    -- Whole words only: for the beginning of a word GIN would gather that word's places in all tenants first.
    query constant tsquery := {_QUERY.format(words="wanted")};
    quoted constant text := coalesce(
        (SELECT string_agg(each.part[1], ' ') FROM regexp_matches(wanted, {_QUOTED}, 'g') AS each (part)), '');
    exact constant tsquery := {_QUERY.format(words="quoted")};
    loose constant text[] := (regexp_split_to_array(
        lower(regexp_replace(wanted, {_QUOTED}, ' ', 'g')), '[^[:alnum:]]+'))[1:6];
    found integer;"""  # noqa: S608 - no value in it
_PUBLIC = """(NOT public_only OR EXISTS (
                SELECT FROM tickets_message AS message
                WHERE message.tenant_id = active AND message.id = {entry}.message_id AND message.kind = 'public'))"""
#: A phrase may stand in another message than the subject that is alike. Without a word of meaning it asks for nothing.
_EXACT = """(numnode(exact) = 0 OR EXISTS (
                SELECT FROM tickets_searchentry AS said
                WHERE said.tenant_id = active AND said.ticket_id = entry.ticket_id AND said.words @@ exact{public}))"""
_EXACT_PUBLIC = _EXACT.format(public=" AND " + _PUBLIC.format(entry="said"))

#: Ten places at which no word stands. A blank is no word of any text; it is taken out again.
_GAP = "''' '':10'::tsvector"
_BOTH = f"""to_tsvector('russian', {{text}}) || {_GAP}
            || to_tsvector('spanish', translate({{text}}, 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunAEIOUUN'))"""
WORDS = f"""
CREATE OR REPLACE FUNCTION tickets_words(subject text, about text, body text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT ts_delete(
        setweight({_BOTH.format(text="subject")}, 'A') || {_GAP}
        || setweight(to_tsvector('simple', about) || {_GAP}
            || to_tsvector('russian', translate(about, '@.-_', '    ')), 'B') || {_GAP}
        || setweight({_BOTH.format(text="left(body, 50000)")}, 'D'), ' ')
$$
"""

SEARCH = f"""
CREATE OR REPLACE FUNCTION tickets_search(wanted text, most integer)
RETURNS TABLE (ticket_id uuid, rank real)
{_SETTINGS}
AS $$
DECLARE{_DECLARED}
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
    SELECT alike.ticket_id, (0.01 * sum(alike.points))::real
    FROM unnest(loose) AS word
    CROSS JOIN LATERAL (
        SELECT entry.ticket_id, word_similarity(word, entry.subject) AS points
        FROM tickets_searchentry AS entry
        WHERE entry.tenant_id = active AND entry.subject <> '' AND entry.subject %> word
            AND {_EXACT.format(public="")}
        LIMIT 2000
    ) AS alike
    WHERE length(word) BETWEEN 4 AND 40
    GROUP BY alike.ticket_id
    ORDER BY 2 DESC, 1 DESC
    LIMIT most;
END
$$
"""  # noqa: S608 - no value in it

MATCHING = f"""
CREATE OR REPLACE FUNCTION tickets_matching(wanted text, public_only boolean)
RETURNS SETOF uuid
{_SETTINGS}
ROWS 500
AS $$
DECLARE{_DECLARED}
BEGIN
    RETURN QUERY
    SELECT entry.ticket_id
    FROM tickets_searchentry AS entry
    WHERE entry.tenant_id = active AND entry.words @@ query AND {_PUBLIC.format(entry="entry")}
    LIMIT 1000000;

    GET DIAGNOSTICS found = ROW_COUNT;
    IF found >= 3 THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT alike.ticket_id
    FROM unnest(loose) AS word
    CROSS JOIN LATERAL (
        SELECT entry.ticket_id
        FROM tickets_searchentry AS entry
        WHERE entry.tenant_id = active AND entry.subject <> '' AND entry.subject %> word
            AND {_EXACT_PUBLIC}
        LIMIT 2000
    ) AS alike
    WHERE length(word) BETWEEN 4 AND 40;
END
$$
"""  # noqa: S608 - no value in it

AMONG = f"""
CREATE OR REPLACE FUNCTION tickets_search_among(wanted text, most integer, among uuid[], public_only boolean)
RETURNS TABLE (ticket_id uuid, rank real)
{_SETTINGS}
AS $$
DECLARE{_DECLARED}
BEGIN
    RETURN QUERY
    WITH newest AS MATERIALIZED (
        SELECT entry.ticket_id AS ticket, entry.words AS words
        FROM tickets_searchentry AS entry
        WHERE entry.tenant_id = active AND entry.ticket_id = ANY(among) AND entry.words @@ query
            AND {_PUBLIC.format(entry="entry")}
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
    FROM unnest(loose) AS word
    JOIN tickets_searchentry AS entry
        ON entry.tenant_id = active AND entry.ticket_id = ANY(among) AND entry.subject <> '' AND entry.subject %> word
            AND {_EXACT_PUBLIC}
    WHERE length(word) BETWEEN 4 AND 40
    GROUP BY entry.ticket_id
    ORDER BY 2 DESC, 1 DESC
    LIMIT most;
END
$$
"""  # noqa: S608 - no value in it


def replace_functions(apps: Any, editor: Any) -> None:
    """Who may call them stays as it is."""
    # Until the library is loaded Postgres does not know the threshold and lets only a superuser set it on a function.
    editor.execute("SELECT show_limit()")
    for function in (WORDS, SEARCH, MATCHING, AMONG):
        editor.execute(function, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0036_no_index_of_running_clocks"),
    ]

    operations = [migrations.RunPython(replace_functions, migrations.RunPython.noop)]
