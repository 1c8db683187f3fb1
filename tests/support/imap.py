"""The other side of fetching mail: an IMAP server on a socket of this machine, and one that says what it is told."""

from __future__ import annotations

import asyncio
import imaplib
import socket
import ssl
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend, Login
from pymap.config import BackendCapability
from pymap.imap import IMAPServer
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import BuiltinHash

USER, PASSWORD = "acme", "s3cret"


class Server:
    """A mail server with the mailboxes of one user, kept in memory."""

    def __init__(self, port: int, *, has_tls: ssl.SSLContext | None) -> None:
        self.port = port
        self._tls = has_tls

    @contextmanager
    def _client(self) -> Iterator[imaplib.IMAP4]:
        if self._tls is not None:
            client = imaplib.IMAP4_SSL("127.0.0.1", self.port, ssl_context=_unverified())
        else:
            client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(USER, PASSWORD)
        try:
            yield client
        finally:
            client.logout()

    def put(self, *mails: bytes, folder: str = "INBOX", flags: str = "", at: datetime | None = None) -> None:
        """Lay mails into a folder, as a mail server does."""
        with self._client() as client:
            when = imaplib.Time2Internaldate(at or time.time())
            for mail in mails:
                kind, said = client.append(folder, flags, when, mail)
                assert kind == "OK", said

    def make(self, folder: str) -> None:
        """A folder more."""
        with self._client() as client:
            assert client.create(folder)[0] == "OK"

    def flags(self, folder: str = "INBOX") -> list[str]:
        """The flags of each mail of a folder."""
        with self._client() as client:
            _, [count] = client.select(folder, readonly=True)
            if not int(count):
                return []  # Dovecot finds no "1:*" there
            kind, lines = client.fetch("1:*", "(FLAGS)")
        told = [line.decode() for line in lines if line] if kind == "OK" else []
        return [" ".join(sorted(line.partition("FLAGS (")[2].partition(")")[0].split())) for line in told]

    def begin_anew(self) -> None:
        """Number all mails of INBOX anew, as a server does whose mailboxes were restored."""
        with self._client() as client:
            client.select("INBOX")
            kept = [client.fetch(str(number + 1), "(INTERNALDATE RFC822)")[1][0] for number in range(len(self.flags()))]
            client.rename("INBOX", f"old{time.time_ns()}")
        for head, mail in kept:
            self.put(mail, at=datetime.fromtimestamp(time.mktime(imaplib.Internaldate2tuple(head)), UTC))


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class _Config(Config):
    """Of a server that tells news, or not."""

    has_idle = True

    @property
    def backend_capability(self) -> BackendCapability:
        """What it says that it can."""
        return BackendCapability(idle=self.has_idle, object_id=True, multi_append=True)


def _config(port: int, tls: ssl.SSLContext | None, *, has_idle: bool) -> Config:
    said = {"passlib_cfg": None, "proxy_protocol": None, "inherited_sockets": None}
    config = _Config(
        Namespace(**said),
        host="127.0.0.1",
        port=port,
        demo_data=False,
        demo_user=USER,
        demo_password=PASSWORD,
        ssl_context=tls,
        tls_enabled=tls is not None,
        hash_context=BuiltinHash(rounds=1),
        invalid_user_sleep=0.0,
    )
    config.has_idle = has_idle
    return config


@contextmanager
def imap_server(
    *, tls: ssl.SSLContext | None = None, from_the_start: bool = False, has_idle: bool = True
) -> Iterator[Server]:
    """A server for USER with PASSWORD; with `tls` after STARTTLS, or from the start."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = _config(port, None if from_the_start else tls, has_idle=has_idle)
    started, loop = threading.Event(), asyncio.new_event_loop()

    async def serve() -> None:
        config.apply_context()
        login = Login(config)
        password = await Passwords(config).hash_password(PASSWORD)
        login.users_dict[USER] = UserMetadata(config, USER, password=password)
        backend = DictBackend(login, config)
        answer = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
        server = await asyncio.start_server(answer, "127.0.0.1", port, ssl=tls if from_the_start else None)
        started.set()
        async with server:
            await server.serve_forever()

    def run() -> None:
        asyncio.set_event_loop(loop)
        task = loop.create_task(serve())
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
        finally:
            pending = asyncio.all_tasks(loop)
            for each in pending:
                each.cancel()
            loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
            loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield Server(port, has_tls=tls if from_the_start else None)
    finally:
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
        thread.join(10)


@contextmanager
def scripted(answer: Callable[[str, str], str | None], *, greeting: str = "* OK ready") -> Iterator[int]:
    """A port at which `answer(command, arguments)` says what comes before `TAG OK`; None hangs up.

    A last line that begins with "NO" or "BAD" takes the place of the OK; "+" asks for a line more, as command "+".
    """
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk(call: socket.socket) -> None:
            with call, call.makefile("rwb") as file:
                file.write(f"{greeting}\r\n".encode())
                file.flush()
                for line in file:
                    tag, _, rest = line.decode().strip().partition(" ")
                    command, _, arguments = rest.partition(" ")
                    said = answer(command.upper(), arguments)
                    if said == "+":
                        file.write(b"+ \r\n")
                        file.flush()
                        said = answer("+", file.readline().decode().strip())
                    if said is None:
                        return
                    lines = [each for each in said.split("\n") if each]
                    ends = lines.pop() if lines and lines[-1].startswith(("NO", "BAD")) else "OK done"
                    file.write("".join(f"{each}\r\n" for each in [*lines, f"{tag} {ends}"]).encode())
                    file.flush()

        def listen() -> None:
            try:
                while True:
                    threading.Thread(target=talk, args=[server.accept()[0]], daemon=True).start()
            except OSError:
                return

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1]
