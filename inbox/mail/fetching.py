"""Getting something by HTTPS from where a tenant or its provider says: only from the internet, and not for ever."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from inbox.mail import faults
from tenants import reaching
from tenants.errors import Refused

#: Seconds for one thing with all its detours, and how many of those.
SECONDS, MOST_DETOURS = 20.0, 3


class NotFetched(Exception):
    """It can't be had now."""


class Gone(NotFetched):
    """It is not there any more, or larger than any that is wanted."""


class Reached(http.client.HTTPSConnection):
    """Goes only where a tenant may have us go, and hangs up when its time is over."""

    def connect(self) -> None:
        """A connection with TLS, its certificate checked."""
        seconds = float(self.timeout or SECONDS)
        plain = reaching.connect(self.host, self.port, timeout=seconds, ports=(443,))
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        self._timer = faults.hang_up_after(seconds, self)

    def close(self) -> None:
        """Also of its time."""
        if timer := getattr(self, "_timer", None):
            timer.cancel()
        super().close()


def get(url: str, *, headers: Mapping[str, str] | None = None, most: int) -> tuple[bytes, str]:
    """The bytes that lie there, `most` at most, and their content type. Raises NotFetched, Gone.

    The headers, which may hold a key, go to the first host alone.
    """
    ends = time.monotonic() + SECONDS
    for _ in range(MOST_DETOURS + 1):
        status, place, body, kind = _get(url, dict(headers or {}), most, ends - time.monotonic())
        if status == 200:
            if len(body) > most:
                raise Gone("too large")
            return body, kind
        if status in (404, 410):
            raise Gone(str(status))
        if status not in (301, 302, 303, 307, 308) or not place:
            raise NotFetched(str(status))
        url, headers = urljoin(url, place), None
    raise NotFetched("too many detours")


def _get(url: str, headers: dict[str, str], most: int, seconds: float) -> tuple[int, str, bytes, str]:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or seconds <= 0:
        raise NotFetched("no address")
    try:
        connection = Reached(parts.hostname, parts.port or 443, timeout=seconds)
        try:
            connection.request("GET", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", headers=headers)
            answer = connection.getresponse()
            body = answer.read(most + 1) if answer.status == 200 else b""
            return answer.status, answer.headers.get("Location", ""), body, answer.headers.get("Content-Type", "")
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, Refused, ValueError) as error:
        raise NotFetched(type(error).__name__) from None
