"""Every test runs on a real PostgreSQL, as the role that row-level security holds for, and on a real Valkey."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import django
import pytest
import redis
from django.conf import settings

from scripts.processes import CannotStart
from scripts.testing import RUN, TestRun, empty_redis, test_run

pytest_plugins = [
    "tests.support.processes",
    "tests.support.browser",
    "tests.support.dovecot",
    "tests.support.world",
    "tests.support.clauses",
    "tests.support.lines",
    "tests.support.again",
]

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_cleanup = ExitStack()
# Also when something below fails, before pytest would call pytest_unconfigure.
atexit.register(_cleanup.close)


def _join_run() -> TestRun:
    """The run this process belongs to: the one it inherited, or a new one."""
    if RUN in os.environ:
        return TestRun.join(Path(os.environ[RUN]))
    try:
        return _cleanup.enter_context(test_run())
    except CannotStart as reason:
        pytest.exit(str(reason), returncode=3)


# Before anything of Django is imported: the settings read the environment once.
_run = _join_run()
os.environ.update(_run.environment(WORKER))
for _name in ("MAIL_URL", "DEBUG", "ALLOWED_HOSTS", "DATABASE_POOL"):
    os.environ.pop(_name, None)
django.setup()
# A client makes its middleware anew, which would read every static file again: it looks for one when it is asked for.
settings.WHITENOISE_AUTOREFRESH = True
# A worker of pytest-xdist that found it would load the settings before it comes here, with this process's database.
del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_unconfigure() -> None:
    """Stop the servers that this process started, after all workers are done."""
    _cleanup.close()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """A migrated copy of the template for this process, in place of Django's own test database."""
    from django.db import connections
    from django.test import TransactionTestCase

    _run.fresh_database(WORKER)
    patch = pytest.MonkeyPatch()
    # Django would TRUNCATE, which the app role may not, and which would take the rows that migrations made.
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: _start_over())
    yield
    patch.undo()
    with django_db_blocker.unblock():
        connections.close_all()
    _run.drop_database(WORKER)


def _start_over() -> None:
    from django.db import connections

    from tenants.fields import _Ticks

    connections.close_all()
    _run.fresh_database(WORKER)
    # Ids go on from the latest time that a test was frozen at; those of web servers and workers would be older.
    _Ticks.last = 0


@pytest.fixture(scope="session")
def start_over(django_db_setup: None, _redis_client: redis.Redis) -> Callable[[], None]:
    """Empties the database and Redis, for a package whose tests share what they find there."""

    def empty() -> None:
        empty_redis(_redis_client)
        _start_over()

    return empty


@pytest.fixture(scope="session")
def _redis_client() -> Iterator[redis.Redis]:
    client = _run.claim_redis(WORKER)
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def redis_client(_redis_client: redis.Redis) -> redis.Redis:
    """This process's Redis database, empty."""
    empty_redis(_redis_client)
    return _redis_client


@pytest.fixture(scope="session")
def owner_url() -> str:
    """The login that owns this process's tables, for a test that has to look past row-level security."""
    return _run.site(WORKER).owner_url


@pytest.fixture
def admin_url() -> str:
    """The login that may make roles and databases on the test server."""
    return _run.administrator.url


@pytest.fixture(autouse=True)
def _nothing_left_in_redis(request: pytest.FixtureRequest) -> None:
    """Counters and queues of one test must not meet the next."""
    needs = {"db", "transactional_db", "live_site", "celery_worker_process"}
    if needs & set(request.fixturenames) or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("redis_client")
