"""The formatted text of messages: cleaned by one policy when it is saved, and told as plain text. Pure: no database."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from html import escape, unescape
from html.parser import HTMLParser
from uuid import UUID

import nh3

from tickets import nesting

#: Marks weigh several times what the words do.
LONGEST_HTML = 400_000
#: Cleaning takes time with the square of the depth; nobody writes a list in a list in a list so often.
MOST_NESTED = 100
#: Where our own attachments are served, the only place that pictures may come from.
PICTURE = re.compile(r"/files/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")

_BLOCKS = {"p", "pre", "blockquote", "ul", "ol", "li"}
_TAGS = _BLOCKS | {"a", "br", "code", "em", "img", "s", "strong", "u"}
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}, "data": {"value"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
#: What other programs call the same, in what is pasted and sent by the API.
_SYNONYMS = (("b", "strong"), ("i", "em"), ("del", "s"), ("strike", "s"), ("div", "p"), ("h[1-6]", "p"))
_WHOLE_ADDRESS = re.compile(r"(https?://|mailto:|tel:)", re.IGNORECASE)
_IMAGE = re.compile(r"<img\b[^>]*>")
_SOURCE = re.compile(r'\bsrc="([^"]*)"')
_ALT = re.compile(r'\balt="([^"]*)"')
_PLAIN_TAGS = re.compile(r"</?p>|<br>")
#: Somebody of the desk, or one of its teams, in a note: by id, with the name that they had when it was written.
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
REFERENCE = re.compile(rf'<data value="(person|team):({_UUID})">([^<]*)</data>')
_ANY_REFERENCE = re.compile(rf"({REFERENCE.pattern})|</?data\b[^>]*>")
#: What stands in a text as it is: in code, in the words of a link or of a reference nothing is a name.
_TAG = r'<(?:[^>"]|"[^"]*")*>'
_VERBATIM = re.compile(rf"<(pre|code|a|data)(?=[\s>]).*?</\1>|{_TAG}", re.DOTALL)


def read(html: str, *, pictures: Collection[UUID], refers: bool = False) -> tuple[str, str]:
    """A formatted text as it is kept: cleaned, and its words as plain text. `refers`: references to people stay."""
    if nesting.depth(html) > MOST_NESTED:
        return "", unescape(re.sub(r"<[^>]*>", " ", html)).strip()
    # The words of what is cleaned and thrown away as unformatted are needed too.
    safe = _safe(html, pictures, refers=refers)
    return (safe if _is_formatted(safe) else ""), plain(safe)


def clean(html: str, *, pictures: Collection[UUID]) -> str:
    """Formatted text that is safe to show, with links that name no referrer and only these pictures of our own.

    Empty when nothing is formatted: then the plain text says it all.
    """
    return read(html, pictures=pictures)[0]


def _safe(html: str, pictures: Collection[UUID], *, refers: bool) -> str:
    for former, now in _SYNONYMS:
        html = re.sub(rf"<(/?){former}(?=[\s>/])", rf"<\1{now}", html, flags=re.IGNORECASE)
    known = {str(each) for each in pictures}
    safe = nh3.clean(
        html,
        tags=_TAGS | {"data"} if refers else _TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=lambda tag, name, value: _allow(tag, name, value, known),
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    safe = _ANY_REFERENCE.sub(lambda found: found[1] or "", safe)
    return _IMAGE.sub(lambda image: image[0] if _SOURCE.search(image[0]) else "", safe)


def _is_formatted(safe: str) -> bool:
    return "<" in _PLAIN_TAGS.sub("", safe) and ("<img" in safe or bool(re.sub(r"<[^>]*>", "", safe).strip()))


def pictures_in(html: str) -> set[UUID]:
    """Which attachments stand in a formatted text as pictures."""
    return {UUID(found) for image in _IMAGE.findall(html) for found in PICTURE.findall(image)}


def plain(html: str) -> str:
    """The words of a formatted text as one would type them: lists with marks, quotes with `>`, links with address."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


def says_the_same(html: str, body: str) -> bool:
    """Whether a formatted text has the words of the plain one: who changed only one of them meant that one.

    As the editor tells them, or as plain() does, with addresses and numbers of lists.
    """
    return _words_of_text(body) in (_words(html), _words_of_text(plain(html)))


def from_plain(body: str) -> str:
    """Plain text as paragraphs, for the editor and for a message of which only a part is formatted."""
    paragraphs = re.split(r"\n\s*\n", body.strip().replace("\r\n", "\n"))
    return "".join(f"<p>{escape(each, quote=False).replace(chr(10), '<br>')}</p>" for each in paragraphs if each)


def with_pictures(html: str, show: Callable[[UUID, str], str]) -> str:
    """The text with each of its pictures replaced by what `show(id, alternative text)` makes of it."""

    def shown(image: re.Match[str]) -> str:
        found, said = PICTURE.search(image[0]), _ALT.search(image[0])
        return show(UUID(found[1]), unescape(said[1]) if said else "") if found else ""

    return _IMAGE.sub(shown, html)


def with_references(html: str, show: Callable[[str, UUID, str], str]) -> str:
    """The text with each reference replaced by what `show(person or team, id, words)` makes of it."""
    return REFERENCE.sub(lambda found: show(found[1], UUID(found[2]), unescape(found[3])), html)


def with_words(html: str, show: Callable[[str], str]) -> str:
    """The text with the words between its tags replaced by what `show(words)` makes of them, as HTML; code stays."""
    parts, end = [], 0
    for found in _VERBATIM.finditer(html):
        parts += [show(unescape(html[end : found.start()])), found[0]]
        end = found.end()
    return "".join([*parts, show(unescape(html[end:]))])


def _allow(tag: str, name: str, value: str, known: Collection[str]) -> str | None:
    if name == "src":
        found = PICTURE.fullmatch(value.strip())
        return found[0] if found and found[1] in known else None
    if name == "href":
        # In a mail there is no page that a shorter address could start from.
        return value.strip() if _WHOLE_ADDRESS.match(value.strip()) else None
    if name == "start":
        return value if value.isascii() and value.isdecimal() and len(value) < 6 else None
    return value


def _words(html: str) -> str:
    return _words_of_text(unescape(re.sub(r"<[^>]*>", " ", html)))


def _words_of_text(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


class _Reader(HTMLParser):
    """Reads what clean() gives: a few tags, all of them closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        #: What each line of the blocks that are open begins with.
        self.prefixes: list[str] = []
        self.lists: list[int | None] = []
        self.links: list[tuple[str, int]] = []
        self.is_code = 0
        self.is_apart = False
        self.mark = ""

    def text(self) -> str:
        """The lines without the empty ones at both ends."""
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in self.lines)).strip("\n ")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "br":
            self._line()
        elif tag == "img":
            self._say(f"[{given.get('alt') or '…'}]")
        elif tag == "a":
            self.links.append((given.get("href", ""), len(self.lines[-1])))
        elif tag in ("ul", "ol"):
            self._block(apart=not self.lists)
            self.lists.append(int(given.get("start", "1") or 1) if tag == "ol" else None)
        elif tag == "li":
            self._block(apart=False)
            self.mark = self._next_mark()
            self.prefixes.append(" " * len(self.mark))
        elif tag == "blockquote":
            self._block(apart=True)
            self.prefixes.append("> ")
        elif tag in ("p", "pre"):
            self._block(apart=not self.lists)
            self.is_code += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.links:
            href, start = self.links.pop()
            shown = self.lines[-1][start:].strip()
            if href and shown and href.removeprefix("mailto:").removeprefix("tel:").rstrip("/") != shown.rstrip("/"):
                self.lines[-1] += f" ({href})"
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
            self._block(apart=not self.lists)
        elif tag in ("li", "blockquote") and self.prefixes:
            self._block(apart=tag == "blockquote")
            self.prefixes.pop()
        elif tag in ("p", "pre"):
            self._block(apart=not self.lists)
            self.is_code -= tag == "pre"

    def handle_data(self, data: str) -> None:
        if self.is_code:
            for number, part in enumerate(data.split("\n")):
                if number:
                    self._line()
                self._say(part)
        elif data.strip() or self.lines[-1].strip():
            self._say(re.sub(r"\s+", " ", data))

    def _say(self, words: str) -> None:
        if not self.lines[-1]:
            prefix = "".join(self.prefixes)
            if self.mark:
                prefix = prefix[: -len(self.mark)] + self.mark
                self.mark = ""
            if self.is_apart and any(self.lines):
                self.lines[-1:] = ["", ""]
            self.is_apart = False
            words = prefix + (words if self.is_code else words.lstrip())
        self.lines[-1] += words

    def _line(self) -> None:
        self.lines.append("")

    def _block(self, *, apart: bool) -> None:
        if self.lines[-1]:
            self.lines.append("")
        self.is_apart = self.is_apart or apart

    def _next_mark(self) -> str:
        if not self.lists or self.lists[-1] is None:
            return "- "
        number = self.lists[-1]
        self.lists[-1] = number + 1
        return f"{number}. "
