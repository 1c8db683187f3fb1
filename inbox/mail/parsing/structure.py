"""A mail as a tree of parts, within limits: linear in its size, never recursive, never refusing.

Python's own parser takes 24 seconds for a megabyte of tiny parts and recurses to death (cpython #75630, #136063), so
bodies are cut out along their boundaries here; what lies beyond a limit stays as it is in the part around it.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

#: Parts in a mail, and multiparts in each other: beyond that nobody reads.
MOST_PARTS = 300
DEEPEST = 20
#: Bytes of one header block, and fields in it.
LONGEST_HEADER = 256 * 1024
MOST_FIELDS = 1_000
#: Characters of one field that are looked at.
LONGEST_FIELD = 64 * 1024

_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r|\A\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,80})[ \t]*:[ \t]*(.*)", re.DOTALL)


@dataclass(slots=True)
class Part:
    """One part: its header fields as bytes, unfolded, and its body as it stands."""

    fields: list[tuple[str, bytes]]
    body: bytes
    parent_type: str = ""
    children: list[Part] = field(default_factory=list)
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    is_alternative: bool = False

    def first(self, name: str) -> bytes | None:
        """The first field of this name, in lower case."""
        return next((value for known, value in self.fields if known == name), None)

    def every(self, name: str) -> list[bytes]:
        """All fields of this name, in lower case, from the top."""
        return [value for known, value in self.fields if known == name]


def cut_header(raw: bytes) -> tuple[list[tuple[str, bytes]], bytes, bool]:
    """The header fields and the body of a mail or part; and whether the header was cut for its length."""
    end = _BLANK_LINE.search(raw, 0, min(len(raw), LONGEST_HEADER + 4))
    is_cut = False
    if end is not None:
        block, body = raw[: end.start()], raw[end.end() :]
    elif len(raw) > LONGEST_HEADER:
        later = raw.find(b"\n\n", LONGEST_HEADER)
        windows = raw.find(b"\r\n\r\n", LONGEST_HEADER)
        ends = [place for place in (later, windows) if place >= 0]
        block, body, is_cut = raw[:LONGEST_HEADER], raw[min(ends) :].lstrip(b"\r\n") if ends else b"", True
    else:
        block, body = raw, b""
    fields, rest = _fields(block)
    if not rest and not is_cut and (more := _broken_off(fields, body)):
        further, body, is_cut = cut_rest(more)
        return fields + further, body, is_cut
    return fields, rest + b"\n" + body if rest else body, is_cut


def cut_rest(raw: bytes) -> tuple[list[tuple[str, bytes]], bytes, bool]:
    """As cut_header(), for a header that an empty line broke into two; it is not looked for a third piece."""
    end = _BLANK_LINE.search(raw, 0, min(len(raw), LONGEST_HEADER + 4))
    block, body = (raw[: end.start()], raw[end.end() :]) if end else (raw[:LONGEST_HEADER], b"")
    fields, rest = _fields(block)
    return fields, rest + b"\n" + body if rest else body, False


def _broken_off(fields: list[tuple[str, bytes]], body: bytes) -> bytes:
    """The rest of a header that an empty line broke: where nobody was named before it, and somebody is behind it."""
    names = {name for name, _ in fields}
    if not names or names & {"from", "to", "subject"} or not names & {"message-id", "received", "mime-version"}:
        return b""
    rest = body[:LONGEST_HEADER].lstrip(b" \t\r\n")
    further = {name for name, _ in _fields(rest.split(b"\n\n", 1)[0].split(b"\r\n\r\n", 1)[0])[0]}
    return body.lstrip(b" \t\r\n") if "from" in further and _FIELD.match(rest.split(b"\n", 1)[0]) else b""


def _fields(block: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    """The fields of a header block, and what follows them in it without being one."""
    lines = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    found: list[tuple[str, list[bytes]]] = []
    last = 0
    for place, line in enumerate(lines):
        if line[:1] in (b" ", b"\t"):
            if found and line.strip():
                found[-1][1].append(line.strip(b"\r\n"))
                last = place + 1
            continue
        match = _FIELD.match(line)
        if match and len(found) < MOST_FIELDS:
            found.append((match[1].decode("ascii").lower(), [match[2]]))
            last = place + 1
        elif place == 0 and line.startswith((b"From ", b">From ")):
            last = 1  # the first line of a mailbox file
    fields = [(name, b"".join(parts)[:LONGEST_FIELD].strip()) for name, parts in found]
    # A line that is no field between fields is dropped; text behind the last one begins the body.
    return fields, b"\n".join(lines[last:]).strip(b"\n") if last < len(lines) else b""


def sections(body: bytes, boundary: bytes, most: int) -> list[bytes]:
    """What lies between the boundaries of a multipart; the last section may lack its end."""
    line = re.compile(rb"(?:\A|(?:\r?\n))--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    found: list[bytes] = []
    start: int | None = None
    for mark in line.finditer(body):
        if start is not None:
            found.append(body[start : mark.start()])
        start = None if mark[1] else _after_line_end(body, mark.end())
        if len(found) >= most:
            return found
    if start is not None:
        found.append(body[start:])
    return found


def _after_line_end(body: bytes, place: int) -> int:
    if body[place : place + 2] == b"\r\n":
        return place + 2
    return place + 1 if body[place : place + 1] == b"\n" else place


def decoded(part: Part) -> bytes:
    """The body of a part without its transfer encoding; what is wrongly encoded is read as far as it goes."""
    encoding = (part.first("content-transfer-encoding") or b"").strip().lower().strip(b"\"'; ")
    if encoding.startswith(b"base64"):
        return _base64(part.body)
    if encoding.startswith((b"quoted-printable", b"quoted/printable")):
        return binascii.a2b_qp(part.body)
    if encoding in (b"x-uuencode", b"uuencode", b"x-uue", b"uue"):
        return uudecoded(part.body)
    return part.body


def _base64(body: bytes) -> bytes:
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
        return binascii.a2b_base64(letters[: len(letters) - len(letters) % 4] + _tail(letters))


def _tail(letters: bytes) -> bytes:
    rest = letters[len(letters) - len(letters) % 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def uudecoded(body: bytes) -> bytes:
    """What uuencoded lines stand for, with or without the line that names the file."""
    read: list[bytes] = []
    for line in body.splitlines():
        if line.startswith(b"begin ") or not line:
            continue
        if line == b"end":
            break
        try:
            read.append(binascii.a2b_uu(line))
        except binascii.Error:
            try:
                read.append(binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3]))
            except binascii.Error:
                continue
    return b"".join(read)
