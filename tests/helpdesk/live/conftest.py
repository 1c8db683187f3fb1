"""Pages that listen to the real web server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tenants.models import User
from tests.support.processes import Web
from tests.support.streams import Listener, cookie_of


@pytest.fixture
def listen(live_site: Web) -> Iterator[Callable[..., Listener]]:
    """Open a stream as somebody, at their own tenant unless another host is named; closed after the test."""
    opened = []

    def listen(person: User | None, path: str, *, host: str = "", **headers: str) -> Listener:
        host = host or f"{person.tenant.slug}.localhost"  # type: ignore[union-attr]
        cookie = headers.pop("cookie", None) or (cookie_of(person) if person else "")
        opened.append(Listener(live_site, host, path, cookie, **headers))
        return opened[-1]

    yield listen
    for each in opened:
        each.close()
