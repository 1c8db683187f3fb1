"""Formatted text: cleaned by one policy, and told as plain text."""

import time
from uuid import UUID

import pytest

from tickets import formatting, nesting

PICTURE, OTHER = UUID(int=1), UUID(int=2)


def clean(html: str) -> str:
    return formatting.clean(html, pictures=[PICTURE])


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script><b>x</b>",
        "<img src=x onerror=alert(1)><b>x</b>",
        '<a href="javascript:alert(1)"><b>x</b></a>',
        '<a href=" java\nscript:alert(1)"><b>x</b></a>',
        '<b style="position:fixed" onclick="alert(1)">x</b>',
        "<svg onload=alert(1)><b>x</b>",
        "<iframe src=//evil.example></iframe><b>x</b>",
        "<b>x</b><math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "<form action=//evil.example><button><b>x</b></button></form>",
    ],
)
def test_nothing_that_acts_is_left(html):
    cleaned = clean(html).lower()

    assert "<strong>x</strong>" in cleaned
    assert not any(
        bad in cleaned
        for bad in ("<script", "onerror=", "onclick", "onload", "javascript", "<iframe", "style=", "<form")
    )


@pytest.mark.parametrize(
    "source",
    [
        "https://tracker.example/x.png",
        "//tracker.example/x.png",
        f"/files/{OTHER}",
        f"/files/{PICTURE}/../../secret",
        "data:image/png;base64,AAAA",
        "cid:1",
        "",
    ],
)
def test_pictures_are_only_our_own_of_this_message(source):
    assert "<img" not in clean(f'<p><b>x</b><img src="{source}" alt="no"></p>')
    assert f'<img src="/files/{PICTURE}" alt="yes">' in clean(
        f'<p><img src="/files/{PICTURE}" alt="yes" width="9"></p>'
    )


def test_links_are_whole_and_tell_no_referrer():
    cleaned = clean('<p><a href="https://a.example/" target="_blank">a</a> <a href="/desk/">b</a></p>')

    assert cleaned == (
        '<p><a href="https://a.example/" rel="noopener noreferrer nofollow">a</a>'
        ' <a rel="noopener noreferrer nofollow">b</a></p>'
    )


def test_what_has_no_formatting_is_plain():
    assert formatting.read("<p>One &amp; two</p><p>three<br>four</p>", pictures=[]) == ("", "One & two\n\nthree\nfour")
    assert clean("<p><strong> </strong></p>") == ""


def test_plain_text_reads_as_one_would_type_it():
    html = (
        "<p>See <a href='https://a.example/x'>this</a> or <a href='https://b.example'>https://b.example</a>.</p>"
        "<ul><li><p>one</p></li><li><p>two</p><ol start='3'><li><p>deep</p></li></ol></li></ul>"
        "<blockquote><p>said</p></blockquote><pre><code>a = 1\n  b = 2</code></pre>"
        f"<p><img src='/files/{PICTURE}' alt='shot &lt;1&gt;'></p>"
    )

    assert formatting.plain(formatting.clean(html, pictures=[PICTURE])) == (
        "See this (https://a.example/x) or https://b.example.\n\n- one\n- two\n  3. deep\n\n> said\n\n"
        "a = 1\n  b = 2\n\n[shot <1>]"
    )


def test_whoever_changed_only_the_plain_text_means_that():
    assert formatting.says_the_same("<p>One <b>two</b></p><ul><li>three</li></ul>", "One two\n\nthree")
    link = '<ol><li><a href="https://a.example">One</a></li></ol>'
    assert formatting.says_the_same(link, formatting.plain(link))
    assert formatting.says_the_same(link, "One")
    assert not formatting.says_the_same("<p>One <b>two</b></p>", "One two four")


def test_a_tower_of_lists_costs_no_time():
    started = time.process_time()

    html, body = formatting.read("<ul><li>" * 40_000 + "words", pictures=[])

    assert (html, body) == ("", "words")
    assert time.process_time() - started < 1


def test_end_tags_of_what_is_not_open_do_not_hide_how_deep_a_text_is():
    begun = time.process_time()

    assert formatting.read("<ul></x>" * 20_000 + "deep", pictures=[]) == ("", "deep")

    assert time.process_time() - begun < 1
    assert clean("<ul><li>one</li></ul></x>" * 200).count("<li>") == 200


@pytest.mark.parametrize(
    "hidden",
    [
        "<ul><!--</ul>-->",
        "<ul><!-- > </ul> -->",
        '<ul title="</ul>">',
        "<ul title = '</ul>'>",
        "<ul><style></ul></style>",
        "<ul><noscript></ul></noscript>",
        "<ul><svg><![CDATA[></ul>]]></svg>",
        "<ul><? </ul ?>",
    ],
)
def test_end_tags_that_are_none_do_not_hide_how_deep_a_text_is(hidden):
    begun = time.process_time()

    html, words = formatting.read(hidden * 5_000 + "<em>deep</em>", pictures=[])

    assert html == "" and words.endswith("deep")
    assert time.process_time() - begun < 5


def test_a_flat_text_with_comments_and_odd_attributes_keeps_its_formatting():
    flat = '<p a="1>" b=\'>\' c=">"d><!-- <p><p> --><em>said</em></p><style><p></style>' * 150

    assert formatting.read(flat, pictures=[])[0].count("<em>said</em>") == 150


@pytest.mark.parametrize("odd", ["<!--", "<a '", '<a "', "<a b='", "<", "</", "<a =", "<style>", "<![CDATA["])
def test_how_deep_a_text_is_takes_time_with_its_length_only(odd):
    begun = time.process_time()

    nesting.depth(odd * (formatting.LONGEST_HTML // len(odd)))

    assert time.process_time() - begun < 3
