"""Markdown becomes safe HTML, and plain text for search."""

import time
from html.parser import HTMLParser

import pytest

from kb.text import MAX_BODY, distinct_words, plain, render


class Elements(HTMLParser):
    """What a browser would make of a text."""

    def __init__(self):
        super().__init__()
        self.elements = []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))


def test_headings_get_anchors_and_a_contents_list():
    rendered = render("# One\n\n## Two & three\n\n### One\n\n## Четыре")

    assert [(h.level, h.anchor, h.text) for h in rendered.headings] == [
        (2, "s-one", "One"),
        (2, "s-two-three", "Two & three"),
        (3, "s-one-2", "One"),
        (2, "s-четыре", "Четыре"),
    ]
    assert '<h2 id="s-one">One</h2>' in rendered.html
    assert "<h1" not in rendered.html
    assert len(rendered.contents) == 4
    assert render("## Only one").contents == ()


def test_tables_code_and_lists_are_kept():
    html = render("| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nping host\n```\n\n3. three\n4. four").html

    assert "<table>" in html
    assert "<td>1</td>" in html
    assert "<pre><code>ping host" in html
    assert '<ol start="3">' in html


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "[click](vbscript:x)",
        "![x](javascript:alert(1))",
        '<a href="#" onclick="alert(1)">x</a>',
        "<iframe src='https://evil.example'></iframe>",
        "## <style>*{}</style>",
        "[x]: javascript:alert(1)\n\n[x]",
        '![a" onerror="alert(1)](/x.png)',
    ],
)
def test_nothing_in_an_article_runs(source):
    found = Elements()
    found.feed(render(source).html)

    assert not {"script", "iframe", "style"} & {tag for tag, _ in found.elements}
    attributes = {name: value for _, values in found.elements for name, value in values.items()}
    assert not [name for name in attributes if name.startswith("on")]
    assert not str(attributes.get("href", "")).startswith(("javascript", "data", "vbscript"))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("![a](/media/a.png)", True),
        ("![a](https://tracker.example/a.png)", False),
        ("![a](//tracker.example/a.png)", False),
        ("![a](data:image/png;base64,AAAA)", False),
        ("![a](http://acme.localhost/a.png)", False),
    ],
)
def test_images_come_from_our_own_host_only(source, shown):
    assert ("src=" in render(source).html) is shown


def test_links_to_other_sites_do_not_tell_who_linked():
    html = render("[out](https://example.com) [in](/kb/article/000032)").html

    assert 'href="https://example.com" rel="noopener noreferrer"' in html
    assert 'href="/kb/article/000032"' in html


def test_plain_text_has_the_words_without_the_marks():
    text = plain("# Title\n\nSome **strong** `code` [link](https://example.com)\n\n- one\n- two\n\n```\nping\n```")

    assert text == "Title\nSome strong code link\none\ntwo\nping"


def test_each_word_is_kept_once_in_small_letters():
    assert distinct_words("Paper paper PAPER jam_in 42 ab Лоток") == "paper jam лоток"


@pytest.mark.parametrize("unit", [">", "- ", "[", "*", "`", "![](", "| a ", "<b>", "&#0;", "\\", "(", "_a"])
def test_no_hundred_kilobytes_take_longer_than_a_few_seconds(unit):
    source = (unit * (MAX_BODY // len(unit)))[:MAX_BODY]
    started = time.process_time()

    render(source)
    plain(source)

    assert time.process_time() - started < 8
