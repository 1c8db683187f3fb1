"""What readers say about an article: one vote each, which they may change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F

from kb.actions.writing import lock
from kb.models import Article, ArticleVote
from kb.text import without_controls
from tenants.errors import NotPermitted
from tenants.models import User

MAX_COMMENT = 2_000


def vote(
    article: Article,
    *,
    person: User | None = None,
    visitor: str = "",
    is_helpful: bool,
    at: datetime,
    comment: str = "",
    has_solved: bool = False,
    source: str = ArticleVote.Source.PAGE,
) -> ArticleVote:
    """Count what a reader thinks, in place of what the same reader thought before.

    `visitor` stands for one who has not signed in: a digest of the session, see kb.queries.visitor_of.
    Raises NotPermitted for an article that the reader may not see.
    """
    if not Article.objects.visible_to(person).filter(pk=article.pk).exists():
        raise NotPermitted
    article = lock(article)
    reader: dict[str, Any] = {"person": person} if person is not None else {"person": None, "visitor": visitor}
    before = ArticleVote.objects.filter(article=article, **reader).first()
    after, _ = ArticleVote.objects.update_or_create(
        article=article,
        **reader,
        defaults={
            "is_helpful": is_helpful,
            # A reader whose question was solved and who then votes "no" takes both back.
            "has_solved": is_helpful and (has_solved or (before is not None and before.has_solved)),
            "comment": without_controls(comment)[:MAX_COMMENT] or (before.comment if before else ""),
            "source": source,
            "voted_at": at,
        },
    )
    _count(article, before, after)
    return after


def mark_solved(
    article: Article,
    *,
    at: datetime,
    person: User | None = None,
    visitor: str = "",
    source: str = ArticleVote.Source.FORM,
) -> ArticleVote:
    """A reader found the answer here and files no ticket: that is a helpful vote too. Raises NotPermitted."""
    return vote(article, person=person, visitor=visitor, is_helpful=True, has_solved=True, at=at, source=source)


def came_near(numbers: Iterable[int]) -> None:
    """Somebody filed a request and named these articles as close: they are where an answer is missing."""
    Article.objects.filter(number__in=list(numbers)).update(near_count=F("near_count") + 1)


def answered_with(numbers: Iterable[int]) -> None:
    """An agent's answer carried the links of these articles."""
    Article.objects.filter(number__in=list(numbers)).update(answer_count=F("answer_count") + 1)


def _count(article: Article, before: ArticleVote | None, after: ArticleVote) -> None:
    helpful = int(after.is_helpful) - int(before is not None and before.is_helpful)
    unhelpful = int(not after.is_helpful) - int(before is not None and not before.is_helpful)
    solved = int(after.has_solved) - int(before is not None and before.has_solved)
    Article.objects.filter(pk=article.pk).update(
        helpful_count=F("helpful_count") + helpful,
        unhelpful_count=F("unhelpful_count") + unhelpful,
        solved_count=F("solved_count") + solved,
    )
