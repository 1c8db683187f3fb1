"""Articles for reading: which ones, in which language, and what stands beside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language

from kb.models import Article, ArticleCategory, ArticleQuerySet, ArticleVersion, audiences
from kb.queries.search import alike
from tenants.context import active_tenant
from tenants.models import User

#: Postgres' integer: a longer number in an address is no article's.
MAX_NUMBER = 2**31 - 1


def reader_language() -> str:
    """The active language without its country."""
    return (get_language() or "en").split("-")[0]


def visible_to(person: User | None) -> ArticleQuerySet:
    """Published articles whose audience the reader belongs to; None is a reader who has not signed in."""
    return Article.objects.visible_to(person)


def get_article(number: int, person: User | None) -> Article | None:
    """The article with this number, if the reader may see it."""
    if number > MAX_NUMBER:
        return None
    return visible_to(person).select_related("category").filter(number=number).first()


def published_version(article: Article, language: str) -> tuple[ArticleVersion, list[str]]:
    """The version for a reader of this language, and the languages that the article is published in."""
    versions = list(
        ArticleVersion.objects.filter(article=article, is_published=True)
        .select_related("author")
        .defer("search", "words", "text")
    )
    return _for_reader(versions, article, language), sorted(version.language for version in versions)


def with_titles(articles: Iterable[Article], language: str) -> list[Article]:
    """The articles, each with `shown`: its version for a reader of this language, with the beginning of its text."""
    articles = list(articles)
    versions: dict[Any, list[ArticleVersion]] = {}
    found = ArticleVersion.objects.filter(article__in=articles, is_published=True)
    for version in found.only("article_id", "language", "title", "tenant_id").annotate(beginning=Left("text", 400)):
        versions.setdefault(version.article_id, []).append(version)
    shown = [article for article in articles if article.pk in versions]
    for article in shown:
        article.shown = _for_reader(versions[article.pk], article, language)  # type: ignore[attr-defined]
    return shown


def popular(person: User | None, language: str, limit: int = 6) -> list[Article]:
    """What readers found useful or read most."""
    articles = visible_to(person).select_related("category").order_by("-helpful_count", "-views", "number")[:limit]
    return with_titles(articles, language)


def categories_for(person: User | None) -> list[ArticleCategory]:
    """Shelves that hold something for this reader, each with `visible_count`."""
    seen = Q(articles__status=Article.Status.PUBLISHED, articles__visibility__in=audiences(person))
    counted = ArticleCategory.objects.annotate(visible_count=Count("articles", filter=seen))
    return list(counted.filter(visible_count__gt=0).order_by("position", "key"))


def related_to(
    article: Article, version: ArticleVersion, person: User | None, language: str, limit: int = 5
) -> list[Article]:
    """What to read next: first what a writer chose, then what is alike."""
    by_hand = visible_to(person).filter(pk__in=article.relations.values("related"))
    order = dict(article.relations.values_list("related", "position"))
    chosen = sorted(with_titles(by_hand, language), key=lambda other: order[other.pk])[:limit]
    if len(chosen) < limit:
        known = {article.pk, *(other.pk for other in chosen)}
        for hit in alike(version.title, person, language, limit=limit + 1 + len(chosen)):
            if hit.article.pk not in known and len(chosen) < limit:
                hit.article.shown = hit.version  # type: ignore[attr-defined]
                chosen.append(hit.article)
    return chosen


def visitor_of(request: HttpRequest) -> str:
    """A digest that stands for the session of a reader who has not signed in; makes a session if there is none."""
    if not request.session.session_key:
        request.session.create()
    return salted_hmac("kb.visitor", str(request.session.session_key), algorithm="sha256").hexdigest()


def _for_reader(versions: list[ArticleVersion], article: Article, language: str) -> ArticleVersion:
    """The reader's language, else the tenant's, else the one that the article was written in, else any."""
    by_language = {version.language: version for version in versions}
    for choice in (language, active_tenant().language, article.language):
        if choice in by_language:
            return by_language[choice]
    return versions[0]
