"""Articles are shown to readers, and taken back."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, OuterRef, Subquery

from kb.actions.writing import lock, require_writer
from kb.errors import NothingToPublish
from kb.models import Article, ArticleVersion
from tenants.models import User


def publish(article: Article, *, author: User, at: datetime, language: str | None = None) -> Article:
    """Show the newest version to readers, in one language or in all that there are.

    Raises NotPermitted, NothingToPublish.
    """
    require_writer(author)
    article = lock(article)
    versions = ArticleVersion.objects.filter(article=article)
    newest = versions.filter(language=OuterRef("language")).order_by("-number").values("number")[:1]
    chosen = versions.annotate(newest=Subquery(newest)).filter(number=F("newest"))
    if language is not None:
        chosen = chosen.filter(language=language)
    fresh = [version for version in chosen.defer("search") if not version.is_published]
    if not fresh and article.is_published:
        raise NothingToPublish
    versions.filter(is_published=True, language__in=[version.language for version in fresh]).update(is_published=False)
    versions.filter(pk__in=[version.pk for version in fresh]).update(is_published=True)
    article.status = Article.Status.PUBLISHED
    article.published_at = article.published_at or at
    article.updated_at = at
    article.save(update_fields=["status", "published_at", "updated_at"])
    return article


def withdraw(article: Article, *, author: User, at: datetime) -> Article:
    """Make a published or archived article a draft again. Raises NotPermitted."""
    return _set_status(article, Article.Status.DRAFT, author=author, at=at)


def archive(article: Article, *, author: User, at: datetime) -> Article:
    """Take an article off the shelves; its number and its versions stay. Raises NotPermitted."""
    return _set_status(article, Article.Status.ARCHIVED, author=author, at=at)


def _set_status(article: Article, status: str, *, author: User, at: datetime) -> Article:
    require_writer(author)
    article = lock(article)
    article.status = status
    article.updated_at = at
    article.save(update_fields=["status", "updated_at"])
    return article
