"""What the five policies say about their knowledge bases, on the articles that come with them."""

import re

import pytest
from django.conf import settings
from django.test import Client

from kb import queries
from kb.actions import load_articles
from kb.models import Article
from tenants.context import act_as
from tests.policies.clauses import clause
from tests.support.world import MONDAY_9AM, make_person


@pytest.fixture
def library(tenant_on):
    """A tenant with the articles that its policy speaks of."""

    def open_library(slug):
        tenant = tenant_on(slug)
        with act_as(tenant):
            author = make_person("Librarian", "agent")
            load_articles(settings.BASE_DIR / "policies" / "articles" / slug, author=author, at=MONDAY_9AM)
        return tenant

    return open_library


def reader(slug, language="en"):
    return Client(headers={"host": f"{slug}.localhost", "accept-language": language})


def text(response):
    assert response.status_code == 200
    return response.content.decode()


@clause("B6")
def test_articles_faqs_and_tutorials_are_searched_before_contacting(library):
    tenant = library("techsupport")

    for kind in ("article", "faq", "tutorial"):
        assert 'class="article-list"' in text(reader("techsupport").get(f"/kb/kind/{kind}/"))
    results = text(reader("techsupport").get("/kb/search?q=broken+pages"))
    assert "clear the browser" in results
    with act_as(tenant):
        suggested = queries.suggest("The layout of the page looks broken since yesterday", None, "en")
    assert "clear the browser" in suggested[0].title


@clause("B6")
def test_the_customer_says_that_an_article_solved_it(library):
    tenant = library("techsupport")

    reader("techsupport").post("/kb/article/000004/solved")

    with act_as(tenant):
        assert Article.objects.get(number=4).solved_count == 1


@clause("C3")
def test_the_instructions_have_the_number_that_the_contract_names(library):
    library("alleanza")

    for spelling in ("000032", "32", "00000032"):
        page = text(reader("alleanza", "ru").get(f"/kb/article/{spelling}", follow=True))
        assert "Рекомендации перед обращением в службу поддержки" in page
        assert "000032" in page


@clause("D13")
def test_was_this_answer_helpful_and_print_this_article(library):
    library("justo")
    client = reader("justo", "es")

    client.post("/kb/article/000002/vote", {"helpful": "no", "comment": "Falta un ejemplo"})
    page = text(client.get("/kb/article/000002"))

    assert re.search(r'<button[^>]*name="helpful"\s+value="yes"', page)
    assert "Falta un ejemplo" in page
    assert 'href="/kb/article/000002/print"' in page
    assert "cPanel" in text(client.get("/kb/article/000002/print"))


@clause("E17")
def test_users_found_this_useful_and_related_articles(library):
    library("hostiquant")
    client = reader("hostiquant")

    assert "0 users found this useful" in text(client.get("/kb/article/000071"))
    client.post("/kb/article/000071/vote", {"helpful": "yes"})
    page = text(client.get("/kb/article/000071"))

    assert "1 user found this useful" in page
    assert "Related articles" in page
    assert "7.2. What technical support does not do" in page
    # Signed-in customers find it too; visitors are not led to a page that they can't open.
    assert "7.3. History of calls" not in page


def test_answers_to_standard_questions_are_pages_to_link(library):
    tenant = library("hostiquant")

    with act_as(tenant):
        hits = queries.suggest("When you visit www.mysite.com/page/, the server returns a 403 error", None, "en")

    assert 80 in [hit.article.number for hit in hits]
    assert "403 Forbidden" in text(reader("hostiquant").get("/kb/article/000080"))
