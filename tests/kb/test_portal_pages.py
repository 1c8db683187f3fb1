"""The knowledge base in a reader's browser."""

import pytest

from kb import actions
from kb.models import Article, ArticleVote
from tests.kb.conftest import browser, make_article, make_shelf, translate
from tests.support.world import MONDAY_9AM, make_person


def page(client, path, status=200, **more):
    response = client.get(path, **more)
    assert response.status_code == status, path
    return response.content.decode()


def test_the_home_page_leads_to_topics_kinds_and_useful_articles(at_acme, ada):
    make_article(ada, "Paper jam")
    make_article(ada, "For staff", visibility="agents", category=make_shelf("internal"))

    html = page(browser(at_acme), "/kb/")

    assert "/kb/category/printing/" in html
    assert "1 article" in html
    assert "Paper jam" in html
    assert "/kb/kind/tutorial/" in html
    assert "internal" not in html
    assert "For staff" not in html


def test_an_empty_knowledge_base_says_so(at_acme):
    assert "Answers will be here" in page(browser(at_acme), "/kb/")


@pytest.mark.parametrize(
    "spelling", ["32", "032", "00000000000032", "000032/", "32/", "32?language=en", "0" * 300 + "32"]
)
def test_an_article_has_one_address_and_every_spelling_leads_there(at_acme, ada, spelling):
    make_article(ada, "Paper jam", number=32)

    response = browser(at_acme).get(f"/kb/article/{spelling}")

    assert response.status_code == 301
    assert response["Location"].startswith("/kb/article/000032")
    assert ("?language=en" in response["Location"]) == ("?" in spelling)


@pytest.mark.parametrize("number", ["000033", "99999999999", "9" * 50, "9" * 6000, "-1", "x", "1.5", "٣٢"])
def test_other_numbers_are_not_found(at_acme, ada, number):
    make_article(ada, number=32)

    assert browser(at_acme).get(f"/kb/article/{number}", follow=True).status_code == 404


def test_what_a_reader_may_not_see_is_not_found(at_acme, ada, grace, elsewhere):
    internal = make_article(ada, "Secret", visibility="agents")
    signed_in = make_article(ada, "For customers", visibility="customers")
    draft = make_article(ada, "Draft", published=False)
    visitor, customer, agent = browser(at_acme), browser(at_acme, grace), browser(at_acme, ada)

    for path in ("", "/print"):
        page(visitor, f"/kb/article/{internal}{path}", 404)
        page(customer, f"/kb/article/{internal}{path}", 404)
        page(visitor, f"/kb/article/{signed_in}{path}", 404)
        page(agent, f"/kb/article/{draft}{path}", 404)
        assert "Staff only" in page(agent, f"/kb/article/{internal}{path}")
        assert "For customers" in page(customer, f"/kb/article/{signed_in}{path}")
    for person in (visitor, customer):
        assert person.post(f"/kb/article/{internal}/vote", {"helpful": "yes"}).status_code == 404
        assert person.post(f"/kb/article/{internal}/solved").status_code == 404


def test_the_article_of_another_tenant_is_not_found_under_this_one(at_acme, ada, globex, elsewhere):
    assert "Secret handshake" in page(browser(globex), f"/kb/article/{elsewhere}")

    page(browser(at_acme), f"/kb/article/{elsewhere}", 404)
    assert "Globex" not in page(browser(at_acme), "/kb/search?q=paper")


def test_an_article_in_the_readers_language_else_with_a_note(at_acme, ada):
    article = make_article(ada, "Paper jam", "Open the tray.")
    translate(article, ada, "ru", "Бумага застряла", "Откройте лоток.")
    client = browser(at_acme)

    russian = page(client, f"/kb/article/{article}", headers={"accept-language": "ru"})
    assert "Откройте лоток." in russian
    assert 'lang="ru"' in russian
    assert '"?language=en"' in russian
    spanish = page(client, f"/kb/article/{article}?language=es")
    assert "Open the tray." in spanish
    assert "This article is not translated into Español yet. You read it in: English." in spanish
    assert "not translated" not in page(client, f"/kb/article/{article}?language=ru")


def test_a_view_is_counted_for_readers_and_not_for_staff(at_acme, ada, grace):
    article = make_article(ada)

    page(browser(at_acme), f"/kb/article/{article}")
    page(browser(at_acme, grace), f"/kb/article/{article}")
    page(browser(at_acme, ada), f"/kb/article/{article}")
    browser(at_acme).head(f"/kb/article/{article}")

    article.refresh_from_db()
    assert article.views == 2


def test_a_vote_without_an_account_counts_once_and_can_be_changed(at_acme, ada):
    article = make_article(ada)
    client, address = browser(at_acme), f"/kb/article/{make_article(ada)}"
    article = Article.objects.get(number=int(address[-6:]))

    assert "0 users found this useful" in page(client, address)
    for _ in range(2):
        assert client.post(f"{address}/vote", {"helpful": "yes"}).status_code == 302
    assert "1 user found this useful" in page(client, address)
    client.post(f"{address}/vote", {"helpful": "no", "comment": "Which tray?"})

    html = page(client, address)
    assert "0 users found this useful" in html
    assert "Which tray?" in html
    assert ArticleVote.objects.get(article=article).comment == "Which tray?"


def test_a_vote_by_htmx_answers_with_its_part_of_the_page(at_acme, ada, grace):
    article = make_article(ada)
    client = browser(at_acme, grace)

    html = client.post(
        f"/kb/article/{article}/vote", {"helpful": "yes"}, headers={"hx-request": "true"}
    ).content.decode()

    assert html.lstrip().startswith('<section id="vote"')
    assert "1 user found this useful" in html
    assert "Thank you." in html


@pytest.mark.parametrize("data", [{}, {"helpful": "perhaps"}, {"helpful": "no", "comment": "x" * 2001}])
@pytest.mark.parametrize("headers", [{}, {"hx-request": "true"}])
def test_a_wrong_vote_is_refused_and_nothing_typed_is_lost(at_acme, ada, grace, data, headers):
    article = make_article(ada)

    response = browser(at_acme, grace).post(f"/kb/article/{article}/vote", data, headers=headers)

    assert response.status_code == 422
    assert data.get("comment", "") in response.content.decode()
    assert not ArticleVote.objects.exists()


def test_this_solved_it_is_counted_and_leads_to_the_article(at_acme, ada, grace):
    article = make_article(ada)

    response = browser(at_acme, grace).post(f"/kb/article/{article}/solved", follow=True)

    assert "Good to hear that this solved it" in response.content.decode()
    article.refresh_from_db()
    assert (article.solved_count, article.helpful_count) == (1, 1)


def test_related_articles_are_chosen_by_hand_first_and_then_by_likeness(at_acme, ada, grace):
    article = make_article(ada, "Paper jam in the printer")
    by_hand = make_article(ada, "Toner")
    make_article(ada, "Printer paper sizes")
    hidden = make_article(ada, "Printer paper secrets", visibility="agents")
    actions.relate(article, [hidden, by_hand], author=ada)

    html = page(browser(at_acme, grace), f"/kb/article/{article}")
    beside = html[html.index("related-heading") :]

    assert beside.index("Toner") < beside.index("Printer paper sizes")
    assert "secrets" not in html


def test_the_print_view_is_the_article_and_its_address(at_acme, ada):
    article = make_article(ada, "Paper jam", "Open the tray.")

    html = page(browser(at_acme), f"/kb/article/{article}/print")

    assert "Open the tray." in html
    assert f"acme.localhost/kb/article/{article}" in html
    assert "portal-nav" not in html
    assert "Was this answer helpful" not in html


def test_live_results_are_the_list_alone(at_acme, ada):
    make_article(ada, "Paper jam", number=32)
    client = browser(at_acme)

    whole = page(client, "/kb/search?q=papr")
    part = page(client, "/kb/search?q=papr", headers={"hx-request": "true"})

    assert "<html" in whole
    assert "<html" not in part
    for html in (whole, part):
        assert "Did you mean" in html
        assert "/kb/article/000032" in html
        assert "<mark>Paper</mark>" in html


@pytest.mark.parametrize(
    "query",
    ["", "q=", "q=%00", "q=%FF%FE", "q=😀", "q=<script>x</script>", "q=paper&page=x", "q=paper&page=99999999999",
     "q=paper&kind=x&category=%00&language=xx", f"q={'x' * 20_000}", "kind=faq"],
)  # fmt: skip
def test_no_search_address_breaks_the_page(at_acme, ada, query):
    make_article(ada)

    html = page(browser(at_acme), f"/kb/search?{query}")

    assert "<script>x" not in html


def test_a_shelf_is_paged(at_acme, ada):
    for number in range(31):
        make_article(ada, f"Paper {number}")
    client = browser(at_acme)

    first = page(client, "/kb/category/printing/")
    second = page(client, "/kb/category/printing/?after=30")

    assert "?after=30" in first
    assert "Paper 30" not in first
    assert "Paper 30" in second
    page(client, "/kb/category/unknown/", 404)
    page(client, "/kb/kind/unknown/", 404)
    assert "Nothing here yet" in page(client, "/kb/kind/faq/")


def count_of(client, path, django_assert_max_num_queries, most):
    page(client, path)
    with django_assert_max_num_queries(most):
        page(client, path)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/kb/", 8),
        ("/kb/category/printing/", 8),
        ("/kb/article/000001", 14),
        ("/kb/article/000001/print", 13),
        ("/kb/search?q=paper", 8),
    ],
)
def test_pages_take_few_queries_however_many_articles(at_acme, ada, django_assert_max_num_queries, path, most):
    articles = [make_article(ada, f"Paper {number}") for number in range(12)]
    for number in range(6):
        actions.vote(articles[0], person=make_person(f"R{number}"), is_helpful=True, at=MONDAY_9AM)
    actions.relate(articles[0], articles[1:4], author=ada)

    count_of(browser(at_acme), path, django_assert_max_num_queries, most)
