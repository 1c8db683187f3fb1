"""Open streams of the real web server, read line by line: what a page's EventSource does."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from tenants.context import act_as
from tenants.models import User
from tests.support.processes import Web

#: Seconds in which something must come that takes milliseconds on a machine that is not busy.
PATIENCE = 60


@dataclass(frozen=True)
class Said:
    """One event of a stream."""

    name: str
    data: dict[str, Any]
    position: str


def cookie_of(person: User) -> str:
    """A session of this person, as a browser would send it."""
    client = Client()
    with act_as(person.tenant):
        client.force_login(person, "tenants.backends.PersonBackend")
    return f"sessionid={client.cookies['sessionid'].value}"


class Listener:
    """One open page."""

    def __init__(self, web: Web, host: str, path: str, cookie: str = "", **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=PATIENCE)
        named = {"Host": host, "Cookie": cookie, **{name.replace("_", "-"): value for name, value in headers.items()}}
        self.connection.request("GET", path, headers=named)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status

    def next(self) -> Said | None:
        """The next event; None when the server has ended the stream. Raises TimeoutError for silence."""
        fields = {"event": "", "data": "{}", "id": ""}
        while line := self.answer.readline().decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            fields[name] = value
        return Said(fields["event"], json.loads(fields["data"]), fields["id"]) if fields["event"] else None

    def until(self, name: str, fits: Callable[[dict[str, Any]], bool] = lambda data: True) -> Said:
        """The next event of this name that fits, others left out. Fails when the stream ends before."""
        end = time.monotonic() + PATIENCE
        while said := self.next():
            if said.name == name and fits(said.data):
                return said
            assert time.monotonic() < end, f"No {name} came in {PATIENCE} seconds"
        raise AssertionError(f"The stream ended before {name} came")

    def tickets(self) -> list[int]:
        """The tickets of the next change."""
        return list(self.until("change").data["tickets"])

    def close(self) -> None:
        """Go away, as a closed tab does."""
        self.answer.close()
        self.connection.close()
