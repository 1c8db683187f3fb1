"""Finds the texts to translate in Python files and Django templates, without the gettext tools."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract_from_file
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
APPS = ("helpdesk", "tenants", "sla", "kb", "tickets", "escalation", "inbox", "notices")
CONTEXT = (1, "c")
# As Babel wants them: which argument is the context, the singular and the plural.
KEYWORDS = {
    # `worded` is how sla.document, which knows nothing of Django, makes its sentences.
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "worded"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (CONTEXT, 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (CONTEXT, 2, 3)),
}
CALL = re.compile(r"(?<![\w.])(_|gettext|ngettext|pgettext|npgettext)\(")


@dataclass(frozen=True, order=True)
class Text:
    """One text to translate: what gettext calls its context, singular and plural."""

    singular: str
    plural: str = ""
    context: str = ""


def texts_of_the_project(root: Path = ROOT) -> dict[Text, list[str]]:
    """Every text, with the files that use it."""
    found: dict[Text, list[str]] = {}
    sources = [path for app in APPS for path in (root / app).rglob("*.py")]
    pages = [path for folder in (root / "templates", *(root / app for app in APPS)) for path in _templates(folder)]
    for path in sorted(sources):
        for text in python_texts(path):
            found.setdefault(text, []).append(str(path.relative_to(root)))
    for path in sorted(pages):
        for text in template_texts(path.read_text(encoding="utf-8"), name=str(path)):
            found.setdefault(text, []).append(str(path.relative_to(root)))
    # gettext keeps one entry for a text that is used both alone and as the singular of a plural.
    for text in [text for text in found if text.plural]:
        found[text] += found.pop(Text(text.singular, "", text.context), [])
    return found


def python_texts(path: Path) -> Iterator[Text]:
    """The arguments of gettext's functions in a Python file."""
    for _line, message, _comments, context in extract_from_file("python", path, keywords=KEYWORDS):
        parts = message if isinstance(message, tuple) else (message,)
        yield Text(parts[0], parts[1] if len(parts) > 1 else "", context or "")


def template_texts(source: str, *, name: str) -> Iterator[Text]:
    """The texts of translate and blocktranslate tags and of _("...") in a Django template."""
    if not settings.configured:
        settings.configure()  # Django's template lexer asks for nothing in them
    code = templatize(source, origin=name)
    for call in CALL.finditer(code):
        yield _as_text(call.group(1), _arguments(code, call.end(), name))


def _arguments(code: str, start: int, name: str) -> list[str]:
    """The string arguments of the call whose parenthesis opens before `start`; counters and the like are left out."""
    end = start
    while (end := code.find(")", end)) != -1:
        try:
            # The text may itself hold parentheses: the call ends where it first makes sense.
            call = ast.parse(f"f({code[start:end]})", mode="eval").body
        except SyntaxError:
            end += 1
            continue
        assert isinstance(call, ast.Call)
        return [part.value for part in call.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    raise ValueError(f"{name}: a translation tag does not end: {code[start : start + 60]!r}")


def _as_text(function: str, arguments: list[str]) -> Text:
    context = arguments.pop(0) if function in ("pgettext", "npgettext") else ""
    plural = arguments[1] if function in ("ngettext", "npgettext") else ""
    return Text(arguments[0], plural, context)


def _templates(folder: Path) -> Iterator[Path]:
    for pattern in ("*.html", "*.txt"):
        yield from (path for path in folder.rglob(pattern) if folder.name == "templates" or "templates" in path.parts)
