"""Articles for those who write them: drafts too, the newest version of each language, what readers said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kb.models import Article, ArticleVersion, ArticleVote


def newest_versions(article: Article) -> dict[str, ArticleVersion]:
    """The newest version of each language that the article is written in."""
    versions = ArticleVersion.objects.filter(article=article).select_related("author").defer("search", "words", "text")
    return {version.language: version for version in versions.order_by("language", "-number").distinct("language")}


def with_newest_titles(articles: Iterable[Article], language: str) -> list[Article]:
    """The articles, each with `title`, its `languages`, and those of them with `unpublished` newer text."""
    articles = list(articles)
    newest = (
        ArticleVersion.objects.filter(article__in=articles)
        .order_by("article_id", "language", "-number")
        .distinct("article_id", "language")
        .only("article_id", "language", "title", "is_published")
    )
    by_article: dict[Any, dict[str, ArticleVersion]] = {}
    for version in newest:
        by_article.setdefault(version.article_id, {})[version.language] = version
    for article in articles:
        versions = by_article.get(article.pk, {})
        fitting = versions.get(language) or versions.get(article.language) or next(iter(versions.values()))
        article.title = fitting.title  # type: ignore[attr-defined]
        article.languages = sorted(versions)  # type: ignore[attr-defined]
        article.unpublished = [code for code, version in versions.items() if not version.is_published]  # type: ignore[attr-defined]
    return articles


def comments_on(article: Article, limit: int = 10) -> list[ArticleVote]:
    """What readers wrote with their votes, the newest first."""
    votes = ArticleVote.objects.filter(article=article).exclude(comment="").select_related("person")
    return list(votes.order_by("-voted_at")[:limit])
