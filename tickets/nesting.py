"""How deep the elements of a formatted text stand in each other, before it is cleaned. Pure, in linear time.

Tags are found as browsers find them: what stands in a comment, in the value of an attribute or in an element of plain
text is none. Where it is unclear what a browser sees, an end tag ends nothing: a text seems deeper than it is, never
flatter.
"""

from __future__ import annotations

import re
from collections import Counter

_COMMENT = r"<!--(?:-?>|.*?(?:--!?>|\Z))"
_NO_TAG = r"<[!?][^>]*+|</(?![a-zA-Z])[^>]*+"
_VALUE = r"""\s*+=\s*+(?>"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>]*+)"""
_ATTRIBUTES = rf"(?>[\s/]++|[^\s/>][^\s/>=]*+(?:{_VALUE})?+)*+"
_TOKEN = re.compile(rf"{_COMMENT}|{_NO_TAG}|<(/?)([a-zA-Z][^\s/>]*+){_ATTRIBUTES}", re.DOTALL)

_EMPTY = {"br", "img", "hr", "wbr", "input", "meta", "link", "col", "area", "base", "embed", "source", "track", "param"}
#: Until their own end tag there are no tags in them.
_PLAIN = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"}
#: Others may be read in them than elsewhere.
_UNCLEAR = {"noscript", "svg", "math", "template", "select"}


def depth(html: str) -> int:
    """The deepest level; an end tag ends only what is open."""
    begun: Counter[str] = Counter()
    now = deepest = at = unclear = 0
    while token := _TOKEN.search(html, at):
        at = token.end()
        name = (token[2] or "").lower()
        if not name or name in _EMPTY:
            continue
        if not token[1]:
            if name in _PLAIN:
                at = _end_of(name, html, at)
                continue
            begun[name] += 1
            now += 1
            unclear += name in _UNCLEAR
        elif begun[name] and (not unclear or name in _UNCLEAR):
            begun[name] -= 1
            now -= 1
            unclear -= name in _UNCLEAR
        deepest = max(deepest, now)
    return deepest


def _end_of(name: str, html: str, at: int) -> int:
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, at)
    return found.start() if found and name != "plaintext" else len(html)
