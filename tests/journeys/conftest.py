"""One set-up for all journeys: five tenants, a web server, a worker and a browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.town import PLACES, Town
from tests.support.processes import Web, Worker


# Here and not among the common fixtures: a package's fixture lasts as long as the package that defines it.
@pytest.fixture(scope="package")
def shared_database(start_over: Callable[[], None], django_db_blocker) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """One database for all journeys, thrown away after the last of them."""
    with django_db_blocker.unblock():
        start_over()
        yield
        start_over()


@pytest.fixture(scope="package")
def town(
    shared_database: None, _web: Web, browser: Browser, owner_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """The five tenants with their policies, articles and people, served by real processes."""
    data = Path(os.environ["DATA_DIR"])
    data.mkdir(parents=True, exist_ok=True)
    worker = Worker(tmp_path_factory.mktemp("worker"))
    found = Town(_web, worker, browser, data / "mail")
    for place in PLACES.values():
        found.settle(place, owner_url)
    if not _web.child.running:
        _web.start()
    worker.start()
    yield found
    worker.stop()
