"""What search engines show of a page: its own words, as text."""

from __future__ import annotations

from datetime import UTC, datetime

from kb import actions as kb
from kb.models import ArticleCategory
from tests.tickets.portal import visitor

AT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


def test_an_article_is_described_by_its_beginning_of_which_nothing_becomes_markup(at_acme, ada):
    shelf = ArticleCategory.objects.create(key="shelf", name="Shelf")
    words = {"author": ada, "at": AT, "category": shelf, "language": "en"}
    body = 'Say "hello" & <b>"onload="alert(1)</b> to the printer.'
    kb.publish(kb.create(title="Printer", body=body, number=777, **words), author=ada, at=AT)

    page = visitor(at_acme).get("/kb/article/000777").content.decode()

    assert '<meta name="description"' in page
    described = page.split('name="description"')[1].split(">")[0]
    assert "Say &quot;hello&quot;" in described
    assert described.count('"') == 2


def test_the_home_and_the_status_page_are_described(at_acme):
    for path in ("/", "/status/", "/policy/"):
        assert '<meta name="description"' in visitor(at_acme).get(path).content.decode()
