"""Search as functions of the database, since row-level security switches its indexes off for the app role.

`@@` and `<%` are not leakproof, so Postgres tests them only after the policy and never by an index. `kb_search` runs as
the owner instead, filters by the active tenant itself and returns nothing but ids, which the caller looks up under
row-level security again.
"""

from typing import Any

from django.conf import settings
from django.db import migrations

#: Words in the three languages at once, since people search in another language than the page's.
#: `every` understands "a phrase", -without and or; its last word may be the beginning of one.
TSQUERY = r"""
CREATE FUNCTION kb_tsquery(wanted text, how text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    plain constant text := translate(wanted, 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunAEIOUUN');
    beginning constant text := substring(lower(wanted) FROM '([[:alnum:]]{3,40})$');
    before constant text := left(wanted, length(wanted) - length(beginning));
    words tsquery;
BEGIN
    IF how = 'any' THEN
        words := plainto_tsquery('english', wanted) || plainto_tsquery('russian', wanted)
            || plainto_tsquery('spanish', wanted) || plainto_tsquery('spanish', plain);
        RETURN replace(replace(words::text, ' & ', ' | '), ' <-> ', ' | ')::tsquery;
    END IF;
    words := websearch_to_tsquery('english', wanted) || websearch_to_tsquery('russian', wanted)
        || websearch_to_tsquery('spanish', wanted) || websearch_to_tsquery('spanish', plain);
    -- After a minus or inside quotes the last word is meant as it is.
    IF beginning IS NOT NULL AND wanted !~ '["-]' THEN
        words := words || CASE WHEN btrim(before) = '' THEN to_tsquery('simple', beginning || ':*') ELSE
            (websearch_to_tsquery('english', before) && to_tsquery('simple', beginning || ':*'))
            || (websearch_to_tsquery('russian', before) && to_tsquery('simple', beginning || ':*'))
            || (websearch_to_tsquery('spanish', before) && to_tsquery('simple', beginning || ':*')) END;
    END IF;
    RETURN words;
END
$$
"""

#: One row an article: its version in the reader's language if that matches, else the best one.
#: `near` forgives typing errors: versions with a word like one of the wanted.
SEARCH = """
CREATE FUNCTION kb_search(wanted text, how text, reader_language text, audience text[], most integer)
RETURNS TABLE (version_id uuid, rank real)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET pg_trgm.word_similarity_threshold = 0.3
AS $$
DECLARE
    active constant bigint := NULLIF(current_setting('app.tenant_id', true), '')::bigint;
    query tsquery;
BEGIN
    IF how = 'near' THEN
        RETURN QUERY
        SELECT version.id, sum(word_similarity(word, version.words))::real
        FROM unnest((regexp_split_to_array(lower(wanted), '[^[:alnum:]]+'))[1:12]) AS word
        JOIN kb_articleversion AS version ON version.words %> word
        JOIN kb_article AS article ON article.tenant_id = active AND article.id = version.article_id
        WHERE version.tenant_id = active AND version.is_published AND length(word) BETWEEN 4 AND 40
            AND article.status = 'published' AND article.visibility = ANY (audience)
        GROUP BY version.id
        ORDER BY 2 DESC, 1
        LIMIT most;
        RETURN;
    END IF;
    query := kb_tsquery(wanted, how);
    RETURN QUERY
    SELECT best.id, best.points
    FROM (
        SELECT DISTINCT ON (version.article_id) version.id,
            (ts_rank('{0.05, 0.1, 0.2, 1.0}', version.search, query, 1)
                * CASE WHEN version.language = reader_language THEN 1.5 ELSE 1 END)::real AS points
        FROM kb_articleversion AS version
        JOIN kb_article AS article ON article.tenant_id = active AND article.id = version.article_id
        WHERE version.tenant_id = active AND version.is_published AND version.search @@ query
            AND article.status = 'published' AND article.visibility = ANY (audience)
        ORDER BY version.article_id, version.language = reader_language DESC, 2 DESC
    ) AS best
    ORDER BY best.points DESC, best.id
    LIMIT most;
END
$$
"""


def create_functions(apps: Any, editor: Any) -> None:
    """Only the app role may call the one that runs as the owner."""
    app = editor.quote_name(settings.DATABASE_APP_ROLE)
    # Until the library is loaded Postgres does not know the threshold and lets only a superuser set it on a function.
    editor.execute("SELECT show_limit()")
    editor.execute(TSQUERY, params=None)
    editor.execute(SEARCH, params=None)
    for signature in ("kb_tsquery(text, text)", "kb_search(text, text, text, text[], integer)"):
        editor.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        editor.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")


class Migration(migrations.Migration):
    dependencies = [("kb", "0001_initial")]

    operations = [migrations.RunPython(create_functions, migrations.RunPython.noop)]
