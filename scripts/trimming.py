"""What of a vendored style sheet we use: rules whose classes stand in no template or script stay away.

Tabler is 635 kB and we use a seventh of it; the rest would make the first page of a telephone two seconds slower. The
names of the classes that were left out are kept beside the sheet, and a test fails for a template that uses one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("helpdesk", "tenants", "tickets", "kb", "notices", "inbox", "escalation")
_WORD = re.compile(r"[A-Za-z][\w-]*")
_CLASS = re.compile(r"\.((?:[\w-]|\\.)+)")
_CLASSES_IN_PYTHON = re.compile(r'"class(?:_name)?": *f?"([^"]*)"')
_ATTRIBUTE = re.compile(r"\[[^\]]*\]")
_NOT = re.compile(r":not\((?:[^()]|\([^()]*\))*\)")


def words_in_use() -> set[str]:
    """Every word of the templates and scripts, and of the classes that forms give to their fields."""
    found: set[str] = set()
    for pattern in ("templates/**/*.html", "static/js/*.js"):
        for file in ROOT.glob(pattern):
            found.update(_WORD.findall(file.read_text(encoding="utf-8")))
    for app in APPS:
        for file in (ROOT / app).rglob("*.py"):
            for classes in _CLASSES_IN_PYTHON.findall(file.read_text(encoding="utf-8")):
                found.update(_WORD.findall(classes))
    return found


def trim(css: str, words: Collection[str]) -> tuple[str, set[str]]:
    """The sheet with only the selectors whose classes are among the words, and the classes that were left out."""
    left_out: set[str] = set()
    opening = re.match(r'@charset "[^"]*";|', css)
    notice = re.search(r"/\*!.*?\*/", css, re.DOTALL)
    kept = _kept(re.sub(r"/\*.*?\*/", "", css[opening.end() if opening else 0 :], flags=re.DOTALL), words, left_out)
    return f"{opening[0] if opening else ''}{notice[0] if notice else ''}{kept}\n", left_out


def _kept(css: str, words: Collection[str], left_out: set[str]) -> str:
    written = []
    for head, body in _rules(css):
        if body is None:
            written.append(f"{head};")
        elif head.startswith(("@media", "@supports", "@layer", "@container")):
            if inner := _kept(body, words, left_out):
                written.append(f"{head}{{{inner}}}")
        elif head.startswith("@"):
            written.append(f"{head}{{{body}}}")
        elif selectors := [each for each in _selectors(head) if _is_used(each, words, left_out)]:
            written.append(f"{','.join(selectors)}{{{body}}}")
    return "".join(written)


def _rules(css: str) -> Iterator[tuple[str, str | None]]:
    """Each rule as what stands before its braces and in them; None for one without, such as @import."""
    depth = start = opened = 0
    quote = ""
    for at, letter in enumerate(css):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "{":
            opened, depth = (opened, depth + 1) if depth else (at, 1)
        elif letter == "}":
            depth -= 1
            if not depth:
                yield css[start:opened].strip(), css[opened + 1 : at]
                start = at + 1
        elif letter == ";" and not depth:
            yield css[start:at].strip(), None
            start = at + 1


def _selectors(head: str) -> list[str]:
    found, depth = [""], 0
    for letter in head:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return found


def _is_used(selector: str, words: Collection[str], left_out: set[str]) -> bool:
    # A class that must not be there need not be used.
    plain = _NOT.sub("", _ATTRIBUTE.sub("", selector))
    unknown = {name.replace("\\", "") for name in _CLASS.findall(plain)} - set(words)
    left_out |= unknown
    return not unknown
