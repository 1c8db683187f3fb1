"""Header fields as text: encoded words (RFC 2047), parameters (RFC 2231), and the raw bytes that programs write."""

from __future__ import annotations

import binascii
import re
from urllib.parse import unquote_to_bytes

from inbox.mail.parsing import charsets

_WORD = re.compile(r"=\?([\w.:+*-]{1,40})\?([bBqQ])\?([^?\n]*(?:\?(?!=)[^?\n]*){0,20})\?=")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(?==\?[\w.:+*-]{1,40}\?[bBqQ]\?)")
_SPACES = re.compile(r"[\s\x00-\x1f\x7f]+")
#: What the parts of one parameter are called: `filename*0*`, `filename*1`.
_PIECE = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_MOST_PARAMETERS = 100


def text_of(value: bytes, charset: str = "") -> str:
    """A field as one line of text. `charset`: of the body, for what is written as raw bytes in it."""
    return _SPACES.sub(" ", words(raw(value, charset))).strip()


def raw(value: bytes, charset: str = "") -> str:
    """A field as it stands, its encoded words not yet read."""
    return charsets.decode(value, charset)[0]


def words(value: str) -> str:
    """The text with its encoded words read; the halves of a letter in two words are put together first."""
    if "=?" not in value:
        return value
    value = _BETWEEN.sub(r"\1", value)
    read: list[str] = []
    place = 0
    waiting: list[tuple[str, bytes]] = []
    for found in _WORD.finditer(value):
        if found.start() > place:
            read += _told(waiting)
            waiting = []
            read.append(value[place : found.start()])
        waiting.append((found[1].split("*")[0].lower(), _bytes(found[2], found[3])))
        place = found.end()
    return "".join([*read, *_told(waiting), value[place:]])


def _told(waiting: list[tuple[str, bytes]]) -> list[str]:
    together: list[tuple[str, bytes]] = []
    for charset, content in waiting:
        if together and together[-1][0] == charset:
            together[-1] = (charset, together[-1][1] + content)
        else:
            together.append((charset, content))
    return [charsets.decode(content, charset)[0] for charset, content in together]


def _bytes(encoding: str, content: str) -> bytes:
    encoded = content.encode("utf-8", "replace")
    if encoding in "bB":
        try:
            return binascii.a2b_base64(encoded + b"==")
        except binascii.Error:
            letters = re.sub(rb"[^A-Za-z0-9+/]", b"", encoded)
            letters = letters[: len(letters) - (len(letters) % 4 == 1)]
            return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    return binascii.a2b_qp(encoded, header=True)


def parameters(value: bytes, charset: str = "") -> tuple[str, dict[str, str]]:
    """A structured field such as Content-Type: its value in lower case, and its parameters."""
    first, *rest = _split(raw(value, charset))
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for each in rest[:_MOST_PARAMETERS]:
        name, equals, said = each.partition("=")
        found = _PIECE.fullmatch(name.strip().lower())
        if equals and found:
            pieces.setdefault(found[1], []).append((int(found[2] or 0), bool(found[3]), _unquoted(said.strip())))
    return first.strip().lower(), {name: _joined(found) for name, found in pieces.items()}


def _split(value: str) -> list[str]:
    """At its semicolons, but not at those within quotes."""
    found: list[str] = []
    start, is_quoted, is_escaped = 0, False, False
    for place, character in enumerate(value):
        if is_escaped:
            is_escaped = False
        elif character == "\\" and is_quoted:
            is_escaped = True
        elif character == '"':
            is_quoted = not is_quoted
        elif character == ";" and not is_quoted:
            found.append(value[start:place])
            start = place + 1
    return [*found, value[start:]]


def _unquoted(said: str) -> str:
    if len(said) > 1 and said[0] == said[-1] == '"':
        return re.sub(r"\\(.)", r"\1", said[1:-1])
    return said.strip('"')


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    if not any(is_encoded for _, is_encoded, _ in pieces):
        return _SPACES.sub(" ", words("".join(said for _, _, said in sorted(pieces)))).strip()
    charset, content = "", b""
    for place, (_, is_encoded, said) in enumerate(sorted(pieces)):
        if is_encoded:
            if place == 0 and said.count("'") >= 2:
                charset, _, said = said.split("'", 2)
            content += unquote_to_bytes(said)
        else:
            content += said.encode("utf-8", "replace")
    return _SPACES.sub(" ", charsets.decode(content, charset)[0]).strip()
