"""One vote a reader, which may be changed; what is counted is what was voted."""

import pytest

from kb import actions, queries
from kb.models import ArticleVote
from tenants.errors import NotPermitted
from tests.kb.conftest import make_article
from tests.support.world import MONDAY_9AM, make_person


def counts(article):
    article.refresh_from_db()
    return article.helpful_count, article.unhelpful_count, article.solved_count


def say(article, is_helpful, **reader):
    return actions.vote(article, is_helpful=is_helpful, at=MONDAY_9AM, **reader)


def test_a_person_is_counted_once_and_may_change_their_mind(at_acme, ada, grace):
    article = make_article(ada)

    say(article, True, person=grace)
    say(article, True, person=grace)
    assert counts(article) == (1, 0, 0)
    say(article, False, person=grace, comment="Which tray?")
    assert counts(article) == (0, 1, 0)
    say(article, True, person=grace)

    assert counts(article) == (1, 0, 0)
    assert ArticleVote.objects.get().comment == "Which tray?"


def test_readers_without_an_account_are_counted_by_their_session(at_acme, ada, grace):
    article = make_article(ada)

    say(article, True, visitor="a" * 64)
    say(article, True, visitor="a" * 64)
    say(article, False, visitor="b" * 64)
    say(article, True, person=grace)

    assert counts(article) == (2, 1, 0)


def test_a_solved_question_is_a_helpful_vote_too(at_acme, ada, grace):
    article = make_article(ada)
    say(article, False, person=grace)

    vote = actions.mark_solved(article, person=grace, at=MONDAY_9AM)

    assert (vote.is_helpful, vote.has_solved, vote.source) == (True, True, "form")
    assert counts(article) == (1, 0, 1)
    say(article, True, person=grace)
    assert counts(article) == (1, 0, 1)
    say(article, False, person=grace)
    assert counts(article) == (0, 1, 0)


def test_what_a_reader_may_not_see_they_may_not_judge(at_acme, ada, grace):
    internal = make_article(ada, visibility="agents")
    draft = make_article(ada, published=False)

    for article in (internal, draft):
        with pytest.raises(NotPermitted):
            say(article, True, person=grace)
    with pytest.raises(NotPermitted):
        say(internal, True, visitor="a" * 64)


def test_counters_agree_with_the_votes_of_many(at_acme, ada):
    article = make_article(ada)
    people = [make_person(f"Reader{number}") for number in range(6)]
    for turn, person in enumerate(people * 3):
        say(article, turn % 4 != 0, person=person)

    votes = ArticleVote.objects.filter(article=article)
    assert counts(article)[:2] == (votes.filter(is_helpful=True).count(), votes.filter(is_helpful=False).count())
    assert votes.count() == 6


def test_useful_articles_come_first(at_acme, ada, grace):
    make_article(ada, "Plain")
    useful = make_article(ada, "Useful")
    say(useful, True, person=grace)

    assert [article.shown.title for article in queries.popular(None, "en")] == ["Useful", "Plain"]


def test_a_view_is_counted(at_acme, ada):
    article = make_article(ada)

    actions.record_view(article)
    actions.record_view(article)

    article.refresh_from_db()
    assert article.views == 2
