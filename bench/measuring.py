"""Timing requests and statements."""

from __future__ import annotations

import http.client
import re
import statistics
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass

RUNS = 40


def median_ms(act: Callable[[], object], runs: int = RUNS) -> float:
    """The median time of one call in milliseconds, after two that warm up."""
    return statistics.median(_times(act, runs))


def p95_ms(act: Callable[[], object], runs: int = RUNS) -> float:
    """The time in milliseconds that suffices for 19 calls of 20, after two that warm up."""
    return statistics.quantiles(_times(act, runs), n=20, method="inclusive")[-1]


def _times(act: Callable[[], object], runs: int) -> list[float]:
    """Milliseconds of each call."""
    for _ in range(2):
        act()
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1000)
    return times


@dataclass
class Browser:
    """A signed-in person of one tenant on a kept-alive connection."""

    port: int
    host: str

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> str:
        """The page; an answer other than 200 is an error of the benchmark."""
        return self._send("GET", path, None, {})

    def post(self, path: str, **fields: str) -> str:
        """The answer to a form, with the token that guards it."""
        token = self.cookies.get("csrftoken", "")
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields})
        return self._send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"}, (200, 302))

    def _send(
        self, method: str, path: str, body: str | None, headers: dict[str, str], expected: tuple[int, ...] = (200,)
    ) -> str:
        sent = {"Host": f"{self.host}:{self.port}", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            self.connection.request(method, path, body, sent)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError):
            # The server ends connections that were quiet for some seconds; a browser opens another one.
            self.connection.close()
            self.connection.request(method, path, body, sent)
            response = self.connection.getresponse()
        text = response.read().decode()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            if found := re.match(r"(\w+)=([^;]*)", cookie):
                self.cookies[found[1]] = found[2]
        if response.status not in expected:
            raise RuntimeError(f"{method} {path} answered {response.status}: {text[:300]}")
        return text

    def sign_in(self, email: str, password: str) -> None:
        """With mail address and password, as a person does."""
        self.get("/accounts/login/")
        self.post("/accounts/login/", login=email, password=password)
        if "sessionid" not in self.cookies:
            raise RuntimeError(f"{email} could not sign in.")
