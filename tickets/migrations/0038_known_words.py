"""Words of a tenant, with which one that nothing has is compared: typing errors in messages and in names of files.

They are learnt in the background (`tickets.vocabulary`). `tickets_misspelt` says which wanted words nothing has, and
which known ones are like them; as the other functions of search it looks past row-level security, filters by the
active tenant itself and gives no words but those it was asked and ids.

The ranks of subjects that are merely like what is wanted lie below zero from now on, so that a search knows whether
anything has the words themselves.
"""

from importlib import import_module
from typing import Any
from uuid import UUID

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tenants.context
import tenants.fields
from tenants.operations import IsolateTenant

_EARLIER = import_module("tickets.migrations.0037_exact_words")
_POINTS = {
    "SEARCH": "(0.01 * sum(alike.points))::real",
    "AMONG": "(0.01 * sum(word_similarity(word, entry.subject)))::real",
}
#: Which of these words nothing has, within `among` where that is given, and what is known that is like them.
MISSPELT = """
CREATE FUNCTION tickets_misspelt(wanted text[], among uuid[], public_only boolean)
RETURNS TABLE (missing text, near uuid)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET pg_trgm.similarity_threshold = 0.3
SET enable_seqscan = off
AS $$
DECLARE
    active constant bigint := NULLIF(current_setting('app.tenant_id', true), '')::bigint;
    typed text;
    query tsquery;
BEGIN
    FOREACH typed IN ARRAY wanted LOOP
        query := websearch_to_tsquery('russian', typed)
            || websearch_to_tsquery('spanish', translate(typed, 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunAEIOUUN'));
        -- Nothing is left of a word that search passes over.
        CONTINUE WHEN numnode(query) = 0 OR EXISTS (
            SELECT FROM tickets_searchentry AS entry
            WHERE entry.tenant_id = active AND entry.words @@ query
                AND (among IS NULL OR entry.ticket_id = ANY(among))
                AND (NOT public_only OR EXISTS (
                    SELECT FROM tickets_message AS message
                    WHERE message.tenant_id = active AND message.id = entry.message_id AND message.kind = 'public')));
        RETURN QUERY SELECT typed, NULL::uuid;
        RETURN QUERY
        SELECT typed, known.id
        FROM tickets_knownword AS known
        WHERE known.tenant_id = active AND known.word % typed
            AND length(known.word) BETWEEN length(typed) - 2 AND length(typed) + 2
        ORDER BY similarity(known.word, typed) DESC, known.times DESC, known.word
        LIMIT 50;
    END LOOP;
END
$$
"""


def create_functions(apps: Any, editor: Any) -> None:
    """Only the app role may call the new one."""
    app = editor.quote_name(settings.DATABASE_APP_ROLE)
    # Until the library is loaded Postgres does not know the threshold and lets only a superuser set it on a function.
    editor.execute("SELECT show_limit()")
    for name, points in _POINTS.items():
        former = getattr(_EARLIER, name)
        assert points in former
        below_zero = points.replace("(0.01", "(least(0.99, 0.01").replace(")::real", ") - 1)::real")
        editor.execute(former.replace(points, below_zero), params=None)
    editor.execute(MISSPELT, params=None)
    signature = "tickets_misspelt(text[], uuid[], boolean)"
    editor.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    editor.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")


def _id() -> Any:
    return models.UUIDField(
        db_default=tenants.fields.UUIDv7(),
        default=tenants.fields.uuid7,
        editable=False,
        primary_key=True,
        serialize=False,
    )


def _tenant() -> Any:
    return models.ForeignKey(
        db_index=False,
        default=tenants.context.active_tenant_id,
        editable=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="tenants.tenant",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0037_exact_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="KnownWord",
            fields=[
                ("id", _id()),
                (
                    "word",
                    models.CharField(help_text="in small letters, without the accents of Spanish", max_length=30),
                ),
                ("written", models.CharField(help_text="in small letters, as people write it", max_length=30)),
                ("times", models.PositiveIntegerField(help_text="in how many messages it was met")),
                ("tenant", _tenant()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["tenant", "word"],
                        gin_pending_list_limit=512,
                        name="known_word_near",
                        opclasses=["int8_ops", "gin_trgm_ops"],
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("tenant", "word"), name="one_known_word")],
            },
        ),
        migrations.CreateModel(
            name="WordsLearnt",
            fields=[
                ("id", _id()),
                (
                    "entry",
                    models.UUIDField(
                        default=UUID(int=0), help_text="id of the last search entry whose words are known"
                    ),
                ),
                ("count", models.PositiveIntegerField(default=0, help_text="of known words")),
                ("tenant", _tenant()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("tenant",), name="one_bookmark_of_words")],
            },
        ),
        IsolateTenant("KnownWord", "WordsLearnt"),
        migrations.RunPython(create_functions, migrations.RunPython.noop),
    ]
