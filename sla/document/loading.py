"""From a file or a stored document to a policy, or to everything that is wrong with it."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sla.document import checks, defaults, reading
from sla.document.errors import PolicyError, Problem, worded
from sla.document.fields import INVALID, Reader, kind_of
from sla.document.people import CHANNELS
from sla.document.reading import Node
from sla.document.records import Mapped, RecordOf
from sla.document.text import Text

if TYPE_CHECKING:
    from sla.document.policy import SupportPolicy


def load(kind: type[SupportPolicy], path_or_text: Path | str | bytes, source: str | None) -> SupportPolicy:
    """The policy of a file or of YAML text."""
    if isinstance(path_or_text, bytes):
        raw: bytes | str = path_or_text
    elif isinstance(path_or_text, Path) or "\n" not in path_or_text:
        source = source or os.fspath(path_or_text)
        raw = _contents(Path(path_or_text), source)
    else:
        raw = path_or_text
    source = source or "policy"
    return _policy(kind, reading.from_yaml(raw, source), source)


def _contents(path: Path, source: str) -> bytes:
    try:
        with path.open("rb") as file:
            # One byte more than fits tells a large file without reading it.
            return file.read(reading.LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PolicyError(
            [Problem(worded("The file can't be read: %(reason)s.", reason=reason), source=source[:300])]
        ) from error


def from_document(kind: type[SupportPolicy], document: object, source: str) -> SupportPolicy:
    """The policy of JSON-able data."""
    return _policy(kind, reading.from_plain(document, source), source)


def from_stored(kind: type[SupportPolicy], document: object) -> SupportPolicy:
    """The policy of a document that the database keeps."""
    return _policy(kind, reading.from_plain(document, "policy"), "policy", checks.ALWAYS)


def _policy(
    kind: type[SupportPolicy], root: Node, source: str, asked: tuple[checks.Check, ...] = checks.ALL
) -> SupportPolicy:
    reader = Reader(source)
    if not root.is_mapping:
        reader.refuse(
            root,
            "",
            worded(
                "A policy is a mapping of fields such as name and language, and this is %(kind)s.", kind=kind_of(root)
            ),
        )
        raise PolicyError(reader.problems)
    _learn_languages(root, reader)
    reader.known |= {"channels": list(CHANNELS), "request_types": [key for key, _ in defaults.TYPES]}
    policy = RecordOf(kind).read(root, "", reader)
    reader.known["channels"] = list(CHANNELS)
    reader.check_references()
    if policy is not INVALID and not reader.problems:
        policy = _completed(policy)
        checks.check(policy, root, reader, asked)
    if reader.problems or policy is INVALID:
        raise PolicyError(reader.problems)
    return policy


def _learn_languages(root: Node, reader: Reader) -> None:
    """Texts can be read only when the languages are known; what is wrong with them is reported at their field."""
    language, languages = root.value.get("language"), root.value.get("languages")
    if language and isinstance(language.node.value, str):
        reader.language = language.node.value
    listed = [item.value for item in languages.node.value] if languages and languages.node.is_list else []
    words = [item for item in listed if isinstance(item, str)]
    reader.languages = tuple(dict.fromkeys([reader.language, *words]))


def _completed(policy: SupportPolicy) -> SupportPolicy:
    """The same policy with what the document left to the defaults."""
    languages = tuple(dict.fromkeys([policy.language, *policy.languages]))
    words = (policy.language, languages)
    usual = defaults.channels(*words)
    added: dict[str, Any] = {
        "languages": languages,
        "statuses": policy.statuses or defaults.statuses(*words),
        "request_types": policy.request_types or defaults.request_types(*words),
    }
    given = {
        key: channel if channel.name else dataclasses.replace(channel, name=usual[key].name if key in usual else Text())
        for key, channel in policy.channels.items()
    }
    added["channels"] = Mapped({**given, **{key: usual[key] for key in CHANNELS if key not in given}})
    return dataclasses.replace(policy, **added)
