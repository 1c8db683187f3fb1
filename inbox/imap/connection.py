"""A conversation with the server of a mailbox: reached with care, certificate checked, signed in, a folder opened."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer

from inbox.imap import names
from inbox.imap.settings import Settings
from inbox.imap.troubles import Trouble
from inbox.mail import faults
from inbox.models import ImapAccount
from tenants import reaching
from tenants.errors import Refused

#: For each answer, and for a whole look: a server that sends a byte now and then is not waited for either.
SECONDS_AN_ANSWER, SECONDS_A_LOOK = 15.0, 75.0
#: Ports at which servers give mail; others only in networks that the operator allows.
PORTS = (143, 993)
#: Bytes that a server may send between two calls of `forget_bytes`: the largest mail and some more.
MOST_BYTES = 60 * 1024 * 1024
#: Folders that are named where one is missing.
_MOST_NAMES = 15
_BUSY = re.compile(rb"\[(UNAVAILABLE|LIMIT|INUSE|OVERQUOTA|SERVERBUG|CONTACTADMIN)", re.IGNORECASE)

Security = ImapAccount.Security


class Imap(imaplib.IMAP4):
    """Goes only where a tenant may have us go, and hangs up when its time is over."""

    _timer: Timer | None = None
    _got = 0

    def __init__(self, host: str, port: int, *, tls: ssl.SSLContext | None, seconds: float | None) -> None:
        self._tls = tls
        self._seconds = seconds
        super().__init__(host, port, timeout=SECONDS_AN_ANSWER)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = reaching.connect(self.host, self.port, timeout=SECONDS_AN_ANSWER, ports=PORTS)
        self.sock = plain
        if self._seconds is not None:
            self._timer = faults.hang_up_after(self._seconds, self)
        if self._tls is None:
            return plain
        # The handshake comes after the timer knows the socket.
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock.do_handshake()
        return self.sock

    def read(self, size: int) -> bytes:
        """Bytes of the server, as many as it announced, if that is no more than any mail has."""
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        """A line of the server."""
        line = super().readline()
        self._count(len(line))
        return line

    def _count(self, size: int) -> None:
        self._got += size
        if self._got > MOST_BYTES:
            raise self.abort("more than any mail has")

    def forget_bytes(self) -> None:
        """Count anew what the server sends."""
        self._got = 0

    def shutdown(self) -> None:
        """Close the connection, and forget its time."""
        if self._timer is not None:
            self._timer.cancel()
        with suppress(OSError):  # it may be closed already
            super().shutdown()


@contextmanager
def opened(settings: Settings, access_token: str = "", *, seconds: float | None = SECONDS_A_LOOK) -> Iterator[Imap]:
    """A conversation with the folder open for writing. Raises Trouble, inside of the block too."""
    ends = time.monotonic() + (seconds or float("inf"))
    with _understood(settings, ends, "not_imap"):
        imap = _connected(settings, seconds)
    try:
        with _understood(settings, ends, "server"):
            _sign_in(imap, settings, access_token)
            _select(imap, settings)
            yield imap
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            imap.logout()
        imap.shutdown()


@contextmanager
def _understood(settings: Settings, ends: float, otherwise: str) -> Iterator[None]:
    """Tell what the network and imaplib raise as Trouble. Their order matters: most are OSErrors."""
    try:
        yield
    except imaplib.IMAP4.readonly:
        raise Trouble("readonly") from None
    except imaplib.IMAP4.abort as error:
        if time.monotonic() >= ends:
            raise Trouble("slow") from None
        said = str(error)
        if "unexpected response" in said:
            raise Trouble("not_imap") from None
        if "BYE" in said.upper() and "EOF" not in said:
            raise Trouble("limit", settings.without_secrets(said)) from None
        raise Trouble("hung_up") from None
    except imaplib.IMAP4.error as error:
        raise Trouble(otherwise, settings.without_secrets(str(error))) from None
    except (OSError, Refused) as error:
        raise Trouble(_code_of(error, is_over=time.monotonic() >= ends)) from None


def _code_of(error: Exception, *, is_over: bool) -> str:
    if code := faults.code_of(error):
        return code
    if isinstance(error, ssl.SSLError):
        return "slow" if is_over else "encryption"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "slow" if is_over else "unreachable"


def _connected(settings: Settings, seconds: float | None) -> Imap:
    context = ssl.create_default_context()
    tls = context if settings.security == Security.TLS else None
    imap = Imap(settings.host.strip().rstrip("."), settings.port, tls=tls, seconds=seconds)
    if settings.security == Security.STARTTLS:
        try:
            if "STARTTLS" not in imap.capabilities:
                raise Trouble("no_starttls")
            imap.starttls(context)
        except BaseException:
            imap.shutdown()
            raise
    return imap


def _sign_in(imap: Imap, settings: Settings, access_token: str) -> None:
    if settings.proof != ImapAccount.Proof.PASSWORD:
        _by_token(imap, settings, access_token)
        return
    try:
        if "AUTH=PLAIN" in imap.capabilities:
            # In bytes of UTF-8: LOGIN knows ASCII alone.
            plain = f"\0{settings.user}\0{settings.password}".encode()
            imap.authenticate("PLAIN", lambda challenge: plain)
        elif "LOGINDISABLED" in imap.capabilities:
            raise Trouble("plain_password")
        elif not f"{settings.user}{settings.password}".isprintable():
            raise Trouble("password")
        else:
            imap.login(settings.user, settings.password)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeError) as error:
        raise _refused("password", str(error), settings) from None
    _look_at_capabilities(imap)


def _by_token(imap: Imap, settings: Settings, access_token: str) -> None:
    if "AUTH=XOAUTH2" not in imap.capabilities:
        raise Trouble("no_oauth")
    said = f"user={settings.user}\x01auth=Bearer {access_token}\x01\x01".encode()
    try:
        # A second challenge tells what is wrong, and wants an empty answer.
        imap.authenticate("XOAUTH2", lambda challenge: b"" if challenge else said)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise _refused("token_refused", str(error), settings) from None
    _look_at_capabilities(imap)


def _look_at_capabilities(imap: Imap) -> None:
    """Many servers tell all that they can only to those that have signed in."""
    kind, lines = imap.capability()
    if kind == "OK" and lines and isinstance(lines[-1], bytes):
        imap.capabilities = tuple(lines[-1].decode("ascii", "replace").upper().split())


def _refused(code: str, said: str, settings: Settings) -> Trouble:
    """A sign-in that was refused: because of who we are, or because the server has no time for anybody."""
    words = settings.without_secrets(re.sub(r"^b['\"]|['\"]$", "", said))
    return Trouble("limit" if _BUSY.search(said.encode()) else code, words)


def _select(imap: Imap, settings: Settings) -> None:
    kind, _ = imap.select(names.encode(settings.folder))
    if kind != "OK":
        raise Trouble("folder", told(folders(imap)))


def folders(imap: Imap) -> list[str]:
    """The folders of the mailbox that can be opened."""
    kind, lines = imap.list()
    return sorted({name for line in lines or [] if (name := names.listed(line))}) if kind == "OK" else []


def told(found: Iterable[str]) -> str:
    """Names of folders in a line."""
    some = list(found)
    return ", ".join(some[:_MOST_NAMES]) + (" …" if len(some) > _MOST_NAMES else "")
