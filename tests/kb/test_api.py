"""Articles over REST."""

import pytest
from django.test import Client

from kb import actions
from tests.kb.conftest import make_article, make_shelf, translate
from tests.support.world import MONDAY_9AM, token_of


@pytest.fixture
def api(at_acme, grace):
    """Grace's program."""
    return Client(headers={"host": "acme.localhost", "authorization": f"Token {token_of(grace)}"})


def numbers(response):
    assert response.status_code == 200, response.content
    return [article["number"] for article in response.json()["results"]]


def test_articles_are_listed_searched_and_filtered(api, ada):
    make_article(ada, "Paper jam", kind="faq")
    make_article(ada, "Toner", category=make_shelf("scanning"))
    translate(make_article(ada, "Outlook"), ada, "es", "Configurar Outlook")

    assert numbers(api.get("/api/v1/articles/")) == [3, 2, 1]
    assert numbers(api.get("/api/v1/articles/?kind=faq")) == [1]
    assert numbers(api.get("/api/v1/articles/?category=scanning")) == [2]
    assert numbers(api.get("/api/v1/articles/?q=papr+jams")) == [1]
    assert numbers(api.get("/api/v1/articles/?q=outlook&language=es")) == [3]
    assert numbers(api.get("/api/v1/articles/?q=toner&language=es")) == []


def test_the_list_is_paged_by_cursor(api, ada):
    for number in range(5):
        make_article(ada, f"Paper {number}")

    first = api.get("/api/v1/articles/?page_size=3")
    second = api.get(first.json()["next"].partition("acme.localhost")[2])

    assert numbers(first) == [5, 4, 3]
    assert numbers(second) == [2, 1]


def test_an_article_is_read_in_a_language(api, ada):
    article = make_article(ada, "Paper jam", "Open the **tray**.", number=32)
    translate(article, ada, "ru", "Бумага застряла", "Откройте лоток.")
    actions.relate(article, [make_article(ada, "Toner")], author=ada)

    english = api.get("/api/v1/articles/32/").json()
    russian = api.get("/api/v1/articles/32/?language=ru").json()

    assert english["url"].endswith("acme.localhost/kb/article/000032")
    assert (english["display_number"], english["title"], english["body"]) == (
        "000032",
        "Paper jam",
        "Open the **tray**.",
    )
    assert "<strong>tray</strong>" in english["html"]
    assert english["languages"] == ["en", "ru"]
    assert english["related"] == [33]
    assert (russian["language"], russian["title"]) == ("ru", "Бумага застряла")


def test_a_program_sees_what_its_person_may_see(api, ada, elsewhere):
    make_article(ada, "Paper secrets", visibility="agents")
    make_article(ada, "Paper draft", published=False)
    make_article(ada, "Paper for customers", visibility="customers")

    assert numbers(api.get("/api/v1/articles/")) == numbers(api.get("/api/v1/articles/?q=paper")) == [3]
    for number in (1, 2, 99, 10**30):
        assert api.get(f"/api/v1/articles/{number}/").status_code == 404
    staff = Client(headers={"host": "acme.localhost", "authorization": f"Token {token_of(ada)}"})
    assert set(numbers(staff.get("/api/v1/articles/?q=paper"))) == {1, 3}


def test_without_a_token_nothing_is_told(at_acme, ada):
    make_article(ada)

    assert Client(headers={"host": "acme.localhost"}).get("/api/v1/articles/").status_code in (401, 403)


@pytest.mark.parametrize(
    "query",
    ["q=%00", f"q={'x' * 201}", "kind=poem", "language=xx", "category=%00", "typo=1", "page_size=0", "cursor=x"],
)
def test_a_wrong_query_is_refused_with_the_name_of_its_field(api, ada, query):
    make_article(ada)

    response = api.get(f"/api/v1/articles/?{query}")

    assert response.status_code == 400
    assert list(response.json()["fields"]) == [query.partition("=")[0]]


def test_the_list_takes_few_queries_however_many_articles(api, ada, django_assert_max_num_queries):
    for number in range(12):
        make_article(ada, f"Paper {number}", visibility="everyone")
    actions.vote(make_article(ada), visitor="a" * 64, is_helpful=True, at=MONDAY_9AM)
    api.get("/api/v1/articles/")

    with django_assert_max_num_queries(10):
        api.get("/api/v1/articles/")
    with django_assert_max_num_queries(10):
        api.get("/api/v1/articles/?q=paper")
