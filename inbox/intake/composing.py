"""Mails that a provider has taken apart, put together again: the same each time, so that what is told twice is one."""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

_NAME = re.compile(r"[!-9;-~]{1,80}")
_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,100}")
#: What says how the body was written, which is written anew.
_OF_BODY = {"content-type", "content-transfer-encoding", "mime-version"}
_BOUNDARY = "=_{}_helpdesk"


@dataclass(frozen=True)
class Piece:
    """A file that came with a mail."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""


def put_together(
    headers: Iterable[tuple[str, str]], *, text: str = "", html: str = "", files: Iterable[Piece] = ()
) -> bytes:
    """A mail as bytes; bodies and files in base 64, in which no boundary can stand."""
    head = [
        f"{name}: {_line(value)}" for name, value in headers if _NAME.fullmatch(name) and name.lower() not in _OF_BODY
    ]
    bodies = [(kind, said) for kind, said in (("plain", text), ("html", html)) if said]
    parts = [_part(f"text/{kind}; charset=utf-8", said.encode("utf-8", "surrogateescape")) for kind, said in bodies]
    if len(parts) > 1:
        parts = [_multipart("alternative", 1, parts)]
    parts += [_part(_kind(each), each.content, *_file_lines(each)) for each in files]
    whole = _multipart("mixed", 0, parts)
    return "\r\n".join([*head, "MIME-Version: 1.0"]).encode("utf-8", "surrogateescape") + b"\r\n" + whole


def _multipart(kind: str, number: int, parts: list[bytes]) -> bytes:
    boundary = _BOUNDARY.format(number)
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(f"--{boundary}\r\n".encode() + each + b"\r\n" for each in parts) + f"--{boundary}--".encode()


def _part(kind: str, content: bytes, *lines: str) -> bytes:
    head = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64", *lines]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + encodebytes(content).replace(b"\n", b"\r\n")


def _kind(file: Piece) -> str:
    kind = file.content_type.partition(";")[0].strip()
    # A mail in a mail would have to stand there as it is.
    return kind if _TYPE.fullmatch(kind) and not kind.lower().startswith("multipart/") else "application/octet-stream"


def _file_lines(file: Piece) -> list[str]:
    how = "inline" if file.content_id else "attachment"
    lines = [f"Content-Disposition: {how}; filename*=utf-8''{quote(file.name or 'file', safe='')}"]
    if file.content_id:
        lines.append(f"Content-ID: <{_line(file.content_id).strip('<> ')}>")
    return lines


def _line(value: str) -> str:
    """On one line, so that no value adds a field."""
    return " ".join(re.sub(r"[\x00-\x08\x0a-\x1f\x7f]", " ", value).split())
