"""A mail's HTML as staff look at it: cleaned, its own pictures in place, those of others left out until somebody asks.

    view = look(parsed.html, parsed.files)
    view.html, view.left_out

What it may do is said a second time by the sandbox that it is shown in (`inbox.views.shown`): no script, no form, no
cookie, no network but for the pictures that were asked for. Pure: no Django, no database, no network.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import urlsplit

import nh3

from inbox.mail.parsing import File
from tickets import nesting

#: Characters of HTML that are cleaned, and levels: beyond that its text is read instead.
LONGEST = 1_000_000
MOST_NESTED = 150
#: Bytes of a picture that stands in the mail, and of all of them.
LARGEST_PICTURE = 2 * 1024 * 1024
LARGEST_TOGETHER = 8 * 1024 * 1024

_TAGS = {
    *("a", "abbr", "address", "article", "b", "big", "blockquote", "br", "caption", "center", "cite", "code", "col"),
    *("colgroup", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3"),
    *("h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "ol", "p", "pre", "q", "s"),
    *("samp", "section", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th"),
    *("thead", "tr", "tt", "u", "ul", "var"),
}
_LOOKS = {"align", "valign", "width", "height", "bgcolor", "color", "dir", "lang", "style", "title"}
_ATTRIBUTES = {
    "*": _LOOKS,
    "a": {"href"},
    "img": {"src", "alt"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "type"},
    "font": {"face", "size"},
}
#: None that loads anything, and none that puts something over the page.
_STYLES = {
    *("background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left", "border-radius"),
    *("border-right", "border-spacing", "border-style", "border-top", "border-width", "color", "direction", "display"),
    *("font-family", "font-size", "font-style", "font-weight", "height", "letter-spacing", "line-height"),
    *("margin-bottom", "margin-left", "margin-right", "margin-top", "max-width", "padding", "padding-bottom"),
    *("padding-left", "padding-right", "padding-top", "text-align", "text-decoration", "text-indent"),
    *("text-transform", "vertical-align", "white-space", "width", "word-break", "word-wrap"),
}
_IMAGE = re.compile(r"<img\b[^>]*>")
_SOURCE = re.compile(r'\bsrc="([^"]*)"')
_LINK = re.compile(r'<a href="([^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
#: The page within the frame: light, as mails are written, whatever the reader chose.
_PAGE = (
    '<!doctype html><meta charset="utf-8"><base target="_blank"><style>body{margin:1rem;background:#fff;color:#1b1f24;'
    "font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}img{max-width:100%;height:auto}"
    "table{max-width:100%}blockquote{margin:0 0 0 .5rem;padding-left:.75rem;border-left:2px solid #ccd2d8}"
    ".target{color:#59636e;font-size:.85em}</style>"
)


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of a mail. `html` is empty where its text says it all, or where it is too much to clean."""

    html: str
    left_out: int = 0

    def page(self) -> str:
        """The whole document that stands in the frame."""
        return _PAGE + self.html


def look(html: str, files: Iterable[File], *, with_pictures: bool = False) -> View:
    """The HTML cleaned. `with_pictures`: those that lie elsewhere stay, so that their servers learn of the reader."""
    if not html.strip() or len(html) > LONGEST or nesting.depth(html) > MOST_NESTED:
        return View("")
    own = {file.content_id: file for file in files if file.content_id}
    safe = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel="noopener noreferrer nofollow",
        filter_style_properties=_STYLES,
    )
    pictures = _Pictures(own, with_pictures=with_pictures)
    safe = _IMAGE.sub(pictures.replaced, safe)
    return View(_LINK.sub(_with_target, safe), pictures.left_out)


class _Pictures:
    """Puts the mail's own pictures in place while it counts those that lie elsewhere."""

    def __init__(self, own: dict[str, File], *, with_pictures: bool) -> None:
        self._own = own
        self._with_pictures = with_pictures
        self._room = LARGEST_TOGETHER
        self.left_out = 0

    def replaced(self, image: re.Match[str]) -> str:
        source = _SOURCE.search(image[0])
        address = unescape(source[1]) if source else ""
        if address.startswith("cid:"):
            said = self._own.get(address.removeprefix("cid:"))
            return image[0].replace(source[0], f'src="{self._data(said)}"') if source and said else _words(image[0])
        if address.startswith(("http://", "https://")):
            if self._with_pictures:
                return image[0]
            self.left_out += 1
        return _words(image[0])

    def _data(self, file: File) -> str:
        kind = next((kind for begin, kind in _PICTURES if file.content.startswith(begin)), "")
        if file.content[:4] == b"RIFF" and file.content[8:12] == b"WEBP":
            kind = "image/webp"
        if not kind or len(file.content) > min(LARGEST_PICTURE, self._room):
            return ""
        self._room -= len(file.content)
        return f"data:{kind};base64,{b64encode(file.content).decode()}"


def _words(image: str) -> str:
    """What stands for a picture that is not shown."""
    found = re.search(r'\balt="([^"]*)"', image)
    return f"[{found[1]}]" if found and found[1].strip() else ""


def _with_target(link: re.Match[str]) -> str:
    """A link with the host that it leads to, unless its words name it: what they name may be another."""
    address, further, words = link[1], link[2], link[3]
    try:
        host = (urlsplit(unescape(address)).hostname or "").lower()
    except ValueError:
        host = ""
    named = {each.lower() for each in _HOST.findall(re.sub(r"<[^>]*>", " ", unescape(words)))}
    if not host or named == {host} or named == {host.removeprefix("www.")}:
        return link[0]
    return f'<a href="{address}"{further}>{words}</a> <span class="target">[{escape(host)}]</span>'
