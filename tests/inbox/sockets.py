"""The other side on real sockets: mail servers that take, refuse, dawdle or say nothing."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


class Taken:
    """What a server took: the envelope and the mail, as bytes and parsed."""

    def __init__(self, envelope) -> None:
        self.sender = envelope.mail_from
        self.recipients = envelope.rcpt_tos
        self.content = envelope.original_content or envelope.content
        self.message = message_from_bytes(self.content)


class Handler:
    """Keeps what arrives; `answer` is said to each mail."""

    def __init__(self, answer="250 Taken") -> None:
        self.answer = answer
        self.taken: list[Taken] = []

    async def handle_DATA(self, server, session, envelope):
        if self.answer.startswith("250"):
            self.taken.append(Taken(envelope))
        return self.answer


class Door(Controller):
    """A server on a free port of this machine."""

    def factory(self):
        return SMTP(self.handler, hostname="mail.test", decode_data=False, **self.SMTP_kwargs)


@contextmanager
def mail_server(handler=None, *, tls: ssl.SSLContext | None = None, password: str = "") -> Iterator[Door]:
    """A server that takes mail; with `tls` only after STARTTLS, with `password` only from the user `acme`."""
    options = {}
    if tls is not None:
        options |= {"tls_context": tls, "require_starttls": True}
    if password:
        said = (b"acme", password.encode())

        def check(server, session, envelope, mechanism, data):
            return AuthResult(success=(data.login, data.password) == said, handled=False)

        options |= {"authenticator": check, "auth_required": True, "auth_require_tls": tls is not None}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    door = Door(handler or Handler(), hostname="127.0.0.1", port=port, **options)
    door.start()
    try:
        yield door
    finally:
        door.stop()


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes calls and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        calls: list[socket.socket] = []

        def listen():
            try:
                while True:
                    calls.append(server.accept()[0])
            except OSError:
                return

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1]
        for each in calls:
            each.close()


def certificate_for(folder: Path, *names: str, days: int = 2) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS with a certificate for these names that ends in `days`, and the file that makes it trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file, secret = folder / "certificate.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file, secret)
    return context, file
