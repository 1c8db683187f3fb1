"""HTML as a row of tags and words, in time linear in its length: Python's parser is quadratic for `<!--` in a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

#: Whose contents nobody reads.
_SILENT = {"style", "script", "title", "template", "svg", "math", "select", "xml"}
_TAG = re.compile(r"/?[a-zA-Z][a-zA-Z0-9:_-]{0,40}")
_ATTRIBUTE = re.compile(r"([a-zA-Z_:][-\w:.]{0,60})\s{0,20}=\s{0,20}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
#: The attributes that anybody asks for.
_WANTED = {"alt", "class", "href", "id", "name", "style", "type", "src"}
#: A `>` within an attribute: so many are looked beyond.
_MOST_WITHIN = 5
_LONGEST_TAG = 20_000


def tokens(html: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each piece as tag, words, attributes: `("", "Hello", {})`, `("a", "", {"href": ...})`, `("/a", "", {})`."""
    lower = html.lower()
    missing: set[str] = set()

    def find(what: str, start: int) -> int:
        if what in missing:
            return -1
        found = lower.find(what, start)
        if found < 0:
            missing.add(what)  # looked for once, not again from every place
        return found

    place = 0
    while place < len(html):
        start = find("<", place)
        if start != place:
            words = html[place:] if start < 0 else html[place:start]
            yield "", unescape(words), {}
            place += len(words)
            continue
        if html.startswith("<!--", place):
            end = find("-->", place + 4)
            if end >= 0:
                place = end + 3
                continue
        name = _TAG.match(html, place + 1)
        end = find(">", place)
        if end < 0 or (name is None and html[place + 1 : place + 2] not in ("!", "?", "/")):
            yield "", "<", {}
            place += 1
            continue
        if name is None:
            place = end + 1
            continue
        end = _end_of_tag(html, name.end(), end)
        tag = name[0].lower()
        yield tag, "", _attributes(html[name.end() : end]) if end - name.end() < _LONGEST_TAG else {}
        place = end + 1
        if tag in _SILENT and (close := find(f"</{tag}", place)) >= 0:
            place = close


def _end_of_tag(html: str, start: int, end: int) -> int:
    for _ in range(_MOST_WITHIN):
        inside = html[start : min(end, start + _LONGEST_TAG)]
        if inside.count('"') % 2 == 0:
            return end
        further = html.find(">", end + 1, end + _LONGEST_TAG)
        if further < 0:
            return end
        end = further
    return end


def _attributes(inside: str) -> dict[str, str]:
    if "=" not in inside:
        return {}
    found: dict[str, str] = {}
    for each in _ATTRIBUTE.finditer(inside):
        name = each[1].lower()
        if name in _WANTED:
            found.setdefault(name, unescape(each[2] or each[3] or each[4] or ""))
    return found
