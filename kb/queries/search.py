"""Finding articles by their words, whatever the language and with typing errors forgiven.

`kb_search` in the database gives ids of the active tenant, found by index; everything else is read under row-level
security, with the reader's audience checked again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from html import unescape
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Left
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe

from kb.models import SEARCH_CONFIGS, Article, ArticleVersion, audiences
from kb.text import without_controls
from tenants.models import User

#: What a person may type; more is cut off and the page says so.
MAX_QUERY = 200
MAX_HITS = 200
PAGE_SIZE = 20
#: A suggestion must be at least this share as good as the best one.
GOOD_ENOUGH = 0.35
#: How alike a mistyped word and the right one are at least, as difflib counts it.
ALIKE = 0.78

#: Letters, and maybe digits after them.
_WORD = re.compile(r"[^\W\d_]+\d*")
_START, _STOP = "\ue000", "\ue001"


@dataclass(frozen=True)
class Hit:
    """A found article in the version that fits the reader, with the found words marked."""

    article: Article
    version: ArticleVersion
    title_html: SafeString
    snippet_html: SafeString

    @property
    def title(self) -> str:
        """The title in the version's language."""
        return self.version.title

    @property
    def snippet(self) -> str:
        """Where the words were found, as plain text."""
        return unescape(strip_tags(self.snippet_html))

    @property
    def language(self) -> str:
        """The version's language."""
        return self.version.language


@dataclass(frozen=True)
class Results:
    """A page of hits, and what was searched for."""

    query: str
    hits: list[Hit]
    total: int = 0
    page: int = 1
    corrected: str = ""
    was_cut: bool = False
    is_loose: bool = False

    @property
    def previous_page(self) -> int:
        """The number of the page before this one."""
        return self.page - 1

    @property
    def next_page(self) -> int | None:
        """The number of the page after this one."""
        return self.page + 1 if self.page * PAGE_SIZE < self.total else None


def search(
    query: str,
    person: User | None,
    language: str,
    *,
    kind: str = "",
    category: str = "",
    only_language: str = "",
    page: int = 1,
    may_be_misspelt: bool = True,
) -> Results:
    """Articles that this reader may see and that have every word; else with typing errors mended; else any word.

    Where the words are known not to be misspelt, nothing is looked for that is merely like them.
    """
    asked = normalise(query)
    was_cut = len(query.strip()) > MAX_QUERY
    if not asked:
        return Results(query=asked, hits=[], was_cut=was_cut)
    filters = {
        name: value
        for name, value in [
            ("article__kind", kind),
            ("article__category__key", category),
            ("language", only_language),
        ]
        if value
    }
    corrected, how = "", "every"
    ids = _visible(_call(asked, how, language, person), person, filters)
    if not ids and may_be_misspelt and (mended := _mend(asked, language, person)):
        corrected = mended
        ids = _visible(_call(mended, how, language, person), person, filters)
    if not ids:
        how = "any"
        # A single word has no other beside it that could be found.
        if not _WORD.fullmatch(corrected or asked):
            ids = _visible(_call(corrected or asked, how, language, person), person, filters)
        corrected = corrected if ids else ""
    page = max(1, page)
    chosen = ids[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Results(
        query=asked,
        hits=_hits(chosen, corrected or asked, how, person),
        total=len(ids),
        page=page,
        corrected=corrected,
        was_cut=was_cut,
        is_loose=how == "any",
    )


def suggest(text: str, person: User | None, language: str, limit: int = 5) -> list[Hit]:
    """Articles that may answer what somebody is writing: the best ones that share any of its words, mended or not."""
    asked = normalise(text)
    if len(asked) < 3:
        return []
    return alike(f"{asked} {_mend(asked, language, person)}".strip(), person, language, limit)


def alike(text: str, person: User | None, language: str, limit: int = 5) -> list[Hit]:
    """The best articles that share any word with a text which has no typing errors."""
    found = _call(text, "any", language, person, most=limit * 3)
    best = max((rank for _, rank in found), default=0.0)
    good = [(version, rank) for version, rank in found if rank >= best * GOOD_ENOUGH]
    return _hits(_visible(good, person, {})[:limit], text, "any", person)


def normalise(query: str) -> str:
    """What is searched for: without control characters, not longer than a person types.

    A minus stands only before a word or inside one: websearch_to_tsquery fails on rows of them.
    """
    kept = " ".join(without_controls(query[: MAX_QUERY * 10]).split())[:MAX_QUERY]
    return " ".join(re.sub(r"-{2,}|-(?!\w)", " ", kept).split())


def _call(query: str, how: str, language: str, person: User | None, most: int = MAX_HITS) -> list[tuple[UUID, float]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version_id, rank FROM kb_search(%s, %s, %s, %s, %s)",
            [query, how, language, audiences(person), most],
        )
        return cursor.fetchall()


def _visible(found: list[tuple[UUID, float]], person: User | None, filters: dict[str, Any]) -> list[UUID]:
    """The ids that row-level security and the reader's audience let through, in the order of their rank."""
    if not found:
        return []
    versions = _versions((version for version, _ in found), person).filter(**filters)
    seen = set(versions.values_list("pk", flat=True))
    return [version for version, _ in found if version in seen]


def _versions(ids: Iterable[UUID], person: User | None) -> Any:
    return ArticleVersion.objects.filter(
        pk__in=list(ids),
        is_published=True,
        article__status=Article.Status.PUBLISHED,
        article__visibility__in=audiences(person),
    )


def _mend(query: str, language: str, person: User | None) -> str:
    """The query with each unknown word replaced by the nearest one of an article that the reader may see."""
    found = _call(query, "near", language, person, most=20)
    if not found:
        return ""
    texts = _versions((version for version, _ in found), person).values_list("words", flat=True)
    # Compared without accents, which people leave out.
    known = {_folded(word): word for text in texts for word in text.split()}

    def mend(match: re.Match[str]) -> str:
        word = _folded(match[0].lower())
        if len(word) < 4 or word in known:
            return match[0]
        near = [other for other in known if abs(len(other) - len(word)) <= 2]
        best = get_close_matches(word, near, n=1, cutoff=ALIKE)
        return known[best[0]] if best else match[0]

    mended = re.sub(r"[^\W_]+", mend, query)
    return mended if mended.lower() != query.lower() else ""


def _folded(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


class _Headline(Func):
    """Postgres' ts_headline in the configuration of the row's language, for the query of kb_tsquery."""

    output_field = TextField()

    def __init__(self, text: Any, query: str, how: str, options: str) -> None:
        configs = " ".join(f"WHEN '{code}' THEN '{config}'::regconfig" for code, config in SEARCH_CONFIGS.items())
        self.template = f"ts_headline(CASE %(language)s {configs} ELSE 'simple'::regconfig END, %(expressions)s)"
        super().__init__(
            text, Func(Value(query), Value(how), function="kb_tsquery", output_field=TextField()), Value(options)
        )

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        """The language is the row's own column."""
        column, _ = compiler.compile(F("language").resolve_expression(compiler.query))
        return super().as_sql(compiler, connection, language=column, **context)


def _hits(ids: list[UUID], query: str, how: str, person: User | None) -> list[Hit]:
    if not ids:
        return []
    marks = f'StartSel="{_START}", StopSel="{_STOP}"'
    versions = (
        _versions(ids, person)
        .select_related("article", "article__category")
        .defer("search", "text", "words", "body")
        .annotate(
            marked_title=_Headline(F("title"), query, how, f"{marks}, HighlightAll=true"),
            # What is far down a long article is found, but only its beginning is shown.
            marked_text=_Headline(
                Left("text", 20_000), query, how, f"{marks}, MaxFragments=2, MaxWords=24, MinWords=8"
            ),
        )
    )
    by_id = {version.pk: version for version in versions}
    return [
        Hit(
            article=by_id[pk].article,
            version=by_id[pk],
            title_html=_marked(by_id[pk].marked_title),
            snippet_html=_marked(by_id[pk].marked_text),
        )
        for pk in ids
        if pk in by_id
    ]


def _marked(text: str) -> SafeString:
    """Escaped first, marked then: an article can't bring tags of its own into the list."""
    return mark_safe(escape(text).replace(_START, "<mark>").replace(_STOP, "</mark>"))  # noqa: S308
