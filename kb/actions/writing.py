"""Articles are written, rewritten and put on shelves; every text that was saved is kept as a version."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from django.db import connection
from django.db.models import F
from django.utils.text import slugify

from kb.errors import ArticleChanged, ArticleTooLong, EmptyArticle, NumberTaken
from kb.models import Article, ArticleCategory, ArticleVersion, RelatedArticle
from kb.text import MAX_BODY, distinct_words, plain, without_controls
from tenants.context import active_tenant_id
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission


def require_writer(person: User) -> None:
    """Raise NotPermitted unless the person may write articles."""
    if not person.may(Permission.EDIT_ARTICLES):
        raise NotPermitted


def lock(article: Article) -> Article:
    """The article as it is now, held until the transaction ends."""
    return Article.objects.select_for_update(of=("self",)).select_related("category").get(pk=article.pk)


def create(
    *,
    author: User,
    at: datetime,
    category: ArticleCategory,
    language: str,
    title: str,
    body: str,
    kind: str = Article.Kind.ARTICLE,
    visibility: str = Article.Visibility.EVERYONE,
    number: int | None = None,
) -> Article:
    """Write the first version of a new article, a draft. Its number is the next one unless a free one is given.

    Raises NotPermitted, EmptyArticle, ArticleTooLong, NumberTaken.
    """
    require_writer(author)
    number = _next_number() if number is None else _claim_number(number)
    article = Article.objects.create(
        number=number,
        kind=kind,
        category=category,
        visibility=visibility,
        language=language,
        author=author,
        created_at=at,
        updated_at=at,
    )
    _write(article, author=author, at=at, language=language, title=title, body=body, number=1)
    return article


def revise(
    article: Article,
    *,
    author: User,
    at: datetime,
    language: str,
    title: str,
    body: str,
    based_on: int | None = None,
) -> ArticleVersion:
    """Save a new version in a language, the newest one if nothing has changed. Readers see it once it is published.

    `based_on` is the number of the version that the writer started from (0: there was none).
    Raises NotPermitted, EmptyArticle, ArticleTooLong, ArticleChanged.
    """
    require_writer(author)
    article = lock(article)
    newest = article.versions.select_related("author").filter(language=language).order_by("-number").first()
    if newest is not None:
        if (newest.title, newest.body) == (without_controls(title).strip(), without_controls(body).strip()):
            return newest
        if based_on is not None and based_on != newest.number:
            raise ArticleChanged(author=newest.author)
    number = newest.number + 1 if newest else 1
    version = _write(article, author=author, at=at, language=language, title=title, body=body, number=number)
    Article.objects.filter(pk=article.pk).update(updated_at=at)
    return version


def restore(version: ArticleVersion, *, author: User, at: datetime) -> ArticleVersion:
    """Make an older version the newest one again; the ones between stay. Raises NotPermitted."""
    return revise(
        version.article,
        author=author,
        at=at,
        language=version.language,
        title=version.title,
        body=version.body,
    )


def change(
    article: Article,
    *,
    author: User,
    at: datetime,
    kind: str,
    category: ArticleCategory,
    visibility: str,
) -> Article:
    """Put an article on another shelf, for other readers. Raises NotPermitted."""
    require_writer(author)
    article = lock(article)
    article.kind, article.category, article.visibility = kind, category, visibility
    article.updated_at = at
    article.save(update_fields=["kind", "category", "visibility", "updated_at"])
    return article


def relate(article: Article, others: Iterable[Article], *, author: User) -> None:
    """Put these articles beside this one, in this order, instead of those before. Raises NotPermitted."""
    require_writer(author)
    article = lock(article)
    article.relations.all().delete()
    chosen = dict.fromkeys(other.pk for other in others if other.pk != article.pk)
    RelatedArticle.objects.bulk_create(
        RelatedArticle(article=article, related_id=pk, position=position) for position, pk in enumerate(chosen)
    )


def category_named(name: str, *, author: User) -> ArticleCategory:
    """The category with this name, a new one after the others if there is none. Raises NotPermitted."""
    require_writer(author)
    key = slugify(name, allow_unicode=False)[:50] or f"c-{sha256(name.lower().encode()).hexdigest()[:10]}"
    last = ArticleCategory.objects.order_by("-position").values_list("position", flat=True).first()
    category, _ = ArticleCategory.objects.get_or_create(
        key=key, defaults={"name": name, "position": 0 if last is None else last + 1}
    )
    return category


def record_view(article: Article) -> None:
    """Count a reader. Never waits: of two at the same instant one may go uncounted."""
    free = Article.objects.filter(pk=article.pk).select_for_update(skip_locked=True)
    Article.objects.filter(pk__in=free.values("pk")).update(views=F("views") + 1)


def _write(
    article: Article, *, author: User, at: datetime, language: str, title: str, body: str, number: int
) -> ArticleVersion:
    title, body = " ".join(without_controls(title).split()), without_controls(body).strip()
    if not title or not body:
        raise EmptyArticle
    if len(body) > MAX_BODY or len(title) > 200:
        raise ArticleTooLong(most=MAX_BODY)
    text = plain(body)
    return ArticleVersion.objects.create(
        article=article,
        language=language,
        number=number,
        title=title,
        body=body,
        text=text,
        words=distinct_words(f"{title} {text}"),
        author=author,
        created_at=at,
    )


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO kb_articlecounter (tenant_id, last) VALUES (%s, 1)
            ON CONFLICT (tenant_id) DO UPDATE SET last = kb_articlecounter.last + 1 RETURNING last
            """,
            [active_tenant_id()],
        )
        return int(cursor.fetchone()[0])


def _claim_number(number: int) -> int:
    """A number given by hand; the counter never gives it, nor any below it, again."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO kb_articlecounter (tenant_id, last) VALUES (%s, %s)
            ON CONFLICT (tenant_id) DO UPDATE SET last = greatest(kb_articlecounter.last, excluded.last)
            """,
            [active_tenant_id(), number],
        )
    if Article.objects.filter(number=number).exists():
        raise NumberTaken(number=f"{number:06d}")
    return number
