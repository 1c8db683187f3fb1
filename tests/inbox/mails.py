"""Small mails for tests, put together from headers and a body."""

from __future__ import annotations

from base64 import b64encode


def mail(body: str | bytes = "Hello", *, charset: str = "utf-8", **headers: str | bytes | None) -> bytes:
    """A mail as bytes; `message_id="<1@x>"` is the header Message-ID, None leaves a header out."""
    fields: dict[str, str | bytes | None] = {
        "From": "Grace <grace@acme.example>",
        "To": "support@acme.example",
        "Subject": "Printer on fire",
        "Date": "Mon, 2 Mar 2026 10:00:00 +0100",
    }
    fields |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    lines = [name.encode() + b": " + _bytes(value, charset) for name, value in fields.items() if value is not None]
    return b"\r\n".join(lines) + b"\r\n\r\n" + _bytes(body, charset)


def multipart(*parts: bytes, kind: str = "mixed", boundary: str = "=_b", **headers: str | bytes | None) -> bytes:
    """A mail of parts, each of which has its own header."""
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    body += b"--" + boundary.encode() + b"--\r\n"
    return mail(body, content_type=f'multipart/{kind}; boundary="{boundary}"', **headers)


def part(content: str | bytes, kind: str = "text/plain; charset=utf-8", *headers: str) -> bytes:
    """One part; `headers` are whole lines."""
    return b"\r\n".join([f"Content-Type: {kind}".encode(), *(each.encode() for each in headers), b"", _bytes(content)])


def file(content: bytes, name: str, kind: str = "application/pdf", *headers: str) -> bytes:
    """An attached file, in base64."""
    encoded = b64encode(content)
    lines = [f'Content-Disposition: attachment; filename="{name}"', "Content-Transfer-Encoding: base64", *headers]
    return part(encoded, kind, *lines)


def _bytes(value: str | bytes | None, charset: str = "utf-8") -> bytes:
    return value.encode(charset) if isinstance(value, str) else value or b""
