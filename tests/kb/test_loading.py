"""Articles from files: the demo's own, and files with mistakes."""

import re

import pytest
from django.conf import settings

from kb.actions import load_articles
from kb.errors import BadArticleFile
from kb.models import Article, ArticleVersion
from kb.text import render
from tests.support.world import MONDAY_9AM, SLUGS

FOLDER = settings.BASE_DIR / "policies" / "articles"


@pytest.mark.parametrize("slug", SLUGS)
def test_each_tenants_articles_load_once_and_again_without_a_change(at_acme, ada, slug):
    articles = load_articles(FOLDER / slug, author=ada, at=MONDAY_9AM)
    versions = ArticleVersion.objects.count()

    again = load_articles(FOLDER / slug, author=ada, at=MONDAY_9AM)

    assert 8 <= len(articles) <= 12
    assert again == articles
    assert ArticleVersion.objects.count() == versions == ArticleVersion.objects.filter(is_published=True).count()
    assert {article.kind for article in articles} == set(Article.Kind.values)
    assert {"en", "ru", "es"} <= set(ArticleVersion.objects.values_list("language", flat=True))
    assert any(article.visibility == "agents" for article in articles)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_links_between_articles_lead_somewhere(at_acme, ada, slug):
    load_articles(FOLDER / slug, author=ada, at=MONDAY_9AM)
    known = set(Article.objects.visible_to(ada).values_list("number", flat=True))

    for version in ArticleVersion.objects.all():
        linked = {int(number) for number in re.findall(r"/kb/article/(\d{6})", render(version.body).html)}
        assert linked <= known, version.title


def test_a_changed_file_becomes_a_new_version(at_acme, ada, tmp_path):
    write(tmp_path)
    (article,) = load_articles(tmp_path, author=ada, at=MONDAY_9AM)
    write(tmp_path, body="Changed.")

    load_articles(tmp_path, author=ada, at=MONDAY_9AM)

    assert article.versions.get(is_published=True).body == "Changed."
    assert article.versions.count() == 2


def write(folder, name="000032-jam.en.md", head="title: Jam\ncategory: printing", body="Open it."):
    (folder / "categories.yaml").write_text("printing:\n  name: {en: Printing}\n")
    (folder / name).write_text(f"---\n{head}\n---\n{body}\n")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ({"name": "jam.md"}, "a name is like 000032-before-you-write.ru.md"),
        ({"head": "title: Jam\ncategory: cooking"}, 'category is "cooking", and not one of printing'),
        ({"head": "title: Jam\ncategory: printing\nkind: poem"}, 'kind is "poem"'),
        ({"head": "category: printing"}, 'the head has no "title"'),
        ({"head": "title: Jam"}, "exactly one language of an article names its category"),
        ({"head": "title: Jam\ncategory: printing\nrelated: [7]"}, "there is no related article 7"),
        ({"head": "title: [Jam"}, "while parsing"),
        ({"head": "- Jam"}, "the head is a list of `key: value`"),
    ],
)
def test_a_mistake_names_its_file(at_acme, ada, tmp_path, file, said):
    write(tmp_path, **file)

    with pytest.raises(BadArticleFile) as refusal:
        load_articles(tmp_path, author=ada, at=MONDAY_9AM)

    assert said in str(refusal.value)
    assert file.get("name", "000032-jam.en.md") in str(refusal.value)


def test_a_folder_without_categories_is_refused(at_acme, ada, tmp_path):
    with pytest.raises(BadArticleFile, match=r"categories\.yaml"):
        load_articles(tmp_path, author=ada, at=MONDAY_9AM)


def test_a_category_with_a_name_that_was_cut_at_a_comma_is_refused(at_acme, ada, tmp_path):
    (tmp_path / "categories.yaml").write_text("access:\n  name: {en: FTP, SSH and mail}\n")

    with pytest.raises(BadArticleFile, match="'SSH and mail' is no language"):
        load_articles(tmp_path, author=ada, at=MONDAY_9AM)
