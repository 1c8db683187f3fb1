"""Articles are written in versions, keep their number for ever, and are published language by language."""

import pytest

from kb import actions
from kb.actions.writing import category_named
from kb.errors import ArticleChanged, ArticleTooLong, EmptyArticle, NothingToPublish, NumberTaken
from kb.models import Article
from kb.text import MAX_BODY
from tenants.context import act_as
from tenants.errors import NotPermitted
from tests.kb.conftest import make_article, make_shelf
from tests.support.world import MONDAY_9AM, make_person


def save(article, author, title="Paper jam", body="New text.", **more):
    return actions.revise(article, author=author, at=MONDAY_9AM, language="en", title=title, body=body, **more)


def test_numbers_are_counted_per_tenant_and_never_used_again(at_acme, ada, globex):
    first, second = make_article(ada), make_article(ada)
    second.versions.all().delete()
    second.delete()
    third = make_article(ada)

    with act_as(globex):
        other = make_article(make_person("Hedy", "agent"))

    assert [first.number, third.number, other.number] == [1, 3, 1]


def test_a_number_given_by_hand_stays_and_the_counter_goes_on_behind_it(at_acme, ada):
    given = make_article(ada, number=32)
    following = make_article(ada)

    assert (given.number, given.display_number, following.number) == (32, "000032", 33)
    with pytest.raises(NumberTaken, match="000032"):
        make_article(ada, number=32)


def test_every_saved_text_is_kept_and_an_older_one_can_come_back(at_acme, ada):
    article = make_article(ada, "Paper jam", "First.")
    first = article.versions.get()
    save(article, ada, body="Second.")

    restored = actions.restore(first, author=ada, at=MONDAY_9AM)

    assert (restored.number, restored.body) == (3, "First.")
    assert list(article.versions.order_by("number").values_list("body", flat=True)) == ["First.", "Second.", "First."]


def test_saving_without_a_change_makes_no_version(at_acme, ada):
    article = make_article(ada, "Paper jam", "Same.")

    save(article, ada, body="  Same.\r\n")

    assert article.versions.count() == 1


def test_readers_see_the_old_text_until_the_new_one_is_published(at_acme, ada):
    article = make_article(ada, "Paper jam", "Old.")
    save(article, ada, body="New.")
    assert article.versions.get(is_published=True).body == "Old."

    actions.publish(article, author=ada, at=MONDAY_9AM)

    assert article.versions.get(is_published=True).body == "New."
    with pytest.raises(NothingToPublish):
        actions.publish(article, author=ada, at=MONDAY_9AM)


def test_languages_are_published_one_by_one(at_acme, ada):
    article = make_article(ada)
    actions.revise(article, author=ada, at=MONDAY_9AM, language="ru", title="Бумага застряла", body="Откройте лоток.")

    with pytest.raises(NothingToPublish):
        actions.publish(article, author=ada, at=MONDAY_9AM, language="en")
    actions.publish(article, author=ada, at=MONDAY_9AM, language="ru")

    assert set(article.versions.filter(is_published=True).values_list("language", flat=True)) == {"en", "ru"}


def test_of_two_writers_the_second_is_told(at_acme, ada):
    article = make_article(ada, "Paper jam", "First.")
    mary = make_person("Mary", "manager")
    save(article, mary, body="Mary's.", based_on=1)

    with pytest.raises(ArticleChanged, match="Mary saved a newer version"):
        save(article, ada, body="Ada's.", based_on=1)

    assert article.versions.order_by("-number").first().body == "Mary's."


def test_an_archived_article_is_gone_for_readers_and_can_come_back(at_acme, ada):
    article = make_article(ada)

    actions.archive(article, author=ada, at=MONDAY_9AM)
    assert not Article.objects.visible_to(ada).exists()
    actions.withdraw(article, author=ada, at=MONDAY_9AM)
    assert not Article.objects.visible_to(ada).exists()
    actions.publish(article, author=ada, at=MONDAY_9AM)

    assert Article.objects.visible_to(None).get() == article


def test_only_those_whose_role_allows_it_may_write(at_acme, ada, grace):
    article = make_article(ada)
    forbidden = [
        lambda: make_article(grace),
        lambda: save(article, grace),
        lambda: actions.restore(article.versions.get(), author=grace, at=MONDAY_9AM),
        lambda: actions.publish(article, author=grace, at=MONDAY_9AM),
        lambda: actions.archive(article, author=grace, at=MONDAY_9AM),
        lambda: actions.withdraw(article, author=grace, at=MONDAY_9AM),
        lambda: actions.relate(article, [], author=grace),
        lambda: category_named("Mine", author=grace),
        lambda: actions.change(
            article, author=grace, at=MONDAY_9AM, kind="faq", category=article.category, visibility="everyone"
        ),
    ]

    for deed in forbidden:
        with pytest.raises(NotPermitted):
            deed()

    ada.role.permissions.remove("article.edit")
    with pytest.raises(NotPermitted):
        save(article, ada)


@pytest.mark.parametrize(("title", "body"), [("", "x"), ("x", ""), ("  ", "x"), ("x", " \n\t"), ("\x00", "x")])
def test_an_article_without_title_or_text_is_refused(at_acme, ada, title, body):
    with pytest.raises(EmptyArticle):
        make_article(ada, title, body)


def test_a_text_that_is_too_long_is_refused(at_acme, ada):
    with pytest.raises(ArticleTooLong):
        make_article(ada, body="x" * (MAX_BODY + 1))


@pytest.mark.parametrize("language", ["en", "ru", "es", "de"])
def test_the_longest_text_of_different_words_fits(at_acme, ada, language):
    words = " ".join(f"ж{number:x}é" for number in range(MAX_BODY // 8))[:MAX_BODY]

    article = make_article(ada, body=words, language=language)

    assert article.versions.get().words


def test_control_characters_are_left_out(at_acme, ada):
    article = make_article(ada, "Paper\x00 jam\x1b", "One\x00\r\nTwo\x08")

    version = article.versions.get()
    assert (version.title, version.body) == ("Paper jam", "One\nTwo")


def test_a_category_is_found_by_its_name_or_made(at_acme, ada):
    made = category_named("Mail & Outlook", author=ada)

    assert category_named("mail & outlook", author=ada) == made
    assert category_named("Почта", author=ada).key != category_named("Печать", author=ada).key
    assert made.key == "mail-outlook"


def test_related_articles_keep_the_writers_order(at_acme, ada):
    article, one, two = make_article(ada), make_article(ada), make_article(ada)

    actions.relate(article, [two, one, two, article], author=ada)

    assert list(article.relations.values_list("related__number", flat=True)) == [two.number, one.number]


def test_an_article_moves_to_another_shelf(at_acme, ada):
    article = make_article(ada)

    actions.change(article, author=ada, at=MONDAY_9AM, kind="faq", category=make_shelf("scanning"), visibility="agents")

    article.refresh_from_db()
    assert (article.kind, article.category.key, article.visibility) == ("faq", "scanning", "agents")
