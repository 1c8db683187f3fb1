"""Redis away, a page that does not read: open pages are told, and heal."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.utils import timezone

from helpdesk.live import stream as live_stream
from helpdesk.live.readers import Reader
from helpdesk.live.stream import MOST_PENDING, Stream
from scripts.processes import throwaway_folder
from scripts.valkey import Valkey
from tenants.context import act_as
from tests.support.processes import Web
from tests.support.streams import Listener, cookie_of
from tests.support.world import make_person, make_ticket
from tickets.live import Change


class WebOn(Web):
    """The web server with a Redis of its own."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.redis_url = redis_url
        super().__init__(folder)

    def environment(self) -> dict[str, str]:
        """As in production, with the other address."""
        return {**super().environment(), "REDIS_URL": self.redis_url}


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    """A Redis that may be stopped: to stop the shared one would disturb others."""
    folder = throwaway_folder()
    server = Valkey(folder, log=folder / "valkey.log", password="v" * 20, throwaway=True)
    server.start()
    yield server
    server.stop()


def test_while_redis_is_away_pages_are_told_and_afterwards_they_look_at_everything(
    transactional_db, acme, valkey, tmp_path
):
    with act_as(acme):
        ada, grace = make_person("Ada", "agent"), make_person("Grace")
        ticket = make_ticket(grace, at=timezone.now())
    cookie = cookie_of(ada)
    Path(os.environ["DATA_DIR"]).mkdir(parents=True, exist_ok=True)
    web = WebOn(tmp_path, valkey.url())
    web.start()
    try:
        page = Listener(web, "acme.localhost", f"/desk/live?ticket={ticket.number}", cookie)
        page.until("live")

        valkey.child.kill()
        page.until("stale")
        asked = Listener(web, "acme.localhost", f"/desk/live?ticket={ticket.number}&poll=1", cookie)
        while_away = Listener(web, "acme.localhost", "/desk/live", cookie)
        valkey.child.start()

        assert asked.answer.read() == b'{"tickets": [], "reset": true, "last": ""}'
        assert while_away.until("live").data == {}
        page.until("live")
        page.until("reset")
    finally:
        web.stop()


def reader(**changed) -> Reader:
    """An agent who sees everything."""
    known = {
        "tenant_id": 1,
        "person": "ada",
        "session": "s",
        "rights": "r",
        "is_customer": False,
        "sees_all": True,
        "teams": frozenset(),
        "companies": frozenset(),
        "copies": frozenset(),
    }
    return Reader(**known | changed)


def change(number: int, **changed) -> Change:
    """A ticket of nobody in particular."""
    return Change(number, True, None, None, None, None)._replace(**changed)


def test_a_page_that_is_far_behind_looks_at_everything_instead_of_growing():
    page = Stream(reader(), None)

    page.offer("1-0", [change(number) for number in range(MOST_PENDING + 50)])

    assert page.pending() == {"tickets": [], "reset": True, "others": False}


def test_a_page_that_does_not_read_is_cut_off(monkeypatch):
    monkeypatch.setattr(live_stream, "TOO_SLOW", 0.05)
    page = Stream(reader(), None)

    async def never(_message):
        await asyncio.Event().wait()

    # In a thread of its own: a browser test before this one leaves a loop running here.
    with ThreadPoolExecutor(1) as aside, pytest.raises(TimeoutError):
        aside.submit(asyncio.run, page.run(never, lambda: "")).result()


@pytest.mark.parametrize(
    ("who", "what", "may"),
    [
        ({"sees_all": False, "teams": frozenset({"a"})}, {"team": "a"}, True),
        ({"sees_all": False, "teams": frozenset({"a"})}, {"team": "b"}, False),
        ({"sees_all": False, "teams": frozenset({"a"})}, {"team": "b", "assignee": "ada"}, True),
        ({"sees_all": False}, {"team": None}, False),
        ({"is_customer": True, "sees_all": False}, {"requester": "ada"}, True),
        ({"is_customer": True, "sees_all": False}, {"requester": "eve"}, False),
        ({"is_customer": True, "companies": frozenset({"x"})}, {"requester": "eve", "organization": "x"}, True),
        ({"is_customer": True, "copies": frozenset({12})}, {"requester": "eve"}, True),
        ({"is_customer": True, "copies": frozenset({13})}, {"requester": "eve"}, False),
        ({"is_customer": True, "sees_all": True}, {"requester": "eve"}, False),  # staff on the portal
    ],
)
def test_who_may_hear_of_a_change(who, what, may):
    assert reader(**who).may_see(change(12, **what)) is may
