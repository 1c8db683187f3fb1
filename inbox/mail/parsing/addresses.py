"""Lists of addresses as people and programs write them: read in one walk, and never refused."""

from __future__ import annotations

import re

from inbox.mail.parsing import words
from inbox.mail.parsing.values import Address

#: Addresses of one field that are read.
MOST = 500
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']{1,128}@[^\s<>()\[\],;:\"'@]{1,255}")
#: A name in quotation marks in place of a local part: "grace@acme.example"@evil.example is somebody at evil.example.
_QUOTED = re.compile(r'"((?:[^"\\]|\\.){1,64})"@([^\s<>()\[\],;:"\'@]{1,255})')
_PLAIN = re.compile(r"[\w!#$%&*+/=?^`{|}~-]+(?:\.[\w!#$%&*+/=?^`{|}~-]+)*")
_ANGLE = re.compile(r"<\s*(?:mailto:)?([^<>]*)>")
_COMMENT = re.compile(r"\(([^()]*)\)\s*$")


def read(value: bytes, charset: str = "") -> tuple[Address, ...]:
    """The addresses of a field such as To, with their names decoded."""
    found = (_one(each) for each in _split(words.raw(value, charset)))
    return tuple(each for each in found if each.email or each.name.rstrip(":;") == each.name != "")[:MOST]


def ids(value: bytes) -> tuple[str, ...]:
    """The Message-IDs of a field such as References, with their angle brackets, each once."""
    text = value.decode("utf-8", "replace")
    found = re.findall(r"<[^<>\s]{1,250}>", text)
    if not found:
        found = [f"<{each}>" for each in re.findall(r"[^\s<>,;]{1,200}@[^\s<>,;]{1,200}", text)]
    return tuple(dict.fromkeys(found[-200:]))


def _split(value: str) -> list[str]:
    """At commas and semicolons that are neither quoted nor in angle brackets nor in a comment; groups dissolve."""
    found: list[str] = []
    start, within, depth, is_escaped = 0, "", 0, False
    quotes, last = value.count('"'), value.rfind(";")
    for place, character in enumerate(value):
        if is_escaped:
            is_escaped = False
        elif character == "\\" and within in ('"', "("):
            is_escaped = True
        elif within == '"':
            quotes -= character == '"'
            # A quotation mark that nothing closes is a letter.
            within = "" if character == '"' or not quotes else within
        elif within == "(":
            depth += (character == "(") - (character == ")")
            within = within if depth else ""
        elif within == "<":
            within = "" if character == ">" else within
        elif character in '"(<':
            quotes -= character == '"'
            depth = 1
            within = character if character != '"' or quotes else ""
        elif character in ",;":
            found.append(value[start:place])
            start = place + 1
            if len(found) > MOST:
                return found
        elif character == ":" and place < last and _is_group(value[max(start, place - 200) : place]):
            start = place + 1  # "undisclosed-recipients:", "Team: a@b.c"
    return [*found, value[start:]]


def _is_group(name: str) -> bool:
    return "@" not in name and "=?" not in name


def _one(text: str) -> Address:
    text = text.strip()
    angles = list(_ANGLE.finditer(text))
    if angles:
        chosen = next((each for each in reversed(angles) if "@" in each[1]), angles[-1])
        name = text[: chosen.start()] or text[chosen.end() :]
        if quoted := _QUOTED.fullmatch(chosen[1].strip()):
            return Address(_unquoted(quoted), _name(name))
        inside = chosen[1].strip().strip("'\"")
        found = _ADDRESS.search(inside)
        if found or "@" in inside or not _ADDRESS.search(name):
            return Address(_email(found[0] if found else inside), _name(name))
    if comment := _COMMENT.search(text):
        bare = text[: comment.start()].strip()
        if _ADDRESS.fullmatch(bare):
            return Address(_email(bare), _name(comment[1]))
    text = words.words(text)
    if quoted := _QUOTED.search(text):
        name = f"{text[: quoted.start()]} {text[quoted.end() :]}"
        return Address(_unquoted(quoted), _name(re.sub(r"[<>\[\]()]", " ", name)))
    found = _ADDRESS.search(text)
    if found is None:
        return Address("", _name(text.strip("<> ")))
    name = (text[: found.start()] + " " + text[found.end() :]).replace("mailto:", " ")
    return Address(_email(found[0]), _name(re.sub(r"[<>\[\]()]", " ", name)))


def _unquoted(found: re.Match[str]) -> str:
    """The address, without quotation marks where it needs none."""
    local, host = re.sub(r"\\(.)", r"\1", found[1]), found[2].rstrip(".")
    if not _PLAIN.fullmatch(local):
        local = '"' + re.sub(r'(["\\])', r"\\\1", re.sub(r"[\x00-\x1f\x7f]", " ", local)) + '"'
    return f"{local}@{host}"[:320]


def _email(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f\x7f]", "", words.words(text)).strip(".,;:'\"<>")[:320]


def _name(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    text = words.words(re.sub(r"\\(.)", r"\1", text).strip())
    text = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    text = text.strip('"').strip()
    return (text[1:-1] if text.startswith("(") and text.endswith(")") else text).strip()[:300]
