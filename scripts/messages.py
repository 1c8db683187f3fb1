"""The translations in locale/, kept with Babel: no gettext tools are needed on the machine.

python -m scripts.messages update            collect new texts into the .po files, keep what is translated
python -m scripts.messages missing ru        the texts that still need Russian, as JSON
python -m scripts.messages fill ru FILE      put translations from such JSON into the .po file ("-" reads from stdin)
python -m scripts.messages check             fail if a translation is missing, doubtful, unused or misses a placeholder
python -m scripts.messages compile           write the .mo files that Django reads, where a .po file is newer
"""

from __future__ import annotations

import argparse
import fcntl
import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from scripts.extraction import ROOT, Text, texts_of_the_project

LANGUAGES = {"ru": "Russian", "es": "Spanish"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sdf]|\{\w*\}")
# Left out of the files: they change with every run, and two people's changes would always collide.
RESTLESS = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team", "Generated-By", "Report-Msgid")


def main(arguments: list[str] | None = None) -> int:
    """Do what is asked for all languages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    jobs = parser.add_subparsers(dest="job", required=True)
    for name in ("update", "check", "compile"):
        jobs.add_parser(name)
    jobs.add_parser("missing").add_argument("language", choices=LANGUAGES)
    fill_parser = jobs.add_parser("fill")
    fill_parser.add_argument("language", choices=LANGUAGES)
    fill_parser.add_argument("file", type=argparse.FileType("r", encoding="utf-8"))
    asked = parser.parse_args(arguments)
    if asked.job == "missing":
        print(json.dumps(missing(asked.language), ensure_ascii=False, indent=1))
    elif asked.job == "fill":
        return fill(asked.language, json.load(asked.file))
    elif asked.job == "check":
        return check()
    else:
        {"update": update, "compile": compile_all}[asked.job]()
    return 0


def update(root: Path = ROOT) -> None:
    """Make the .po files hold exactly the texts of the project, each with the translation it has."""
    texts = texts_of_the_project(root)
    for language in LANGUAGES:
        with _alone(root):
            old = load(language, root)
            write(_catalog(language, texts, old), root)
            print(f"{language}: {len(texts)} texts, {len(missing(language, root))} to translate")


def missing(language: str, root: Path = ROOT) -> list[dict[str, object]]:
    """What `fill` takes, with the translations left empty."""
    wanted: list[dict[str, object]] = []
    catalog = load(language, root)
    for message in _messages(catalog):
        if not _is_translated(message):
            text = _text_of(message)
            entry: dict[str, object] = {"context": text.context} if text.context else {}
            entry |= {"text": text.singular, **({"plural": text.plural} if text.plural else {})}
            entry["translation"] = [""] * catalog.num_plurals if text.plural else ""
            wanted.append(entry)
    return wanted


def fill(language: str, entries: list[dict[str, object]], root: Path = ROOT) -> int:
    """Put translations into the .po file; an entry that fits no text is named and left out."""
    strangers = 0
    with _alone(root):
        catalog = load(language, root)
        for entry in entries:
            identity = (entry["text"], entry["plural"]) if entry.get("plural") else entry["text"]
            message = catalog.get(identity, entry.get("context"))  # type: ignore[arg-type]
            if message is None:
                strangers += 1
                print(f"{language}: no such text: {entry['text']!r}", file=sys.stderr)
                continue
            translation = entry["translation"]
            message.string = tuple(translation) if isinstance(translation, list) else str(translation)
            message.flags.discard("fuzzy")
        write(catalog, root)
    return 1 if strangers else 0


def check(root: Path = ROOT) -> int:
    """Name everything that keeps a reader from a whole page in his language."""
    problems = list(problems_of(root))
    for problem in problems:
        print(problem)
    if problems:
        print(
            f"{len(problems)} problems. `make messages` collects texts; see also `python -m scripts.messages --help`."
        )
    return 1 if problems else 0


def problems_of(root: Path = ROOT) -> Iterator[str]:
    """One line for each problem of each language."""
    texts = texts_of_the_project(root)
    for language, name in LANGUAGES.items():
        catalog = load(language, root)
        held = {_text_of(message): message for message in _messages(catalog)}
        for text, files in sorted(texts.items()):
            if text not in held or not _is_translated(held[text]):
                yield f"{language}: no {name} for {text.singular!r} ({files[0]})"
            elif held[text].fuzzy:
                yield f"{language}: doubtful (fuzzy): {text.singular!r}"
            else:
                yield from (f"{language}: {problem}" for problem in _placeholder_problems(held[text]))
        for text in sorted(set(held) - set(texts)):
            yield f"{language}: used nowhere: {text.singular!r}"


def compile_all(root: Path = ROOT) -> None:
    """Write the .mo files whose .po file is newer."""
    for language in LANGUAGES:
        source = _path(language, root)
        target = source.with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        written = io.BytesIO()
        write_mo(written, load(language, root))
        # Aside first: a running site must not read half a file.
        unfinished = target.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(written.getvalue())
        unfinished.rename(target)


def load(language: str, root: Path = ROOT) -> Catalog:
    """The .po file of a language; an empty catalogue if there is none."""
    path = _path(language, root)
    if not path.exists():
        return Catalog(locale=language, domain="django")
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="django", ignore_obsolete=True, abort_invalid=True)


def write(catalog: Catalog, root: Path = ROOT) -> None:
    """Write a .po file that two people can change at once: sorted, without times and line numbers."""
    written = io.BytesIO()
    write_po(written, catalog, no_location=True, sort_output=True, omit_header=False, width=110)
    lines = written.getvalue().decode().splitlines()
    kept = [line for line in lines if not line.startswith(tuple(f'"{name}' for name in RESTLESS))]
    body = "\n".join(line for line in kept if not line.startswith("# ") and line != "#")
    path = _path(str(catalog.locale), root)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.write_text(
        f"# {LANGUAGES[str(catalog.locale)]} translation of Helpdesk\n{body.strip()}\n", encoding="utf-8"
    )
    unfinished.rename(path)


def _catalog(language: str, texts: dict[Text, list[str]], old: Catalog) -> Catalog:
    new = Catalog(locale=language, domain="django", project="Helpdesk", version="1", fuzzy=False)
    for text in sorted(texts):
        identity = (text.singular, text.plural) if text.plural else text.singular
        known = old.get(identity, text.context or None)
        message = new.add(identity, context=text.context or None)
        if known is not None and isinstance(known.string, tuple) == bool(text.plural):
            message.string = known.string
            message.flags |= known.flags & {"fuzzy"}
    return new


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _text_of(message: Message) -> Text:
    singular, plural = message.id if isinstance(message.id, tuple) else (message.id, "")
    return Text(str(singular), str(plural), message.context or "")


def _is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(strings)


def _placeholder_problems(message: Message) -> Iterator[str]:
    """A translation must fill in the same values; a plural form may leave out the number, as in "a day"."""
    text = _text_of(message)
    wanted = set(PLACEHOLDER.findall(text.plural or text.singular))
    optional = wanted - set(PLACEHOLDER.findall(text.singular)) if text.plural else set()
    for string in message.string if isinstance(message.string, tuple) else (message.string,):
        found = set(PLACEHOLDER.findall(str(string)))
        if found - wanted or wanted - found - optional:
            yield f"placeholders of {text.singular!r} are {sorted(wanted)}, of its translation {sorted(found)}"


def _path(language: str, root: Path) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Two programs must not rewrite the same file at the same time."""
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


if __name__ == "__main__":
    sys.exit(main())
