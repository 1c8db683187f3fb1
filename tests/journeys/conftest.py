"""One set-up for all journeys: five tenants, a web server, a worker, beat and a browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from playwright.sync_api import Browser, expect

from scripts.testing import empty_redis
from tests.journeys.town import PLACES, SOON, Town
from tests.support.processes import Beat, Web, Worker

expect.set_options(timeout=SOON)


# Here and not among the common fixtures: a package's fixture lasts as long as the package that defines it.
@pytest.fixture(scope="package")
def shared_database(  # type: ignore[no-untyped-def]
    start_over: Callable[[], None], _redis_client: redis.Redis, django_db_blocker
) -> Iterator[None]:
    """One database for all journeys, thrown away after the last of them; Redis forgets what was before, too."""
    with django_db_blocker.unblock():
        start_over()
        empty_redis(_redis_client)
        yield
        start_over()


@pytest.fixture(scope="package")
def town(
    shared_database: None, _web: Web, browser: Browser, owner_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """The five tenants with their policies, articles and people, served by real processes."""
    data = Path(os.environ["DATA_DIR"])
    data.mkdir(parents=True, exist_ok=True)
    worker, beat = (kind(tmp_path_factory.mktemp(kind.name)) for kind in (Worker, Beat))
    found = Town(_web, worker, browser, data / "mail")
    for place in PLACES.values():
        found.settle(place, owner_url)
    # Anew: what it remembers is of the database that was thrown away, whose keys come again with other meanings.
    if _web.child.running:
        _web.stop()
    _web.start()
    worker.start()
    beat.start()
    yield found
    beat.stop()
    worker.stop()
