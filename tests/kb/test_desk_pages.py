"""Articles in a writer's browser."""

import re
from html import unescape

import pytest

from kb import actions
from kb.models import Article
from tenants.context import act_as
from tests.kb.conftest import browser, make_article, make_shelf, translate
from tests.support.world import MONDAY_9AM, make_person

FIELDS = {"title": "Paper jam", "body": "Open the **tray**.", "kind": "faq", "visibility": "everyone", "then": "save"}


def filled(**more):
    return FIELDS | {"category": make_shelf().key, "language": "en", "based_on": "1"} | more


def test_an_article_is_written_previewed_saved_and_published(at_acme, ada):
    client = browser(at_acme, ada)

    preview = client.post("/desk/articles/new", filled(then="preview", based_on="0"))
    assert "<strong>tray</strong>" in preview.content.decode()
    assert not Article.objects.exists()
    saved = client.post("/desk/articles/new", filled(based_on="0"))
    article = Article.objects.get()
    assert saved["Location"] == "/desk/articles/000001?language=en"
    assert article.status == "draft"
    client.post("/desk/articles/000001", filled(body="Open it.", then="publish"))

    article.refresh_from_db()
    assert article.is_published
    assert article.versions.get(is_published=True).body == "Open it."


def test_a_preview_by_htmx_is_safe_html_alone(at_acme, ada):
    response = browser(at_acme, ada).post("/desk/articles/preview", {"body": "# Hi <script>\x00"})

    html = response.content.decode()
    assert "<script>" not in html
    assert "<html" not in html
    assert "Hi" in html


def test_an_article_is_translated_in_its_own_tab(at_acme, ada):
    article = make_article(ada)
    client = browser(at_acme, ada)

    tab = client.get("/desk/articles/000001?language=ru").content.decode()
    assert 'value="Paper jam"' not in tab
    client.post(
        "/desk/articles/000001",
        filled(language="ru", based_on="0", title="Бумага", body="Лоток", then="publish"),
    )

    assert set(article.versions.filter(is_published=True).values_list("language", flat=True)) == {"en", "ru"}


def test_somebody_elses_newer_text_is_not_overwritten_and_nothing_typed_is_lost(at_acme, ada):
    article = make_article(ada)
    mary = make_person("Mary", "manager")
    actions.revise(article, author=mary, at=MONDAY_9AM, language="en", title="Paper jam", body="Mary's words")

    response = browser(at_acme, ada).post("/desk/articles/000001", filled(body="Ada's words"))

    html = response.content.decode()
    assert response.status_code == 422
    assert "Mary saved a newer version" in html
    assert "Ada&#x27;s words" in html


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "This field is required"),
        ({"body": ""}, "This field is required"),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"body": "x" * 100_001}, "at most 100000 characters"),
        ({"title": "\x00"}, "This field is required"),
        ({"related": "999"}, "There is no article 000999"),
        ({"related": "9" * 19}, "There is no article"),
        ({"category": "", "new_category": ""}, "Choose a category, or name a new one."),
        ({"category": "unknown"}, "Select a valid choice"),
        ({"category": "\x00"}, "Choose a category, or name a new one."),
        ({"kind": "poem"}, "Select a valid choice"),
    ],
)
@pytest.mark.parametrize("address", ["new", "000001"])
def test_a_wrong_form_says_what_is_wrong_at_the_field(at_acme, ada, address, wrong, said):
    make_article(ada)

    response = browser(at_acme, ada).post(f"/desk/articles/{address}", filled(**wrong))

    assert response.status_code == 422
    assert said in response.content.decode()
    assert Article.objects.get().versions.count() == 1


def test_a_new_category_can_be_named_while_writing(at_acme, ada):
    browser(at_acme, ada).post("/desk/articles/new", filled(category="", new_category="Почта"))

    assert Article.objects.get().category.name == "Почта"


def test_the_list_is_filtered_and_says_what_is_missing(at_acme, ada):
    published = make_article(ada, "Paper jam", kind="faq")
    translate(published, ada, "ru", "Бумага")
    actions.revise(published, author=ada, at=MONDAY_9AM, language="ru", title="Бумага", body="Новое")
    make_article(ada, "Toner", published=False)
    client = browser(at_acme, ada)

    def rows(query):
        html = client.get(f"/desk/articles/?{query}", headers={"hx-request": "true"}).content.decode()
        return [title for title in ("Paper jam", "Toner") if title in html]

    assert rows("") == ["Paper jam", "Toner"]
    assert rows("status=draft") == ["Toner"]
    assert rows("kind=faq") == ["Paper jam"]
    assert rows("q=PAPER") == ["Paper jam"]
    assert rows("q=000002") == ["Toner"]
    assert rows(f"q={'9' * 40}") == rows("category=unknown") == rows("q=%00") == rows("category=%00") == []
    assert rows("category=printing&after=xx&before=%00") == ["Paper jam", "Toner"]
    assert "A newer text is not published yet" in client.get("/desk/articles/").content.decode()


def test_the_list_turns_its_pages_by_the_last_article_seen(at_acme, ada, monkeypatch):
    monkeypatch.setattr("kb.views.desk.PAGE_SIZE", 2)
    for title in ("One", "Two", "Three"):
        make_article(ada, title)
    client = browser(at_acme, ada)

    def seen(query):
        html = client.get(f"/desk/articles/?{query}").content.decode()
        links = {rel: unescape(link) for rel, link in re.findall(r'rel="(prev|next)"\s+href="\?([^"]*)"', html)}
        return [title for title in ("One", "Two", "Three") if f">{title}<" in html], links

    first, onwards = seen("kind=article")
    second, back = seen(onwards["next"])

    assert (first, second) == (["One", "Two"], ["Three"])
    assert "kind=article" in onwards["next"]
    assert list(onwards) == ["next"]
    assert list(back) == ["prev"]
    assert seen(back["prev"])[0] == first


def test_versions_show_what_changed_and_an_older_one_is_restored(at_acme, ada):
    article = make_article(ada, "Paper jam", "One\nTwo\nThree")
    actions.revise(article, author=ada, at=MONDAY_9AM, language="en", title="Paper jam", body="One\n<Deux>\nThree")
    client = browser(at_acme, ada)

    html = client.get("/desk/articles/000001/versions").content.decode()
    removed, added = html[html.index("<del>") : html.index("</del>")], html[html.index("<ins>") : html.index("</ins>")]
    assert "Two" in removed
    assert "&lt;Deux&gt;" in added
    client.post(f"/desk/articles/000001/versions/{article.versions.get(number=1).pk}/restore")

    assert article.versions.order_by("-number").first().body == "One\nTwo\nThree"


def test_what_readers_wrote_is_shown_to_writers(at_acme, ada, grace):
    article = make_article(ada)
    actions.vote(article, person=grace, is_helpful=False, comment="Which <tray>?", at=MONDAY_9AM)

    html = browser(at_acme, ada).get("/desk/articles/000001").content.decode()

    assert "Which &lt;tray&gt;?" in html
    assert "Grace" in html


def test_the_fate_of_an_article_is_in_its_buttons(at_acme, ada):
    article = make_article(ada)
    client = browser(at_acme, ada)

    for button, status in [("archive", "archived"), ("withdraw", "draft"), ("publish", "published")]:
        client.post(f"/desk/articles/000001/{button}")
        article.refresh_from_db()
        assert article.status == status
    again = client.post("/desk/articles/000001/publish", follow=True)
    assert "The newest version is published already" in again.content.decode()


PATHS = [
    ("get", "/desk/articles/"),
    ("get", "/desk/articles/new"),
    ("post", "/desk/articles/preview"),
    ("get", "/desk/articles/000001"),
    ("post", "/desk/articles/000001"),
    ("post", "/desk/articles/000001/publish"),
    ("post", "/desk/articles/000001/archive"),
    ("post", "/desk/articles/000001/withdraw"),
    ("get", "/desk/articles/000001/versions"),
    ("post", "/desk/articles/000001/versions/{version}/restore"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_the_workspace_does_not_exist_for_customers_and_visitors(at_acme, ada, grace, method, path):
    path = path.format(version=make_article(ada).versions.get().pk)

    assert getattr(browser(at_acme, grace), method)(path).status_code == 404
    assert getattr(browser(at_acme), method)(path)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(("method", "path"), PATHS[1:])
def test_staff_who_may_not_write_read_the_list_only(at_acme, ada, method, path):
    path = path.format(version=make_article(ada).versions.get().pk)
    ada.role.permissions.remove("article.edit")
    ada.role.save()
    client = browser(at_acme, ada)

    assert getattr(client, method)(path).status_code == 404
    listed = client.get("/desk/articles/").content.decode()
    assert "/desk/articles/new" not in listed


@pytest.mark.parametrize(("method", "path"), PATHS[3:])
def test_the_article_of_another_tenant_is_not_found(at_acme, ada, elsewhere, globex, method, path):
    with act_as(globex):
        version = elsewhere.versions.get().pk

    assert getattr(browser(at_acme, ada), method)(path.format(version=version)).status_code == 404


@pytest.mark.parametrize("number", ["000009", "9" * 30])
def test_a_number_that_is_none_is_not_found(at_acme, ada, number):
    client = browser(at_acme, ada)

    assert client.get(f"/desk/articles/{number}").status_code == 404
    assert client.get(f"/desk/articles/{number}/versions").status_code == 404


@pytest.mark.parametrize("path", ["/desk/articles/", "/desk/articles/000001", "/desk/articles/000001/versions"])
def test_pages_take_few_queries_however_many_articles(at_acme, ada, django_assert_max_num_queries, path):
    for number in range(12):
        article = make_article(ada, f"Paper {number}")
        translate(article, ada, "ru", f"Бумага {number}")
    client = browser(at_acme, ada)
    client.get(path)

    with django_assert_max_num_queries(20):
        client.get(path)
