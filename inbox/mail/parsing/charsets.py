"""Bytes into text, whatever charset was declared: a wrong declaration is common, an unreadable mail is not."""

from __future__ import annotations

import codecs
import re
import unicodedata

#: As browsers do (encoding.spec.whatwg.org): the declared charset's larger sibling, which programs really write.
_LARGER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
    "tis-620": "cp874",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
}
#: Names that Python does not know.
_ALIASES = {
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc_jp",
    "x-big5": "big5hkscs",
    "big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "windows-874": "cp874",
    "windows-31j": "cp932",
    "cp-850": "cp850",
    "ansi": "cp1252",
    "dos-866": "cp866",
    "koi8": "koi8-r",
    "utf": "utf-8",
    "unicode": "utf-8",
}
#: Codecs of Python that are no charsets.
_NO_CHARSETS = {"idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined", "mbcs", "oem", "palmos"}
_CYRILLIC = ("cp1251", "koi8-r", "cp866", "iso8859-5")
#: The letters that make up most of any Russian text.
_FREQUENT = frozenset("оеаинтсрвлкмдпуябьг")
_SAMPLE = 20_000
_HIGH = re.compile(rb"[\x80-\xff]")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_UNWANTED = {"Cc", "Cs"}
_KEPT = {"\n", "\t"}


def known(declared: str) -> str:
    """The name of Python's codec for a declared charset, or nothing if there is none."""
    name = declared.strip().strip("\"'").lower().removeprefix("=").split(";")[0].split("*")[0].strip()
    name = _ALIASES.get(name, name)
    if match := re.fullmatch(r"(?:x-|ms-)?(?:cp|windows|win)-?(\d{3,5})", name):
        name = f"cp{match[1]}"
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    if not getattr(found, "_is_text_encoding", True) or found.name in _NO_CHARSETS:
        return ""
    return _LARGER.get(found.name, found.name)


def decode(content: bytes, declared: str = "") -> tuple[str, str]:
    """The text, and what was wrong with its charset: "", "unknown", "wrong" or "damaged"."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return tidy(content.decode("utf-16", "replace")), ""
    charset = known(declared)
    if charset.startswith(("utf-16", "utf-32")) and not content.count(b"\0"):
        charset = ""  # declared by programs that mean utf-8
    flaw = "unknown" if declared and not charset else ""
    if not _HIGH.search(content) and (charset in ("", "cp1252", "utf-8") or (b"\x1b" in content and not charset)):
        return tidy(content.decode("iso2022_jp_ext" if b"\x1b$" in content else "ascii", "replace")), flaw
    if charset in ("", "cp1252"):
        # Where plain Latin is declared, or nothing, it is often utf-8; and never by chance.
        text = _strictly(content, "utf-8")
        if text is not None:
            return tidy(text), flaw or ("wrong" if declared and charset else "")
    if charset and (text := _strictly(content, charset)) is not None:
        if charset == "cp1252" and _looks_cyrillic(content):
            return tidy(_guessed(content)), "wrong"
        return tidy(text), flaw
    if charset not in ("", "utf-8") and (text := _strictly(content, "utf-8")) is not None:
        return tidy(text), "wrong"
    if charset and _is_mostly(content, charset):
        return tidy(content.decode(charset, "replace")), "damaged"
    return tidy(_guessed(content)), flaw or ("wrong" if charset else "")


def tidy(text: str) -> str:
    """Without what no text has: NUL and other control characters, halves of surrogate pairs, a byte order mark."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if text.isascii() and text.isprintable():
        return text
    # Looked up once a letter, not once each time that it stands there: texts are long, alphabets are not.
    unwanted = [ord(c) for c in set(text) if c not in _KEPT and unicodedata.category(c) in _UNWANTED]
    return text.translate(dict.fromkeys(unwanted)) if unwanted else text


def _strictly(content: bytes, charset: str) -> str | None:
    try:
        return content.decode(charset)
    except (UnicodeError, ValueError):
        return None


def _is_mostly(content: bytes, charset: str) -> bool:
    """Whether a text is in this charset but for a few bytes that got damaged."""
    sample = content[:_SAMPLE]
    if charset == "utf-8":
        good = len(_MULTIBYTE.findall(sample))
        return good > 0 and len(_HIGH.findall(_MULTIBYTE.sub(b"", sample))) <= good
    bad = sample.decode(charset, "replace").count("\ufffd")
    return bad * 10 <= len(_HIGH.findall(sample))


def _looks_cyrillic(content: bytes) -> bool:
    """Whether most letters lie above ASCII, as in no language that is written in Latin letters."""
    sample = content[:_SAMPLE]
    high = len(_HIGH.findall(sample))
    low = sum(1 for c in sample if 65 <= c <= 90 or 97 <= c <= 122)
    return high >= 8 and high > 2 * low


def _guessed(content: bytes) -> str:
    if not _looks_cyrillic(content) and len(_HIGH.findall(content[:_SAMPLE])) < 6:
        return content.decode("cp1252", "replace")
    if not _looks_cyrillic(content):
        words = re.findall(rb"[\x80-\xff]{4,}", content[:_SAMPLE])
        if sum(map(len, words)) * 2 < len(_HIGH.findall(content[:_SAMPLE])):
            return content.decode("cp1252", "replace")
    best = max(_CYRILLIC, key=lambda charset: _score(content[:_SAMPLE].decode(charset, "replace")))
    return content.decode(best, "replace")


def _score(text: str) -> int:
    frequent = sum(1 for c in text if c in _FREQUENT)
    # A capital within a word is a letter of another charset.
    odd = len(re.findall(r"[а-яё][А-ЯЁ]", text)) + sum(1 for c in text if c == "\ufffd" or "\u2500" <= c <= "\u259f")
    return frequent - 3 * odd
