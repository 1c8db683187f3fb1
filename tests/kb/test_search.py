"""Articles are found by their words in three languages, with typing errors, and only by those who may read them."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb import actions, queries
from tests.kb.conftest import make_article, make_shelf, translate
from tests.support.world import MONDAY_9AM


def titles(query, person=None, language="en", **filters):
    return [hit.title for hit in queries.search(query, person, language, **filters).hits]


@pytest.mark.parametrize(
    ("language", "title", "body", "wanted"),
    [
        ("en", "Crashing programs", "They stop at once.", "program crashes"),
        ("en", "Nothing", "The invoices were duplicated.", "duplicate invoice"),
        ("ru", "Восстановление данных", "Из резервной копии.", "резервные копии"),
        ("ru", "Отчёты", "Как открыть.", "отчет"),
        ("es", "Facturas duplicadas", "Dos veces.", "factura duplicada"),
        ("es", "Configuración", "Del correo.", "configuraciones"),
        ("es", "Contraseña", "Olvidada.", "contrasena"),
        ("es", "Configuración", "Del correo.", "configuracion"),
    ],
)
def test_word_forms_of_three_languages_are_the_same_word(at_acme, ada, language, title, body, wanted):
    make_article(ada, title, body, language=language)
    make_article(ada, "Something else", "Entirely.")

    assert titles(wanted) == [title]


@pytest.mark.parametrize(
    ("language", "title", "typed", "mended"),
    [
        ("en", "Outlook does not send", "oulook", "outlook"),
        ("en", "Invoice", "invioce", "invoice"),
        ("ru", "Восстановление данных", "востановление данных", "восстановление данных"),
        ("es", "Buzón lleno", "buson lleno", "buzón lleno"),
    ],
)
def test_typing_errors_are_forgiven_and_what_was_meant_is_said(at_acme, ada, language, title, typed, mended):
    make_article(ada, title, "-", language=language)

    results = queries.search(typed, None, "en")

    assert [hit.title for hit in results.hits] == [title]
    assert results.corrected == mended


def test_a_word_without_likeness_is_not_bent_into_another(at_acme, ada):
    make_article(ada, "Warning lights", "-")

    results = queries.search("morning", None, "en")

    assert (results.hits, results.corrected) == ([], "")


def test_words_that_are_known_to_be_right_are_not_mended(at_acme, ada):
    make_article(ada, "Invoice", "-")

    results = queries.search("invoce", None, "en", may_be_misspelt=False)

    assert (results.hits, results.corrected) == ([], "")


def test_the_last_word_may_be_half_typed(at_acme, ada):
    make_article(ada, "Restoring a backup", "-")

    assert titles("restoring bac") == ["Restoring a backup"]


def test_all_words_come_before_some_words(at_acme, ada):
    make_article(ada, "Printer", "-")
    make_article(ada, "Printer on fire", "-")

    assert titles("printer fire") == ["Printer on fire"]
    loose = queries.search("printer submarine", None, "en")
    assert loose.is_loose
    assert loose.total == 2


def test_a_title_weighs_more_than_the_text(at_acme, ada):
    make_article(ada, "Something", "It is about the scanner and many other things.")
    make_article(ada, "Scanner", "-")

    assert titles("scanner") == ["Scanner", "Something"]


def test_phrases_and_exclusions_are_understood(at_acme, ada):
    make_article(ada, "Server refuses", "-")
    make_article(ada, "Refuses the server", "-")

    assert titles('"server refuses"') == ["Server refuses"]
    assert titles("server -fire") == ["Server refuses", "Refuses the server"]


def test_an_article_in_several_languages_is_found_once_in_the_readers_language(at_acme, ada):
    article = make_article(ada, "Outlook setup")
    translate(article, ada, "es", "Configurar Outlook")

    assert titles("outlook", language="es") == ["Configurar Outlook"]
    assert titles("outlook", language="en") == ["Outlook setup"]
    assert titles("configurar", language="en") == ["Configurar Outlook"]
    assert titles("outlook", language="en", only_language="es") == []


def test_results_are_filtered_by_kind_and_category(at_acme, ada):
    make_article(ada, "Paper one", kind="faq")
    make_article(ada, "Paper two", kind="tutorial", category=make_shelf("scanning"))

    assert titles("paper", kind="faq") == ["Paper one"]
    assert titles("paper", category="scanning") == ["Paper two"]


def test_found_words_are_marked_and_nothing_else_is_markup(at_acme, ada):
    make_article(ada, "<b>Toner</b> & more", "Change the `<i>toner</i>` \ue000now\ue001.")

    hit = queries.search("toner", None, "en").hits[0]

    assert hit.title_html == "&lt;b&gt;<mark>Toner</mark>&lt;/b&gt; &amp; more"
    assert "<i>" not in hit.snippet_html
    assert hit.snippet_html.count("<mark>") == hit.snippet_html.count("</mark>") == 1


def test_readers_find_what_their_audience_may_read(at_acme, ada, grace):
    make_article(ada, "Paper for all")
    make_article(ada, "Paper for customers", visibility="customers")
    make_article(ada, "Paper for staff", visibility="agents")
    make_article(ada, "Paper draft", published=False)
    actions.archive(make_article(ada, "Paper archived"), author=ada, at=MONDAY_9AM)

    assert set(titles("paper", None)) == {"Paper for all"}
    assert set(titles("paper", grace)) == {"Paper for all", "Paper for customers"}
    assert set(titles("paper", ada)) == {"Paper for all", "Paper for customers", "Paper for staff"}


def test_what_is_meant_is_never_guessed_from_articles_the_reader_may_not_see(at_acme, ada, grace):
    make_article(ada, "Reorganisation", "-", visibility="agents")

    assert queries.search("reorganisaton", grace, "en").corrected == ""
    assert queries.search("reorganisaton", ada, "en").corrected == "reorganisation"


def test_an_unpublished_text_is_not_found_and_the_one_before_is(at_acme, ada):
    article = make_article(ada, "Paper jam", "Open the tray.")
    actions.revise(article, author=ada, at=MONDAY_9AM, language="en", title="Paper", body="Shake the flask.")

    assert titles("tray") == ["Paper jam"]
    assert titles("flask") == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "\x00",
        "a\x00b",
        "'; DROP TABLE kb_article; --",
        "!!! & | :* ( ) <-> \\",
        "a:*b & !c",
        "😀 🖨️",
        "%_%",
        "<script>alert(1)</script>",
        "\ud800",
        "-" * 500,
        "- " * 100,
        '-"-"' * 50,
        "a -" * 60,
        "-a" * 99,
        "or " * 60,
        '"',
        "x" * 10_000,
        "paper " * 200_000,
    ],
)
def test_no_query_breaks_the_search(at_acme, ada, query):
    make_article(ada)

    results = queries.search(query, None, "en")
    queries.suggest(query, None, "en")

    assert len(results.query) <= 200


@given(st.text(alphabet="-\"ab é1|&!:*()<>\\\\' or", max_size=220))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_row_of_operators_breaks_the_search(at_acme, query):
    assert queries.search(query, None, "en").hits == []


def test_suggestions_for_what_somebody_is_writing(at_acme, ada):
    make_article(ada, "I forgot my password", "Use the code by mail.")
    make_article(ada, "Printer on fire", "Unplug it.")

    found = queries.suggest("Hello, since this morning my pasword is not accepted any more", None, "en")

    assert [hit.title for hit in found] == ["I forgot my password"]
    assert queries.suggest("pa", None, "en") == []


def test_a_page_of_results_costs_three_queries(at_acme, ada, django_assert_num_queries):
    for number in range(25):
        make_article(ada, f"Paper {number}")

    with django_assert_num_queries(3):
        results = queries.search("paper", None, "en")

    assert (len(results.hits), results.total, results.next_page) == (20, 25, 2)
    assert len(queries.search("paper", None, "en", page=2).hits) == 5


def test_the_search_uses_the_index_of_the_tenant(at_acme, ada, owner_url):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname IN ('article_search', 'article_words')")
        definitions = [row[0] for row in cursor.fetchall()]

    assert len(definitions) == 2
    assert all("(tenant_id" in definition and "gin" in definition for definition in definitions)
