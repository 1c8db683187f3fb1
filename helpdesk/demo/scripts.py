"""Reading a tenant's month: the files wrap long lines for whoever edits them, people don't when they write a ticket."""

from __future__ import annotations

import re
from typing import Any

from ruamel.yaml import YAML

from helpdesk.demo import TEXTS

#: A line that its next word would have carried past this was broken for the file's sake, not by its writer.
WRAPPED_AT = 105
#: Starts a line of its own: an item of a list, a quotation, a log line, anything indented.
OWN_LINE = re.compile(r"[\s\-*•>\[#\d]")


def read(slug: str) -> dict[str, Any]:
    """The script of a tenant's month, its paragraphs unwrapped."""
    return _each_text(YAML(typ="safe").load(TEXTS / f"{slug}.yaml"))


def unwrapped(text: str) -> str:
    """The text with each paragraph on one line; lists, logs and blank lines stay as they are."""
    lines: list[str] = []
    last = ""
    for line in text.split("\n"):
        if _is_rest_of(last, line):
            lines[-1] += f" {line}"
        else:
            lines.append(line)
        last = line
    return "\n".join(lines)


def _is_rest_of(last: str, line: str) -> bool:
    if not last or not line or OWN_LINE.match(line):
        return False
    return len(last) + 1 + len(line.split(maxsplit=1)[0]) > WRAPPED_AT


def _each_text(node: Any) -> Any:
    if isinstance(node, str):
        return unwrapped(node)
    if isinstance(node, dict):
        return {key: _each_text(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_each_text(value) for value in node]
    return node
