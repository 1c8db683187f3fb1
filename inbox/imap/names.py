"""Names of folders as servers write them: modified UTF-7 (RFC 3501, 5.1.3), and quoted."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from itertools import groupby

_LISTED = re.compile(rb'^\((?P<flags>[^)]*)\) (?:"(?:\\.|[^"])*"|NIL) (?P<name>.*)$', re.DOTALL)


def encode(name: str) -> str:
    """A name as a quoted argument of a command. Control characters are encoded, so that nobody adds a command."""
    parts = [
        "".join(run).replace("&", "&-") if plain else _encoded("".join(run))
        for plain, run in groupby(name, lambda letter: " " <= letter <= "~")
    ]
    return '"{}"'.format("".join(parts).replace("\\", "\\\\").replace('"', '\\"'))


def _encoded(run: str) -> str:
    return "&" + b64encode(run.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"


def decode(name: bytes) -> str:
    """A name that a server told; what is no modified UTF-7 stays as it is."""
    return re.sub(r"&([^-]*)-", lambda found: _decoded(found[1]), name.decode("utf-8", "replace"))


def _decoded(run: str) -> str:
    if not run:
        return "&"
    padded = run.replace(",", "/") + "=" * (-len(run) % 4)
    try:
        return b64decode(padded, validate=True).decode("utf-16-be")
    except ValueError:
        return f"&{run}-"


def listed(line: bytes | tuple[bytes, bytes] | None) -> str:
    """The folder that a line of LIST tells, empty for one that can't be opened."""
    if isinstance(line, tuple):  # the name came as a literal
        flags, name = line
    else:
        found = _LISTED.match(line) if isinstance(line, bytes) else None
        if found is None:
            return ""
        flags, name = found["flags"], found["name"]
        if name.startswith(b'"'):
            name = re.sub(rb"\\(.)", rb"\1", name[1:-1])
    return "" if b"\\noselect" in flags.lower() or b"\\nonexistent" in flags.lower() else decode(name)
