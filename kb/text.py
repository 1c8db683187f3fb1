"""Markdown of articles: as safe HTML with a contents list, and as plain text for search. Pure: no database."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

#: More than any article needs, and what parsing and Postgres' tsvector stand without trouble.
MAX_BODY = 100_000
MAX_WORDS = 5_000
#: The parser's time grows with the square of a paragraph's brackets; more than these are no links.
MAX_BRACKETS = 5_000

_TAGS = set(
    "a abbr blockquote br code dd del dl dt em h2 h3 h4 h5 h6 hr img li ol p pre s strong"
    " table tbody td th thead tr ul".split()
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
}
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


@dataclass(frozen=True)
class Heading:
    """A line of the contents list."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """An article's body, ready for a page."""

    html: str
    headings: tuple[Heading, ...]

    @property
    def contents(self) -> tuple[Heading, ...]:
        """Headings of the first two levels, when there are enough of them to want a list."""
        chosen = tuple(heading for heading in self.headings if heading.level <= 3)
        return chosen if len(chosen) > 2 else ()


@lru_cache(maxsize=256)
def render(body: str) -> Rendered:
    """HTML of a Markdown body. The same text gives the same HTML, so the process remembers the last ones."""
    tokens = _parse(body)
    headings = _anchor(tokens)
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return Rendered(html=_clean(html), headings=headings)


def plain(body: str) -> str:
    """The words of a Markdown body without its marks, one line a paragraph."""
    blocks = []
    for token in _parse(body):
        if token.type == "inline":
            blocks.append("".join(_words_of(child) for child in token.children or []))
        elif token.type in ("fence", "code_block"):
            blocks.append(token.content.strip())
    return _no_marks("\n".join(blocks))


def distinct_words(text: str) -> str:
    """Every word of three letters and more once, in small letters: what a mistyped word is compared with."""
    words = dict.fromkeys(re.findall(r"[^\W_]{3,40}", text.lower()))
    return " ".join(list(words)[:MAX_WORDS])


def without_controls(text: str) -> str:
    """The text without NUL and other control characters, which Postgres refuses or browsers show as boxes."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def _parse(body: str) -> list[Token]:
    paragraphs = re.split(r"(\n\s*\n)", body[:MAX_BODY])
    tame = (part.replace("[", "&#91;") if part.count("[") > MAX_BRACKETS else part for part in paragraphs)
    return _markdown.parse("".join(tame))


def _words_of(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return token.content if token.type in ("text", "code_inline", "image") else ""


def _no_marks(text: str) -> str:
    # These two are what Postgres puts around found words, see kb.queries.search.
    return text.replace("\ue000", "").replace("\ue001", "")


def _anchor(tokens: list[Token]) -> tuple[Heading, ...]:
    """Give each heading an id; the page's own title is the only h1."""
    found: list[Heading] = []
    taken: dict[str, int] = {}
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type != "heading_open":
            continue
        level = max(2, int(opening.tag[1]))
        text = "".join(_words_of(child) for child in inline.children or []).strip()
        slug = re.sub(r"[^\w]+", "-", text.lower()).strip("-")[:60] or "part"
        taken[slug] = taken.get(slug, 0) + 1
        # With a prefix, so that a heading can't take the id of a part of the page.
        anchor = f"s-{slug}" if taken[slug] == 1 else f"s-{slug}-{taken[slug]}"
        opening.tag = closing.tag = f"h{level}"
        opening.attrSet("id", anchor)
        found.append(Heading(level=level, anchor=anchor, text=text))
    return tuple(found)


def _allow(tag: str, attribute: str, value: str) -> str | None:
    """Images of our own host only: one from elsewhere would tell that host who reads."""
    if tag == "img" and attribute == "src":
        path = unescape(value).strip()
        return value if path.startswith("/") and not path.startswith(("//", "/\\")) else None
    return value


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_allow,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
